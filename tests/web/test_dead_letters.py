"""Dead letters over HTTP: looked at, run again, edited, discarded, compared."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from core import clock
from core.db import reading
from jobs.dead_letters.intake import take_in
from jobs.finish import Failure, fail, succeed
from jobs.states import ErrorKind
from tests.jobs.dead_letters.dead_messages import foreign
from tests.jobs.dead_letters.letters import letter_of, set_letter
from tests.jobs.rows import make_job
from tests.jobs_seen import job_of
from tests.secretive import KEY, PASSWORD, known, login
from tests.web.jobs_over_http import JOBS, begin, submit
from web.alerts import alerts
from web.broker_watch import BrokerFacts
from web.routes import dead_letters_bulk

LETTERS = "/api/dead-letters"
BY = "token:test operator"


def failed(client: TestClient, message: str = "no", kind: ErrorKind = ErrorKind.PERMANENT, **more: Any) -> str:
    job_id = submit(client, **more)
    fail(job_id, begin(job_id), Failure(class_name="E", message=message, kind=kind, traceback="at line 7"))
    return job_id


def ids(client: TestClient, **params: Any) -> list[str]:
    answer = client.get(LETTERS, params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def detail(client: TestClient, letter_id: str) -> dict[str, Any]:
    answer = client.get(f"{LETTERS}/{letter_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def test_a_failed_job_tells_what_became_of_its_letter_and_an_old_one_that_there_is_none(client: TestClient) -> None:
    """As of jobs that failed before there were letters: a link to it would lead nowhere."""
    old, job_id = make_job("failed"), failed(client)

    assert client.get(f"{JOBS}/{old}").json()["dead_letter"] is None
    assert client.get(f"{JOBS}/{job_id}").json()["dead_letter"] == "open"
    client.post(f"{LETTERS}/{job_id}/discard", json={"reason": "enough"})
    assert client.get(f"{JOBS}/{job_id}").json()["dead_letter"] == "discarded"


def act(client: TestClient, action: str, **more: Any) -> dict[str, Any]:
    answer = client.post(f"{LETTERS}/bulk", json={"action": action, **more})
    assert answer.status_code == 200, answer.text
    answered: dict[str, Any] = answer.json()
    return answered


def outcomes(answered: dict[str, Any]) -> list[str]:
    return [item["outcome"] for item in answered["items"]]


def test_a_list_is_narrowed_by_what_is_asked_and_goes_on_page_by_page(client: TestClient):
    first, second = failed(client, "the sea is rough"), failed(client, kind=ErrorKind.TIMEOUT, project_id="acme")
    take_in(foreign())
    assert ids(client) == ["their-id", second, first]
    assert ids(client, cause="timeout") == ids(client, project_id="acme") == [second]
    assert ids(client, q="SEA is") == ids(client, q=first) == [first]
    assert ids(client, task="elsewhere") == ids(client, cause="unknown_task") == ["their-id"]
    assert ids(client, queue="default", task="ping", state="open") == [second, first]
    assert ids(client, state=["resolved", "discarded"]) == []
    set_letter(first, at=clock.now() - timedelta(days=2))
    assert ids(client, until=(clock.now() - timedelta(days=1)).isoformat()) == [first]
    page = client.get(LETTERS, params={"limit": 2}).json()
    assert ids(client, cursor=page["next_cursor"]) == [first]


def test_one_of_them_shows_payload_attempts_error_and_what_the_broker_said(client: TestClient):
    job_id = failed(client, "broken", value="a")
    take_in(foreign(task="ping", body='[[5], {"sleep_s": 1}, {}]'))
    shown = detail(client, job_id)
    assert (shown["payload"]["value"], shown["error"]["message"], shown["x_death"]) == ("a", "broken", None)
    assert [(one["outcome"], one["traceback"]) for one in shown["attempts"]] == [("failed", "at line 7")]
    theirs = detail(client, "their-id")
    assert (theirs["payload"], theirs["attempts"]) == ({"value": 5, "sleep_s": 1}, [])
    assert theirs["x_death"][0]["reason"] == "rejected"
    assert client.get(f"{LETTERS}/nothing").status_code == 404


def test_an_edited_payload_is_checked_by_the_contract_and_run_as_a_new_job(client: TestClient):
    letter_id = failed(client)
    path = f"{LETTERS}/{letter_id}/rerun"
    refused = client.post(path, json={"payload": {"sleep_s": -1, "valve": 2}})
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"payload.sleep_s", "payload.valve"}
    made = client.post(path, json={"payload": {"value": "mended"}})
    assert made.status_code == 202, made.text
    job = job_of(made.json()["job_id"])
    assert (job.retry_of, job.payload["value"], job.submitted_by) == (letter_id, "mended", BY)
    again = client.post(path)
    assert (again.status_code, job.id in again.json()["detail"]) == (409, True)
    [line] = detail(client, letter_id)["history"]
    assert (line["what"], line["by"], line["job_id"], line["edited"]) == ("rerun", BY, job.id, True)


def test_a_message_that_tells_nothing_cannot_be_run(client: TestClient):
    take_in(foreign("ping", body="[[], {"))
    take_in(foreign(id="other"))
    assert client.post(f"{LETTERS}/their-id/rerun").json()["code"] == "NothingToRun"
    assert client.post(f"{LETTERS}/other/rerun").json()["code"] == "UnknownTask"


def test_discarding_needs_a_reason_and_keeps_it(client: TestClient):
    letter_id = failed(client)
    path = f"{LETTERS}/{letter_id}/discard"
    assert client.post(path, json={}).status_code == 422
    done = client.post(path, json={"reason": "the customer left"}).json()
    assert (done["state"], done["reason"], done["decided_by"]) == ("discarded", "the customer left", BY)
    assert client.post(path, json={"reason": "again"}).status_code == 409
    assert client.post(f"{LETTERS}/{letter_id}/rerun").status_code == 202


def test_many_are_run_again_at_the_rate_that_is_asked_for(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dead_letters_bulk, "MOST_AT_ONCE", 2)
    mine = [failed(client, project_id="acme") for _ in range(3)]
    failed(client)
    wanted: dict[str, Any] = {"filter": {"project_id": "acme"}, "per_minute": 60}
    assert act(client, "rerun", dry_run=True, **wanted)["matched"] == 3
    first = act(client, "rerun", **wanted)
    rest = act(client, "rerun", cursor=first["next_cursor"], not_before=first["next_not_before"], **wanted)
    assert (outcomes(first), outcomes(rest), rest["next_cursor"]) == (["rerun", "rerun"], ["rerun"], None)
    jobs = [job_of(item["new_job_id"]) for item in [*first["items"], *rest["items"]]]
    assert [job.retry_of for job in jobs] == mine[::-1]
    assert [job.state for job in jobs] == ["queued", "scheduled", "scheduled"]
    due = [job.due_at for job in jobs[1:] if job.due_at]
    assert due[1] - due[0] == timedelta(seconds=1)
    assert outcomes(act(client, "rerun", ids=[*mine, "nothing"])) == ["refused"] * 4


def test_many_are_discarded_with_one_reason(client: TestClient):
    letters = [failed(client) for _ in range(2)]
    assert client.post(f"{LETTERS}/bulk", json={"action": "discard", "ids": letters}).status_code == 422
    assert outcomes(act(client, "discard", filter={"task": "ping"}, reason="a bad deploy")) == ["discarded"] * 2
    assert {letter_of(one).reason for one in letters} == {"a bad deploy"}
    assert act(client, "discard", filter={}, reason="x")["items"] == []


def test_a_diff_tells_field_by_field_what_the_last_good_run_had(client: TestClient):
    good = submit(client, value="well")
    succeed(good, begin(good), 1)
    letter_id = failed(client, value="badly")
    assert client.get(f"{LETTERS}/{letter_id}/diff").json() == {
        "good_job_id": good,
        "good_ended_at": client.get(f"{JOBS}/{good}").json()["ended_at"],
        "differences": [{"path": "payload.value", "change": "changed", "good": "well", "dead": "badly"}],
    }


def test_without_a_good_run_there_is_nothing_to_compare(client: TestClient):
    assert client.get(f"{LETTERS}/{failed(client)}/diff").json()["good_job_id"] is None


def test_viewers_see_no_secret_neither_in_a_payload_nor_in_a_difference(client: TestClient, viewer: TestClient):
    with known():
        good, bad = (submitted(client, "log_in", payload) for payload in (login(), login(keys={})))
        succeed(good, begin(good), None)
        fail(bad, begin(bad), Failure(class_name="E", message="no", kind=ErrorKind.PERMANENT))
        seen = "".join(viewer.get(f"{LETTERS}/{bad}{part}").text for part in ("", "/diff"))
        assert KEY in client.get(f"{LETTERS}/{bad}/diff").text
        assert (PASSWORD in seen, KEY in seen, "payload.keys.aws" in seen) == (False, False, True)


def submitted(client: TestClient, task: str, payload: dict[str, Any]) -> str:
    return str(client.post(JOBS, json={"task": task, "payload": payload}).json()["job_id"])


def test_viewers_look_and_decide_nothing(client: TestClient, viewer: TestClient):
    letter_id = failed(client)
    assert ids(viewer) == [letter_id]
    for path in (f"{letter_id}/rerun", f"{letter_id}/discard", "bulk"):
        assert viewer.post(f"{LETTERS}/{path}", json={}).status_code == 403


def test_what_a_message_holds_of_a_task_that_nobody_knows_is_for_operators_only(client: TestClient, viewer: TestClient):
    take_in(foreign(body='[["a password"], {}, {}]'))
    assert detail(client, "their-id")["body"] == '[["a password"], {}, {}]'
    shown = detail(viewer, "their-id")
    assert (shown["body"], shown["headers"], shown["hidden"]) == (None, None, ["body", "headers"])


def test_decisions_are_in_the_audit_log(client: TestClient, admin: TestClient):
    first, second = failed(client), failed(client)
    client.post(f"{LETTERS}/{first}/rerun")
    client.post(f"{LETTERS}/{second}/discard", json={"reason": "enough"})
    act(client, "discard", ids=[first], reason="all of it")
    told = {one["action"]: one for one in admin.get("/api/audit").json()["items"]}
    assert told["rerun_dead_letter"]["target"] == first
    assert told["discard_dead_letter"]["detail"] == {"reason": "enough"}
    assert told["act_on_many_dead_letters"]["detail"]["letters"] == [first]


def test_new_ones_that_nobody_decided_about_raise_an_alert_until_somebody_does(client: TestClient):
    def raised() -> list[str]:
        with reading() as session:
            return [one.message for one in alerts(session, BrokerFacts("up")) if one.id == "dead-letters"]

    failed(client, kind=ErrorKind.TRANSIENT)
    assert raised() == []
    letter_id = failed(client)
    assert raised() == ["1 new dead letter waits for a decision."]
    client.post(f"{LETTERS}/{letter_id}/discard", json={"reason": "seen"})
    assert raised() == []


def test_how_many_wait_for_a_decision_is_told_on_every_page_however_old_they_are(client: TestClient):
    old, discarded = failed(client), failed(client)
    set_letter(old, at=clock.now() - timedelta(days=40))
    failed(client)
    client.post(f"{LETTERS}/{discarded}/discard", json={"reason": "enough"})
    assert client.get("/api/alerts").json()["dead_letters"] == 2
