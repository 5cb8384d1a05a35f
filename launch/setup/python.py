"""The virtual environment `.venv/`, filled from the lock file."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from launch.console import Stop
from launch.paths import REQUIREMENTS, TOOLS, VENV, VENV_BIN
from launch.setup.commands import run
from launch.setup.stamp import Stamp, fingerprint
from launch.setup.system import with_apt

LOCK = REQUIREMENTS / "dev.txt"  # holds app.txt and tasks.txt too, in the same versions
INSTALLED = Stamp("python")
PIP = "python3-pip"  # as Debian calls it


def install() -> str:
    wanted = fingerprint([LOCK], sys.version)
    if INSTALLED.matches(wanted) and (VENV_BIN / "python").exists():
        return "unchanged"
    INSTALLED.clear()
    fill(uv())
    INSTALLED.write(wanted)
    return f"installed from {LOCK.relative_to(REQUIREMENTS.parent)}"


def fill(uv: Path) -> None:
    run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV), "UV_LINK_MODE": "copy"}
    # Compiled once here: a process that may not keep what it compiles would compile two thousand files at each start.
    run([uv, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", LOCK], environment=environment)


def uv() -> Path:
    """The person's own uv, or ours, fetched once."""
    on_path, ours = shutil.which("uv"), TOOLS / "bin" / "uv"
    if on_path:
        return Path(on_path)
    if not ours.exists():
        fetch_uv()
    return ours


def fetch_uv() -> None:
    if importlib.util.find_spec("pip") is None:
        install_pip()
    try:
        # `--target`, since the system's Python is often "externally managed" and refuses all else.
        run([sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", TOOLS, "uv"])
    except Stop as problem:
        raise Stop(f"uv is needed: install it, or pip for {sys.executable} to fetch it with.\n{problem}") from None


def install_pip() -> None:
    """Debian's bare python3 comes without it."""
    if shutil.which("apt-get") is None:
        raise Stop(f"Please install uv, or pip for {sys.executable}.")
    with_apt([PIP])
