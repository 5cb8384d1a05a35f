"""Packages from a package-lock.json, installed once for each state of it."""

import shutil
from pathlib import Path

from launch.setup.commands import run
from launch.setup.stamp import Stamp, fingerprint


def install(folder: Path, stamp: Stamp) -> str:
    if reason := reason_to_skip(folder):
        return reason
    wanted = fingerprint([folder / "package-lock.json"])
    if stamp.matches(wanted) and (folder / "node_modules").exists():
        return "unchanged"
    stamp.clear()
    run(["npm", "ci", "--no-audit", "--no-fund"], folder=folder)
    stamp.write(wanted)
    return "installed from package-lock.json"


def reason_to_skip(folder: Path) -> str | None:
    if not (folder / "package-lock.json").exists():
        return f"skipped: there is no {folder.name}/ here"
    if shutil.which("npm") is None:
        return "skipped: npm is not installed, so there will be an API but no panel"
    return None
