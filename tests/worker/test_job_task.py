"""Our tasks as Celery registers them."""

import os
import subprocess

import pytest

from core.settings import ROOT
from tests.processes import API, BIN

SECRETIVE = """
from jobs.handlers import Handler
from tests.secretive import LOGIN
from worker.job_task import task_of
print(task_of(Handler(contract=LOGIN, run=lambda job, payload: None, retry={})).resultrepr_maxsize)
"""
RETRYING = """
from jobs.handlers import Handler
from worker.failures import RetryAsked
from worker.job_task import task_of
from workloads.operations.contracts import PING
task = task_of(Handler(contract=PING, run=lambda job, payload: None, retry={}))
def tries(**options):
    try:
        task.retry(**options)
    except RetryAsked as asked:
        return asked.tries
found = [tries(), tries(max_retries=7)]
task.max_retries = None
print([*found, tries(countdown=5)])
"""

LINKED_TOO_DEEP = """
from jobs.canvas import CanvasNotStorable
from tests.nested import nested
from worker.tasks import ping
try:
    ping.apply_async([1], link=ping.si(nested(244)))
except CanvasNotStorable as refused:
    print(refused.code, refused.message)
"""

WITHOUT_A_ZONE = """
from datetime import datetime, timedelta
from core.db import reading
from jobs.models import Job
from worker.tasks import ping
noon = datetime(2040, 1, 1, 12)
asked = ping.apply_async([1], eta=noon, expires=noon + timedelta(hours=1))
again = ping.apply_async([1], eta=noon.isoformat())
with reading() as session:
    first, second = session.get(Job, asked.id), session.get(Job, again.id)
print(first.due_at.isoformat(), first.expires_at.isoformat(), second.due_at == first.due_at)
"""


def test_celery_writes_no_result_with_secrets_to_its_log_or_its_events(sqlite_database: str) -> None:
    assert said_by(SECRETIVE) == "0"


def test_a_task_that_retries_does_so_three_times_unless_it_says_otherwise(sqlite_database: str) -> None:
    assert said_by(RETRYING) == "[3, 7, None]"


def test_apply_async_answers_that_what_follows_in_a_canvas_cannot_be_stored(sqlite_database: str) -> None:
    assert said_by(LINKED_TOO_DEEP).startswith("CanvasNotStorable What is to follow the task in Celery's canvas")


def test_a_time_that_names_no_zone_is_utc_wherever_the_host_stands(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Celery takes it. By its host's clock, the one job would expire hours before it may begin, and never run."""
    monkeypatch.setenv("TZ", "America/New_York")

    assert said_by(WITHOUT_A_ZONE).endswith("2040-01-01T12:00:00+00:00 2040-01-01T13:00:00+00:00 True")


def said_by(code: str) -> str:
    """In a process of its own, since a task that is made stays registered."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{API}"}
    done = subprocess.run(
        [str(BIN / "python"), "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
