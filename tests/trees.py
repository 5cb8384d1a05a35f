"""A copy of the application with more tasks in it."""

import shutil
from pathlib import Path

from core.settings import ROOT


def copy_of_the_application(directory: Path) -> Path:
    """Answers the copy's root; `api/` lies below it."""
    tree = directory / "tree"
    shutil.copytree(ROOT / "api", tree / "api")  # with what is compiled already
    return tree


def append(tree: Path, path: str, code: str) -> None:
    target = tree / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"{target.read_text()}\n{code}" if target.exists() else code)
