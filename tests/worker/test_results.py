"""`AsyncResult` on a result that has expired: neither empty nor a failure."""

import pytest
from celery import Celery

from core import clock
from tests.jobs.rows import make_job
from worker.results import ResultExpired

app = Celery(set_as_current=False, backend="worker.results:JobsBackend")


def test_an_expired_result_is_no_empty_success(database: str) -> None:
    job_id = make_job("succeeded", result_expired_at=clock.now())
    result = app.AsyncResult(job_id)

    assert result.state == "SUCCESS"
    assert isinstance(result.result, ResultExpired)
    with pytest.raises(ResultExpired, match="it was deleted at"):
        app.AsyncResult(job_id).get(timeout=1)


def test_an_empty_result_is_empty(sqlite_database: str) -> None:
    assert app.AsyncResult(make_job("succeeded")).get(timeout=1) is None
