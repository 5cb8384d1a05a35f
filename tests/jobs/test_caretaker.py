"""The regular rounds: messages that vanished are sent again, and nobody is buried for the database's silence."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core import clock
from core.db import reading
from jobs.broker import ready_messages
from jobs.caretaker import Caretaker
from jobs.claim import NotClaimed, claim
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once
from jobs.models import JobNote
from jobs.states import JobState
from jobs.workers.liveness import DEAD_AFTER, renew
from tests.jobs.running import bid_for, claimed, set_row, set_worker, start_worker, worker_of
from tests.jobs_seen import job_of, state_of, submit_ping
from tests.surroundings import use_database
from tests.waiting import wait_for

LONG_AGO = timedelta(minutes=5)


class QuickCaretaker(Caretaker):
    REAP_EVERY = 0.0
    LOOK_EVERY = 0.0
    VANISHED_AFTER = 0.01
    MOMENT = 0.0
    GRACE = 0.0


class PatientCaretaker(QuickCaretaker):
    VANISHED_AFTER = 60.0
    GRACE = 60.0


@pytest.fixture
def publisher(broker: str) -> Publisher:
    return Publisher("test")


def published(publisher: Publisher) -> str:
    """A job whose message has been in the queue for long."""
    job_id = submit_ping()
    dispatch_once(publisher)
    set_row(job_id, published_at=clock.now() - LONG_AGO)
    return job_id


def look(caretaker: Caretaker, publisher: Publisher) -> int:
    return caretaker.look_for_vanished(publisher.open())


def test_a_job_whose_queue_was_purged_is_dispatched_again(database: str, publisher: Publisher) -> None:
    job_id = published(publisher)
    publisher.open().queue_purge("default")
    caretaker = QuickCaretaker()

    look(caretaker, publisher)
    wait_for(lambda: look(caretaker, publisher), what="the job to be missed")

    job = job_of(job_id)
    assert (job.state, job.dispatch, job.published_at) == (JobState.QUEUED, 2, None)
    with reading() as session:
        assert session.scalar(select(JobNote.kind)) == "redispatched"
    publisher.close()


def test_a_queue_that_still_has_messages_is_left_alone(sqlite_database: str, publisher: Publisher) -> None:
    job_id = published(publisher)
    caretaker = QuickCaretaker()

    assert [look(caretaker, publisher) for _ in range(3)] == [0, 0, 0]
    assert job_of(job_id).dispatch == 1
    publisher.close()


def test_a_queue_must_be_empty_for_a_while(sqlite_database: str, publisher: Publisher) -> None:
    published(publisher)
    publisher.open().queue_purge("default")
    caretaker = PatientCaretaker()

    assert [look(caretaker, publisher) for _ in range(3)] == [0, 0, 0]
    publisher.close()


def test_a_job_published_just_now_is_not_missed_yet(sqlite_database: str, publisher: Publisher) -> None:
    job_id = submit_ping()
    dispatch_once(publisher)
    publisher.open().queue_purge("default")
    caretaker = PatientCaretaker()
    caretaker._empty_since["default"] = float("-inf")

    assert look(caretaker, publisher) == 0
    assert job_of(job_id).dispatch == 1
    publisher.close()


def test_a_message_that_a_busy_worker_holds_is_sent_again_and_dropped_when_it_comes(
    sqlite_database: str, publisher: Publisher
) -> None:
    job_id, worker_id = published(publisher), start_worker()
    prefetched = publisher.open().basic_get("default")
    caretaker = QuickCaretaker()
    look(caretaker, publisher)
    wait_for(lambda: look(caretaker, publisher), what="the job to be missed")
    dispatch_once(publisher)

    with pytest.raises(NotClaimed, match="superseded"):
        claim(bid_for(job_id, worker_id, dispatch=prefetched.headers["slipway_dispatch"]))

    assert ready_messages(publisher.open(), "default") == 1
    assert claimed(job_id, worker_id).attempt == 1
    publisher.close()


def silent_worker() -> str:
    worker_id = start_worker()
    set_worker(worker_id, seen_at=clock.now() - DEAD_AFTER - LONG_AGO)
    return worker_id


def test_a_tick_buries_the_dead(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    claimed(job_id, worker_id)
    set_worker(worker_id, seen_at=clock.now() - DEAD_AFTER - LONG_AGO)

    QuickCaretaker().tick()

    assert (state_of(job_id), worker_of(worker_id).ending) == ("queued", "dead")


def test_nobody_is_buried_at_first_sight_because_the_database_may_have_been_away(sqlite_database: str) -> None:
    """After an outage every worker looks silent, until it has had the time to renew its row."""
    worker_id = silent_worker()

    PatientCaretaker().tick()

    assert worker_of(worker_id).ended_at is None


def test_a_worker_that_could_not_write_while_the_database_was_locked_gets_a_moment_to_do_so(database: str) -> None:
    """The lock was gone when it was looked at: nothing but the silence of all tells that there was one."""

    class Calm(QuickCaretaker):
        MOMENT = 60.0

    worker_id, caretaker = silent_worker(), Calm()

    caretaker.tick()
    assert worker_of(worker_id).ended_at is None

    renew(worker_id)
    caretaker.MOMENT = 0.0
    caretaker.tick()
    assert worker_of(worker_id).ended_at is None

    set_worker(worker_id, seen_at=clock.now() - LONG_AGO)
    caretaker.tick()
    assert worker_of(worker_id).ending == "dead"


def test_a_database_that_was_away_starts_the_grace_anew(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shortly(QuickCaretaker):
        GRACE = 60.0

    worker_id = silent_worker()
    caretaker = Shortly()
    caretaker._silence_counts_from = 0.0
    use_database(monkeypatch, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError):
        caretaker.tick()
    use_database(monkeypatch, sqlite_database)

    caretaker.tick()

    assert worker_of(worker_id).ended_at is None


def test_a_process_that_is_gone_is_buried_without_grace(sqlite_database: str) -> None:
    worker_id = start_worker()
    set_worker(worker_id, process_started="long ago")

    PatientCaretaker().tick()

    assert worker_of(worker_id).ending == "dead"


def test_a_caretaker_that_slept_itself_gives_the_others_time_to_wake(sqlite_database: str) -> None:
    class Shortly(QuickCaretaker):
        GRACE = 60.0

    worker_id = silent_worker()
    caretaker = Shortly()
    caretaker._silence_counts_from = 0.0
    caretaker._last_tick -= 3_600

    caretaker.tick()

    assert worker_of(worker_id).ended_at is None
