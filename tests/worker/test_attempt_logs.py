"""What an attempt says is kept: by whom, how much, and what of it nobody may read."""

import logging
import threading
from collections.abc import Callable, Iterator
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from core import ids
from core.contracts import Contract
from core.db import reading, writing
from core.log import HIDDEN, configure_logging
from jobs import liveness, log_capture, logbook
from jobs.handlers import Handler, RunningJob
from jobs.job_logs import JobLog
from jobs.liveness import WorkerDescription
from jobs.logbook import FOR_SERIOUS, LINES, MESSAGE_LIMIT
from jobs.retry import Backoff
from jobs.states import JobState
from jobs.submit import submit
from tests.jobs_seen import attempts_of, job_of, submit_ping
from tests.secretive import LOGIN, PASSWORD, known, login
from tests.waiting import wait_for
from worker.attempt import FailedOnSecrets, run_attempt
from workloads.operations.contracts import PING

Run = Callable[..., Any]


class Busy(Exception):
    """Worth another try."""


@pytest.fixture(autouse=True)
def nothing_left_to_write() -> Iterator[None]:
    """A logbook that waits for its database goes on beside; the next test shall not meet it."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, Timer):
            thread.cancel()
            thread.join()


@pytest.fixture
def run(database: str) -> Run:
    worker_id = liveness.register(WorkerDescription(name="w@host", queues=[], concurrency=1, pool="solo"))

    def attempt_of(job_id: str, body: Callable[[RunningJob, Any], Any], contract: Contract = PING) -> Any:
        headers = {"slipway_dispatch": 1, "slipway_claim": ids.new_id(), "slipway_worker": worker_id}
        handler = Handler(contract=contract, run=body, retry={Busy: Backoff(tries=1)})
        return run_attempt(handler, SimpleNamespace(id=job_id, hostname="w@host", **headers), [], {})

    return attempt_of


@pytest.fixture
def capturing() -> Iterator[None]:
    """Logging as a worker sets it up."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    configure_logging()
    log_capture.install()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


def lines_of(job_id: str) -> list[JobLog]:
    with reading() as session:
        return list(session.scalars(select(JobLog).where(JobLog.job_id == job_id).order_by(JobLog.number)))


def test_what_a_handler_says_is_kept_with_its_fields(run: Run) -> None:
    job_id = submit_ping()

    run(job_id, lambda job, _: job.log("three found", level="warning", count=3, odd={1: {2}}))

    [line] = lines_of(job_id)
    assert (line.attempt, line.number, line.level, line.logger, line.message) == (1, 1, "warning", "job", "three found")
    assert line.fields == {"count": 3, "odd": {"1": "{2}"}}


def test_a_job_that_says_nothing_writes_nothing_and_starts_no_thread(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "writing", lambda: pytest.fail("there was nothing to write"))
    monkeypatch.setattr(threading, "Timer", lambda *_: pytest.fail("there was nothing to wait for"))

    assert run(submit_ping(), lambda _job, _payload: 1) == 1


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


def test_lines_are_there_while_the_attempt_still_runs(run: Run) -> None:
    job_id = submit_ping()

    def body(job: RunningJob, _payload: Any) -> None:
        job.log("begun")
        wait_for(lambda: lines_of(job_id), what="the line to be written")

    run(job_id, body)

    assert len(lines_of(job_id)) == 1


def test_more_than_the_limit_is_left_out_and_counted_but_for_what_is_serious(run: Run) -> None:
    job_id = submit_ping()

    def body(job: RunningJob, _payload: Any) -> None:
        for number in range(LINES + 10):
            job.log(str(number))
        job.log("the end", level="error")

    run(job_id, body)

    messages = [line.message for line in lines_of(job_id)]
    assert messages[LINES - 1] == str(LINES - 1)
    assert messages[LINES:] == [
        f"More than {LINES:,} lines: the rest of this attempt is left out.",
        "the end",
        "10 lines left out.",
    ]
    assert FOR_SERIOUS > 0


def test_long_lines_large_fields_and_nul_are_made_storable(run: Run) -> None:
    job_id = submit_ping()

    def body(job: RunningJob, _payload: Any) -> None:
        job.log("x" * 10_000, text="y" * 10_000)
        job.log("a\x00b\ud800", key="c\x00d", **{"e\x00f": 2**70})

    run(job_id, body)

    long, odd = lines_of(job_id)
    assert (len(long.message), list(long.fields)) == (MESSAGE_LIMIT, ["left_out"])
    assert odd.message == "a?b?"
    assert "\x00" not in str(odd.fields)


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


def test_lines_of_an_attempt_that_failed_are_there_before_its_ending_is(run: Run) -> None:
    job_id = submit_ping()

    def body(job: RunningJob, _payload: Any) -> None:
        job.log("before it failed")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(job_id, body)

    assert [line.message for line in lines_of(job_id)] == ["before it failed"]


def test_a_flush_that_fails_delays_the_lines_and_fails_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = submit_ping()
    failures = iter([OperationalError("INSERT", {}, Exception("database is locked"))])
    really = logbook.write_lines

    def once_in_trouble(*arguments: Any) -> None:
        for failure in failures:
            raise failure
        really(*arguments)

    monkeypatch.setattr(logbook, "write_lines", once_in_trouble)
    monkeypatch.setattr(logbook, "EVERY", 0.01)

    run(job_id, lambda job, _: job.log("late"))

    assert job_of(job_id).state == JobState.SUCCEEDED
    assert wait_for(lambda: lines_of(job_id), what="the line")[0].message == "late"


def test_a_line_that_the_table_refuses_is_dropped_and_fails_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise IntegrityError("INSERT", {}, Exception("the job was deleted"))

    monkeypatch.setattr(logbook, "write_lines", refused)
    job_id = submit_ping()

    run(job_id, lambda job, _: job.log("in vain"))

    assert job_of(job_id).state == JobState.SUCCEEDED


def test_events_carry_the_lines_or_only_say_that_there_are_some(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(logbook, "announce", lambda kind, **fields: sent.append({"kind": kind, **fields}))
    job_id = submit_ping()

    run(job_id, lambda job, _: job.log("hello"))
    run(submit_ping(), lambda job, _: [job.log("x" * 1_000) for _ in range(10)] and None)

    first, *_ = sent
    assert (first["kind"], first["job_id"], first["attempt"], first["first"], first["last"]) == (
        "job-log", job_id, 1, 1, 1,
    )  # fmt: skip
    assert first["lines"][0]["message"] == "hello"
    assert sent[-1]["lines"] is None


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


def test_the_end_waits_for_lines_that_are_just_being_written(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(logbook, "write_lines", lambda *_: (begun.set(), go_on.wait(10), order.append("written")))
    book = logbook.Logbook(submit_ping(), 1)
    book.add("info", "job", "a line")
    book.hurry()
    assert begun.wait(10)

    closing = threading.Thread(target=lambda: (book.close(), order.append("closed")))
    closing.start()
    closing.join(0.2)  # time enough to go wrong
    go_on.set()
    closing.join()

    assert order == ["written", "closed"]
