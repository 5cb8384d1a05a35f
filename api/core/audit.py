"""The audit log: who did what, on what, from where, and how it ended.

An entry is written before its action begins and completed after it, so that it is there even when the process dies
in between; then it says `begun` for ever. Neither write waits for the disk by itself: both databases keep the order
of commits, so an entry is durable no later than what its action committed. See docs/decisions.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, delete, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, ids
from core.columns import Json, UtcDateTime
from core.db import Base, changed, is_postgresql, writing
from core.log import presentable
from core.settings import get_settings

NAME_LENGTH, TARGET_LENGTH = 200, 400  # characters; what is longer is cut
PURGE_BATCH = 1_000  # entries deleted in one transaction


class Via(StrEnum):
    """How the actor came in."""

    SESSION = "session"
    TOKEN = "token"
    OAUTH = "oauth"
    PROXY = "proxy"
    COMMAND_LINE = "command line"
    SYSTEM = "system"


class Result(StrEnum):
    """`begun`: no result was recorded, because it goes on, or because the process died in the middle of it."""

    BEGUN = "begun"
    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


class AuditEntry(Base):
    """`status` is HTTP's; `route` the template, so that one filter finds all calls of it."""

    __tablename__ = "audit_entries"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    via: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(NAME_LENGTH))
    method: Mapped[str | None] = mapped_column(String(10))
    route: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    target: Mapped[str | None] = mapped_column(String(TARGET_LENGTH))
    address: Mapped[str | None] = mapped_column(String(100))
    result: Mapped[str] = mapped_column(String(20))
    status: Mapped[int | None] = mapped_column(Integer)
    detail: Mapped[Any | None] = mapped_column(Json)


Index("ix_audit_entries_at", AuditEntry.at, AuditEntry.id)
for _column in (AuditEntry.actor, AuditEntry.action, AuditEntry.target):
    Index(f"ix_audit_entries_{_column.key}", _column, AuditEntry.at, AuditEntry.id)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What is known before it is done."""

    actor: str
    via: str
    action: str
    method: str | None = None
    route: str | None = None
    target: str | None = None
    address: str | None = None


def result_of(status: int) -> Result:
    if status < 400:
        return Result.OK
    return Result.REFUSED if status < 500 else Result.FAILED


def record(
    session: Session,
    deed: Deed,
    result: Result = Result.OK,
    *,
    status: int | None = None,
    detail: dict[str, Any] | None = None,
) -> str:
    """One entry, in the caller's transaction; answers its id."""
    entry_id = ids.new_id()
    row = _storable(asdict(deed)) | {"result": result.value, "status": status, "detail": _presentable(detail) or None}
    session.execute(insert(AuditEntry).values(id=entry_id, at=clock.now(), **row))
    return entry_id


def begin(deed: Deed) -> str:
    """The intent, committed before anything is done; answers the entry's id. Raises the database's errors."""
    with writing() as session:
        _unhurried(session)
        return record(session, deed, Result.BEGUN)


def complete(entry_id: str, status: int, *, target: str | None, detail: dict[str, Any]) -> None:
    """How it ended, which may be repeated. Raises the database's errors."""
    values: dict[str, Any] = {"result": result_of(status).value, "status": status}
    values["detail"] = _presentable(detail) or None
    if target is not None:
        values["target"] = presentable(target)[:TARGET_LENGTH]
    with writing() as session:
        _unhurried(session)
        session.execute(update(AuditEntry).where(AuditEntry.id == entry_id).values(**values))


def record_alone(
    deed: Deed, result: Result, *, status: int | None = None, detail: dict[str, Any] | None = None
) -> None:
    """For what was refused before it began. Raises the database's errors."""
    with writing() as session:
        _unhurried(session)
        record(session, deed, result, status=status, detail=detail)


def _unhurried(session: Session) -> None:
    """No wait for the disk: the next commit that waits takes this one with it. SQLite does so unless told otherwise."""
    if is_postgresql(session):
        session.execute(text("SET LOCAL synchronous_commit TO OFF"))


def _storable(values: dict[str, str | None]) -> dict[str, str | None]:
    lengths = {name: getattr(AuditEntry, name).type.length for name in values}
    return {name: value and presentable(value)[: lengths[name]] for name, value in values.items()}


def _presentable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _presentable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_presentable(one) for one in value]
    return value if value is None or isinstance(value, int | float) else presentable(str(value))


def purge_expired() -> int:
    """Deletes one batch of entries older than AUDIT_DAYS; answers how many. Fewer than PURGE_BATCH: that was all."""
    limit = clock.now() - timedelta(days=get_settings().audit_days)
    old = select(AuditEntry.id).where(AuditEntry.at < limit).order_by(AuditEntry.at).limit(PURGE_BATCH)
    with writing() as session:
        return changed(session, delete(AuditEntry).where(AuditEntry.id.in_(old)))
