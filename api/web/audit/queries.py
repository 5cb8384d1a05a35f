"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.http import Page, page_of


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """`since` is inclusive, `until` is not; `q` is text in any column, or an entry's id."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    via: Sequence[str] = ()
    result: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal = {AuditEntry.actor: self.actor, AuditEntry.action: self.action, AuditEntry.target: self.target}
        found = [column == value for column, value in equal.items() if value is not None]
        found += [column.in_(ones) for column, ones in self._one_of() if ones]
        return found + self._times() + ([_mentions(self.q)] if self.q else [])

    def _one_of(self) -> list[tuple[ColumnElement[str], Sequence[str]]]:
        return [(AuditEntry.via.expression, self.via), (AuditEntry.result.expression, self.result)]

    def _times(self) -> list[ColumnElement[bool]]:
        since = [] if self.since is None else [AuditEntry.at >= self.since]
        return since + ([] if self.until is None else [AuditEntry.at < self.until])


def _mentions(text: str) -> ColumnElement[bool]:
    columns = (AuditEntry.actor, AuditEntry.action, AuditEntry.target, AuditEntry.address, AuditEntry.route)
    looked_in = [*columns, cast(AuditEntry.detail, Text)]
    return or_(AuditEntry.id == text, *(column.icontains(text, autoescape=True) for column in looked_in))


def list_audit(session: Session, wanted: AuditFilter, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """Newest first. Raises BadCursor."""
    statement = select(AuditEntry).where(*wanted.conditions())
    return page_of(session, statement, by=(AuditEntry.at, AuditEntry.id), cursor=cursor, limit=limit)
