"""From the table to the broker: every row that is ready is published, once, and no row that is not."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock, ids
from core.db import reading, writing
from jobs import finish
from jobs.cancel import cancel
from jobs.claim import NotClaimed, claim
from jobs.dispatch import rounds
from jobs.dispatch.message import Delivery
from jobs.dispatch.rounds import BATCH, LEASE, dispatch_once, mark, release, take
from jobs.finish import Failure
from jobs.models import Job
from jobs.orders import Order
from jobs.states import ErrorKind, JobState
from jobs.submit import submit_many
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.running import PAST, at_once, bid_for, claimed, set_row, start_worker
from tests.jobs_seen import job_of, state_of, submit_ping
from workloads.operations.contracts import PING, Ping

BUSY = Failure(class_name="Busy", message="busy", kind=ErrorKind.TRANSIENT)


def cancelled(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="a test")


def test_a_queued_job_is_published_once(database: str) -> None:
    job_id = submit_ping(value=1)
    publisher = FakePublisher()

    assert [dispatch_once(publisher), dispatch_once(publisher)] == [1, 0]

    [sent] = publisher.sent
    assert (sent.job_id, sent.task, sent.queue, sent.dispatch) == (job_id, "ping", "default", 1)
    job = job_of(job_id)
    assert job.published_at is not None
    assert (job.state, job.publisher, job.publisher_until) == (JobState.QUEUED, None, None)


def test_jobs_go_out_in_the_order_they_came(sqlite_database: str) -> None:
    made = [submit_ping(value=n) for n in range(5)]
    publisher = FakePublisher()

    dispatch_once(publisher)

    assert [one.job_id for one in publisher.sent] == made


def test_more_than_a_batch_takes_more_than_one_round(sqlite_database: str) -> None:
    with writing() as session:
        submit_many(session, [Order(contract=PING, payload=Ping()) for _ in range(BATCH + 1)])

    publisher = FakePublisher()

    assert [dispatch_once(publisher) for _ in range(3)] == [BATCH, 1, 0]


def test_a_job_waits_for_its_time_and_then_goes_out(database: str) -> None:
    job_id = submit_ping(due_at=clock.now() + timedelta(hours=1))
    publisher = FakePublisher()
    assert dispatch_once(publisher) == 0
    set_row(job_id, due_at=PAST)

    assert dispatch_once(publisher) == 1

    job = job_of(job_id)
    assert (job.state, job.dispatch) == (JobState.QUEUED, 1)
    assert job.queued_at is not None


def test_a_retry_goes_out_under_its_next_dispatch(database: str) -> None:
    job_id = submit_ping()
    publisher = FakePublisher()
    dispatch_once(publisher)
    finish.retry_later(job_id, claimed(job_id).claim_id, BUSY, PAST)

    dispatch_once(publisher)

    assert [(one.dispatch, one.retries) for one in publisher.sent] == [(1, 0), (2, 1)]


@pytest.mark.parametrize("state", ["waiting", "running", "waiting_approval", "succeeded", "failed", "cancelled"])
def test_a_job_that_nobody_should_run_now_stays(sqlite_database: str, state: str) -> None:
    set_row(submit_ping(), state=state, due_at=PAST)

    assert not rounds.anything_ready()
    assert dispatch_once(FakePublisher()) == 0


def test_what_a_dispatcher_has_taken_is_its_own_for_a_while(sqlite_database: str) -> None:
    submit_ping()
    take("first")

    assert not rounds.anything_ready()
    assert take("second") == []


def test_a_dispatcher_that_died_before_it_marked_is_repeated_and_one_claim_wins(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    [lost] = take("dead")
    set_row(job_id, publisher_until=PAST)
    publisher = FakePublisher()

    dispatch_once(publisher)

    [again] = publisher.sent
    assert (again.job_id, again.dispatch) == (lost.job_id, lost.dispatch)
    bids = [bid_for(job_id, worker_id, dispatch=one.dispatch) for one in (lost, again)]
    claim(bids[0])
    with pytest.raises(NotClaimed, match="duplicate"):
        claim(bids[1])


@pytest.mark.parametrize("goes_on", [claimed, cancelled], ids=["claimed", "cancelled"])
def test_what_a_dispatcher_had_taken_that_died_is_taken_no_more_once_it_has_gone_on(
    database: str, goes_on: Callable[[str], object]
) -> None:
    job_id = submit_ping()
    take("dead")

    goes_on(job_id)

    assert (job_of(job_id).publisher, job_of(job_id).publisher_until) == (None, None)


def test_a_job_that_was_claimed_was_published_whether_or_not_its_dispatcher_could_say_so(database: str) -> None:
    job_id = submit_ping()
    sent = take("dead")

    claimed(job_id)
    began = job_of(job_id)
    mark("dead", {job_id}, sent)

    assert began.published_at == began.started_at
    assert job_of(job_id).published_at == began.published_at


def test_a_dispatcher_that_wakes_late_marks_nothing_of_another(database: str) -> None:
    job_id = submit_ping()
    late = take("late")
    set_row(job_id, publisher_until=PAST)
    take("present")

    mark("late", {job_id}, late)
    release("late")

    assert (job_of(job_id).published_at, job_of(job_id).publisher) == (None, "present")


def test_a_later_dispatch_is_never_marked_by_an_earlier_one(database: str) -> None:
    job_id = submit_ping()
    taken = take("slow")
    finish.give_back(job_id, claimed(job_id).claim_id)

    mark("slow", {job_id}, taken)

    job = job_of(job_id)
    assert (job.dispatch, job.published_at, job.publisher) == (2, None, None)
    assert rounds.anything_ready()


def test_a_job_claimed_before_it_was_marked_goes_on_running(sqlite_database: str) -> None:
    job_id = submit_ping()
    taken = take("slow")
    held = claimed(job_id)

    mark("slow", {job_id}, taken)

    finish.succeed(job_id, held.claim_id, None)
    assert state_of(job_id) == "succeeded"


def test_a_job_cancelled_while_it_was_published_stays_cancelled(sqlite_database: str) -> None:
    job_id = submit_ping()
    taken = take("slow")
    cancelled(job_id)

    mark("slow", {job_id}, taken)

    assert state_of(job_id) == "cancelled"
    assert not rounds.anything_ready()


def test_dispatchers_at_once_publish_each_row_once(database: str) -> None:
    with writing() as session:
        made = submit_many(session, [Order(contract=PING, payload=Ping()) for _ in range(300)])
    publishers = [FakePublisher() for _ in range(4)]

    at_once(lambda number: dispatch_once(publishers[number]), len(publishers))
    dispatch_once(publishers[0])

    sent = [one.job_id for publisher in publishers for one in publisher.sent]
    assert sorted(sent) == sorted(one.job_id for one in made)


def test_only_the_named_rows_are_taken(database: str) -> None:
    wanted, other = submit_ping(), submit_ping()

    assert [one.job_id for one in take(ids.new_id(), only=[wanted])] == [wanted]
    assert job_of(other).publisher is None


def test_a_row_that_is_scheduled_is_not_published_on_the_spot(sqlite_database: str) -> None:
    job_id = submit_ping(due_at=clock.now() + timedelta(hours=1))

    assert take(ids.new_id(), only=[job_id]) == []
    assert state_of(job_id) == "scheduled"


def test_no_lock_is_held_while_a_message_is_on_its_way(database: str) -> None:
    class Claiming(FakePublisher):
        def publish(self, deliveries: Sequence[Delivery]) -> set[str]:
            self.held = claimed(deliveries[0].job_id)
            return super().publish(deliveries)

    job_id = submit_ping()

    dispatch_once(Claiming())

    assert state_of(job_id) == "running"


def test_the_lease_outlives_the_wait_for_confirms(sqlite_database: str) -> None:
    job_id = submit_ping()

    take("batch")

    with reading() as session:
        until = session.scalar(select(Job.publisher_until).where(Job.id == job_id))
    assert until is not None
    assert LEASE - timedelta(seconds=5) < until - clock.now() <= LEASE
