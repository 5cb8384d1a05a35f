"""Fields that a contract marks as secret: operators see them, viewers see that there is one."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.log import HIDDEN
from jobs.dispatch.message import Delivery, headers_of
from jobs.finish import Failure, fail, succeed
from jobs.states import ErrorKind
from tests.jobs.running import set_row
from tests.jobs.texts import index_all, indexed_texts
from tests.secretive import KEY, PASSWORD, known, login
from tests.web.jobs_over_http import JOBS, begin, submit

COOKIE = "session-of-ada-81723"
RESULT = {"user": "ada", "cookie": COOKIE}
HIDDEN_FIELDS = ["payload.account.password", "payload.keys.aws", "result.cookie"]


@pytest.fixture(autouse=True)
def secretive() -> Iterator[None]:
    with known():
        yield


@pytest.fixture
def job_id(client: TestClient) -> str:
    """Has succeeded."""
    answer = client.post(JOBS, json={"task": "log_in", "payload": login()})
    assert answer.status_code == 202, answer.text
    made = str(answer.json()["job_id"])
    succeed(made, begin(made), RESULT)
    return made


def texts(client: TestClient, job_id: str) -> list[str]:
    """Every answer that is about the job."""
    addresses = [
        JOBS, f"{JOBS}?q={job_id}", f"{JOBS}/{job_id}", f"{JOBS}/{job_id}?wait=1", f"{JOBS}/{job_id}/events",
        f"{JOBS}/{job_id}/attempts", f"{JOBS}/{job_id}/calls", f"{JOBS}/{job_id}/logs", f"/task-status/{job_id}",
    ]  # fmt: skip
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.text for answer in answers]


def test_a_viewer_is_told_what_is_hidden_and_finds_it_nowhere(viewer: TestClient, job_id: str):
    job = viewer.get(f"{JOBS}/{job_id}").json()
    assert job["payload"]["account"] == {"user": "ada", "password": HIDDEN}
    assert (job["payload"]["site"], job["result"]) == ("example.org", {"user": "ada", "cookie": HIDDEN})
    assert job["hidden"] == HIDDEN_FIELDS
    told = [text for text in texts(viewer, job_id) if PASSWORD in text or KEY in text or COOKIE in text]
    assert told == []


@pytest.mark.parametrize("role", ["client", "admin"])
def test_operators_and_admins_see_it(role: str, request: pytest.FixtureRequest, job_id: str):
    job = request.getfixturevalue(role).get(f"{JOBS}/{job_id}").json()
    assert (job["payload"]["account"]["password"], job["result"], job["hidden"]) == (PASSWORD, RESULT, [])


@pytest.mark.parametrize("indexed", [False, True], ids=["just submitted", "in the index"])
@pytest.mark.parametrize("needle", [PASSWORD, PASSWORD[:3], KEY, COOKIE])
def test_nobody_can_guess_a_secret_by_searching(
    viewer: TestClient, client: TestClient, job_id: str, needle: str, indexed: bool
):
    other = submit(client, value=needle)
    if indexed:
        index_all()
        assert not any(secret in text for text in indexed_texts(but=other) for secret in (PASSWORD, KEY, COOKIE))
    assert found(viewer, needle) == found(client, needle) == [other]
    assert found(viewer, "example.org") == [job_id]


def test_a_field_that_became_a_secret_is_not_found_any_more(viewer: TestClient, client: TestClient):
    known_as_plain = submit(client, value="once readable")
    index_all()
    assert found(viewer, "once readable") == [known_as_plain]
    set_row(known_as_plain, task="a_task_of_a_build_that_is_gone")
    assert found(viewer, "once readable") == []


def found(client: TestClient, needle: str) -> list[str]:
    return [one["id"] for one in client.get(JOBS, params={"q": needle}).json()["items"]]


def test_a_viewer_still_finds_such_a_job_by_its_id(viewer: TestClient, job_id: str):
    assert [one["id"] for one in viewer.get(JOBS, params={"q": job_id}).json()["items"]] == [job_id]


def test_the_message_to_the_worker_tells_consoles_nothing_secret(job_id: str, client: TestClient):
    payload: dict[str, Any] = client.get(f"{JOBS}/{job_id}").json()["payload"]
    sent = Delivery(job_id=job_id, task="log_in", queue="default", dispatch=1, retries=0, payload=payload)
    shown = headers_of(sent)["kwargsrepr"]
    assert "example.org" in shown
    assert PASSWORD not in shown
    assert KEY not in shown


def test_the_error_of_a_failed_job_is_all_that_its_short_form_tells(viewer: TestClient, client: TestClient):
    made = client.post(JOBS, json={"task": "log_in", "payload": login()}).json()["job_id"]
    fail(made, begin(made), Failure(class_name="E", message="refused", kind=ErrorKind.PERMANENT))
    assert viewer.get(f"/task-status/{made}").json()["result"] == "refused"


def test_the_schema_that_clients_read_marks_what_is_secret(viewer: TestClient):
    schema = next(one["schema"] for one in viewer.get("/api/tasks").json()["items"] if one["name"] == "log_in")
    assert schema["$defs"]["Account"]["properties"]["password"]["x-secret"] is True
