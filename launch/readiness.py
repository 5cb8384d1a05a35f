"""Wait for something to be ready, and say what is wrong when it does not come."""

import http.client
import time
from collections.abc import Callable

from launch.console import Stop
from launch.paths import LOGS
from launch.ports import LOOPBACK
from launch.supervisor.control import Programs

PATIENCE = 60.0
# Enough for a few tries; what still ends as soon as it starts then will not heal.
CRASH_PATIENCE = 15.0
LOG_LINES = 15


def wait_until(ready: Callable[[], bool], *, name: str, programs: Programs) -> None:
    started = time.monotonic()
    while not ready():
        waited = time.monotonic() - started
        if waited > (CRASH_PATIENCE if name in failing(programs) else PATIENCE):
            raise Stop(diagnosis(name, programs))
        time.sleep(0.1)


def failing(programs: Programs) -> list[str]:
    return [state.name for state in programs.states() if state.fails]


def answers_healthz(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def diagnosis(name: str, programs: Programs) -> str:
    guilty = failing(programs) or [name]
    return "\n\n".join([f"{name} did not become ready.", *map(last_words, guilty)])


def last_words(program: str) -> str:
    log = LOGS / f"{program}.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines[-LOG_LINES:])])
