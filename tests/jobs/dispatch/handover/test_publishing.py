"""What becomes of what was handed over: it is published and marked, or left to whoever looks at the table next."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core import clock
from core.db import reading, writing
from jobs.cancel import cancel
from jobs.committer import Committer
from jobs.dispatch import handover, rounds
from jobs.dispatch.bell import HANDED, Bell
from jobs.dispatch.crowd import LONGEST_REST
from jobs.dispatch.dispatcher import Dispatcher
from jobs.dispatch.handover import FRESH, PROMPT, Handover, publish_handed
from jobs.dispatch.marks import LATE, Marks
from jobs.dispatch.publisher import CONFIRM_TIMEOUT, FEW
from jobs.dispatch.rounds import BATCH, LEASE, REFUSED_PAUSE, dispatch_once, take
from jobs.models import Job
from tests.jobs.dispatch.handover.orders import ping, published, submitted
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.running import PAST, claimed, set_row
from tests.jobs_seen import job_of, state_of
from tests.waiting import wait_for


def test_a_plain_job_is_published_without_a_look_at_the_table(
    database: str, committer: Committer, ours: Handover, bell: Bell
) -> None:
    [job_id] = submitted(committer, ping())
    assert bell.wait(60) == HANDED
    assert take("another dispatcher") == []

    assert published(ours, FakePublisher()) == [job_id]

    job = job_of(job_id)
    assert job.published_at is not None
    assert (job.state, job.dispatch, job.publisher, job.publisher_until) == ("queued", 1, None, None)
    assert not rounds.anything_ready()


def test_when_the_process_dies_any_dispatcher_takes_it_after_the_lease(
    database: str, committer: Committer, ours: Handover
) -> None:
    [job_id] = submitted(committer, ping())
    [_lost] = ours.take()
    until = job_of(job_id).publisher_until
    assert until is not None
    assert LEASE - timedelta(seconds=5) < until - clock.now() <= LEASE
    publisher = FakePublisher()
    assert dispatch_once(publisher) == 0
    set_row(job_id, publisher_until=PAST)

    assert dispatch_once(publisher) == 1


def test_a_broker_that_is_away_leaves_it_to_the_table(database: str, committer: Committer, ours: Handover) -> None:
    made = submitted(committer, ping(), ping())

    with pytest.raises(ConnectionResetError):
        publish_handed(FakePublisher(fails=ConnectionResetError()), ours.take(), Marks())

    publisher = FakePublisher()
    dispatch_once(publisher)
    assert [one.job_id for one in publisher.sent] == made


def test_what_waited_for_too_long_is_not_published_under_an_old_lease(
    database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = submitted(committer, ping())
    monkeypatch.setattr(handover, "FRESH", 0.0)

    assert published(ours, FakePublisher()) == []

    publisher = FakePublisher()
    dispatch_once(publisher)
    assert [one.job_id for one in publisher.sent] == made


def test_what_waited_for_too_long_holds_up_nothing_that_may_go(
    database: str, committer: Committer, ours: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    [old] = submitted(committer, ping())
    [stale] = ours.take()
    [new] = submitted(committer, ping())
    publisher = FakePublisher()
    released: list[str] = []

    def locked(*batches: str, **_: bool) -> None:
        released.extend(batches)
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(handover, "release", locked)
    with pytest.raises(OperationalError):
        publish_handed(publisher, [replace(stale, since=stale.since - FRESH), *ours.take()], Marks())

    assert ([one.job_id for one in publisher.sent], released) == ([new], [stale.batch])
    assert job_of(old).published_at is None


def test_one_that_no_queue_took_is_tried_again_after_its_pause(
    database: str, committer: Committer, ours: Handover
) -> None:
    refused, other = submitted(committer, ping(), ping())

    published(ours, FakePublisher(refuses=[refused]))

    assert job_of(other).published_at is not None
    job = job_of(refused)
    assert (job.published_at, job.publisher) == (None, None)
    assert job.publisher_until is not None
    assert timedelta() < job.publisher_until - clock.now() <= REFUSED_PAUSE


def test_what_is_published_with_all_its_rests_is_published_within_its_lease() -> None:
    rests = BATCH / FEW * LONGEST_REST

    assert max(FRESH, LATE) + rests + CONFIRM_TIMEOUT < LEASE.total_seconds()


def test_a_dispatcher_that_only_rests_does_not_stand_still() -> None:
    rests = BATCH / FEW * LONGEST_REST

    assert rests < PROMPT < FRESH


def test_a_mark_that_comes_late_marks_no_later_dispatch_and_ends_no_job_again(
    database: str, committer: Committer, ours: Handover
) -> None:
    moved, cancelled, running = submitted(committer, ping(), ping(), ping())
    marks = Marks()
    publish_handed(FakePublisher(), ours.take(), marks)
    set_row(moved, dispatch=2, publisher=None, publisher_until=None)
    with writing() as session:
        cancel(session, cancelled, by="a test")
    claimed(running)

    marks.write()

    assert job_of(moved).published_at is None
    assert [state_of(one) for one in (cancelled, running)] == ["cancelled", "running"]


@pytest.mark.integration
def test_a_dispatcher_publishes_what_it_is_handed_and_marks_it_although_it_never_looks(
    database: str, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dispatcher, "POLL", 600.0)
    monkeypatch.setattr(handover, "PROMPT", 600.0)
    dispatcher = Dispatcher("test")
    dispatcher.start()
    committer = Committer(lambda: pytest.fail("it was to look"), dispatcher.handover)
    committer.start()
    try:
        wait_for(lambda: dispatcher.handover.room, what="the first round")
        made = [submitted(committer, ping())[0] for _ in range(3)]
        wait_for(lambda: all(job_of(one).published_at for one in made), what="the jobs to be marked")
    finally:
        committer.stop()
        dispatcher.stop()


@pytest.mark.integration
def test_a_dispatcher_that_stops_leaves_nothing_taken(sqlite_database: str, broker: str) -> None:
    dispatcher = Dispatcher("test")
    dispatcher.handover.keep_up(True)
    committer = Committer(lambda: None, dispatcher.handover)
    committer.start()
    submitted(committer, ping(), ping())
    committer.stop()

    dispatcher._stopping.set()
    dispatcher.start()
    dispatcher.join(60)

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Job).where(Job.publisher_until.is_not(None))) == 0
