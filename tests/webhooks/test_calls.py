"""Whoever ends a job, in whatever way: the call is submitted with the ending, or neither is."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids
from core.db import reading, writing
from jobs import finish, follow_up
from jobs.cancel import cancel
from jobs.finish import LOST_LIMIT
from jobs.follow_up import EndedJob, follow_endings
from jobs.models import Job
from jobs.orders import Order
from jobs.states import JobState
from jobs.submit import record_refused, submit
from jobs.workers.liveness import reap, retire
from tests.jobs.running import claimed, set_row, set_worker, start_worker
from tests.jobs_seen import job_of, state_of
from tests.webhooks.hooks import (
    BROKEN,
    URL,
    all_deliveries,
    deliveries_about,
    make_webhook,
    ping_calling,
    succeeds,
    told,
)
from worker.foreign import adopt
from workloads.agents.contracts import EXPIRE_DOCUMENTS
from workloads.operations.contracts import PING

LATER = datetime(2999, 1, 1, tzinfo=UTC)


def fails(job_id: str) -> None:
    finish.fail(job_id, claimed(job_id).claim_id, BROKEN)


def stops_at_a_checkpoint(job_id: str) -> None:
    finish.end_cancelled(job_id, claimed(job_id).claim_id)


def is_cancelled_at_rest(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="a test")


def wants_a_retry_but_was_cancelled(job_id: str) -> None:
    held = claimed(job_id)
    is_cancelled_at_rest(job_id)
    finish.retry_later(job_id, held.claim_id, BROKEN, LATER)


def was_cancelled_when_its_worker_stops(job_id: str) -> None:
    worker_id = start_worker()
    claimed(job_id, worker_id)
    is_cancelled_at_rest(job_id)
    retire(worker_id)


def loses_its_worker_too_often(job_id: str) -> None:
    set_row(job_id, lost=LOST_LIMIT - 1)
    finish.lose(job_id, claimed(job_id).claim_id, "it is gone")


def is_found_by_the_reaper_too_often(job_id: str) -> None:
    set_row(job_id, lost=LOST_LIMIT - 1)
    worker_id = start_worker()
    claimed(job_id, worker_id)
    set_worker(worker_id, process_started="an earlier one")
    reap()


ENDINGS: dict[Callable[[str], None], JobState] = {
    succeeds: JobState.SUCCEEDED,
    fails: JobState.FAILED,
    stops_at_a_checkpoint: JobState.CANCELLED,
    is_cancelled_at_rest: JobState.CANCELLED,
    wants_a_retry_but_was_cancelled: JobState.CANCELLED,
    was_cancelled_when_its_worker_stops: JobState.CANCELLED,
    loses_its_worker_too_often: JobState.FAILED,
    is_found_by_the_reaper_too_often: JobState.FAILED,
}


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_each_way_to_end_submits_one_call_for_each_who_is_to_know(database: str, end: Callable[[str], None]) -> None:
    webhook, job_id = make_webhook(), ping_calling(URL)

    end(job_id)

    assert state_of(job_id) == ENDINGS[end]
    assert sorted(told(job_id), key=str) == sorted([None, webhook], key=str)
    assert {(call.state, call.queue, call.project_id) for call in deliveries_about(job_id)} == {
        ("queued", "background", "acme")
    }


@pytest.mark.parametrize("goes_on", [finish.give_back, lambda j, c: finish.lose(j, c, "gone")], ids=["back", "lost"])
def test_what_does_not_end_calls_nobody(sqlite_database: str, goes_on: Callable[[str, str], object]) -> None:
    job_id = ping_calling(URL)

    goes_on(job_id, claimed(job_id).claim_id)

    assert told(job_id) == []


def test_an_ending_whose_answer_was_lost_and_is_said_again_calls_once(database: str) -> None:
    job_id = ping_calling(URL)
    held = claimed(job_id)

    finish.succeed(job_id, held.claim_id, "done")
    finish.succeed(job_id, held.claim_id, "done")

    assert told(job_id) == [None]


def test_an_ending_that_is_not_committed_calls_nobody(database: str) -> None:
    job_id = ping_calling(URL)

    class PowerCut(Exception):
        pass

    def end() -> None:
        with writing() as session:
            cancel(session, job_id, by="a test")
            raise PowerCut

    with pytest.raises(PowerCut):
        end()

    assert (state_of(job_id), all_deliveries()) == (JobState.QUEUED, [])


def test_a_foreign_job_that_is_refused_has_ended_too(database: str) -> None:
    make_webhook(project_id=None)
    job_id = ids.new_id()

    class Request:
        id = job_id

    with pytest.raises(Exception, match="does not fit"):
        adopt(PING, Request, [], {"valve": 7})

    assert (state_of(job_id), len(told(job_id))) == (JobState.FAILED, 1)


def test_only_who_asked_for_this_project_and_this_end_is_told(database: str) -> None:
    its_own = make_webhook(project_id="acme", events=["failed"])
    everybodys = make_webhook(project_id=None)
    make_webhook(project_id="acme", events=["succeeded", "cancelled"])
    make_webhook(project_id="other")
    job_id, without_project = ping_calling(None), ping_calling(None, project_id=None)

    fails(job_id)
    fails(without_project)

    assert told(job_id) == [its_own, everybodys]
    assert told(without_project) == [everybodys]


def test_the_platforms_own_jobs_are_told_to_nobody_and_a_delivery_least_of_all(sqlite_database: str) -> None:
    make_webhook(project_id=None)
    job_id = ping_calling(None)
    succeeds(job_id)
    [delivery] = all_deliveries()
    with writing() as session:
        expiry = submit(session, EXPIRE_DOCUMENTS, {}).job_id

    succeeds(delivery.id)
    succeeds(expiry)

    assert [one.id for one in all_deliveries()] == [delivery.id]


def test_a_call_outlives_the_cancel_of_the_job_it_tells_of(sqlite_database: str) -> None:
    """Children are cancelled with their parent; a delivery is no child."""
    job_id = ping_calling(URL)

    is_cancelled_at_rest(job_id)

    assert [call.state for call in deliveries_about(job_id)] == ["queued"]


def test_a_fault_in_what_follows_does_not_keep_a_job_from_ending(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(session: Session, _ended: Sequence[EndedJob]) -> list[Order]:
        session.execute(text("SELECT * FROM a_table_that_is_not_there"))
        return []

    def unstorable(_session: Session, ended: Sequence[EndedJob]) -> list[Order]:
        payload = PING.parse({"value": "x"})
        return [Order(contract=PING, payload=payload, job_id=ended[0].id)]  # an id that is taken

    monkeypatch.setattr(follow_up, "_followers", dict(follow_up._followers))
    follow_endings("a faulty one", faulty)
    follow_endings("an unstorable one", unstorable)
    job_id = ping_calling(URL)

    succeeds(job_id)

    assert (job_of(job_id).state, told(job_id)) == (JobState.SUCCEEDED, [None])


def test_a_time_limit_that_strikes_in_what_follows_loses_no_call(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends the job tries again; ended without its call, nobody would."""
    monkeypatch.setattr(follow_up, "_followers", dict(follow_up._followers))
    strikes = [SoftTimeLimitExceeded()]

    def interrupted(_session: Session, _ended: Sequence[EndedJob]) -> list[Order]:
        if strikes:
            raise strikes.pop()
        return []

    follow_endings("interrupted", interrupted)
    job_id = ping_calling(URL)
    held = claimed(job_id)

    with pytest.raises(SoftTimeLimitExceeded):
        finish.succeed(job_id, held.claim_id, "done")
    assert (job_of(job_id).state, told(job_id)) == (JobState.RUNNING, [])
    finish.succeed(job_id, held.claim_id, "done")

    assert (job_of(job_id).state, told(job_id)) == (JobState.SUCCEEDED, [None])


def test_a_payload_holds_neither_the_address_nor_a_secret(sqlite_database: str) -> None:
    make_webhook(url="https://receiver.example/hook?key=abcdefgh")
    job_id = ping_calling(URL)
    succeeds(job_id)

    for call in deliveries_about(job_id):
        assert set(call.payload) == {"job_id", "webhook_id"}


def test_a_record_made_without_submit_is_no_ending_by_itself(sqlite_database: str) -> None:
    """record_refused only writes; whoever calls it says that the job has ended (worker/foreign.py)."""
    with writing() as session:
        record_refused(session, PING, "foreign", {}, BROKEN.as_json())

    with reading() as session:
        assert session.get_one(Job, "foreign").state == JobState.FAILED
