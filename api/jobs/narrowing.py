"""Which index a list of jobs is read by.

Neither database can know that a state or a project is rare at the moment, and a wrong guess reads a million rows for a
page of fifty. So it is looked up, with a bound: what alone leaves few jobs is asked first, and its index leads.

Where nothing does, one state that is not success leads on SQLite: its index holds task, queue and project as well, so
the rows of other projects need not be read. A row is a page of the disk, an index holds a hundred entries on one.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db import is_postgresql
from jobs.models import Job
from jobs.states import JobState

FEW = 1_000  # jobs: read and sorted in a moment

Wanted = tuple[InstrumentedAttribute[Any], Sequence[str]]


def bare(wanted: Sequence[Wanted]) -> list[ColumnElement[bool]]:
    return [column.in_(values) if len(values) > 1 else column == values[0] for column, values in wanted]


def dressed(wanted: Sequence[Wanted]) -> list[ColumnElement[bool]]:
    """The same for the rows and of no use to an index."""
    return [func.coalesce(column, "").in_(values) for column, values in wanted]


def narrowed(session: Session, wanted: Sequence[Wanted]) -> list[ColumnElement[bool]]:
    """What leaves few jobs leads; else the order of the list does, or an equality that the database picks."""
    several = [one for one in wanted if len(one[1]) > 1]
    if len(wanted) > 1 or several:
        for one in wanted:
            if is_few(session, [one], FEW):
                return _led_by(one, wanted)
        if not is_postgresql(session) and (state := _one_state_but_success(wanted)):
            return _led_by(state, wanted)
    return [*bare([one for one in wanted if one not in several]), *dressed(several)]


def _led_by(one: Wanted, wanted: Sequence[Wanted]) -> list[ColumnElement[bool]]:
    return [*bare([one]), *dressed([other for other in wanted if other is not one])]


def _one_state_but_success(wanted: Sequence[Wanted]) -> Wanted | None:
    """Most jobs succeed: there a project or a task says more."""
    states = (one for one in wanted if one[0] is Job.state and len(one[1]) == 1)
    return next((one for one in states if one[1][0] != JobState.SUCCEEDED), None)


def is_few(session: Session, wanted: Sequence[Wanted], most: int) -> bool:
    some = select(Job.id).where(*bare(wanted)).limit(most + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= most
