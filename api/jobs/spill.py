"""A success that the database would not take yet, kept where others on the same machine find it.

Between the end of a job's work and its commit, the database may be away for so long that a hard time limit strikes, or
the child dies, or all of its worker. What is kept here makes sure that it is still recorded as the success it was.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.db import reading
from core.patience import is_trouble
from core.settings import get_settings
from jobs import finish
from jobs.claim import Superseded
from jobs.models import RUNNING, Job

log = structlog.get_logger(__name__)


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
    with suppress(OSError, orjson.JSONDecodeError):  # a machine that lost its power may leave it empty
        return Kept(orjson.loads(_path(claim_id).read_bytes()))
    return None


def all_kept() -> list[str]:
    """The claims of all that is kept, by whichever worker that shares this directory."""
    return sorted(path.stem for path in _path("any").parent.glob("*.json"))


def settle_kept() -> None:
    """Before the jobs of a dead worker are run again. Raises the database's errors."""
    for claim_id in all_kept():
        with reading() as session:
            job_id = session.scalar(select(Job.id).where(text(RUNNING), Job.claim_id == claim_id))
        success = kept(claim_id)
        if job_id is not None and success is not None:
            _settle(job_id, claim_id, success)
        with suppress(OSError):
            drop(claim_id)


def _settle(job_id: str, claim_id: str, success: Kept) -> None:
    """One that cannot be written keeps no other job from being run again."""
    try:
        finish.succeed(job_id, claim_id, success.result)
    except Superseded:
        log.info("a success came too late", job_id=job_id)
    except DBAPIError as error:
        if is_trouble(error):
            raise
        log.exception("a success that was kept cannot be stored", job_id=job_id)


def drop(claim_id: str) -> None:
    _path(claim_id).unlink(missing_ok=True)
