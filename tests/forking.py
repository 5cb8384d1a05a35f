"""The parent of the programs that tests start, itself started by tests/nursery.py: `python tests/forking.py FD`.

Each message on its line is a program to start, or a child to ask after.
"""

import gc
import importlib
import json
import os
import runpy
import socket
import sys
from typing import Any

LIBRARIES = (
    "alembic.command",
    "click_repl",
    "fastapi",
    "httpx2",
    "prometheus_client",
    "psycopg",
    "pwdlib.hashers.argon2",
    "pydantic_settings",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.orm",
    "structlog",
    "tornado.web",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.main",
    "uvicorn.protocols.http.auto",
)
LONGEST = 200_000  # bytes of a message: an environment, above all

Order = dict[str, Any]
statuses: dict[int, int] = {}  # of those that have ended


def load() -> None:
    """Not from the folder of this file, whose packages are called as Slipway's are."""
    del sys.path[0]
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def serve(line: socket.socket) -> Order | None:
    """Until nobody is left to ask. In a child, answers what it is to become."""
    with line:
        while message := line.recv(LONGEST):
            order: Order = json.loads(message)
            answer = status_of(order["ended"]) if "ended" in order else fork()
            if answer == 0 and "command" in order:
                return order
            line.send(json.dumps([order["number"], answer]).encode())
    return None


def status_of(pid: int) -> int | None:
    """As `subprocess` has it; None while it runs. Kept, since an answer may find nobody who still waits for it."""
    if pid not in statuses:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            statuses[pid] = os.waitstatus_to_exitcode(status)
    return statuses.get(pid)


def fork() -> int:
    """Answers when the child leads a group of its own, by which it can be killed."""
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
    statuses.pop(pid, None)  # of one that had the same
    os.close(told)
    os.read(heard, 1)
    os.close(heard)
    return pid


def become(order: Order) -> str:
    """Everything that a process has from whoever starts it; answers the program's path."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.close(log)
    os.chdir(order["directory"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = order["command"]
    program: str = sys.argv[0]
    further = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [os.path.dirname(program), *filter(None, further)]
    return program


if __name__ == "__main__":
    load()
    if order := serve(socket.socket(fileno=int(sys.argv[1]))):
        runpy.run_path(become(order), run_name="__main__")
