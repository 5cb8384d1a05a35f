"""Ports on loopback."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range from which the kernel serves outgoing connections: a client that retries a closed
# port inside that range can end up connected to itself, and then the server can't have its port back.
POOL = range(20_000, 32_000)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        port = random.choice(POOL)
        if is_free(port):
            found.add(port)
    return list(found)


def free_port(preferred: int) -> int:
    return preferred if is_free(preferred) else free_ports(1)[0]
