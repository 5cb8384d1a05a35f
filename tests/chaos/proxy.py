"""A TCP proxy before the broker that understands frames well enough to lose what the broker says."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

HEADER = struct.Struct(">BHI")  # type, channel, size of what follows, which one more octet ends
METHOD = struct.Struct(">HH")
ACK = (60, 80)  # basic.ack: from the broker, it is the confirm of a publish

Verdict = Callable[[tuple[int, int]], bool]


class Cut(Exception):
    """Both sides are closed, as by a cable that is pulled."""


class Proxy:
    """`passes` is asked about each method that the broker sends: False loses it, Cut ends the connection."""

    def __init__(self, broker_url: str) -> None:
        self._parts = urlsplit(broker_url)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.passes: Verdict = lambda _method: True
        self.lost = 0

    @property
    def url(self) -> str:
        port = self._server.getsockname()[1]
        return self._parts._replace(netloc=f"{self._parts.netloc.rpartition(':')[0]}:{port}").geturl()

    def serve(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                client, _ = self._server.accept()
                broker = socket.create_connection((self._parts.hostname or "", self._parts.port or 0))
                self._ends += [client, broker]
                for work in (self._to_broker, self._to_client):
                    threading.Thread(target=work, args=(client, broker), daemon=True).start()

    def _to_broker(self, client: socket.socket, broker: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                broker.sendall(data)
        _close(client, broker)

    def _to_client(self, client: socket.socket, broker: socket.socket) -> None:
        stream = broker.makefile("rb")
        with suppress(OSError, Cut):
            while head := stream.read(HEADER.size):
                kind, _channel, size = HEADER.unpack(head)
                rest = stream.read(size + 1)
                if kind != 1 or self._lets_pass(METHOD.unpack(rest[: METHOD.size])):
                    client.sendall(head + rest)
        _close(client, broker)

    def _lets_pass(self, method: tuple[int, int]) -> bool:
        passes = self.passes(method)
        self.lost += not passes
        return passes

    def cut(self) -> None:
        """All connections that there are; new ones pass."""
        ends, self._ends = self._ends, []
        _close(*ends)

    def close(self) -> None:
        _close(self._server, *self._ends)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def swallow_confirms(method: tuple[int, int]) -> bool:
    return method != ACK


def cut_at_a_confirm(method: tuple[int, int]) -> bool:
    """The publish got through, and nobody will ever hear of it."""
    if method == ACK:
        raise Cut
    return True


@contextmanager
def proxy_before(broker_url: str) -> Iterator[Proxy]:
    proxy = Proxy(broker_url)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    try:
        yield proxy
    finally:
        proxy.close()
        serving.join(5)
