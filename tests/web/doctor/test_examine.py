"""The doctor at a real broker and a real database, sound and broken."""

import json
from collections.abc import Iterable
from datetime import timedelta

import pytest
from kombu import Connection
from starlette.testclient import TestClient

from core import clock
from core.queues import Queue, work_queue_arguments
from core.settings import get_settings
from jobs.broker import connect, declare_event_stream, declare_topology
from launch.broker import PrivateBroker
from tests.command_line import manage
from tests.jobs.rows import make_job
from tests.jobs_seen import job_of
from web.doctor.examine import examine
from web.doctor.finding import Finding, Severity
from web.doctor.repair import repair

FSYNC = "fsync is off."  # true of the PostgreSQL that tests run on


def told(findings: Iterable[Finding], check: str = "", severity: Severity | None = None) -> list[str]:
    chosen = [one for one in findings if one.check.startswith(check) and severity in (None, one.severity)]
    return [one.what for one in chosen]


def errors(findings: Iterable[Finding]) -> list[str]:
    return told(findings, severity=Severity.ERROR)


def declare_all() -> None:
    with connect("test", heartbeat=0) as connection:
        declare_topology(connection.channel())
        declare_event_stream(connection.channel())


def queues_at(broker: str) -> list[str]:
    """Of ours, those that exist."""
    found = []
    with Connection(broker) as connection:
        for queue in Queue:
            try:
                connection.channel().queue_declare(queue.value, passive=True)
                found.append(queue.value)
            except connection.channel_errors:
                continue
    return found


def test_on_a_fresh_broker_everything_is_missing_and_the_doctor_makes_none_of_it(
    sqlite_database: str, broker: str
) -> None:
    found = examine()

    assert told(found, "queues")[:1] == ["There is no queue agent_initialization_queue."]
    assert told(found, "events") == ["There is no usable event stream (NotFound)."]
    assert errors(found) == ["No worker is alive."]
    assert queues_at(broker) == []


def test_a_sound_installation_is_told_to_be_so(
    database: str, broker: str, broker_node: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RABBITMQ_MANAGEMENT_URL", broker_node.management_url)
    get_settings.cache_clear()
    declare_all()

    found = examine()

    assert told(found, "queues") == ["All 13 queues are there, with the arguments that this code declares."]
    assert told(found, "dead letters") == ["What the broker gives up on is kept."]
    assert told(found, "broker alarms") == ["The broker takes messages."]
    assert set(errors(found)) - {FSYNC} == {"No worker is alive."}
    assert broker_node.management_url.split("@")[0].rsplit(":", 1)[1] not in json.dumps([one.what for one in found])


def test_a_queue_with_other_arguments_is_found_and_renewed_when_it_is_empty(sqlite_database: str, broker: str) -> None:
    job_id = make_job("queued", published_at=clock.now())
    with connect("test", heartbeat=0) as connection:
        connection.channel().queue_declare(
            "default", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
        )
        connection.Producer().publish({}, routing_key="default")

        found = examine()
        assert "The queue default has other arguments" in errors(found)[1]
        assert "1 messages wait in it, so it was left alone" in repair(found)[0]

        connection.channel().queue_purge("default")
        assert repair(found) == ["default: deleted and declared again. 1 jobs that it held are sent again."]
        connection.channel().queue_declare("default", durable=True, auto_delete=False, arguments=work_queue_arguments())
    assert (job_of(job_id).published_at, job_of(job_id).dispatch) == (None, 2)
    assert errors(examine()) == ["No worker is alive."]


def test_a_queue_that_takes_no_jobs_is_found_by_the_jobs_that_it_refused(sqlite_database: str, broker: str) -> None:
    """As a broker leaves it that was killed while the queue was declared: it answers, and confirms nothing."""
    declare_all()
    long_ago = clock.now() - timedelta(minutes=1)
    make_job("queued", queue="crawl", at=long_ago, publisher_until=clock.now())
    make_job("queued", queue="media", at=long_ago)  # held back by a pause or a limit: nobody has tried to send it

    found = examine()

    assert [one.queue for one in found if one.queue] == ["crawl"]
    assert "--repair" in next(one.advice for one in found if one.queue)
    assert repair(found) == ["crawl: deleted and declared again. 0 jobs that it held are sent again."]


def test_whatever_is_away_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://u:hunter2@127.0.0.1:1/")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/none")
    get_settings.cache_clear()

    found = examine()

    assert errors(found) == [
        "The database does not answer.",
        "The broker does not answer (ConnectionRefusedError).",
    ]
    assert "hunter2" not in json.dumps([(one.what, one.why, one.advice) for one in found])


def test_the_command_ends_with_what_ci_needs_and_prints_json(sqlite_database: str) -> None:
    done = manage("doctor", "--json")
    assert done.returncode == 2
    assert "No broker is set." in [one["what"] for one in json.loads(done.stdout)]
    done = manage("doctor", "--repair")
    assert (done.returncode, "Nothing that can be repaired" in done.stderr) == (2, True)
    assert "ERROR   broker: No broker is set." in done.stdout


def test_admins_are_told_the_same_and_viewers_are_not(admin: TestClient, viewer: TestClient) -> None:
    answer = admin.get("/api/doctor").json()
    told_errors = {one["what"] for one in answer["findings"] if one["severity"] == "error"}
    assert told_errors - {FSYNC} == {"No broker is set.", "No worker is alive."}
    assert answer["errors"] == len(told_errors)
    assert viewer.get("/api/doctor").status_code == 403
