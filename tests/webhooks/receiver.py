"""A receiver of webhooks on loopback that answers as it is told, and checks signatures by the public scheme alone."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.ports import free_port
from tests.waiting import wait_for

SECRET_PATH = "/hooks/a-token-in-the-path?key=a-token-in-the-query"


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def message(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str) -> bool:
        """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
        key = base64.b64decode(secret[len("whsec_") :])
        signed = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return expected in self.headers["webhook-signature"].split(" ")


class Receiver(ThreadingHTTPServer):
    """Gives `replies` one after the other; the last one again and again."""

    daemon_threads = True

    def __init__(self, port: int, replies: list[Reply]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.replies = replies
        self.calls: list[Call] = []
        self._may_answer = threading.Event()
        self._may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{SECRET_PATH}"

    def hold(self) -> None:
        """Calls are taken and not answered until `let_go`."""
        self._may_answer.clear()

    def let_go(self) -> None:
        self._may_answer.set()

    def reply_to(self, call: Call) -> Reply:
        self.calls.append(call)
        reply = self.replies[min(len(self.calls), len(self.replies)) - 1]
        self._may_answer.wait()
        return reply

    def about(self, job_id: str) -> list[Call]:
        return [call for call in self.calls if call.message["data"]["id"] == job_id]

    def wait_for_call(self, job_id: str, *, times: int = 1, timeout: float = 60.0) -> Call:
        wait_for(lambda: len(self.about(job_id)) >= times, what=f"call {times} about {job_id}", timeout=timeout)
        return self.about(job_id)[times - 1]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        received = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.reply_to(Call(self.path, received, body)))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        with suppress(OSError):  # a caller that was killed
            self.end_headers()
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def receiving(*replies: Reply, port: int | None = None) -> Iterator[Receiver]:
    receiver = Receiver(port or free_port(), list(replies) or [Reply()])
    thread = threading.Thread(target=receiver.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.let_go()
        receiver.shutdown()
        thread.join()
        receiver.server_close()
