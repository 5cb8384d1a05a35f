"""The audit log's own rules: what fits, what is hidden, what is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core import audit, clock
from core.audit import AuditEntry, Deed, Result, begin, complete, purge_expired, record, result_of
from core.db import reading, writing

DEED = Deed(actor="olga", via="session", action="cancel_job")


def stored() -> AuditEntry:
    with reading() as session:
        return session.scalars(select(AuditEntry)).one()


def test_an_entry_is_begun_and_completed(database: str):
    entry_id = begin(DEED)
    assert (stored().id, stored().result, stored().status) == (entry_id, Result.BEGUN, None)
    complete(entry_id, 409, target="j1", detail={"was": "running"})
    one = stored()
    assert (one.result, one.status, one.target, one.detail) == (Result.REFUSED, 409, "j1", {"was": "running"})


def test_whatever_is_told_can_be_stored_and_hides_secrets(database: str):
    deed = Deed(actor="o" * 500, via="token", action="a\x00b", target="slip_abcdefghijkl" + "x" * 500)
    with writing() as session:
        record(session, deed, detail={"urls": ["amqp://me:hidden@host", "\ud800"], "count": 2, "none": None})
    one = stored()
    assert (len(one.actor), one.action, one.target) == (200, "a?b", "slip_•••")
    assert one.detail == {"urls": ["amqp://me:•••@host", "?"], "count": 2, "none": None}


@pytest.mark.parametrize(
    ("status", "result"), [(204, "ok"), (302, "ok"), (404, "refused"), (429, "refused"), (503, "failed")]
)
def test_a_status_is_a_result(status: int, result: str):
    assert result_of(status).value == result


def test_what_was_kept_long_enough_goes_a_batch_at_a_time(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "PURGE_BATCH", 2)
    with writing() as session:
        for _ in range(3):
            record(session, DEED)
        session.execute(update(AuditEntry).values(at=clock.now() - timedelta(days=365, seconds=1)))
        record(session, DEED)
    assert [purge_expired() for _ in range(3)] == [2, 1, 0]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1
