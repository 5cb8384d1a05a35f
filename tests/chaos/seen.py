"""Everything that is on record after a chaos run."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import select, text

from core.db import reading
from jobs.dead_letters.models import DeadLetter
from jobs.models import Attempt, Job
from jobs.states import JobState
from jobs.workflows.models import Workflow


@dataclass(frozen=True)
class Seen:
    """Everything that is on record."""

    jobs: dict[str, Job]
    workflows: dict[str, Workflow]
    letters: Counter[str | None]
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
            workflows = {flow.id: flow for flow in session.scalars(select(Workflow))}
            letters = Counter(session.scalars(select(DeadLetter.job_id)))
        return cls(jobs, workflows, letters, attempts, effects, endings, overlaps)


def is_poison(job: Job) -> bool:
    return bool(job.state == JobState.FAILED and job.lost == 3 and job.error["kind"] == "poison")
