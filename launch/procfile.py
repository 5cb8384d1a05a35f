"""The Procfile: which processes there are, and how one of them is started."""

import os
import sys
from pathlib import Path

from launch.console import Stop

RELEASE = "release"


def parse(text: str) -> dict[str, str]:
    lines = (line.strip() for line in text.splitlines())
    return dict(entry(line) for line in lines if line and not line.startswith("#"))


def entry(line: str) -> tuple[str, str]:
    name, colon, command = line.partition(":")
    if not (colon and name.strip().isidentifier() and command.strip()):
        raise Stop(f"Not a Procfile line (`name: command`): {line}")
    return name.strip(), command.strip()


def processes(path: Path) -> dict[str, str]:
    """What is kept running; `release` runs once before."""
    commands = parse(path.read_text(encoding="utf-8"))
    return {name: command for name, command in commands.items() if name != RELEASE}


def become(path: Path, name: str) -> None:
    """Turn this process into the one the Procfile describes, under the same pid."""
    os.execvp("bash", ["bash", "-c", parse(path.read_text(encoding="utf-8"))[name]])


if __name__ == "__main__":
    become(Path(sys.argv[1]), sys.argv[2])
