"""The versions of an agent: opened once per job, in force when ready unless a newer one is, shown as they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import changed, is_postgresql
from jobs.events import announce
from jobs.models import Job
from jobs.states import JobState
from workloads.agents.models import Agent, AgentState, AgentVersion


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A version as people see it: one whose job has ended without making it ready has failed."""

    version: AgentVersion
    state: AgentState
    error: str | None


def open_version(
    session: Session, *, job_id: str, project_id: str, agent_name: str, role: str, profile: str
) -> tuple[Agent, AgentVersion]:
    """The agent and the version that this job makes; both are created when they are not there yet."""
    agent = _locked_agent(session, project_id, agent_name, role)
    version = of_job(session, job_id)
    if version is None:
        version = _add_version(session, agent, job_id=job_id, profile=profile)
    elif version.state == AgentState.FAILED:
        version.state, version.error = AgentState.INITIALIZING, None
    session.flush()
    announce_after_commit(session, agent, AgentState(version.state))
    return agent, version


def of_job(session: Session, job_id: str) -> AgentVersion | None:
    return session.scalar(select(AgentVersion).where(AgentVersion.job_id == job_id))


def _locked_agent(session: Session, project_id: str, name: str, role: str) -> Agent:
    """The lock makes jobs of one agent take their version numbers one after another."""
    now = clock.now()
    dialect = postgresql if is_postgresql(session) else sqlite
    values = {"id": ids.new_id(), "project_id": project_id, "name": name, "role": role}
    session.execute(dialect.insert(Agent).values(**values, created_at=now, updated_at=now).on_conflict_do_nothing())
    mine = select(Agent).where(Agent.project_id == project_id, Agent.name == name)
    return session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()


def _add_version(session: Session, agent: Agent, *, job_id: str, profile: str) -> AgentVersion:
    newest = select(func.max(AgentVersion.number)).where(AgentVersion.agent_id == agent.id)
    version = AgentVersion(
        id=ids.new_id(),
        agent_id=agent.id,
        number=(session.scalar(newest) or 0) + 1,
        state=AgentState.INITIALIZING,
        job_id=job_id,
        profile=profile,
        created_at=clock.now(),
    )
    session.add(version)
    agent.updated_at = version.created_at
    return version


def set_ready(session: Session, version: AgentVersion, *, brief: dict[str, Any], system_prompt: str) -> bool:
    """Puts the version in force unless a newer one is; says whether it is in force now."""
    now = clock.now()
    version.state, version.error, version.ready_at = AgentState.READY, None, version.ready_at or now
    version.brief, version.system_prompt = brief, system_prompt
    session.flush()
    older = or_(Agent.version.is_(None), Agent.version <= version.number)
    mine = update(Agent).where(Agent.id == version.agent_id, older)
    in_force = bool(changed(session, mine.values(version=version.number, updated_at=now)))
    announce_after_commit(session, session.get_one(Agent, version.agent_id), AgentState.READY)
    return in_force


def set_failed(session: Session, job_id: str, error: str) -> None:
    """A version that is ready stays so."""
    version = of_job(session, job_id)
    if version is None or version.state == AgentState.READY:
        return
    version.state, version.error = AgentState.FAILED, error
    agent = session.get_one(Agent, version.agent_id)
    agent.updated_at = clock.now()
    announce_after_commit(session, agent, AgentState.FAILED)


def announce_after_commit(session: Session, agent: Agent, state: AgentState) -> None:
    """A hint that came before the commit would make its reader read the old state."""
    fields = {"agent_id": agent.id, "project_id": agent.project_id, "state": state.value}

    def tell(_session: Session) -> None:
        announce("agent-state", **fields)

    event.listen(session, "after_commit", tell, once=True)


def in_force(session: Session, agent: Agent) -> AgentVersion | None:
    mine = select(AgentVersion).where(AgentVersion.agent_id == agent.id, AgentVersion.number == agent.version)
    return session.scalar(mine)


def newest_of(session: Session, agents: Iterable[Agent]) -> dict[str, Shown]:
    """The newest version of each agent, by the agent's id."""
    chosen = [agent.id for agent in agents]
    newest = (
        select(AgentVersion.agent_id, func.max(AgentVersion.number).label("number"))
        .where(AgentVersion.agent_id.in_(chosen))
        .group_by(AgentVersion.agent_id)
        .subquery()
    )
    same = (AgentVersion.agent_id == newest.c.agent_id) & (AgentVersion.number == newest.c.number)
    rows = session.execute(_with_job().join(newest, same))
    return {row.AgentVersion.agent_id: _shown(*row) for row in rows}


def all_of(session: Session, agent_id: str, *, limit: int) -> list[Shown]:
    """An agent's versions, the newest first."""
    mine = _with_job().where(AgentVersion.agent_id == agent_id)
    return [_shown(*row) for row in session.execute(mine.order_by(AgentVersion.number.desc()).limit(limit))]


def _with_job() -> Any:
    return select(AgentVersion, Job.state, Job.error).outerjoin(Job, Job.id == AgentVersion.job_id)


def _shown(version: AgentVersion, job_state: str | None, job_error: Any) -> Shown:
    """The row knows of failures that the handler saw; the job also of those that ended the handler itself."""
    if version.state != AgentState.INITIALIZING:
        return Shown(version=version, state=AgentState(version.state), error=version.error)
    if job_state is not None and not JobState(job_state).final:
        return Shown(version=version, state=AgentState.INITIALIZING, error=None)
    return Shown(version=version, state=AgentState.FAILED, error=_why(job_state, job_error))


def _why(job_state: str | None, job_error: Any) -> str:
    if job_state is None:
        return "Its job is not there any more."
    if job_state == JobState.CANCELLED:
        return "Its job was cancelled."
    return str((job_error or {}).get("message") or "Its job ended without making it ready.")
