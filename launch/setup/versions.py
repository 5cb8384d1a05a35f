"""Is this machine's Python and Node new enough?"""

import re
import shutil
import subprocess
import sys

from launch.console import Stop

PYTHON = (3, 11)
NODE = (20, 19)


def check() -> str:
    if sys.version_info < PYTHON:
        raise Stop(f"Python {dotted(PYTHON)} or newer is needed: install it, then `make run PYTHON=python3.x`.")
    return f"Python {dotted(sys.version_info[:3])}, {node_in_words()}"


def node_in_words() -> str:
    version = node_version()
    if version is None:
        return f"no Node: install Node {dotted(NODE)} or newer for the panel"
    if version < NODE:
        raise Stop(f"Node {dotted(version)} is too old for the panel: install Node {dotted(NODE)} or newer.")
    return f"Node {dotted(version)}"


def node_version() -> tuple[int, ...] | None:
    if shutil.which("node") is None:
        return None
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:3])


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
