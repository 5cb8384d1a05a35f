"""Threads that write to SQLite at once: one transaction for all of them, and each hears of its own write only."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import IntegrityError, OperationalError

from core import engine, sqlite
from core.joined import joined
from jobs.states import JobState
from tests.core.beginning import run
from tests.jobs.running import set_row
from tests.jobs_seen import attempts_of, job_of, submit_ping
from tests.waiting import wait_for

THREADS = 4


@pytest.fixture
def threads(sqlite_database: str) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(THREADS) as made:
        yield made


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each transaction."""
    begin_writing, found = sqlite.begin_writing, list[None]()

    def noted(*arguments: Any) -> None:
        found.append(None)
        begin_writing(*arguments)

    monkeypatch.setattr(sqlite, "begin_writing", noted)
    return found


@contextmanager
def held_elsewhere(turn: Any) -> Iterator[None]:
    """By another thread."""
    held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with turn:
            held.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    yield
    leave.set()
    holder.join()


@contextmanager
def all_waiting(threads: ThreadPoolExecutor, works: list[Callable[[], object]]) -> Iterator[list[Future[object]]]:
    """Within it, each of `works` waits for the turn that the block has."""
    queue = joined(engine.get_engine())
    with queue._turn:
        asked = [threads.submit(work) for work in works]
        wait_for(lambda: len(queue._waiting) == len(works), what="all to wait")
        yield asked
    queue._call_next()


def test_all_that_wait_are_written_in_one_transaction(threads: ThreadPoolExecutor, begun: list[None]) -> None:
    jobs = [submit_ping() for _ in range(THREADS)]

    with all_waiting(threads, [lambda one=one: run(one) for one in jobs]) as asked:  # type: ignore[misc]
        pass
    rows: list[Any] = [one.result(10) for one in asked]

    assert [row.id for row in rows] == jobs
    assert [job_of(one).state for one in jobs] == [JobState.RUNNING] * THREADS
    assert len(begun) == 1


def test_what_cannot_be_written_fails_for_itself_alone(threads: ThreadPoolExecutor) -> None:
    run(submit_ping(), "taken")
    good, bad, ended = submit_ping(), submit_ping(), submit_ping()
    set_row(ended, state=JobState.CANCELLED)

    with all_waiting(threads, [lambda: run(bad, "taken"), lambda: run(good), lambda: run(ended)]) as asked:
        pass

    with pytest.raises(IntegrityError):
        asked[0].result(10)
    assert asked[1].result(10) is not None
    assert asked[2].result(10) is None
    assert [job_of(one).state for one in (bad, good)] == [JobState.QUEUED, JobState.RUNNING]
    assert attempts_of(bad) == []


@pytest.mark.parametrize("misfit", ["\ud800", 2**64], ids=["half a character", "too large a number"])
def test_a_value_that_fits_into_no_column_fails_for_itself_alone(threads: ThreadPoolExecutor, misfit: object) -> None:
    good = submit_ping()

    with all_waiting(threads, [lambda: run(good), lambda: run(misfit), lambda: run(good)]) as asked:  # type: ignore[arg-type]
        pass

    with pytest.raises((UnicodeError, OverflowError)):
        asked[1].result(10)
    assert sorted(one.result(10) is None for one in (asked[0], asked[2])) == [False, True]


def test_of_two_writes_of_one_row_the_first_counts(threads: ThreadPoolExecutor) -> None:
    job_id = submit_ping()

    with all_waiting(threads, [lambda: run(job_id)] * 2) as asked:
        pass

    assert sorted(one.result(10) is None for one in asked) == [False, True]
    assert len(attempts_of(job_id)) == 1


def test_who_waited_together_for_a_locked_database_hears_of_it_together(
    threads: ThreadPoolExecutor, begun: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [submit_ping() for _ in range(THREADS)]
    engine.dispose()
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)

    with engine.make_engine(str(engine.get_engine().url)).execution_options(writing=True).begin():
        with all_waiting(threads, [lambda one=one: run(one) for one in jobs]) as asked:  # type: ignore[misc]
            pass
        for one in asked:
            with pytest.raises(OperationalError, match="locked"):
                one.result(10)

    assert len(begun) == 1
    assert run(jobs[0]) is not None


def test_a_time_limit_that_strikes_while_it_waits_takes_its_write_along(sqlite_database: str) -> None:
    """Otherwise the next write would claim a job that has been given back."""
    given_back, other = submit_ping(), submit_ping()

    def strike(*_: object) -> None:
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, strike)
    try:
        with held_elsewhere(joined(engine.get_engine())._turn):
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(SoftTimeLimitExceeded):
                run(given_back)
    finally:
        signal.signal(signal.SIGALRM, before)
    run(other)

    assert [job_of(one).state for one in (given_back, other)] == [JobState.QUEUED, JobState.RUNNING]


def test_many_threads_at_once_lose_nothing(sqlite_database: str) -> None:
    jobs = [submit_ping() for _ in range(40)]
    with ThreadPoolExecutor(8) as threads:
        rows = list(threads.map(run, jobs * 2))

    assert sum(row is not None for row in rows) == len(jobs)
    assert [len(attempts_of(one)) for one in jobs] == [1] * len(jobs)
