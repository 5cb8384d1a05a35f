"""The admin panel: its packages, and the build that the web process serves."""

import os
from collections.abc import Iterator
from pathlib import Path

from launch.paths import PANEL
from launch.setup import npm
from launch.setup.commands import run
from launch.setup.stamp import Stamp, fingerprint

NOT_SOURCE = {"node_modules", "dist", "coverage"}
INSTALLED, BUILT = Stamp("panel-packages"), Stamp("panel-build")


def install() -> str:
    return npm.install(PANEL, INSTALLED)


def build() -> str:
    if reason := npm.reason_to_skip(PANEL):
        return reason
    wanted = fingerprint(sources(), *build_settings())
    if BUILT.matches(wanted) and (PANEL / "dist").exists():
        return "unchanged"
    BUILT.clear()
    run(["npm", "run", "build"], folder=PANEL)
    # Counted again: the build may have written generated sources.
    BUILT.write(fingerprint(sources(), *build_settings()))
    return "built"


def sources() -> Iterator[Path]:
    for folder, subfolders, files in os.walk(PANEL):
        subfolders[:] = [name for name in subfolders if name not in NOT_SOURCE]
        yield from (Path(folder, name) for name in files if not name.endswith(".tsbuildinfo"))


def build_settings() -> list[str]:
    """Vite builds these into the panel."""
    return sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith("VITE_"))
