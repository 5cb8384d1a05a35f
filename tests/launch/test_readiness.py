import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from launch import readiness
from launch.console import Stop
from launch.ports import LOOPBACK
from launch.readiness import answers_healthz, wait_until
from launch.supervisor.control import ProgramState


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def web() -> Iterator[int]:
    """The port of something that answers GET /healthz."""
    with http.server.HTTPServer((LOOPBACK, 0), Healthy) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@dataclass
class Web:
    """supervisord, which keeps a web process in this state."""

    state: str

    def states(self) -> list[ProgramState]:
        return [ProgramState("web", self.state, 10)]


def test_who_answers_healthz_is_ready_though_supervisord_does_not_yet_count_it_as_started(web):
    wait_until(lambda: answers_healthz(web), name="web", programs=Web("STARTING"))


def test_a_web_process_that_fails_again_and_again_is_given_up_sooner(monkeypatch):
    monkeypatch.setattr(readiness, "CRASH_PATIENCE", 0)
    with pytest.raises(Stop, match="web did not become ready"):
        wait_until(lambda: False, name="web", programs=Web("BACKOFF"))
