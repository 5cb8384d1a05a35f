"""Who a private node is: its name, its user, its ports. Chosen once and kept, since data and clients rely on it."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from launch.ports import free_ports, is_free
from launch.private_files import write_private


@dataclass(frozen=True)
class Identity:
    node: str
    user: str
    password: str
    cookie: str
    amqp_port: int
    management_port: int
    distribution_port: int
    epmd_port: int

    @classmethod
    def new(cls) -> "Identity":
        return cls(
            f"slipway-{secrets.token_hex(4)}@localhost",  # `localhost` resolves on any machine, a host name may not
            "slipway",
            secrets.token_hex(24),
            secrets.token_hex(24),
            *free_ports(4),
        )

    def taken_ports(self) -> list[int]:
        return [port for port in self._ports().values() if not is_free(port)]

    def with_free_ports(self) -> "Identity":
        """The same node; a port that somebody took in the meantime is replaced."""
        taken = [name for name, port in self._ports().items() if not is_free(port)]
        return Identity(**{**asdict(self), **dict(zip(taken, free_ports(len(taken)), strict=True))})

    def _ports(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if name.endswith("_port")}


def load_identity(path: Path) -> Identity:
    if not path.exists():
        save_identity(path, Identity.new())
    return Identity(**json.loads(path.read_text(encoding="utf-8")))


def save_identity(path: Path, identity: Identity) -> None:
    write_private(path, json.dumps(asdict(identity), indent=2))
