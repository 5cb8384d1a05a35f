"""Results that expire, the texts that the search looks through, and indexes for lists that stay fast."""

import sqlalchemy as sa
import structlog
from alembic import op
from sqlalchemy.exc import DBAPIError

from core.columns import UtcDateTime

revision = "0014_history"
down_revision = "0013_worker_orders"
branch_labels = None
depends_on = None

log = structlog.get_logger(__name__)

DELAYED = sa.text("state IN ('scheduled', 'retrying')")
RESULT_KEPT = sa.text("ended_at IS NOT NULL AND result IS NOT NULL")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("result_expired_at", UtcDateTime))
    op.create_index("ix_jobs_results", "jobs", ["ended_at"], sqlite_where=RESULT_KEPT, postgresql_where=RESULT_KEPT)
    _due("due_at", "id")
    _parent(sa.text("parent_id IS NOT NULL"))
    _texts()
    if op.get_bind().dialect.name == "postgresql":
        _trigrams_if_allowed()
    else:
        for statement in SQLITE_TRIGRAMS:
            op.execute(statement)


def _due(*columns: str) -> None:
    op.drop_index("ix_jobs_due", "jobs")
    op.create_index("ix_jobs_due", "jobs", list(columns), sqlite_where=DELAYED, postgresql_where=DELAYED)


def _parent(where: sa.TextClause | None) -> None:
    """Most jobs have none, which a database that counts takes for one parent with a million children."""
    op.drop_index("ix_jobs_parent", "jobs")
    op.create_index("ix_jobs_parent", "jobs", ["parent_id"], sqlite_where=where, postgresql_where=where)


def _texts() -> None:
    position = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "job_texts",
        sa.Column("position", position, primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.String(155), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    marks = op.create_table(
        "job_text_marks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime),
        sa.Column("job_id", sa.String(155)),
    )
    op.bulk_insert(marks, [{"id": 1, "at": None, "job_id": None}])


def _trigrams_if_allowed() -> None:
    """Without the extension the search reads the texts one by one, which is slow but right."""
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            op.execute("CREATE INDEX ix_job_texts_fts ON job_texts USING gin (text gin_trgm_ops)")
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        log.warning("text search goes without an index: PostgreSQL's extension pg_trgm is not to be had", error=reason)


# The index keeps no copy of the text, and of each text only which trigrams are in it; what it finds is compared
# afterwards. Triggers, which cascades fire as well, keep it in step with the table.
SQLITE_TRIGRAMS = (
    """CREATE VIRTUAL TABLE job_texts_fts USING fts5(
        text, content='job_texts', content_rowid='position', tokenize='trigram', detail=none)""",
    """CREATE TRIGGER job_texts_fts_insert AFTER INSERT ON job_texts BEGIN
        INSERT INTO job_texts_fts (rowid, text) VALUES (new.position, new.text);
    END""",
    """CREATE TRIGGER job_texts_fts_delete AFTER DELETE ON job_texts BEGIN
        INSERT INTO job_texts_fts (job_texts_fts, rowid, text) VALUES ('delete', old.position, old.text);
    END""",
    """CREATE TRIGGER job_texts_fts_update AFTER UPDATE ON job_texts BEGIN
        INSERT INTO job_texts_fts (job_texts_fts, rowid, text) VALUES ('delete', old.position, old.text);
        INSERT INTO job_texts_fts (rowid, text) VALUES (new.position, new.text);
    END""",
)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TABLE job_texts_fts")
    op.drop_table("job_text_marks")
    op.drop_table("job_texts")
    _parent(None)
    _due("due_at")
    op.drop_index("ix_jobs_results", "jobs")
    op.drop_column("jobs", "result_expired_at")
