"""Jobs by what they say: submitted, looked for, and their texts brought up to date at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import reading
from jobs.models import Job
from jobs.queries import JobFilter, count_jobs, list_jobs
from jobs.search import index
from jobs.search.texts import JobText
from tests.jobs.rows import make_job


def said(value: str, **more: object) -> str:
    return make_job("succeeded", payload={"value": value}, **more)


def found(q: str, **more: object) -> list[str]:
    """All pages, each of two."""
    jobs: list[Job] = []
    cursor = None
    while True:
        with reading() as session:
            page = list_jobs(session, JobFilter(q=q, **more), cursor=cursor, limit=2)  # type: ignore[arg-type]
        jobs += page.items
        if (cursor := page.next_cursor) is None:
            return [job.id for job in jobs]


def counted(q: str, most: int = 1000) -> int:
    with reading() as session:
        return count_jobs(session, JobFilter(q=q), most=most)


def index_all() -> int:
    """Of what has just changed too; answers how many batches it took."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "PUT_OFF", timedelta(0))
        batches = 1
        while index.index_texts():
            batches += 1
        return batches


def indexed_texts(*, but: str | None = None) -> list[str]:
    with reading() as session:
        others = select(JobText.text).where(JobText.job_id != (but or ""))
        return list(session.scalars(others.order_by(JobText.position)))
