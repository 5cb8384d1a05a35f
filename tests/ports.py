"""Ports for what tests start. Tests that run at once, in processes of their own, never take the same one."""

import os

from launch import ports


def keep_to_a_share() -> None:
    """Of the pool: another process may choose a port between our looking whether it is free and our server's start."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ports.POOL = ports.POOL[number :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]


def free_port() -> int:
    return ports.free_ports(1)[0]
