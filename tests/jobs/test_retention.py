"""What has been kept long enough goes, in small batches, and nothing that somebody still needs."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from core import clock, ids
from core.db import Base, changed, reading, writing
from core.settings import get_settings
from jobs import retention
from jobs.cancel import UnknownJob
from jobs.dead_letters.intake import take_in
from jobs.logs.models import JobLog
from jobs.models import Attempt, Job, JobNote, WorkerIncarnation
from jobs.notes import note
from jobs.queries import get_job
from jobs.retention import clear_jobs, clear_workers, clearings, expire_results
from jobs.search.texts import JobText
from jobs.states import FINAL, OPEN, JobState
from jobs.workflows.models import Workflow
from tests.jobs.dead_letters.dead_messages import foreign
from tests.jobs.dead_letters.letters import failed, letters, set_letter
from tests.jobs.rows import make_attempt, make_job, make_jobs, plans
from tests.jobs.running import set_row, set_worker, start_worker
from tests.jobs.texts import index_all
from tests.jobs_seen import job_of
from tests.waiting import wait_for

DAYS = {JobState.SUCCEEDED: 7, JobState.FAILED: 30, JobState.CANCELLED: 7}
RESULT = {"answer": 42}
LONG_AGO = clock.now() - timedelta(days=100)


def ended(state: str, ago: timedelta, **more: object) -> str:
    return make_job(state, at=clock.now() - ago, **more)


def there() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Job.id)))


def rows_of(table: type[Base]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def clear_all() -> dict[str, int]:
    cleared = {}
    for one in clearings():
        cleared[one.what] = 0
        while True:
            batch = one.batch()
            cleared[one.what] += batch.count
            if not batch.more:
                break
    return cleared


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_job_is_kept_for_as_long_as_its_ending_is_worth(database: str, state: JobState) -> None:
    old = ended(state, timedelta(days=DAYS[state], seconds=1))
    young = ended(state, timedelta(days=DAYS[state]) - timedelta(minutes=1))

    assert clear_all()[f"{state} jobs"] == 1
    assert there() == {young}
    with reading() as session, pytest.raises(UnknownJob, match="kept long enough"):
        get_job(session, old)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_job_stays_however_old_it_is(sqlite_database: str, state: JobState) -> None:
    job_id = make_job(state, at=clock.now() - timedelta(days=1000))
    clear_all()

    assert there() == {job_id}


def test_zero_days_keep_for_ever(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HISTORY_DAYS_SUCCEEDED", "HISTORY_DAYS_FAILED", "RESULT_SECONDS"):
        monkeypatch.setenv(name, "0")
    get_settings.cache_clear()
    kept = {ended(state, timedelta(days=1000), result=RESULT) for state in ("succeeded", "failed")}
    ended("cancelled", timedelta(days=1000))

    clear_all()

    assert there() == kept
    assert {job_of(job_id).result_expired_at for job_id in kept} == {None}


def test_what_belongs_to_a_job_goes_with_it(database: str) -> None:
    job_id = ended("succeeded", timedelta(days=8))
    make_attempt(job_id, "worker@host")
    say(job_id, 3)
    with writing() as session:
        note(session, job_id, "step")
    index_all()

    clear_all()

    assert [rows_of(table) for table in (Job, Attempt, JobLog, JobNote, JobText)] == [0, 0, 0, 0, 0]


def say(job_id: str, lines: int) -> None:
    about = {"job_id": job_id, "attempt": 1, "at": clock.now(), "level": "info", "logger": "test", "message": "m"}
    with writing() as session:
        session.execute(insert(JobLog), [about | {"number": number} for number in range(1, lines + 1)])


def test_of_a_job_that_said_very_much_the_lines_go_first_in_batches_of_their_own(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LINES", 4)
    say(ended("succeeded", timedelta(days=8)), 10)

    left = []
    while clear_jobs(JobState.SUCCEEDED).more:
        left.append((rows_of(Job), rows_of(JobLog)))

    assert left == [(1, 6), (1, 2)]
    assert there() == set()


def test_a_batch_is_small_and_says_whether_more_waits(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "JOBS", 4)
    make_jobs(6, "cancelled", at=clock.now() - timedelta(days=8))

    assert [clear_jobs(JobState.CANCELLED) for _ in range(3)] == [
        retention.Batch(4, True),
        retention.Batch(2, False),
        retention.Batch(0, False),
    ]


@pytest.mark.parametrize("link", ["parent_id", "retry_of"])
def test_what_an_open_job_refers_to_waits_until_that_has_ended(database: str, link: str) -> None:
    old = ended("failed", timedelta(days=100), result=RESULT)
    young = make_job("running", **{link: old})

    clear_all()
    assert there() == {old, young}
    assert job_of(old).result == RESULT

    set_row(young, state="succeeded", ended_at=clock.now())
    clear_all()
    assert there() == {young}


def test_children_of_an_open_job_stay_with_their_results(database: str) -> None:
    parent = make_job("running")
    child = ended("succeeded", timedelta(days=100), parent_id=parent, result=RESULT)

    clear_all()

    assert job_of(child).result == RESULT


def test_a_result_expires_and_its_row_says_when(database: str) -> None:
    old = ended("succeeded", timedelta(hours=1, seconds=1), result=RESULT)
    young = ended("succeeded", timedelta(minutes=59), result=RESULT)
    empty = ended("succeeded", timedelta(hours=2))

    assert expire_results().count == 1

    assert (job_of(old).result, job_of(young).result) == (None, RESULT)
    assert job_of(old).result_expired_at is not None
    assert [job_of(one).result_expired_at for one in (young, empty)] == [None, None]


PARTS = [{"group_id": "g"}, {"chain": []}, {"chain": [{"task": "t"}]}, {"chord": {"task": "t"}, "root_id": "r"}]


@pytest.mark.parametrize("canvas", PARTS, ids=str)
def test_results_of_celerys_canvas_stay_as_long_as_their_jobs(database: str, canvas: dict[str, object]) -> None:
    part = ended("succeeded", timedelta(days=2), result=RESULT, canvas=canvas)

    assert expire_results().count == 0
    assert job_of(part).result == RESULT


def test_the_result_of_what_was_only_sent_by_another_task_expires(database: str) -> None:
    """Celery names the sender and its root in whatever is sent from within a task."""
    sent = ended("succeeded", timedelta(days=2), result=RESULT, canvas={"root_id": "root", "parent_id": "sender"})

    assert expire_results().count == 1
    assert job_of(sent).result is None


def workflow(state: str, **times: object) -> str:
    counts = {"jobs": 1, "ended": 1, "failed": 0}
    row = {"id": ids.new_id(), "name": "w", "state": state, "spec_hash": "", "created_at": LONG_AGO, **counts}
    with writing() as session:
        session.execute(insert(Workflow).values(**row, updated_at=LONG_AGO, **times))
    return row["id"]  # type: ignore[return-value]


@pytest.mark.parametrize("state", ["running", "failed", "cancelled"])
def test_results_stay_while_a_workflow_goes_on_or_may_be_retried(database: str, state: str) -> None:
    node = ended("succeeded", timedelta(days=1), result=RESULT, workflow_id=workflow(state))

    assert expire_results().count == 0
    assert job_of(node).result == RESULT


def test_jobs_of_a_workflow_stay_until_the_whole_is_old_and_then_go_with_it(database: str) -> None:
    whole = workflow("failed", ended_at=clock.now() - timedelta(days=29))
    node = ended("succeeded", timedelta(days=60), workflow_id=whole, result=RESULT)
    going_on = ended("succeeded", timedelta(days=60), workflow_id=workflow("running"))

    clear_all()
    assert there() == {node, going_on}

    with writing() as session:
        session.execute(update(Workflow).where(Workflow.id == whole).values(ended_at=LONG_AGO))
    assert clear_all()["workflows"] == 1
    assert there() == {going_on}
    assert rows_of(Workflow) == 1


def test_workers_long_gone_are_forgotten_and_others_are_not(database: str) -> None:
    gone, silent, alive = (start_worker(f"w{number}@host") for number in range(3))
    set_worker(gone, ended_at=clock.now() - timedelta(days=31))
    set_worker(silent, ended_at=clock.now() - timedelta(days=29))

    assert clear_workers().count == 1
    with reading() as session:
        assert set(session.scalars(select(WorkerIncarnation.id))) == {silent, alive}


def test_messages_that_never_became_a_job_go_when_failures_do(database: str) -> None:
    take_in(foreign(id="old"))
    take_in(foreign(id="new"))
    set_letter("old", at=clock.now() - timedelta(days=31))
    job_id = failed()
    set_letter(job_id, at=clock.now() - timedelta(days=31))

    assert clear_all()["dead messages"] == 1
    assert {letter.id for letter in letters()} == {"new", job_id}


def test_an_index_leads_to_what_is_to_go(database: str) -> None:
    with plans() as lines:
        clear_all()

    told = " | ".join(lines)
    assert "ix_jobs_results" in told
    assert "ix_jobs_ended" in told
    assert "SCAN jobs" not in told
    assert "Seq Scan on jobs" not in told


def test_what_another_process_has_in_hand_is_passed_over(postgresql_database: str) -> None:
    first, second = make_jobs(2, "cancelled", at=clock.now() - timedelta(days=8))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing() as session:
            session.execute(delete(Job).where(Job.id == first))
            held.set()
            done.wait(30)

    beside = threading.Thread(target=hold)
    beside.start()
    assert held.wait(30)
    count = clear_jobs(JobState.CANCELLED).count
    done.set()
    beside.join()

    assert count == 1
    wait_for(lambda: there() == set(), what="both to be gone")
    assert second not in there()


def test_a_kill_in_the_middle_leaves_a_job_whole_or_not_at_all(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = ended("succeeded", timedelta(days=8))
    say(job_id, 3)
    monkeypatch.setattr(retention, "changed", _changed_and_killed())
    with pytest.raises(KeyboardInterrupt):
        clear_jobs(JobState.SUCCEEDED)

    assert (there(), rows_of(JobLog)) == ({job_id}, 3)


def _changed_and_killed() -> object:
    def killed(session: object, statement: object) -> int:
        changed(session, statement)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    return killed
