"""What must hold afterwards, whatever happened. Each finding is a sentence; none is the aim."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select, text

from core.db import reading
from jobs.models import Attempt, Job
from jobs.states import FINAL, JobState, Outcome
from tests.chaos.client import Ledger
from tests.chaos.orders import CHILDREN, KINDS, Wish
from tests.chaos.trouble import Hit

SLACK = timedelta(seconds=1)  # between a kill and our looking at the clock
ENDS = {
    Outcome.SUCCEEDED: JobState.SUCCEEDED,
    Outcome.FAILED: JobState.FAILED,
    Outcome.TIMED_OUT: JobState.FAILED,
    Outcome.CANCELLED: JobState.CANCELLED,
}


@dataclass(frozen=True)
class Seen:
    """Everything that is on record."""

    jobs: dict[str, Job]
    attempts: dict[str, list[Attempt]]
    effects: dict[str, list[str]]
    endings: list[tuple[str, str, str]]
    overlaps: list[tuple[str, int]]

    @classmethod
    def now(cls) -> "Seen":
        attempts: dict[str, list[Attempt]] = defaultdict(list)
        effects: dict[str, list[str]] = defaultdict(list)
        with reading() as session:
            jobs = {job.id: job for job in session.scalars(select(Job))}
            for attempt in session.scalars(select(Attempt).order_by(Attempt.number)):
                attempts[attempt.job_id].append(attempt)
            for job_id, key in session.execute(text("SELECT job_id, key FROM drill_effects ORDER BY key")):
                effects[job_id].append(key.removeprefix(f"{job_id}:"))
            endings = [tuple(row) for row in session.execute(text("SELECT job_id, was, became FROM drill_endings"))]
            overlaps = [tuple(row) for row in session.execute(text("SELECT job_id, attempt FROM drill_overlaps"))]
        return cls(jobs, attempts, effects, endings, overlaps)


def findings(seen: Seen, ledger: Ledger, hits: Sequence[Hit]) -> list[str]:
    found = [
        *_promises(seen, ledger),
        *_endings(seen),
        *_attempts(seen),
        *_losses(seen, hits),
        *_effects(seen, ledger),
        *_children(seen, ledger),
    ]
    return found + [f"{job_id}: attempt {number} ran while another one did" for job_id, number in seen.overlaps]


def _promises(seen: Seen, ledger: Ledger) -> Iterable[str]:
    for job_id, wish in ledger.promised.items():
        job = seen.jobs.get(job_id)
        if job is None:
            yield f"{job_id}: a 202 was given for it, and there is no such job ({wish.kind})"
        elif job.state not in KINDS[wish.kind][1] and not _is_poison(job):
            yield f"{job_id}: {wish.kind}, and is {job.state}: {job.error}"


def _is_poison(job: Job) -> bool:
    return bool(job.state == JobState.FAILED and job.lost == 3 and job.error["kind"] == "poison")


def _endings(seen: Seen) -> Iterable[str]:
    times = Counter(job_id for job_id, _, _ in seen.endings)
    for job in seen.jobs.values():
        if job.state not in FINAL:
            yield f"{job.id}: stuck: {_whereabouts(job)}"
        elif times[job.id] != 1:
            yield f"{job.id}: ended {times[job.id]} times: {[one[1:] for one in seen.endings if one[0] == job.id]}"


def _whereabouts(job: Job) -> str:
    names = ("task", "queue", "state", "dispatch", "published_at", "publisher_until", "due_at", "attempt", "lost",
             "worker", "worker_id", "claim_id", "started_at", "updated_at")  # fmt: skip
    return ", ".join(f"{name}={getattr(job, name)}" for name in names)


def _attempts(seen: Seen) -> Iterable[str]:
    for job in seen.jobs.values():
        tries = seen.attempts[job.id]
        outcomes = [one.outcome for one in tries]
        if [one.number for one in tries] != list(range(1, job.attempt + 1)) or None in outcomes:
            yield f"{job.id}: has attempts {[(one.number, one.outcome) for one in tries]}, its row says {job.attempt}"
        if (job.lost, job.retries) != (outcomes.count(Outcome.LOST), outcomes.count(Outcome.RETRIED)):
            yield f"{job.id}: counts {job.lost} lost and {job.retries} retries, its attempts say {outcomes}"
        if outcomes and outcomes[-1] in ENDS and ENDS[Outcome(outcomes[-1])] != job.state:
            yield f"{job.id}: is {job.state}, its last attempt {outcomes[-1]}"
        if any(one.ended_at is None or one.ended_at > two.started_at + SLACK for one, two in pairwise(tries)):
            yield f"{job.id}: two attempts overlap: {[(str(one.started_at), str(one.ended_at)) for one in tries]}"


def _losses(seen: Seen, hits: Sequence[Hit]) -> Iterable[str]:
    """Each lost attempt ran when its worker, or a child of it, was killed."""
    lost = [one for tries in seen.attempts.values() for one in tries if one.outcome == Outcome.LOST]
    for attempt in lost:
        if not any(_explains(hit, attempt) for hit in hits):
            yield f"{attempt.job_id}: attempt {attempt.number} was lost on {attempt.worker}, where nothing was killed"
    if len(lost) > (most := sum(hit.slots for hit in hits)):
        yield f"{len(lost)} attempts were lost; no more than {most} can have been hit"


def _explains(hit: Hit, attempt: Attempt) -> bool:
    ended: datetime = attempt.ended_at or attempt.started_at
    return bool(hit.slots and hit.worker == attempt.worker and attempt.started_at - SLACK <= hit.at <= ended + SLACK)


def _effects(seen: Seen, ledger: Ledger) -> Iterable[str]:
    for job in seen.jobs.values():
        if job.task == "drill" and job.state == JobState.SUCCEEDED and seen.effects[job.id] != ["begun", "done"]:
            yield f"{job.id}: succeeded with the effects {seen.effects[job.id]}"
    for job_id, wish in ledger.promised.items():
        if wish.kind == "failing" and "done" in seen.effects[job_id]:
            yield f"{job_id}: failed, and did its work"


def _children(seen: Seen, ledger: Ledger) -> Iterable[str]:
    born = Counter(job.parent_id for job in seen.jobs.values() if job.parent_id)
    for job_id in _of_kind(ledger, "parent"):
        if job_id in seen.jobs and seen.jobs[job_id].state == JobState.SUCCEEDED and born[job_id] != CHILDREN:
            yield f"{job_id}: has {born[job_id]} children"


def _of_kind(ledger: Ledger, kind: str) -> list[str]:
    return [job_id for job_id, wish in ledger.promised.items() if wish.kind == kind]


def unanswered(wishes: Iterable[Wish], ledger: Ledger) -> list[int]:
    done = {wish.number for wish in ledger.promised.values()}
    return [wish.number for wish in wishes if wish.number not in done]
