"""Rows as weeks of work leave them, written straight into the tables: some thousands that are made up, and from then on
copies of them by the database itself, each a few seconds older. A million take a minute or two.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, text, update

from core import clock, ids
from core.columns import UtcDateTime
from core.contracts import catalog
from core.engine import get_engine
from jobs.models import Job
from jobs.search.texts import SLOTS, JobText, JobTextMark, position_of, text_of

SPREAD = timedelta(days=6)
APART_MS = 11_701  # milliseconds between a row and its copy
RARE, COMMON = "chrysanthemum", "invoice"  # in one of ten thousand jobs, in one of three
STATES = {"succeeded": 0.9, "failed": 0.08, "cancelled": 0.019, "queued": 4e-4, "retrying": 3e-4, "scheduled": 3e-4}
ERROR = {"class_name": "ProviderBusy", "message": "the provider is busy, try later", "kind": "transient"}
PROJECTS = 300


class Rows:
    """Seeded: the same rows each time."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._words = ["".join(self._random.choices("abcdefghijklmnoprstuvwz", k=long)) for long in [4, 6, 8] * 1_000]
        self._tasks = [(one.name, one.queue.value) for one in catalog.all()]
        self._made = 0
        self.filled = 0

    def fill(self, until: int) -> None:
        """The first time the rows are made up, then they are copied, so each size is a multiple of the first."""
        with without_indexes() as connection:
            if self._made:
                copies = range(self.filled // self._made, until // self._made)
                for number in copies:
                    _copy(connection, number)
            else:
                _write(connection, [self._row(number) for number in range(until)])
                self._made = until
            self.filled = until
        with _changing() as connection:
            connection.execute(text("ANALYZE"))

    def _row(self, number: int) -> dict[str, Any]:
        [state] = self._random.choices(list(STATES), list(STATES.values()))
        task, queue = self._tasks[min(int(self._random.expovariate(0.6)), len(self._tasks) - 1)]
        at = clock.now() - SPREAD * self._random.random() - timedelta(hours=1)
        final = state in ("succeeded", "failed", "cancelled")
        return {
            "id": ids.new_id(),
            "task": task,
            "queue": queue,
            "state": state,
            "project_id": f"project-{min(int(self._random.expovariate(0.02)), PROJECTS)}",
            "payload": {"value": {"subject": self._subject(number), "note": self._sentence(14), "number": number}},
            "payload_hash": "",
            "result": {"answer": self._sentence(8)} if state == "succeeded" else None,
            "error": ERROR if state in ("failed", "retrying") else None,
            "dispatch": 1,
            "attempt": int(final),
            "lost": 0,
            "retries": 0,
            "published_at": at,
            "due_at": clock.now() + SPREAD if state in ("retrying", "scheduled") else None,
            "created_at": at,
            "queued_at": at,
            "started_at": at + timedelta(seconds=1) if final else None,
            "ended_at": at + timedelta(seconds=3) if final else None,
            "updated_at": at + timedelta(seconds=3),
        }

    def _subject(self, number: int) -> str:
        if number % 10_000 == 77:
            return RARE
        return COMMON if self._random.random() < 1 / 3 else self._sentence(1)

    def _sentence(self, words: int) -> str:
        return " ".join(self._random.choices(self._words, k=words))


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    texts: dict[int, dict[str, Any]] = {}
    for row in rows:
        job = Job(**row)
        texts[position_of(job)] = {"position": position_of(job), "job_id": job.id, "text": text_of(job)}
    connection.execute(insert(Job), rows)
    connection.execute(insert(JobText), list(texts.values()))
    connection.execute(update(JobTextMark).values(at=clock.now(), job_id=""))


def _copy(connection: Connection, number: int) -> None:
    """Of the rows that were made up, whose ids are UUIDs; a copy's id is longer."""
    shift = number * APART_MS
    made_up = "WHERE length({id}) = 36"
    jobs = _copied(Job.__table__, {"id": f"id || '-{number}'"} | _older(connection, shift))
    connection.exec_driver_sql(f"{jobs} {made_up.format(id='id')}")
    texts = {"position": f"position - {shift * SLOTS}", "job_id": f"job_id || '-{number}'"}
    again = _copied(JobText.__table__, texts)
    connection.exec_driver_sql(f"{again} {made_up.format(id='job_id')} ON CONFLICT DO NOTHING")


def _copied(table: Any, instead: dict[str, str]) -> str:
    names = [column.name for column in table.columns]
    values = [instead.get(name, name) for name in names]
    return f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table.name}"


def _older(connection: Connection, shift: int) -> dict[str, str]:
    table: Table = Job.__table__  # type: ignore[assignment]
    times = [one.name for one in table.columns if isinstance(one.type, UtcDateTime)]
    if connection.dialect.name == "postgresql":
        return {name: f"{name} - interval '{shift} milliseconds'" for name in times}
    return {name: f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '-{shift / 1000} seconds')" for name in times}


@contextmanager
def without_indexes() -> Iterator[Connection]:
    """They are made anew afterwards, which is a fraction of the work."""
    table: Table = Job.__table__  # type: ignore[assignment]
    with _changing() as connection:
        made_anew = _drop_text_index(connection)
        for one in table.indexes:
            one.drop(connection)
        yield connection
        for one in table.indexes:
            one.create(connection)
        for statement in made_anew:
            connection.exec_driver_sql(statement)


@contextmanager
def _changing() -> Iterator[Connection]:
    with get_engine().execution_options(writing=True).begin() as connection:
        yield connection


def _drop_text_index(connection: Connection) -> list[str]:
    """Answers what makes it anew."""
    if connection.dialect.name == "postgresql":
        made = connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_job_texts_fts'")).all()
        connection.exec_driver_sql("DROP INDEX IF EXISTS ix_job_texts_fts")
        return list(made)
    of_texts = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'job_texts%'"
    triggers = {name: sql for name, sql in connection.execute(text(of_texts))}
    for name in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [*triggers.values(), "INSERT INTO job_texts_fts (job_texts_fts) VALUES ('rebuild')"]
