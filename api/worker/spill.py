"""A success that the database would not take yet, kept where the main process finds it.

Between the end of a job's work and its commit, the database may be away for so long that a hard time limit strikes, or
the child dies. What is kept here makes sure that it is still recorded as the success it was.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from core.settings import get_settings


@dataclass(frozen=True)
class Kept:
    result: Any


def _path(claim_id: str) -> Path:
    return get_settings().var_dir / "endings" / f"{claim_id}.json"


def keep(claim_id: str, result: Any) -> None:
    """Whole or not at all; readable by its owner only."""
    path = _path(claim_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(orjson.dumps(result))
    draft.rename(path)


def kept(claim_id: str) -> Kept | None:
    with suppress(FileNotFoundError):
        return Kept(orjson.loads(_path(claim_id).read_bytes()))
    return None


def all_kept() -> list[str]:
    """The claims of all that is kept, by whichever worker that shares this directory."""
    return sorted(path.stem for path in _path("any").parent.glob("*.json"))


def drop(claim_id: str) -> None:
    _path(claim_id).unlink(missing_ok=True)
