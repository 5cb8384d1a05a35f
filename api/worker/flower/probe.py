"""Tries Flower's door as soon as it listens: a stranger must be sent away, or the process ends.

Within the process itself, so that it is done however Flower was started.
"""

import http.client
import os
import ssl
import sys
import threading
import time
from typing import NamedTuple, Self

from tornado.options import OptionParser

SENT_AWAY = (401, 302)
# Without a word, with nonsense, with an empty user and password.
STRANGERS: tuple[dict[str, str], ...] = ({}, {"Authorization": "Basic !"}, {"Authorization": "Basic Og=="})
PATIENCE = 60.0  # seconds
TIMEOUT = 15.0  # seconds for one answer
PAUSE = 0.1
EX_CONFIG = 78
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


class Door(NamedTuple):
    host: str
    port: int
    path: str
    tls: bool

    @classmethod
    def of(cls, options: OptionParser) -> Self:
        prefix = f"/{options.url_prefix.strip('/')}" if options.url_prefix else ""
        host = EVERYWHERE.get(options.address, options.address)
        return cls(host, options.port, f"{prefix}/workers", bool(options.certfile))


def watch(door: Door) -> None:
    threading.Thread(target=_watch, args=(door,), name="door", daemon=True).start()


def _watch(door: Door) -> None:
    fault = fault_of(door)
    if fault is not None:
        sys.stderr.write(f"Flower: {fault} It was stopped.\n")
        sys.stderr.flush()
        os._exit(EX_CONFIG)  # no clean-up: nobody may use it meanwhile


def fault_of(door: Door, patience: float = PATIENCE) -> str | None:
    """What is wrong with the door, in a sentence; None when it is shut."""
    for stranger in STRANGERS:
        status = _status(door, stranger, time.monotonic() + patience)
        if status is None:
            return f"it did not answer {door.path} within {patience:.0f} s, so nobody knows whether its door is shut."
        if status not in SENT_AWAY:
            return f"a stranger asked for {door.path} and got {status} instead of being sent away."
    return None


def _status(door: Door, headers: dict[str, str], deadline: float) -> int | None:
    while True:
        try:
            return _ask(door, headers)
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                return None
            time.sleep(PAUSE)


def _ask(door: Door, headers: dict[str, str]) -> int:
    connection = _connection(door)
    try:
        connection.request("GET", door.path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _connection(door: Door) -> http.client.HTTPConnection:
    if not door.tls:
        return http.client.HTTPConnection(door.host, door.port, timeout=TIMEOUT)
    own = ssl.create_default_context()
    own.check_hostname, own.verify_mode = False, ssl.CERT_NONE  # the name on it is the public one
    return http.client.HTTPSConnection(door.host, door.port, timeout=TIMEOUT, context=own)
