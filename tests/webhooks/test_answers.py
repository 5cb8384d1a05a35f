"""What each answer of a real receiver leads to, and none."""

import pytest

from capabilities.fetch.errors import AddressRefused, Unreachable
from core.settings import get_settings
from jobs.retry import delay_for
from tests.webhooks import hooks
from tests.webhooks.hooks import deliveries_about, ended, make_webhook, send, send_all_about, webhook_of
from tests.webhooks.receiver import Reply, receiving
from workloads.webhooks.engine import ReceiverBusy, ReceiverRefused
from workloads.webhooks.tasks import RETRY

pytestmark = pytest.mark.usefixtures("sqlite_database", "loopback_allowed")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_an_answer_that_may_pass_is_tried_again(status: int) -> None:
    with receiving(Reply(status=status)) as receiver, pytest.raises(ReceiverBusy) as busy:
        send_all_about(ended(receiver.url))

    assert delay_for(RETRY, busy.value, 0) is not None
    assert delay_for(RETRY, busy.value, 10) is None


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422])
def test_any_other_answer_is_final(status: int) -> None:
    location = {"location": "http://169.254.169.254/"}
    with receiving(Reply(status=status, headers=location)) as receiver, pytest.raises(ReceiverRefused) as refused:
        send_all_about(ended(receiver.url))

    assert delay_for(RETRY, refused.value, 0) is None
    assert len(receiver.calls) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("999999999999", 86_400),
        ("Wed, 01 Jan 2999 00:00:00 GMT", 86_400),
        ("Wed, 01 Jan 2020 00:00:00 -0000", 0),
    ],
)
def test_a_receiver_that_says_when_is_not_asked_before(value: str, seconds: int) -> None:
    with receiving(Reply(status=429, headers={"retry-after": value})) as receiver, pytest.raises(ReceiverBusy) as busy:
        send_all_about(ended(receiver.url))

    assert busy.value.retry_after == seconds


@pytest.mark.parametrize("value", ["soon", "", "-5", "²"])
def test_a_retry_after_that_is_none_is_passed_over(value: str) -> None:
    with (
        receiving(Reply(status=503, headers={"retry-after": value.encode().decode("latin-1")})) as receiver,
        pytest.raises(ReceiverBusy) as busy,
    ):
        send_all_about(ended(receiver.url))

    assert busy.value.retry_after is None


def test_nobody_there_is_tried_again() -> None:
    with receiving() as receiver:
        url = receiver.url

    with pytest.raises(Unreachable) as away:
        send_all_about(ended(url))

    assert delay_for(RETRY, away.value, 9) is not None


def test_gone_deactivates_the_webhook_with_a_note_and_cancels_what_waits() -> None:
    with receiving(Reply(status=410)) as receiver:
        webhook = make_webhook(receiver.url)
        first, second = ended(), ended()
        [delivery], [waiting] = deliveries_about(first), deliveries_about(second)

        with pytest.raises(ReceiverRefused):
            send(delivery.id)

    assert not webhook_of(webhook).active
    assert "410" in (webhook_of(webhook).note or "")
    assert hooks.ended_state(waiting.id) == "cancelled"
    assert deliveries_about(ended()) == []


def test_an_address_inside_is_refused_for_good_when_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = ended("http://127.0.0.1:9/")
    monkeypatch.delenv("FETCH_ALLOWED_NETWORKS")
    get_settings.cache_clear()

    with pytest.raises(AddressRefused) as refused:
        send_all_about(job_id)

    assert delay_for(RETRY, refused.value, 0) is None


def test_what_the_receiver_says_is_kept_without_its_address() -> None:
    body = b"no route for\n /hooks/a-token-in-the-path?key=a-token-in-the-query\x00 here " + b"x" * 5_000
    with receiving(Reply(status=404, body=body)) as receiver, pytest.raises(ReceiverRefused) as refused:
        send_all_about(ended(receiver.url))

    said = refused.value.message
    assert "answered 404: no route for" in said
    assert "token" not in said
    assert "\x00" not in said
    assert len(said) < 400
