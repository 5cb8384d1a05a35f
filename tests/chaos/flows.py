"""What must hold for the workflows of a chaos run: each node ran to its end once, and what came after it knew."""

from collections.abc import Iterable

from jobs.models import Job
from jobs.states import JobState
from tests.chaos.client import Ledger
from tests.chaos.orders import PARTS, Wish
from tests.chaos.seen import Seen, is_poison


def flow_findings(seen: Seen, ledger: Ledger) -> Iterable[str]:
    for flow_id, wish in ledger.flows.items():
        if flow_id not in seen.workflows:
            yield f"{flow_id}: a 202 was given for this workflow, and there is none"
            continue
        jobs = [job for job in seen.jobs.values() if job.workflow_id == flow_id]
        if not any(is_poison(job) for job in jobs):
            yield from _ended_as_it_should(seen, flow_id, wish, jobs)


def _ended_as_it_should(seen: Seen, flow_id: str, wish: Wish, jobs: list[Job]) -> Iterable[str]:
    flow = seen.workflows[flow_id]
    expected = ("succeeded", PARTS + 2, PARTS + 2, int(wish.collects))
    if (flow.state, len(jobs), flow.ended, flow.failed) != expected:
        yield f"{flow_id}: {flow.state}, {len(jobs)} jobs, {flow.ended} ended, {flow.failed} failed; not {expected}"
    bodies = [job for job in jobs if job.payload["does"] == "gather" and job.state == JobState.SUCCEEDED]
    if len(bodies) != 1 or _numbers(bodies[0]) != _expected(wish):
        yield f"{flow_id}: gathered {[job.result for job in bodies]}"


def _expected(wish: Wish) -> list[int | None]:
    return [None if wish.collects and number == 0 else number for number in range(PARTS)]


def _numbers(body: Job) -> list[int | None]:
    """What the parts answered; None for one that failed."""
    values = [one.get("result") if "state" in one else one for one in body.result["values"]]
    return [one["number"] if one else None for one in values]
