"""What an attempt says is written: while it runs, within limits, before its ending, and failing nothing."""

import threading
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from core.log import DEEPER
from jobs.handlers import RunningJob
from jobs.logs import logbook
from jobs.logs.logbook import FOR_SERIOUS, LINES, MESSAGE_LIMIT
from jobs.states import JobState
from tests.jobs_seen import job_of, lines_of, submit_ping
from tests.nested import nested
from tests.waiting import wait_for
from tests.worker.attempts import Run


def test_a_job_that_says_nothing_writes_nothing_and_starts_no_thread(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "writing", lambda: pytest.fail("there was nothing to write"))
    monkeypatch.setattr(threading, "Timer", lambda *_: pytest.fail("there was nothing to wait for"))

    assert run(submit_ping(), lambda _job, _payload: 1) == 1


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


def test_a_field_that_is_nested_too_deep_is_cut_there_and_fails_no_job(run: Run) -> None:
    job_id = submit_ping()

    run(job_id, lambda job, _payload: job.log("deep", tree=nested(600)))

    [line] = lines_of(job_id)
    assert DEEPER in str(line.fields)
    assert job_of(job_id).state == JobState.SUCCEEDED


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
