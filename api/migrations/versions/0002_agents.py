"""Agent definitions, agents and their versions, documents, chunks with full-text search, model calls."""

import sqlalchemy as sa
from alembic import op

from core import clock
from core.columns import Json, UtcDateTime
from workloads.agents.starter import STARTER_DEFINITIONS

revision: str = "0002_agents"
down_revision: str | None = "0001_jobs"
branch_labels = None
depends_on = None

ID = sa.String(36)
JOB_ID = sa.String(155)
PROJECT = sa.String(200)
NAME = sa.String(60)
PROFILE = sa.String(200)


def upgrade() -> None:
    _definitions()
    _agents()
    _versions()
    _documents()
    _chunks()
    _full_text()
    _llm_calls()


def _definitions() -> None:
    """The starter set is inserted here and never again, so that a definition once deleted stays away."""
    table = op.create_table(
        "agent_definitions",
        sa.Column("name", NAME, primary_key=True),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("goal", sa.Text, nullable=False),
        sa.Column("instructions", sa.Text, nullable=False),
        sa.Column("profile", PROFILE, nullable=False),
        sa.Column("tools", Json, nullable=False),
        sa.Column("requirements", Json, nullable=False),
        sa.Column("artifacts", Json, nullable=False),
        sa.Column("requires_approval", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    now = clock.now()
    op.bulk_insert(table, [{**one, "created_at": now, "updated_at": now} for one in STARTER_DEFINITIONS])


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", PROJECT, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("project_id", "name", name="uq_agents_project_name"),
    )
    op.create_index("ix_agents_created", "agents", ["created_at", "id"])


def _versions() -> None:
    op.create_table(
        "agent_versions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("agent_id", ID, sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("job_id", JOB_ID, nullable=False, unique=True),
        sa.Column("profile", PROFILE, nullable=False),
        sa.Column("brief", Json),
        sa.Column("system_prompt", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ingested_at", UtcDateTime),
        sa.Column("ready_at", UtcDateTime),
        sa.UniqueConstraint("agent_id", "number", name="uq_agent_versions_number"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("job_id", JOB_ID, nullable=False),
        sa.Column("project_id", PROJECT, nullable=False),
        sa.Column("agent_name", NAME, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.UniqueConstraint("job_id", "position", name="uq_documents_position"),
    )
    op.create_index("ix_documents_project", "documents", ["project_id", "agent_name"])
    op.create_index("ix_documents_expires", "documents", ["expires_at"])


def _chunks() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "chunks",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(50), nullable=False, unique=True),
        sa.Column("version_id", ID, sa.ForeignKey("agent_versions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("document_id", ID, sa.ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("version_id", "position", name="uq_chunks_position"),
    )
    op.create_index("ix_chunks_document_id", "chunks", ["document_id"])


def _full_text() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_chunks_fts ON chunks USING gin (to_tsvector('english', text))")
        return
    for statement in SQLITE_FULL_TEXT:
        op.execute(statement)


# The index keeps no copy of the text; triggers, which cascades fire as well, keep it in step with the table.
SQLITE_FULL_TEXT = (
    """CREATE VIRTUAL TABLE chunks_fts USING fts5(
        text, content='chunks', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER chunks_fts_insert AFTER INSERT ON chunks BEGIN
        INSERT INTO chunks_fts (rowid, text) VALUES (new.number, new.text);
    END""",
    """CREATE TRIGGER chunks_fts_delete AFTER DELETE ON chunks BEGIN
        INSERT INTO chunks_fts (chunks_fts, rowid, text) VALUES ('delete', old.number, old.text);
    END""",
    """CREATE TRIGGER chunks_fts_update AFTER UPDATE ON chunks BEGIN
        INSERT INTO chunks_fts (chunks_fts, rowid, text) VALUES ('delete', old.number, old.text);
        INSERT INTO chunks_fts (rowid, text) VALUES (new.number, new.text);
    END""",
)


def _llm_calls() -> None:
    op.create_table(
        "llm_calls",
        sa.Column("id", ID, primary_key=True),
        sa.Column("job_id", JOB_ID, nullable=False),
        sa.Column("project_id", PROJECT),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("step", sa.String(100), nullable=False),
        sa.Column("idempotency_key", sa.String(300), nullable=False, unique=True),
        sa.Column("profile", PROFILE, nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("input_tokens", sa.Integer, nullable=False),
        sa.Column("output_tokens", sa.Integer, nullable=False),
        sa.Column("cached_tokens", sa.Integer, nullable=False),
        sa.Column("cost_micro_usd", sa.BigInteger),
        sa.Column("latency_ms", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("output", Json),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_llm_calls_job", "llm_calls", ["job_id", "at", "id"])
    op.create_index("ix_llm_calls_project", "llm_calls", ["project_id", "at"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TABLE chunks_fts")
    for table in ("llm_calls", "chunks", "documents", "agent_versions", "agents", "agent_definitions"):
        op.drop_table(table)
