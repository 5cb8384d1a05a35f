"""One model call on behalf of a job's step: paid at most once, recorded however it ends.

answer = complete(job, step="brief", prompt=prompt, output_type=Brief, profile="gpt-4")
"""

import importlib
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from capabilities.llm.budget import check_budget
from capabilities.llm.calls import finished_output
from capabilities.llm.prompts import Prompt
from core.db import reading
from jobs.handlers import RunningJob

log = structlog.get_logger(__name__)
T = TypeVar("T", bound=BaseModel)

# With the model library, which takes as long to load as all the rest of a worker. Whoever calls models says so
# (`@handles(…, loads=ASKING)`): their workers load it before they fork, the others and `delay()` never do.
ASKING = "capabilities.llm.asking"


def complete(job: RunningJob, *, step: str, prompt: Prompt, output_type: type[T], profile: str) -> T:
    """The model's output; that of an earlier attempt of this job when it was paid for already.

    `step` is unique within the job. Raises ModelBusy (worth another try, with the provider's retry_after),
    ModelRefused, ModelMalformed, BudgetExceeded. To be called outside any transaction.
    """
    with reading() as session:
        paid = finished_output(session, job_id=job.id, step=step)
        if paid is None:
            check_budget(session, job.project_id)
    kept = _valid(output_type, paid)
    if kept is not None:
        log.info("a model's answer was kept from an earlier attempt", step=step)
        return kept
    asking = importlib.import_module(ASKING)
    answer: T = asking.ask(job, step=step, prompt=prompt, output_type=output_type, profile=profile)
    return answer


def _valid(output_type: type[T], paid: object) -> T | None:
    """None when nothing was paid for, or for another form of output (a new release in between)."""
    if paid is None:
        return None
    try:
        return output_type.model_validate(paid)
    except ValidationError:
        return None
