"""One delivery to a real receiver: what is sent, and how it is signed."""

import dataclasses
import json
from datetime import timedelta
from typing import Annotated

import pytest

from core import clock
from core.contracts import Payload, catalog
from core.db import writing
from core.secret_fields import Secret
from core.settings import get_settings
from jobs import finish
from jobs.handlers import RunningJob
from tests.jobs.running import claimed
from tests.webhooks import hooks
from tests.webhooks.hooks import (
    BROKEN,
    deliveries_about,
    ended,
    make_webhook,
    ping_calling,
    send,
    send_all_about,
)
from tests.webhooks.receiver import Reply, receiving
from workloads.operations.contracts import PING
from workloads.webhooks import keys, service
from workloads.webhooks.contracts import Delivery
from workloads.webhooks.engine import NotToBeSent, ReceiverBusy, ReceiverRefused, deliver

pytestmark = pytest.mark.usefixtures("sqlite_database", "loopback_allowed")


def test_the_message_says_what_ended_how_and_where_to_look() -> None:
    with receiving() as receiver:
        webhook = make_webhook(receiver.url)
        job_id = ping_calling(None)
        finish.fail(job_id, claimed(job_id).claim_id, BROKEN)

        [result] = send_all_about(job_id)

    [call] = receiver.calls
    job = hooks.job_of(job_id)
    assert call.message["type"] == "job.failed"
    assert set(call.message) == {"type", "timestamp", "data"}
    data = call.message["data"]
    assert (data["id"], data["task"], data["project_id"], data["attempt"]) == (job_id, "ping", "acme", 1)
    assert data["error"] == {"class_name": "Broken", "message": "it broke"}
    assert data["link"] == f"https://slipway.example/jobs/{job_id}"
    assert job.ended_at is not None
    assert call.message["timestamp"] == data["ended_at"] == job.ended_at.isoformat().replace("+00:00", "Z")
    assert "result" not in data
    assert result == {"status": 204, "host": f"127.0.0.1:{receiver.server_port}", "message_id": call.id}
    assert call.is_signed_with(hooks.secret_of_webhook(webhook))
    assert abs(int(call.headers["webhook-timestamp"]) - clock.now().timestamp()) < 60


def test_each_webhook_and_each_projects_jobs_have_a_secret_of_their_own() -> None:
    with receiving() as receiver:
        webhook = make_webhook(receiver.url)
        job_id = ended(receiver.url)
        send_all_about(job_id)

    to_its_own, to_webhook = sorted(
        receiver.calls, key=lambda call: call.is_signed_with(hooks.secret_of_webhook(webhook))
    )
    assert to_its_own.is_signed_with(hooks.secret_of_project("acme"))
    assert not to_webhook.is_signed_with(hooks.secret_of_project("acme"))
    assert to_its_own.id != to_webhook.id
    secrets = {hooks.secret_of_project(one) for one in ("acme", "other", None)} | {hooks.secret_of_webhook(webhook)}
    assert len(secrets) == 4


def test_every_try_has_the_same_id_and_body_so_that_receivers_can_drop_what_they_have_seen() -> None:
    with receiving(Reply(status=500), Reply()) as receiver:
        job_id = ended(receiver.url)
        [delivery] = deliveries_about(job_id)
        held = claimed(delivery.id)
        with pytest.raises(ReceiverBusy):
            deliver(RunningJob.of(held), Delivery(**held.payload))

        deliver(RunningJob.of(held), Delivery(**held.payload))

    first, second = receiver.calls
    assert (first.id, first.body) == (second.id, second.body)
    assert len(first.id) == len("msg_") + 32


def test_after_a_rotation_both_secrets_are_good_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        webhook = make_webhook(receiver.url)
        old = hooks.secret_of_webhook(webhook)
        with writing() as session:
            new = keys.rotate(session, keys.of_webhook(webhook)).current
        send_all_about(ended())
        monkeypatch.setattr(keys, "OVERLAP", timedelta(seconds=-1))
        send_all_about(ended())

    during, after = receiver.calls
    assert old != new
    assert during.is_signed_with(old)
    assert during.is_signed_with(new)
    assert after.is_signed_with(new)
    assert not after.is_signed_with(old)


def test_another_secret_key_makes_other_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    before = hooks.secret_of_project("acme")
    monkeypatch.setenv("SECRET_KEY", "another" * 6)
    get_settings.cache_clear()

    assert hooks.secret_of_project("acme") != before


def test_a_small_result_is_sent_along_where_that_was_asked_for() -> None:
    with receiving() as receiver:
        make_webhook(receiver.url, include_result=True)
        send_all_about(ended(result={"small": 1}))
        send_all_about(ended(result="x" * 100_000))

    small, large = receiver.calls
    assert small.message["data"]["result"] == {"small": 1}
    assert "result" not in large.message["data"]


def test_a_result_is_kept_back_where_the_contract_marks_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    class WithPassword(Payload):
        password: Annotated[str, Secret()] = ""

    with receiving() as receiver:
        make_webhook(receiver.url, include_result=True)
        job_id = ended(result={"quoted": "hunter2"})
        monkeypatch.setitem(catalog._contracts, "ping", dataclasses.replace(PING, payload=WithPassword))
        send_all_about(job_id)

    assert b"hunter2" not in receiver.calls[0].body


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=404)])
def test_a_sample_is_sent_once_and_says_what_it_is(reply: Reply) -> None:
    with receiving(Reply(), reply) as receiver:
        webhook = make_webhook(receiver.url)
        for expected_to_fail in (False, True):
            with writing() as session:
                sample = service.send_sample(session, webhook).job_id
            if expected_to_fail:
                with pytest.raises(ReceiverRefused):
                    send(sample)
            else:
                send(sample)

    call = receiver.calls[0]
    assert call.message["type"] == "webhook.test"
    assert call.message["data"]["project_id"] == "acme"
    assert call.is_signed_with(hooks.secret_of_webhook(webhook))


def test_a_job_that_goes_on_or_another_projects_webhook_is_not_told() -> None:
    running, done = ping_calling("http://127.0.0.1:9/"), ended()
    other = make_webhook(project_id="other")
    job = RunningJob(id="d", claim_id="c", attempt=1, retries=0, project_id=None)

    for delivery in (Delivery(job_id=running), Delivery(job_id=done), Delivery(job_id=done, webhook_id=other)):
        with pytest.raises(NotToBeSent):
            deliver(job, delivery)


def test_a_sample_has_the_fields_of_a_message() -> None:
    with receiving() as receiver:
        webhook = make_webhook(receiver.url)
        send_all_about(ended())
        with writing() as session:
            sample = service.send_sample(session, webhook).job_id
        send(sample)

    real, shown = (json.loads(call.body) for call in receiver.calls)
    assert set(real["data"]) == set(shown["data"])
