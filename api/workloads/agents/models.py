"""The tables of the agents. Full-text search is no part of the metadata: see search.py and the migration."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Json, UtcDateTime
from core.db import Base

NAME = String(60)
PROJECT = String(200)
ID = String(36)
JOB_ID = String(155)


class AgentState(StrEnum):
    INITIALIZING = "initializing"
    READY = "ready"
    FAILED = "failed"


class AgentDefinition(Base):
    """What kinds of agents there are; `profile` is the model profile when the caller names none."""

    __tablename__ = "agent_definitions"

    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    role: Mapped[str] = mapped_column(String(200))
    goal: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str] = mapped_column(Text)
    profile: Mapped[str] = mapped_column(String(200))
    tools: Mapped[Any] = mapped_column(Json)
    requirements: Mapped[Any] = mapped_column(Json)
    artifacts: Mapped[Any] = mapped_column(Json)
    requires_approval: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Agent(Base):
    """One per project and name. `version` is the number in force: the newest that became ready."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("project_id", "name", name="uq_agents_project_name"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    project_id: Mapped[str] = mapped_column(PROJECT)
    name: Mapped[str] = mapped_column(NAME)
    role: Mapped[str] = mapped_column(String(200))
    version: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index("ix_agents_created", Agent.created_at, Agent.id)


class AgentVersion(Base):
    """One initialization, made by one job; a job run again by hand is another job and makes another version."""

    __tablename__ = "agent_versions"
    __table_args__ = (UniqueConstraint("agent_id", "number", name="uq_agent_versions_number"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    job_id: Mapped[str] = mapped_column(JOB_ID, unique=True)
    profile: Mapped[str] = mapped_column(String(200))
    brief: Mapped[Any | None] = mapped_column(Json)
    system_prompt: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ingested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Document(Base):
    """A piece of the context that a job was given; `job_id` is the job it came with."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("job_id", "position", name="uq_documents_position"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    job_id: Mapped[str] = mapped_column(JOB_ID)
    project_id: Mapped[str] = mapped_column(PROJECT)
    agent_name: Mapped[str] = mapped_column(NAME)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


Index("ix_documents_project", Document.project_id, Document.agent_name)
Index("ix_documents_expires", Document.expires_at)


class Chunk(Base):
    """A part of a document as one version knows it. `number` is the row of the full-text index."""

    __tablename__ = "chunks"
    __table_args__ = (UniqueConstraint("version_id", "position", name="uq_chunks_position"),)

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[str] = mapped_column(String(50), unique=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("agent_versions.id", ondelete="CASCADE"))
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    document: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
