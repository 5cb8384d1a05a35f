"""Agents over HTTP. Who may call what is decided in one place, by the web process."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from capabilities.llm import profiles as llm_profiles
from core.http import DEFAULT_LIMIT, Actor, Cursor, Limit, Listing, Read, Write, page_of, problems
from core.telling import Tell
from workloads.agents import definitions as kinds
from workloads.agents import service, versions
from workloads.agents.contracts import LINE
from workloads.agents.models import Agent, AgentDefinition, Chunk
from workloads.agents.schemas import (
    AgentAccepted,
    AgentDetail,
    AgentOrder,
    AgentOut,
    AgentQuestion,
    ChunkOut,
    DefinitionBody,
    ProfileOut,
    ProjectDataDeleted,
    QuestionAccepted,
    VersionOut,
)

# PostgreSQL refuses a NUL with an error, so it does not get that far.
AgentId = Annotated[str, Path(pattern=LINE)]
DefinitionName = Annotated[str, Path(pattern=LINE)]
ProjectPath = Annotated[str, Path(pattern=LINE)]
ProjectFilter = Annotated[str | None, Query(pattern=LINE, description="Only this project's.")]

agents = APIRouter(prefix="/api/agents", tags=["agents"])
definitions = APIRouter(prefix="/api/agent-definitions", tags=["agents"])
profiles = APIRouter(prefix="/api/profiles", tags=["agents"])
projects = APIRouter(prefix="/api/projects", tags=["agents"])


@agents.post("", name="start_agent", status_code=202, summary="Make an agent ready", responses=problems(404, 422))
def start(body: AgentOrder, session: Write, actor: Actor, tell: Tell, response: Response) -> AgentAccepted:
    """Starts a job that reads the context, indexes it, and writes a brief; a second one makes a new version."""
    agent, job = service.start(session, body.payload(), by=actor, webhook_url=body.webhook_url)
    tell(target=agent.id, job=job.job_id)
    response.headers["Location"] = f"/api/jobs/{job.job_id}"
    return AgentAccepted(agent_id=agent.id, job_id=job.job_id, state=job.state)


@agents.get("", summary="List agents, the newest first", responses=problems(422))
def list_agents(
    session: Read, project_id: ProjectFilter = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Listing[AgentOut]:
    by = (Agent.created_at, Agent.id)
    page = page_of(session, service.agents_in(project_id), by=by, cursor=cursor, limit=limit)
    newest = versions.newest_of(session, page.items)
    return Listing(items=[AgentOut.of(one, newest[one.id]) for one in page.items], next_cursor=page.next_cursor)


@agents.get("/{agent_id}", summary="One agent, its brief and versions", responses=problems(404, 422))
def show(agent_id: AgentId, session: Read) -> AgentDetail:
    agent = service.find(session, agent_id)
    shown = versions.all_of(session, agent_id, limit=service.VERSIONS_SHOWN)
    counts = service.chunk_counts(session, shown)
    listed = [VersionOut.of(one, counts.get(one.version.id, 0)) for one in shown]
    return AgentDetail.of(agent, shown[0], brief=service.brief_of(session, agent), versions=listed)


@agents.delete(
    "/{agent_id}",
    name="delete_agent",
    status_code=204,
    summary="Delete an agent and all it knows",
    responses=problems(404, 422),
)
def delete(agent_id: AgentId, session: Write, actor: Actor) -> None:
    """Its documents and chunks go too, and its open jobs are cancelled."""
    service.delete_agent(session, agent_id, by=actor)


@agents.get("/{agent_id}/chunks", summary="What the version in force knows", responses=problems(404, 422))
def list_chunks(
    agent_id: AgentId, session: Read, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Listing[ChunkOut]:
    chunks = service.chunks_in_force(session, agent_id)
    by = (Chunk.position, Chunk.number)
    page = page_of(session, chunks, by=by, cursor=cursor, limit=limit, descending=False)
    return Listing(items=[ChunkOut.model_validate(one) for one in page.items], next_cursor=page.next_cursor)


@agents.post(
    "/{agent_id}/ask",
    name="ask_agent",
    status_code=202,
    summary="Ask a ready agent",
    responses=problems(404, 409, 422),
)
def ask(
    agent_id: AgentId, body: AgentQuestion, session: Write, actor: Actor, tell: Tell, response: Response
) -> QuestionAccepted:
    """Starts a job whose result is {answer, chunks}: the chunks are those the answer rests on."""
    job = service.ask(session, agent_id, question=body.question, by=actor)
    tell(job=job.job_id)
    response.headers["Location"] = f"/api/jobs/{job.job_id}"
    return QuestionAccepted(job_id=job.job_id, state=job.state)


@definitions.get("", summary="List agent definitions", responses=problems(422))
def list_definitions(session: Read, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Listing[DefinitionBody]:
    by = (AgentDefinition.created_at, AgentDefinition.name)
    page = page_of(session, kinds.every(), by=by, cursor=cursor, limit=limit, descending=False)
    return Listing(items=[DefinitionBody.model_validate(one) for one in page.items], next_cursor=page.next_cursor)


@definitions.post("", status_code=201, summary="Add an agent definition", responses=problems(409, 422))
def create_definition(body: DefinitionBody, session: Write, tell: Tell, response: Response) -> DefinitionBody:
    made = kinds.create(session, **body.model_dump())
    tell(target=made.name)
    response.headers["Location"] = f"/api/agent-definitions/{made.name}"
    return body


@definitions.put("/{name}", summary="Change an agent definition", responses=problems(404, 422))
def replace_definition(name: DefinitionName, body: DefinitionBody, session: Write) -> DefinitionBody:
    """Agents that exist keep what they were made with; the next initialization uses the new text."""
    kinds.replace(session, name, **body.model_dump())
    return body


@definitions.delete("/{name}", status_code=204, summary="Delete an agent definition", responses=problems(404, 422))
def delete_definition(name: DefinitionName, session: Write) -> None:
    """Agents made from it go on; no new version can be made."""
    kinds.remove(session, name)


@profiles.get("", summary="The model profiles that are offered")
def list_profiles() -> Listing[ProfileOut]:
    return Listing(items=[ProfileOut.of(one) for one in llm_profiles.offered()])


@projects.delete("/{project_id}/data", summary="Delete what agents hold of a project", responses=problems(422))
def delete_project_data(project_id: ProjectPath, session: Write, actor: Actor, tell: Tell) -> ProjectDataDeleted:
    """Agents, versions, documents, chunks, and what models said; what calls cost stays on record."""
    gone = ProjectDataDeleted.model_validate(service.delete_project_data(session, project_id, by=actor))
    tell(**gone.model_dump())
    return gone
