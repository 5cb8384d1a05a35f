"""The agents' tasks: they join a claimed job to the engine, and say which failures are worth another try."""

from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from capabilities.llm.complete import ASKING
from capabilities.llm.errors import ModelBusy
from core.errors import AppError
from jobs.handlers import RunningJob, handles
from jobs.retry import Backoff, RetryTable, delay_for
from workloads.agents import engine
from workloads.agents.contracts import (
    AGENT_INITIALIZATION,
    EXPIRE_DOCUMENTS,
    RUN_AGENT,
    AgentInitialization,
    ExpireDocuments,
    RunAgent,
)

log = structlog.get_logger(__name__)

# A database in trouble is worth waiting for: every step finds what it had done before.
RETRY: RetryTable = {
    ModelBusy: Backoff(base=2.0, cap=300.0, tries=6),
    OperationalError: Backoff(base=1.0, cap=60.0, tries=8),
    InterfaceError: Backoff(base=1.0, cap=60.0, tries=8),
}


@handles(AGENT_INITIALIZATION, retry=RETRY, loads=ASKING)
def agent_initialization_task(job: RunningJob, payload: AgentInitialization) -> dict[str, Any]:
    """Makes a version of the project's agent ready; answers with its brief."""
    try:
        return engine.initialize(job, payload)
    except AppError as error:
        if delay_for(RETRY, error, job.retries) is None:
            _mark_failed(job, error)
        raise


def _mark_failed(job: RunningJob, error: AppError) -> None:
    """For those who watch. Any other ending (a time limit, a bug) is read from the job whenever it is looked at."""
    try:
        engine.fail_version(job, error)
    except DBAPIError as trouble:
        log.warning("the version could not be marked as failed", error=str(trouble.orig))


@handles(RUN_AGENT, retry=RETRY, loads=ASKING)
def run_agent_task(job: RunningJob, payload: RunAgent) -> dict[str, Any]:
    """Answers one question from what the agent knows, and names the chunks the answer rests on."""
    return engine.answer(job, payload)


@handles(EXPIRE_DOCUMENTS, retry=RETRY)
def expire_documents(_job: RunningJob, _payload: ExpireDocuments) -> dict[str, int]:
    """Deletes documents past their time, with their chunks."""
    return {"deleted": engine.expire_documents()}
