"""Remember what a slow step was done for, so that it is done again only when that changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from launch.paths import STAMPS


def fingerprint(files: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


class Stamp:
    def __init__(self, name: str, folder: Path = STAMPS) -> None:
        self.path = folder / name

    def matches(self, fingerprint: str) -> bool:
        return self.path.exists() and self.path.read_text(encoding="utf-8") == fingerprint

    def write(self, fingerprint: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(fingerprint, encoding="utf-8")

    def clear(self) -> None:
        """Before the work starts: work that is interrupted must not look done."""
        self.path.unlink(missing_ok=True)
