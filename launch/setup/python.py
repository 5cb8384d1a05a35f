"""The virtual environment `.venv/`, filled from the lock file."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from launch.console import Stop
from launch.paths import BENCH_VENV, REQUIREMENTS, TOOLS, VENV
from launch.setup.commands import run
from launch.setup.stamp import Stamp, fingerprint
from launch.setup.system import with_apt

LOCK = REQUIREMENTS / "dev.txt"  # holds app.txt and tasks.txt too, in the same versions
INSTALLED = Stamp("python")
BENCH_LOCK = REQUIREMENTS / "bench.txt"
PIP = "python3-pip"  # as Debian calls it


def install() -> str:
    return installed(LOCK, VENV, INSTALLED)


def install_peers() -> str:
    """What `make bench` measures us against: never in the environment that the application runs in."""
    return installed(BENCH_LOCK, BENCH_VENV, Stamp("bench"))


def installed(lock: Path, venv: Path, stamp: Stamp) -> str:
    wanted = fingerprint([lock], sys.version)
    if stamp.matches(wanted) and (venv / "bin" / "python").exists():
        return "unchanged"
    stamp.clear()
    fill(uv(), lock, venv)
    stamp.write(wanted)
    return f"installed from {lock.relative_to(REQUIREMENTS.parent)}"


def fill(uv: Path, lock: Path, venv: Path) -> None:
    run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv])
    environment = {**os.environ, "VIRTUAL_ENV": str(venv), "UV_LINK_MODE": "copy"}
    # Compiled once here: a process that may not keep what it compiles would compile two thousand files at each start.
    run([uv, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", lock], environment=environment)


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
