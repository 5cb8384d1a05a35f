"""Run a program of set-up: quiet while it works, its whole output when it fails."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from launch.console import Stop
from launch.paths import ROOT


def run(command: Sequence[str | Path], *, folder: Path = ROOT, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Stop(f"{' '.join(map(str, command))} failed:\n{shortened(done.stdout)}")
    return done.stdout


def shortened(output: str, lines: int = 30) -> str:
    """The start and the end: some programs say first what is wrong, some last."""
    every = output.strip().splitlines()
    return "\n".join(every if len(every) <= 2 * lines else [*every[:lines], "...", *every[-lines:]])
