"""Reading dead letters: lists, one of them, and how its payload differs from what went well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlalchemy.orm import Session, defer

from core.contracts import InvalidPayload, catalog
from core.http import Page, page_of
from jobs.dead_letters.decisions import UnknownLetter
from jobs.dead_letters.messages import arguments_of
from jobs.dead_letters.models import Cause, DeadLetter, LetterState
from jobs.models import Job
from jobs.states import JobState

OPEN_COUNTED = 1_000  # more is only "many" to whoever reads it, and is asked for on every page
RUNS_LOOKED_AT = 5_000  # of a task, the newest, when its last good one is looked for
# A page of two hundred would read megabytes of what it does not show.
WITHOUT_MESSAGE = tuple(defer(one, raiseload=True) for one in (DeadLetter.headers, DeadLetter.body, DeadLetter.x_death))


@dataclass(frozen=True, kw_only=True)
class LetterFilter:
    """`since` and `until` are about `at`; `q` is text in the error or the task, or an id."""

    states: Sequence[LetterState] = ()
    causes: Sequence[Cause] = ()
    task: str | None = None
    queue: str | None = None
    project_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal = [(getattr(DeadLetter, name), getattr(self, name)) for name in ("task", "queue", "project_id")]
        found = [column == value for column, value in equal if value is not None]
        among = ((DeadLetter.state, self.states), (DeadLetter.cause, self.causes))
        found += [column.in_(chosen) for column, chosen in among if chosen]
        if self.since is not None:
            found.append(DeadLetter.at >= self.since)
        if self.until is not None:
            found.append(DeadLetter.at < self.until)
        return [*found, _mentions(self.q)] if self.q else found


def _mentions(text: str) -> ColumnElement[bool]:
    needle = orjson.dumps(text)[1:-1].decode()  # as JSON writes it
    error = cast(DeadLetter.error, Text).icontains(needle, autoescape=True)
    return or_(DeadLetter.id == text, DeadLetter.task.icontains(text, autoescape=True), error)


def list_letters(session: Session, wanted: LetterFilter, *, cursor: str | None, limit: int) -> Page[DeadLetter]:
    """Newest first, without the broker's message. Raises BadCursor."""
    statement = select(DeadLetter).options(*WITHOUT_MESSAGE).where(*wanted.conditions())
    return page_of(session, statement, by=(DeadLetter.at, DeadLetter.id), cursor=cursor, limit=limit)


def count_letters(session: Session, wanted: LetterFilter, *, most: int) -> int:
    """How many there are; counts no further than `most`."""
    some = select(DeadLetter.id).where(*wanted.conditions()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def undecided(session: Session, *, since: datetime) -> int:
    """How many newer ones wait for people: open, and not about to be run again by themselves."""
    waiting = (DeadLetter.state == LetterState.OPEN, DeadLetter.at >= since, DeadLetter.redrive_at.is_(None))
    return session.scalar(select(func.count()).where(*waiting)) or 0


def open_letters(session: Session) -> int:
    """How many wait for people, however old they are; never counted further than OPEN_COUNTED."""
    waiting = (DeadLetter.state == LetterState.OPEN, DeadLetter.redrive_at.is_(None))
    some = select(DeadLetter.id).where(*waiting).limit(OPEN_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def get_letter(session: Session, letter_id: str) -> DeadLetter:
    """Raises UnknownLetter."""
    letter = session.get(DeadLetter, letter_id)
    if letter is None:
        raise UnknownLetter(f"There is no dead letter {letter_id!r}.")
    return letter


def letter_state(session: Session, job: Job) -> LetterState | None:
    """Of the letter that the job has left, if it has left one."""
    if job.status is not JobState.FAILED:
        return None
    found = session.scalar(select(DeadLetter.state).where(DeadLetter.id == job.id))
    return LetterState(found) if found else None


def payload_of(session: Session, letter: DeadLetter) -> dict[str, Any] | None:
    """What a re-run would be given; None when nothing tells."""
    if letter.job_id is not None:
        return session.scalar(select(Job.payload).where(Job.id == letter.job_id))
    contract, arguments = catalog.find(letter.task or ""), arguments_of(letter.body)
    if contract is None or arguments is None:
        return None
    try:
        return contract.bind(*arguments)
    except InvalidPayload:
        return None


def last_good_run(session: Session, letter: DeadLetter) -> Job | None:
    """The newest job of its task that succeeded; of its project, if it has one that ran."""
    newest = select(Job.id).where(Job.task == letter.task).order_by(Job.created_at.desc(), Job.id.desc())
    looked_at = newest.limit(RUNS_LOOKED_AT).subquery()
    good = select(Job).join(looked_at, looked_at.c.id == Job.id).where(Job.state == JobState.SUCCEEDED)
    own_first = (func.coalesce(Job.project_id, "") == (letter.project_id or "")).desc()
    return session.scalar(good.order_by(own_first, Job.created_at.desc(), Job.id.desc()).limit(1))


@dataclass(frozen=True)
class Difference:
    """At `path` (`payload.accounts.0.name`): what went well, and what did not."""

    path: str
    change: Literal["added", "removed", "changed"]
    good: Any
    dead: Any


def differences(good: Any, dead: Any, path: str = "payload") -> list[Difference]:
    """Field by field, in the order of their paths."""
    if isinstance(good, Mapping) and isinstance(dead, Mapping):
        return [one for name in sorted(good.keys() | dead.keys()) for one in _member(good, dead, name, path)]
    if isinstance(good, list) and isinstance(dead, list):
        both = (dict(enumerate(good)), dict(enumerate(dead)))
        return [one for index in range(max(len(good), len(dead))) for one in _member(*both, index, path)]
    same = good == dead and type(good) is type(dead)
    return [] if same else [Difference(path, "changed", good, dead)]


def _member(good: Mapping[Any, Any], dead: Mapping[Any, Any], name: Any, path: str) -> list[Difference]:
    here = f"{path}.{name}"
    if name not in good:
        return [Difference(here, "added", None, dead[name])]
    if name not in dead:
        return [Difference(here, "removed", good[name], None)]
    return differences(good[name], dead[name], here)
