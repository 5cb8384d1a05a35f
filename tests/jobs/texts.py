"""The search's texts, brought up to date at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import reading
from jobs import text_index
from jobs.texts import JobText


def index_all() -> int:
    """Of what has just changed too; answers how many batches it took."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_index, "SETTLED", timedelta(0))
        batches = 1
        while text_index.index_texts():
            batches += 1
        return batches


def indexed_texts(*, but: str | None = None) -> list[str]:
    with reading() as session:
        others = select(JobText.text).where(JobText.job_id != (but or ""))
        return list(session.scalars(others.order_by(JobText.position)))
