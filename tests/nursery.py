"""Programs of Slipway as children of a process that has loaded their libraries already, and forks for each.

To load them is more than half of what a start computes, and the tests start two hundred programs. Nothing of Slipway
and nothing of Celery is loaded before: each program reads its own environment and command line.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

PARENT = Path(__file__).with_name("forking.py")
LOOK = 0.02  # seconds
LONGEST = 1_000  # bytes of an answer


class Nursery:
    """Whichever thread asks, and whatever keeps one from waiting for its answer."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, str(PARENT), str(theirs.fileno())]
            env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            # In a session of its own: a Ctrl-C is for the tests, which still end what they have started.
            self._parent = subprocess.Popen(
                command, env=env, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._asking, self._numbers = threading.Lock(), count()
        atexit.register(self.close)

    def ask(self, **question: Any) -> int | None:
        with self._asking:
            number = next(self._numbers)
            self._line.send(json.dumps({"number": number, **question}).encode())
            while received := self._line.recv(LONGEST):
                answered, answer = json.loads(received)
                if answered == number:
                    return None if answer is None else int(answer)
        raise RuntimeError(f"{PARENT.name} has ended")

    def close(self) -> None:
        self._line.close()
        self._parent.wait()


@cache
def nursery() -> Nursery:
    return Nursery()


class Forked:
    """As much of `subprocess.Popen` as tests use."""

    def __init__(self, command: list[str], *, log: Path, directory: Path, env: Mapping[str, str]) -> None:
        log.touch()
        pid = nursery().ask(command=command, log=str(log), directory=str(directory), env=dict(env))
        assert pid, "forking answers the child's"
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            self._status = nursery().ask(ended=self.pid)
        return self._status

    def wait(self, timeout: float = float("inf")) -> int:
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(LOOK)
        return status
