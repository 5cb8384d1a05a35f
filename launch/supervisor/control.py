"""How to talk to supervisord, and what it says about the programs it keeps."""

import secrets
from dataclasses import dataclass
from typing import Any, cast
from xmlrpc.client import ServerProxy

from launch.ports import LOOPBACK

GROUP = "slipway"


@dataclass(frozen=True)
class Control:
    """Loopback only, with a password made for this run."""

    port: int
    password: str

    @classmethod
    def on(cls, port: int) -> "Control":
        return cls(port, secrets.token_hex(24))

    @property
    def url(self) -> str:
        return f"http://{GROUP}:{self.password}@{LOOPBACK}:{self.port}/RPC2"


@dataclass(frozen=True)
class ProgramState:
    name: str
    state: str
    pid: int

    @property
    def fails(self) -> bool:
        return self.state in {"BACKOFF", "FATAL"}

    @property
    def starts(self) -> bool:
        """It lives, but not for long enough to count as started."""
        return self.state == "STARTING"

    @property
    def runs(self) -> bool:
        return self.state == "RUNNING"


class Programs:
    """supervisord's view of the programs it keeps."""

    def __init__(self, control: Control) -> None:
        self._rpc = ServerProxy(control.url).supervisor

    def answer(self) -> bool:
        try:
            self._rpc.getState()
        except OSError:
            return False
        return True

    def start(self, name: str) -> None:
        self._rpc.startProcess(f"{GROUP}:{name}", False)

    def start_all(self) -> None:
        self._rpc.startProcessGroup(GROUP, False)

    def states(self) -> list[ProgramState]:
        try:
            found = cast("list[dict[str, Any]]", self._rpc.getAllProcessInfo())
        except OSError:
            return []
        return [ProgramState(one["name"], one["statename"], one["pid"]) for one in found]
