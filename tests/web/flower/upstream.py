"""Something in Flower's place, on loopback: it keeps what it was asked and answers what it was told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass
class Told:
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Content-Type", "text/plain")])
    body: bytes = b"from Flower"


@dataclass
class FlowersPlace:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@contextmanager
def in_flowers_place() -> Iterator[FlowersPlace]:
    place = FlowersPlace()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            place.asked.append(Asked(self.command, self.path, list(self.headers.items()), body))
            place.hold.wait(30)
            self.send_response_only(place.told.status)
            for name, value in [*place.told.headers, ("Content-Length", str(len(place.told.body)))]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(place.told.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    place.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield place
    finally:
        place.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
