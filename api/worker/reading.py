"""Reading what the broker has sent: all that is there at once.

py-amqp asks the operating system nine times for each message, and changes the socket's mode six times. Each of these
gives up the interpreter, and in a pool of threads a busy job keeps it then.
"""

import socket
import ssl
import struct
from typing import Any

from amqp import RecoverableConnectionError

AT_ONCE = 4 * 1024  # bytes: some messages; a loop that has read them looks after its pool before it reads more
HEADER = struct.Struct(">BHI")  # of a frame: its type, its channel, and how many bytes follow before its end, one byte


def read_at_once(connection: Any, hub: Any) -> None:
    """Takes the place of the reader that Celery has given `hub` for `connection`, which is py-amqp's. With TLS that one
    stays."""
    if not isinstance(connection.sock, ssl.SSLSocket):
        hub.add_reader(connection.sock, _read, connection)


def _read(connection: Any) -> None:
    """Raises the transport's errors, and those of whoever handles a message."""
    if not connection.connected:
        raise RecoverableConnectionError("Socket was disconnected")
    try:
        found = connection.sock.recv(AT_ONCE, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return
    if not found:
        connection.drain_events(timeout=0)  # finds the same, and says what that means
    transport = connection.transport
    transport._read_buffer += found
    while _has_a_frame(transport._read_buffer):
        connection.on_inbound_frame(transport.read_frame())


def _has_a_frame(read: bytes) -> bool:
    return len(read) >= HEADER.size and len(read) > HEADER.size + HEADER.unpack_from(read)[2]
