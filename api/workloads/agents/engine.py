"""Making an agent ready, and asking it: named steps, each of which may be cut short and done again.

Transactions are short and hold the job's fence; none is open while a model works.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from capabilities.llm.budget import check_budget
from capabilities.llm.complete import complete
from capabilities.llm.profiles import check_profile
from core import clock
from core.db import reading, writing
from core.errors import AppError
from core.portions import portions
from jobs.claim import Superseded, holds
from jobs.handlers import RunningJob
from jobs.models import Job
from workloads.agents import chunking, definitions, documents, prompting, search, versions
from workloads.agents.contracts import AgentInitialization, DocumentsOf, RunAgent
from workloads.agents.models import Agent, AgentDefinition, AgentVersion, Chunk, Document
from workloads.agents.outputs import Answer, Brief

INITIALIZATION_STEPS = ("check", "ingest", "brief", "ready")
ANSWER_STEPS = ("retrieve", "answer")
BRIEF_LEADING = 3  # chunks from the beginning, where a text says what it is about
BRIEF_FOUND = 6  # chunks that match the role and the goal
ANSWER_CHUNKS = 6
CHUNKS_PER_STATEMENT = 500


class AgentGone(AppError):
    """The agent was deleted while its job was running."""

    status = 404


class NothingInForce(AppError):
    """The agent has no version that is ready."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Work:
    """What step check found out."""

    agent: Agent
    version: AgentVersion
    definition: AgentDefinition


def initialize(job: RunningJob, order: AgentInitialization) -> dict[str, Any]:
    """Raises UnknownDefinition, UnknownProfile, DocumentsGone, AgentGone, and what `complete` raises."""
    _begin(job, "check", INITIALIZATION_STEPS)
    work = _check(job, order)
    _begin(job, "ingest", INITIALIZATION_STEPS)
    count = _ingest(job, order, work)
    _begin(job, "brief", INITIALIZATION_STEPS)
    brief = _brief(job, work)
    _begin(job, "ready", INITIALIZATION_STEPS)
    in_force = _make_ready(job, work, brief)
    return {
        "agent_id": work.agent.id,
        "project_id": work.agent.project_id,
        "agent_name": work.agent.name,
        "version": work.version.number,
        "in_force": in_force,
        "chunks": count,
        "brief": brief.model_dump(),
    }


def _begin(job: RunningJob, step: str, steps: tuple[str, ...]) -> None:
    job.step(step, done=steps.index(step), total=len(steps))


def _fence(session: Session, job: RunningJob) -> None:
    """Holds the claim until the commit: an attempt that was replaced writes nothing. Raises Superseded."""
    if session.scalar(select(Job.id).where(holds(job.id, job.claim_id)).with_for_update()) is None:
        raise Superseded(job.id)


def _check(job: RunningJob, order: AgentInitialization) -> Work:
    with writing() as session:
        _fence(session, job)
        check_budget(session, order.project_id)
        definition = definitions.find(session, order.agent_name)
        profile = check_profile(order.profile or definition.profile)
        _documents(session, job, order)
        agent, version = versions.open_version(
            session,
            job_id=job.id,
            project_id=order.project_id,
            agent_name=definition.name,
            role=definition.role,
            profile=profile,
        )
    job.log(f"version {version.number} of {agent.name}", project=order.project_id, profile=profile)
    return Work(agent=agent, version=version, definition=definition)


def _documents(session: Session, job: RunningJob, order: AgentInitialization) -> list[Document]:
    source = order.context.documents_of if isinstance(order.context, DocumentsOf) else job.id
    owner = {"project_id": order.project_id, "agent_name": order.agent_name}
    return documents.adopt(session, source=source, job_id=job.id, **owner)


def _ingest(job: RunningJob, order: AgentInitialization, work: Work) -> int:
    """All chunks or none, in one transaction: done again it finds them there. Answers how many there are."""
    with writing() as session:
        _fence(session, job)
        version = _version(session, work)
        given = _documents(session, job, order)
        rows = _chunk_rows(version.id, given)
        fresh = version.ingested_at is None
        if fresh:
            for some in portions(rows, CHUNKS_PER_STATEMENT):
                session.execute(insert(Chunk), some)
            version.ingested_at = clock.now()
    said = "the context was cut into chunks" if fresh else "the chunks are there from an earlier attempt"
    job.log(said, documents=len(given), chunks=len(rows))
    return len(rows)


def _version(session: Session, work: Work) -> AgentVersion:
    """Raises AgentGone."""
    version = session.get(AgentVersion, work.version.id)
    if version is None:
        raise AgentGone
    return version


def _chunk_rows(version_id: str, given: list[Document]) -> list[dict[str, Any]]:
    pairs = [(document, text) for document in given for text in chunking.split(document.text)]
    return [
        {
            "id": f"{version_id}-{position}",
            "version_id": version_id,
            "document_id": document.id,
            "document": document.name,
            "position": position,
            "text": text,
        }
        for position, (document, text) in enumerate(pairs, start=1)
    ]


def _brief(job: RunningJob, work: Work) -> Brief:
    with reading() as session:
        version = _version(session, work)
        if version.brief is not None:
            job.log("the brief is there from an earlier attempt")
            return Brief.model_validate(version.brief)
        chunks = _worth_reading(session, work)
    job.log("the model is asked for a brief", chunks=len(chunks), profile=version.profile)
    prompt = prompting.brief_prompt(work.definition, chunks)
    return complete(job, step="brief", prompt=prompt, output_type=Brief, profile=version.profile)


def _worth_reading(session: Session, work: Work) -> list[Chunk]:
    """The beginning and what concerns the role, in the order of the text."""
    kind, version_id = work.definition, work.version.id
    first = search.leading(session, version_id, limit=BRIEF_LEADING)
    query = f"{kind.role} {kind.goal} {' '.join(kind.artifacts)} {kind.instructions}"
    found = search.retrieve(session, version_id, query, limit=BRIEF_FOUND)
    return sorted({chunk.position: chunk for chunk in first + found}.values(), key=lambda chunk: chunk.position)


def _make_ready(job: RunningJob, work: Work, brief: Brief) -> bool:
    prompt = prompting.system_prompt(work.definition, brief)
    with writing() as session:
        _fence(session, job)
        version = _version(session, work)
        in_force = versions.set_ready(session, version, brief=brief.model_dump(), system_prompt=prompt)
    job.log(f"version {work.version.number} is ready" + ("" if in_force else "; a newer one stays in force"))
    return in_force


def answer(job: RunningJob, order: RunAgent) -> dict[str, Any]:
    """One question to the version in force. Raises AgentGone, NothingInForce, and what `complete` raises."""
    _begin(job, "retrieve", ANSWER_STEPS)
    version, chunks = _retrieve(job, order)
    _begin(job, "answer", ANSWER_STEPS)
    prompt = prompting.answer_prompt(version.system_prompt or "", order.question, chunks)
    # the version is part of the step: passage numbers of another version would mean other chunks
    said = complete(job, step=f"answer-v{version.number}", prompt=prompt, output_type=Answer, profile=version.profile)
    used = [chunk for chunk in chunks if chunk.position in said.passages]
    named = [{"id": chunk.id, "document": chunk.document, "position": chunk.position} for chunk in used]
    job.log("the question is answered", chunks_used=len(used))
    return {"agent_id": order.agent_id, "version": version.number, "answer": said.answer, "chunks": named}


def _retrieve(job: RunningJob, order: RunAgent) -> tuple[AgentVersion, list[Chunk]]:
    with reading() as session:
        agent = session.get(Agent, order.agent_id)
        if agent is None:
            raise AgentGone(f"There is no agent {order.agent_id!r}.")
        version = versions.in_force(session, agent)
        if version is None:
            raise NothingInForce
        found = search.retrieve(session, version.id, order.question, limit=ANSWER_CHUNKS)
        chunks = found or search.leading(session, version.id, limit=ANSWER_CHUNKS)
    said = "chunks that match the question" if found else "no chunk matches the question: the first ones are read"
    job.log(said, version=version.number, chunks=len(chunks))
    return version, chunks


def fail_version(job: RunningJob, error: AppError) -> None:
    """The job will not be tried again: so says its version too. Nothing happens when the job is not ours any more."""
    with writing() as session:
        if session.scalar(select(Job.id).where(holds(job.id, job.claim_id)).with_for_update()) is not None:
            versions.set_failed(session, job.id, error.message)


def expire_documents() -> int:
    """Answers how many documents were deleted."""
    with writing() as session:
        return documents.purge_expired(session)
