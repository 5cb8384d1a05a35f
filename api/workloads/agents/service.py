"""What one can do with agents over HTTP: start, ask, look at, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from capabilities.llm.calls import forget_outputs
from capabilities.llm.profiles import check_profile
from core.db import changed
from core.errors import Conflict, NotFound
from jobs.cancel import cancel
from jobs.models import Job
from jobs.submit import Submitted, submit
from workloads.agents import definitions, documents, versions
from workloads.agents.contracts import AGENT_INITIALIZATION, RUN_AGENT, AgentInitialization
from workloads.agents.models import Agent, AgentState, AgentVersion, Chunk
from workloads.agents.search import known

VERSIONS_SHOWN = 50


class UnknownAgent(NotFound):
    """There is no such agent."""


class NotReady(Conflict):
    """The agent has no version that is ready."""


@dataclass(frozen=True)
class Deleted:
    """How many of each went."""

    agents: int
    documents: int


def start(
    session: Session, order: AgentInitialization, *, by: str, webhook_url: str | None = None
) -> tuple[Agent, Submitted]:
    """Makes the job and the version it will fill. Raises UnknownDefinition, UnknownProfile."""
    definition = definitions.find(session, order.agent_name)
    profile = check_profile(order.profile or definition.profile)
    submitted = submit(session, AGENT_INITIALIZATION, order, submitted_by=by, webhook_url=webhook_url)
    agent, _ = versions.open_version(
        session,
        job_id=submitted.job_id,
        project_id=order.project_id,
        agent_name=order.agent_name,
        role=definition.role,
        profile=profile,
    )
    return agent, submitted


def find(session: Session, agent_id: str) -> Agent:
    """Raises UnknownAgent."""
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise UnknownAgent(f"There is no agent {agent_id!r}.")
    return agent


def ask(session: Session, agent_id: str, *, question: str, by: str) -> Submitted:
    """Raises UnknownAgent, NotReady, InvalidPayload."""
    agent = find(session, agent_id)
    if agent.version is None:
        raise NotReady(_why_not_ready(session, agent))
    order = {"agent_id": agent_id, "question": question}
    return submit(session, RUN_AGENT, order, project_id=agent.project_id, submitted_by=by)


def _why_not_ready(session: Session, agent: Agent) -> str:
    newest = versions.newest_of(session, [agent]).get(agent.id)
    if newest is None or newest.state is AgentState.INITIALIZING:
        return f"{agent.name!r} is being made ready; ask again when its state is ready."
    return f"{agent.name!r} could not be made ready: {newest.error}"


def agents_in(project_id: str | None) -> Select[Agent]:
    chosen = select(Agent)
    return chosen if project_id is None else chosen.where(Agent.project_id == project_id)


def brief_of(session: Session, agent: Agent) -> Any:
    """Of the version in force; None before the first is ready."""
    version = versions.in_force(session, agent)
    return version.brief if version else None


def chunks_in_force(session: Session, agent_id: str) -> Select[Chunk]:
    """The chunks an answer is made from; none before the first version is ready. Raises UnknownAgent."""
    version = versions.in_force(session, find(session, agent_id))
    return known(version.id if version else "")


def chunk_counts(session: Session, shown: Sequence[versions.Shown]) -> dict[str, int]:
    """By the version's id."""
    chosen = Chunk.version_id.in_([one.version.id for one in shown])
    rows = session.execute(select(Chunk.version_id, func.count()).where(chosen).group_by(Chunk.version_id))
    return {version_id: count for version_id, count in rows}


def delete_agent(session: Session, agent_id: str, *, by: str) -> None:
    """With its versions, documents, chunks, and what models said about it; its open jobs are cancelled.

    Raises UnknownAgent.
    """
    agent = find(session, agent_id)
    jobs = select(AgentVersion.job_id).where(AgentVersion.agent_id == agent_id)
    _cancel_open(session, Job.id.in_(jobs), by)
    forget_outputs(session, job_ids=jobs)
    documents.delete_of(session, project_id=agent.project_id, agent_name=agent.name)
    session.execute(delete(Agent).where(Agent.id == agent_id))


def delete_project_data(session: Session, project_id: str, *, by: str) -> Deleted:
    """Everything agents hold of a project; what it cost stays on record. Nothing there is no error."""
    tasks = (AGENT_INITIALIZATION.name, RUN_AGENT.name)
    _cancel_open(session, (Job.project_id == project_id) & Job.task.in_(tasks), by)
    forget_outputs(session, project_id=project_id)
    gone = documents.delete_of(session, project_id=project_id)
    return Deleted(changed(session, delete(Agent).where(Agent.project_id == project_id)), gone)


def _cancel_open(session: Session, chosen: ColumnElement[bool], by: str) -> None:
    """The rows are locked first: one that ended meanwhile is skipped and not an error."""
    still_open = select(Job.id).where(chosen, Job.ended_at.is_(None)).order_by(Job.id).with_for_update()
    for job_id in list(session.scalars(still_open)):
        cancel(session, job_id, by=by)
