"""The network as the HTTP client sees it: it connects to addresses that were checked, and its time is limited."""

import socket
import ssl
import time
from collections.abc import Iterable
from concurrent.futures import Future
from threading import Thread
from typing import Any

from httpcore2 import (
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadTimeout,
    SyncBackend,
    WriteTimeout,
)

from capabilities.fetch.addresses import Resolver, resolve
from capabilities.fetch.errors import Unreachable

CONNECT_SECONDS = 5.0  # for one address


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self, over: type[Exception], timeout: float | None = None) -> float:
        """Seconds left, at most `timeout`. Raises `over` when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise over("the time is over")
        return left if timeout is None else min(left, timeout)


class CheckedNetwork(NetworkBackend):
    """A name is resolved once, and what was checked is what is connected to. Host and SNI stay the name's."""

    def __init__(self, deadline: Deadline, resolver: Resolver = socket.getaddrinfo) -> None:
        self._deadline, self._resolver = deadline, resolver
        self._network = SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """Raises AddressRefused, Unreachable."""
        for address in self._addresses_of(host, port):
            seconds = self._deadline.left(ConnectTimeout, CONNECT_SECONDS)
            try:
                stream = self._network.connect_tcp(address, port, seconds, local_address, socket_options)
            except (ConnectError, ConnectTimeout):
                continue
            return LimitedStream(stream, self._deadline)
        raise Unreachable(f"No connection to {host}, port {port}.")

    def _addresses_of(self, host: str, port: int) -> list[str]:
        """A name server that does not answer is waited for in a thread, since nothing else can leave it."""
        found: Future[list[str]] = Future()

        def ask() -> None:
            try:
                found.set_result(resolve(host, port, resolver=self._resolver))
            except Exception as error:
                found.set_exception(error)

        Thread(target=ask, daemon=True, name="resolve").start()
        try:
            return found.result(self._deadline.left(ConnectTimeout))
        except TimeoutError:
            raise Unreachable(f"{host} was not resolved in time.") from None

    def connect_unix_socket(self, *_: Any, **__: Any) -> NetworkStream:
        raise NotImplementedError


class LimitedStream(NetworkStream):
    """A server that sends one byte a second does not hold a worker: all reads and writes share one deadline."""

    def __init__(self, stream: NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(ReadTimeout, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(WriteTimeout, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        seconds = self._deadline.left(ConnectTimeout, timeout)
        return LimitedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
