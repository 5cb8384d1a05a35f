"""`manage.py queues`, as it is typed."""

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import reading
from tests.command_line import manage, refused, said
from tests.jobs.rows import make_jobs
from tests.jobs_seen import states


@pytest.mark.usefixtures("sqlite_database")
class TestQueues:
    def test_a_queue_is_paused_shown_and_resumed(self):
        make_jobs(2, "queued")
        assert said("queues", "pause", "default", "--reason", "provider down").startswith(
            "default is paused: 0 in flight, 2 held"
        )
        shown = said("queues", "show", "default")
        assert "state: paused, by command line:" in shown
        assert "(provider down)" in shown
        assert "held: 2, by paused" in shown
        assert said("queues", "resume", "default").startswith("default is open")
        assert "resume_queue" in said("audit", "--target", "default")

    def test_a_drained_queue_with_nothing_in_flight_will_be_paused(self):
        assert said("queues", "drain", "default").startswith("default is draining: 0 in flight")

    def test_limits_are_set_and_lifted(self):
        assert "rate limit: 10/m" in said("queues", "limit", "default", "--rate", "10/m", "--concurrency", "3")
        shown = said("queues", "limit", "default", "--rate", "none")
        assert ("concurrency limit: 3" in shown, "rate limit: none" in shown) == (True, True)
        assert "10/m" in refused("queues", "limit", "default", "--rate", "often")
        assert "pause the queue" in refused("queues", "limit", "default", "--concurrency", "0")
        assert "--concurrency, --rate or both" in manage("queues", "limit", "default").stderr

    def test_a_purge_asks_for_the_name(self):
        make_jobs(3, "queued")
        assert "'no'" in refused("queues", "purge", "default", "--confirm", "no")
        assert dict(states()) == {"queued": 3}
        assert said("queues", "purge", "default", "--confirm", "default") == "3 jobs were cancelled."
        with reading() as session:
            kept = session.execute(select(AuditEntry.result, AuditEntry.detail).order_by(AuditEntry.at)).all()
        assert [(result, detail["cancelled"]) for result, detail in kept] == [("refused", 0), ("ok", 3)]

    def test_an_unknown_queue_is_refused_with_the_nearest_names(self):
        assert "'default'" in refused("queues", "pause", "defualt")
