"""The job rows of a workflow, always by their ids: over tables that it has not analysed yet, PostgreSQL would read all
of one for each row of the other."""

import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from core.db import is_postgresql
from core.portions import ROWS_PER_STATEMENT, portions
from jobs.models import Job


class JobRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def found(self, job_ids: Sequence[str], condition: ColumnElement[bool], *columns: Any) -> list[Row[Any]]:
        """Each with its id first."""
        return self._read(job_ids, condition, columns, lock=False, enough=sys.maxsize)

    def held(
        self, job_ids: Sequence[str], condition: ColumnElement[bool], *columns: Any, enough: int = sys.maxsize
    ) -> list[Row[Any]]:
        """Locked, but for those that somebody else holds: they are not waited for. Not more than `enough`."""
        return self._read(job_ids, condition, columns, lock=is_postgresql(self._session), enough=enough)

    def _read(
        self,
        job_ids: Sequence[str],
        condition: ColumnElement[bool],
        columns: tuple[Any, ...],
        *,
        lock: bool,
        enough: int,
    ) -> list[Row[Any]]:
        rows: list[Row[Any]] = []
        for some in portions(job_ids, ROWS_PER_STATEMENT):
            if len(rows) >= enough:
                break
            found = select(Job.id, *columns).where(Job.id.in_(some), condition).order_by(Job.id)
            rows += self._session.execute(found.with_for_update(skip_locked=True) if lock else found)
        return rows[:enough]

    def change(self, job_ids: Sequence[str], values: dict[str, Any]) -> None:
        for some in portions(job_ids, ROWS_PER_STATEMENT):
            changing = update(Job).where(Job.id.in_(some)).values(**values)
            self._session.execute(changing, execution_options={"synchronize_session": False})
