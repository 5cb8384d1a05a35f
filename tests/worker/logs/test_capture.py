"""What an attempt says is kept: by whom, with what, and what of it nobody may read."""

import logging
from typing import Any

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded

from core.db import writing
from core.log import HIDDEN
from jobs.handlers import RunningJob
from jobs.states import JobState
from jobs.submit import submit
from tests.jobs_seen import attempts_of, job_of, lines_of, submit_ping
from tests.secretive import LOGIN, PASSWORD, known, login
from tests.worker.attempts import Run
from worker.failures import FailedOnSecrets


def test_what_a_handler_says_is_kept_with_its_fields(run: Run) -> None:
    job_id = submit_ping()

    run(job_id, lambda job, _: job.log("three found", level="warning", count=3, odd={1: {2}}))

    [line] = lines_of(job_id)
    assert (line.attempt, line.number, line.level, line.logger, line.message) == (1, 1, "warning", "job", "three found")
    assert line.fields == {"count": 3, "odd": {"1": "{2}"}}


def test_both_ways_of_logging_are_heard_and_libraries_only_from_warning_on(run: Run, capturing: None) -> None:
    job_id = submit_ping()

    def body(job: RunningJob, _payload: Any) -> None:
        logging.getLogger("workloads.words").info("%d words", 6, extra={"language": "en"})
        structlog.get_logger("workloads.words").warning("odd", word="ß")
        logging.getLogger("celery.pool").info("noise")
        logging.getLogger("celery.pool").warning("trouble")
        job.log("once")

    run(job_id, body)

    told = [(line.level, line.logger, line.message, line.fields) for line in lines_of(job_id)]
    assert told == [
        ("info", "workloads.words", "6 words", {"language": "en"}),
        ("warning", "workloads.words", "odd", {"word": "ß"}),
        ("warning", "celery.pool", "trouble", None),
        ("info", "job", "once", None),
    ]


def test_a_time_limit_that_strikes_while_a_line_is_noted_ends_the_job(run: Run, capturing: None) -> None:
    """It comes once: a job that does little else than log would otherwise go on until it is killed."""

    class Slow:
        def __str__(self) -> str:
            raise SoftTimeLimitExceeded

    job_id = submit_ping()

    with pytest.raises(SoftTimeLimitExceeded):
        run(job_id, lambda _job, _payload: logging.getLogger("workloads.words").info("%s", Slow()))

    assert (job_of(job_id).state, job_of(job_id).error["kind"]) == (JobState.FAILED, "timeout")


def test_an_exception_that_is_logged_brings_its_traceback(run: Run, capturing: None) -> None:
    job_id = submit_ping()

    def body(_job: RunningJob, _payload: Any) -> None:
        try:
            _ = 1 / 0
        except ZeroDivisionError:
            logging.getLogger("workloads.words").exception("oh")
            structlog.get_logger("workloads.words").exception("ah")

    run(job_id, body)

    assert [line.message.splitlines()[0] for line in lines_of(job_id)] == ["oh", "ah"]
    assert all(line.message.endswith("ZeroDivisionError: division by zero") for line in lines_of(job_id))


def test_nan_is_logged_as_a_text_and_so_it_is_told_that_a_result_has_one(run: Run, capturing: None) -> None:
    job_id = submit_ping()

    def body(job: RunningJob, _payload: Any) -> Any:
        job.log("an epoch", loss=float("nan"))
        return [float("inf")]

    run(job_id, body)

    epoch, told = lines_of(job_id)
    assert epoch.fields == {"loss": "NaN"}
    assert (told.level, told.message.rpartition(": ")[2]) == (
        "warning",
        "0 is NaN or infinite, and JSON knows no such number.",
    )


def test_a_secret_of_the_payload_is_in_no_line_error_traceback_or_note(run: Run, capturing: None) -> None:
    with known(), writing() as session:
        job_id = submit(session, LOGIN, login()).job_id

    def body(job: RunningJob, payload: Any) -> None:
        job.log(f"signing in with {payload.account.password}", payload=payload.model_dump())
        structlog.get_logger("workloads.words").info("with", password=payload.account.password)
        job.report("sign in", done=0, total=1, message=f"as {payload.account.password}")
        raise ValueError(f"{payload.account.password} was refused")

    with known(), pytest.raises(FailedOnSecrets) as told:
        run(job_id, body, LOGIN)

    job, [attempt] = job_of(job_id), attempts_of(job_id)
    written = [str(vars(line)) for line in lines_of(job_id)]
    for text in (
        str(told.value),
        str(job.error),
        str(attempt.error),
        str(attempt.traceback),
        str(job.progress),
        *written,
    ):
        assert PASSWORD not in text
    assert job.error["message"] == f"{HIDDEN} was refused"
    assert told.value.__cause__ is None
    assert len(written) == 2
