"""Who may come in: users, their sessions, API tokens."""

import sqlalchemy as sa
from alembic import op

from core.columns import UtcDateTime

revision = "0003_access"
down_revision = "0002_agents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _users()
    _user_sessions()
    _api_tokens()


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )


def _user_sessions() -> None:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    op.create_table(
        "user_sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(36), owner, nullable=False, index=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    )


def _api_tokens() -> None:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    maker = sa.ForeignKey("api_tokens.id", ondelete="CASCADE")
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("owner_id", sa.String(36), owner, nullable=True, index=True),
        sa.Column("made_by", sa.String(36), maker, nullable=True, index=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_api_tokens_created", "api_tokens", ["created_at", "id"])


def downgrade() -> None:
    for table in ("api_tokens", "user_sessions", "users"):
        op.drop_table(table)
