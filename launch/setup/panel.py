"""The admin panel: its packages, and the build that the web process serves."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from launch.paths import PANEL
from launch.setup.commands import run
from launch.setup.stamp import Stamp, fingerprint

NOT_SOURCE = {"node_modules", "dist", "coverage"}
INSTALLED, BUILT = Stamp("panel-packages"), Stamp("panel-build")


def install() -> str:
    if reason := reason_to_skip():
        return reason
    wanted = fingerprint([PANEL / "package-lock.json"])
    if INSTALLED.matches(wanted) and (PANEL / "node_modules").exists():
        return "unchanged"
    INSTALLED.clear()
    run(["npm", "ci", "--no-audit", "--no-fund"], folder=PANEL)
    INSTALLED.write(wanted)
    return "installed from package-lock.json"


def build() -> str:
    if reason := reason_to_skip():
        return reason
    wanted = fingerprint(sources(), *build_settings())
    if BUILT.matches(wanted) and (PANEL / "dist").exists():
        return "unchanged"
    BUILT.clear()
    run(["npm", "run", "build"], folder=PANEL)
    # Counted again: the build may have written generated sources.
    BUILT.write(fingerprint(sources(), *build_settings()))
    return "built"


def reason_to_skip() -> str | None:
    if not (PANEL / "package-lock.json").exists():
        return "skipped: there is no admin-panel/ here"
    if shutil.which("npm") is None:
        return "skipped: npm is not installed, so there will be an API but no panel"
    return None


def sources() -> Iterator[Path]:
    for folder, subfolders, files in os.walk(PANEL):
        subfolders[:] = [name for name in subfolders if name not in NOT_SOURCE]
        yield from (Path(folder, name) for name in files if not name.endswith(".tsbuildinfo"))


def build_settings() -> list[str]:
    """Vite builds these into the panel."""
    return sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith("VITE_"))
