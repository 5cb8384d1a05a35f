"""The shapes the API takes and answers with."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from capabilities.fetch.urls import WebAddress
from capabilities.llm.profiles import Offer
from jobs.states import JobState
from workloads.agents.contracts import QUESTION_LIMIT, TEXT, AgentInitialization, ProfileName
from workloads.agents.models import Agent, AgentState
from workloads.agents.versions import Shown

Line = Annotated[str, Field(min_length=1, max_length=300, pattern=TEXT)]
Prose = Annotated[str, Field(min_length=1, max_length=8_000, pattern=TEXT)]
Lines = Annotated[list[Line], Field(max_length=50)]


class AgentOrder(AgentInitialization):
    """What a caller may say beside what the job is given."""

    webhook_url: WebAddress | None = Field(None, description="Is sent a signed message when the job ends.")

    def payload(self) -> AgentInitialization:
        return AgentInitialization.model_construct(**{name: getattr(self, name) for name in _PAYLOAD})


_PAYLOAD = tuple(AgentInitialization.model_fields)


class AgentAccepted(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agent_id": "0197a1…", "job_id": "0197a2…", "state": "queued"}]}
    )

    agent_id: str
    job_id: str
    state: JobState = Field(description="The job's state.")


class QuestionAccepted(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"job_id": "0197a3…", "state": "queued"}]})

    job_id: str
    state: JobState


class AgentQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"question": "What does Acme sell?"}]})

    question: str = Field(min_length=1, max_length=QUESTION_LIMIT, pattern=TEXT)


class BriefOut(BaseModel):
    summary: str
    goals: list[str]
    open_questions: list[str]
    first_steps: list[str]


class AgentOut(BaseModel):
    """`state` and `job_id` are the newest version's, `version` is the number in force."""

    id: str
    project_id: str
    agent_name: str
    role: str
    version: int | None
    state: AgentState
    job_id: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, agent: Agent, newest: Shown, **more: Any) -> Self:
        return cls(
            id=agent.id,
            project_id=agent.project_id,
            agent_name=agent.name,
            role=agent.role,
            version=agent.version,
            state=newest.state,
            job_id=newest.version.job_id,
            created_at=agent.created_at,
            updated_at=agent.updated_at,
            **more,
        )


class VersionOut(BaseModel):
    number: int
    state: AgentState
    job_id: str
    brief: BriefOut | None
    system_prompt: str | None
    chunk_count: int
    error: str | None
    created_at: datetime
    ready_at: datetime | None

    @classmethod
    def of(cls, shown: Shown, chunk_count: int) -> Self:
        version = shown.version
        return cls(
            number=version.number,
            state=shown.state,
            job_id=version.job_id,
            brief=version.brief,
            system_prompt=version.system_prompt,
            chunk_count=chunk_count,
            error=shown.error,
            created_at=version.created_at,
            ready_at=version.ready_at,
        )


class AgentDetail(AgentOut):
    """`brief` is that of the version in force; the versions are the newest first."""

    brief: BriefOut | None
    versions: list[VersionOut]


class ChunkOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    document: str
    position: int
    text: str


class DefinitionBody(BaseModel):
    """A kind of agent; `profile` is the model profile used when a caller names none."""

    model_config = ConfigDict(
        from_attributes=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "market_watcher",
                    "role": "Market watcher",
                    "goal": "Notice early what competitors and customers do.",
                    "instructions": "Report only what changed, and why it matters.",
                    "profile": "claude-3-haiku",
                    "tools": ["retrieval"],
                    "requirements": ["project context"],
                    "artifacts": ["weekly note"],
                    "requires_approval": False,
                }
            ]
        },
    )

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$", description="Lower-case letters, digits, `_` and `-`.")
    role: Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT)]
    goal: Prose
    instructions: Prose
    profile: ProfileName
    tools: Lines = []
    requirements: Lines = []
    artifacts: Lines = []
    requires_approval: bool = False


class ProfileOut(BaseModel):
    """What a real provider does not tell (speed, price, complexity) is null."""

    name: str
    provider: str
    speed: float | None
    cost_per_1k_usd: float | None
    specialization: list[str]
    max_complexity: int | None

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(
            name=offer.name,
            provider=offer.provider,
            speed=offer.speed,
            cost_per_1k_usd=offer.cost_per_1k_usd,
            specialization=list(offer.specialization),
            max_complexity=offer.max_complexity,
        )


class ProjectDataDeleted(BaseModel):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [{"agents": 2, "documents": 5}]})

    agents: int
    documents: int
