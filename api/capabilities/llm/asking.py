"""Asking a model, in the words of the model library: see ASKING in complete.py, which loads this where it is needed."""

import importlib
import time
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from capabilities.llm.calls import CallOutcome, record, storable
from capabilities.llm.loop import run_interruptibly
from capabilities.llm.outcomes import explain
from capabilities.llm.prices import cost_micro_usd
from capabilities.llm.profiles import SIMULATED
from capabilities.llm.prompts import SAFETY, Prompt
from capabilities.llm.simulated import Draw, SimulatedModel
from core.settings import get_settings
from jobs.handlers import RunningJob

T = TypeVar("T", bound=BaseModel)

OUTPUT_RETRIES = 2  # times that a model is told what is wrong with its answer


@dataclass(frozen=True, kw_only=True)
class _Call:
    """What is known before the call."""

    job: RunningJob
    step: str
    profile: str
    model: Model

    def record(self, usage: RunUsage, started: float, **ending: object) -> None:
        record(
            job_id=self.job.id,
            project_id=self.job.project_id,
            attempt=self.job.attempt,
            step=self.step,
            idempotency_key=f"{self.job.key(self.step)}:{self.job.attempt}",
            profile=self.profile,
            provider=self.model.system,
            model=self.model.model_name,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cache_read_tokens,
            latency_ms=round((time.monotonic() - started) * 1000),
            **ending,
        )

    def tell(self, usage: RunUsage, started: float) -> None:
        """In the job's log. What it cost is in the call's row."""
        self.job.log(
            "the model answered",
            step=self.step,
            model=self.model.model_name,
            seconds=round(time.monotonic() - started, 1),
            tokens_read=usage.input_tokens,
            tokens_written=usage.output_tokens,
        )


def ask(job: RunningJob, *, step: str, prompt: Prompt, output_type: type[T], profile: str) -> T:
    """Raises what `complete` raises."""
    call = _Call(job=job, step=step, profile=profile, model=_model(job, step, profile))
    instructions = f"{prompt.instructions}\n\n{SAFETY}"
    agent = Agent(call.model, output_type=output_type, instructions=instructions, retries=OUTPUT_RETRIES)
    usage, started = RunUsage(), time.monotonic()
    try:
        output: T = run_interruptibly(agent.run(prompt.render(), usage=usage), call.job.checkpoint).output
    except BaseException as error:
        outcome, sentence, known = explain(error)
        spent = cost_micro_usd(usage, call.model, failed=True)
        call.record(usage, started, outcome=outcome, error=sentence, output=None, cost_micro_usd=spent)
        if known is None:
            raise
        # without its cause, whose text may repeat what we sent: the API key among it
        raise known from None
    spent = cost_micro_usd(usage, call.model, failed=False)
    kept = storable(output.model_dump())
    call.record(usage, started, outcome=CallOutcome.SUCCEEDED, error=None, output=kept, cost_micro_usd=spent)
    call.tell(usage, started)
    return output_type.model_validate(kept)


def _model(job: RunningJob, step: str, profile: str) -> Model:
    settings = get_settings()
    if settings.llm_provider == "openai":
        made: Model = importlib.import_module("capabilities.llm.openai").openai_model(settings)
        return made
    chosen = SIMULATED[profile]
    rate = settings.llm_simulated_failure_rate
    said = f"{settings.llm_seed}:{job.key(step)}"
    draw = Draw(
        said=said,
        luck=f"{said}:{job.attempt}",
        failure_rate=chosen.failure_rate if rate is None else rate,
        speedup=settings.llm_simulated_speedup,
    )
    return SimulatedModel(chosen, draw)
