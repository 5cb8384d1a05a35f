"""What has happened to a job, over HTTP: its attempts, its timeline, and the short form."""

from starlette.testclient import TestClient

from core import clock
from core.db import writing
from jobs.finish import Failure, fail, retry_later, succeed
from jobs.notes import note
from jobs.states import ErrorKind
from tests.web.jobs_over_http import JOBS, begin, submit


def failed_once(job_id: str) -> Failure:
    return Failure(class_name="Busy", message="provider is busy", kind=ErrorKind.TRANSIENT, traceback="Traceback …")


def test_every_attempt_is_shown_with_its_error(client: TestClient):
    job_id = submit(client)
    retry_later(job_id, begin(job_id), failed_once(job_id), clock.now())
    [attempt] = client.get(f"{JOBS}/{job_id}/attempts").json()["items"]
    assert set(attempt) == {"number", "worker", "outcome", "started_at", "ended_at", "error", "traceback"}
    assert (attempt["number"], attempt["worker"], attempt["outcome"]) == (1, "w@host", "retried")
    assert attempt["error"] == {"class_name": "Busy", "message": "provider is busy", "kind": "transient"}
    assert attempt["traceback"] == "Traceback …"


def test_the_timeline_tells_the_whole_story_in_order(client: TestClient):
    job_id = submit(client)
    claim_id = begin(job_id)
    with writing() as session:
        note(session, job_id, "step", attempt=1, message="brief", data={"step": "brief"})
    succeed(job_id, claim_id, {"pong": 1})
    events = client.get(f"{JOBS}/{job_id}/events").json()["items"]
    assert set(events[0]) == {"at", "kind", "state", "attempt", "message", "data"}
    story = [(one["kind"], one["state"], one["attempt"]) for one in events]
    assert story == [
        ("submitted", "queued", None),
        ("started", "running", 1),
        ("step", None, 1),
        ("succeeded", "succeeded", 1),
    ]


def test_the_short_form_speaks_celerys_words(client: TestClient):
    good, bad, waiting = submit(client), submit(client), submit(client)
    succeed(good, begin(good), {"pong": 1})
    fail(bad, begin(bad), Failure(class_name="E", message="no", kind=ErrorKind.PERMANENT))
    short = [client.get(f"/task-status/{one}").json() for one in (good, bad, waiting)]
    assert short == [
        {"task_id": good, "status": "SUCCESS", "result": {"pong": 1}, "result_expired": False},
        {"task_id": bad, "status": "FAILURE", "result": "no", "result_expired": False},
        {"task_id": waiting, "status": "PENDING", "result": None, "result_expired": False},
    ]
    assert client.get("/task-status/nothing").status_code == 404
