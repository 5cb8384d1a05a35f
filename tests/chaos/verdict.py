"""What must hold afterwards, whatever happened. Each finding is a sentence; none is the aim."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from jobs.models import Attempt, Job
from jobs.states import FINAL, JobState, Outcome
from tests.chaos.client import Ledger
from tests.chaos.flows import flow_findings
from tests.chaos.orders import CHILDREN, KINDS, Wish
from tests.chaos.seen import Seen, is_poison
from tests.chaos.trouble import Hit

SLACK = timedelta(seconds=1)  # between clocks that are looked at one after the other
ENDS = {
    Outcome.SUCCEEDED: JobState.SUCCEEDED,
    Outcome.FAILED: JobState.FAILED,
    Outcome.TIMED_OUT: JobState.FAILED,
    Outcome.CANCELLED: JobState.CANCELLED,
}


def findings(seen: Seen, ledger: Ledger, hits: Sequence[Hit]) -> list[str]:
    found = [
        *_promises(seen, ledger),
        *_endings(seen),
        *_attempts(seen),
        *_losses(seen, hits),
        *_effects(seen, ledger),
        *_slices(seen, ledger),
        *_dead_letters(seen),
        *_children(seen, ledger),
        *flow_findings(seen, ledger),
    ]
    return found + [f"{job_id}: attempt {number} ran while another one did" for job_id, number in seen.overlaps]


def _promises(seen: Seen, ledger: Ledger) -> Iterable[str]:
    for job_id, wish in ledger.promised.items():
        job = seen.jobs.get(job_id)
        if job is None:
            yield f"{job_id}: a 202 was given for it, and there is no such job ({wish.kind})"
        elif job.state not in KINDS[wish.kind][1] and not is_poison(job):
            yield f"{job_id}: {wish.kind}, and is {job.state}: {job.error}"


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
    """A job that got on by a slice counts its losses from there."""
    for job in seen.jobs.values():
        tries = seen.attempts[job.id]
        outcomes = [one.outcome for one in tries]
        if [one.number for one in tries] != list(range(1, job.attempt + 1)) or None in outcomes:
            yield f"{job.id}: has attempts {[(one.number, one.outcome) for one in tries]}, its row says {job.attempt}"
        lost = outcomes.count(Outcome.LOST)
        if job.retries != outcomes.count(Outcome.RETRIED) or not (job.lost == lost or (job.slices and job.lost < lost)):
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
    while_it_ran = attempt.started_at - SLACK <= hit.until and hit.at <= ended + SLACK
    return bool(hit.slots) and hit.worker == attempt.worker and while_it_ran


def _effects(seen: Seen, ledger: Ledger) -> Iterable[str]:
    for job in seen.jobs.values():
        if job.task != "drill" or job.state != JobState.SUCCEEDED:
            continue
        slices = [f"slice {n}" for n in range(job.payload["times"] + 1)] if job.payload["does"] == "slice" else []
        if seen.effects[job.id] != ["begun", "done", *slices]:
            yield f"{job.id}: succeeded with the effects {seen.effects[job.id]}"
    for job_id, wish in ledger.promised.items():
        if wish.kind == "failing" and "done" in seen.effects[job_id]:
            yield f"{job_id}: failed, and did its work"


def _slices(seen: Seen, ledger: Ledger) -> Iterable[str]:
    """None was left out, none was done upon the state of another than the one before it."""
    for job_id in _of_kind(ledger, "sliced"):
        job = seen.jobs.get(job_id)
        if job is None or job.state != JobState.SUCCEEDED:
            continue
        times = job.payload["times"]
        if job.slices != times or job.result["slices"] != list(range(times + 1)):
            yield f"{job_id}: should go on {times} times: row {job.slices}, result {job.result}"


def _dead_letters(seen: Seen) -> Iterable[str]:
    """One for each job that failed, none for the others."""
    for job in seen.jobs.values():
        if seen.letters[job.id] != (job.state == JobState.FAILED):
            yield f"{job.id}: {job.state}, and has {seen.letters[job.id]} dead letters"


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
