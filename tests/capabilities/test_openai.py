"""The real provider's code path against a server that answers 200, 429, 500, slowly, and nonsense."""

import os
import signal
import threading
from collections.abc import Callable

import pytest
from pydantic_ai.usage import RunUsage

from capabilities.llm.calls import CallOutcome, LlmCall, calls_of
from capabilities.llm.complete import complete
from capabilities.llm.errors import ModelBusy, ModelMalformed, ModelRefused
from capabilities.llm.openai import openai_model
from capabilities.llm.prices import cost_micro_usd
from capabilities.llm.prompts import Passage, Prompt
from core.db import reading
from core.settings import SettingsError, get_settings
from jobs.handlers import RunningJob
from jobs.retry import delay_for
from tests.capabilities.model_server import BRIEF, ModelServer, Reply, brief, refusal, serving
from workloads.agents.outputs import Brief
from workloads.agents.tasks import RETRY

KEY = "sk-test-5c1f0e9d7b"
PROMPT = Prompt(instructions="You plan.", parts={"goal": "Plan"}, passages=[Passage(1, "a.md", "Acme sells roofs.")])

Use = Callable[[ModelServer], None]

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    def to(server: ModelServer) -> None:
        monkeypatch.setenv("LLM_PROVIDER", "openai")
        monkeypatch.setenv("LLM_BASE_URL", server.url)
        monkeypatch.setenv("LLM_API_KEY", KEY)
        monkeypatch.setenv("LLM_MODEL", "tiny")
        monkeypatch.setenv("LLM_TIMEOUT_SECONDS", "0.5")
        get_settings.cache_clear()

    return to


def a_job(attempt: int = 1) -> RunningJob:
    return RunningJob(id="job-1", claim_id="c", attempt=attempt, retries=attempt - 1, project_id="acme")


def ask(attempt: int = 1) -> Brief:
    return complete(a_job(attempt), step="brief", prompt=PROMPT, output_type=Brief, profile="gpt-4")


def recorded() -> list[LlmCall]:
    with reading() as session:
        return calls_of(session, "job-1")


def test_an_answer_is_typed_and_its_tokens_are_on_record(use: Use) -> None:
    with serving(brief()) as server:
        use(server)
        assert ask().summary == "Acme sells roofs."

    (call,) = recorded()
    assert (call.provider, call.model, call.profile) == ("openai", "tiny", "gpt-4")
    assert (call.input_tokens, call.output_tokens, call.cached_tokens) == (120, 30, 20)
    assert call.outcome == CallOutcome.SUCCEEDED


def test_what_nobody_knows_the_price_of_is_unpriced_and_not_free(use: Use) -> None:
    with serving(brief()) as server:
        use(server)
        ask()

    assert recorded()[0].cost_micro_usd is None
    assert not recorded()[0].priced


def test_a_known_model_at_its_own_endpoint_has_a_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", KEY)
    monkeypatch.setenv("LLM_BASE_URL", "https://api.openai.com/v1")
    get_settings.cache_clear()
    usage = RunUsage(input_tokens=1_000_000)

    assert cost_micro_usd(usage, openai_model(get_settings()), failed=False) == 150_000  # gpt-4o-mini: $0.15


def test_the_providers_retry_after_reaches_the_back_off(use: Use) -> None:
    with serving(refusal(429, "slow down", retry_after="77")) as server:
        use(server)
        with pytest.raises(ModelBusy) as raised:
            ask()

    assert raised.value.retry_after == 77
    delay = delay_for(RETRY, raised.value, 0)
    assert delay is not None
    assert delay >= 77
    assert recorded()[0].outcome == CallOutcome.BUSY


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_trouble_of_the_provider_is_worth_another_try(use: Use, status: int) -> None:
    with serving(refusal(status, retry_after="0.01")) as server:
        use(server)
        with pytest.raises(ModelBusy, match=str(status)):
            ask()

    assert len(server.requests) == 1  # the job waits for the next try, not the worker


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_permanent(use: Use, status: int) -> None:
    with serving(refusal(status, "not for you")) as server:
        use(server)
        with pytest.raises(ModelRefused, match=rf"{status}.*not for you") as raised:
            ask()

    assert delay_for(RETRY, raised.value, 0) is None
    assert len(server.requests) == 1
    assert recorded()[0].outcome == CallOutcome.REFUSED


def test_a_used_up_quota_is_permanent_although_it_comes_as_429(use: Use) -> None:
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota", "type": "insufficient_quota"}}
    with serving(Reply(status=429, body=body, headers={"retry-after": "0.01"})) as server:
        use(server)
        with pytest.raises(ModelRefused, match="quota"):
            ask()


def test_a_model_that_is_too_slow_is_busy(use: Use) -> None:
    with serving(Reply(delay=5.0, body={})) as server:
        use(server)
        with pytest.raises(ModelBusy, match="does not answer in time"):
            ask()

    assert recorded()[0].latency_ms >= 500


class TimeLimit(Exception):
    """As Celery's soft limit: raised by a signal, wherever the code is."""


def test_a_call_cut_short_is_on_record_and_does_not_go_on_in_the_next_one(
    use: Use, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(*_: object) -> None:
        raise TimeLimit

    before = signal.signal(signal.SIGUSR1, limit)
    request.addfinalizer(lambda: signal.signal(signal.SIGUSR1, before))

    def reached(server: ModelServer) -> None:
        server.arrived.wait(5)
        os.kill(os.getpid(), signal.SIGUSR1)

    with serving(Reply(delay=20.0, body={}), brief()) as server:
        use(server)
        monkeypatch.setenv("LLM_TIMEOUT_SECONDS", "10")
        get_settings.cache_clear()
        threading.Thread(target=reached, args=(server,)).start()
        with pytest.raises(TimeLimit):
            ask(attempt=1)
        assert ask(attempt=2).goals == ["Sell"]

    assert [call.outcome for call in recorded()] == ["interrupted", "succeeded"]


def test_an_endpoint_that_is_away_is_busy(use: Use) -> None:
    with serving(brief()) as server:
        use(server)

    with pytest.raises(ModelBusy, match="cannot be reached"):
        ask()


def test_an_answer_of_another_form_is_asked_for_again_and_then_permanent(use: Use) -> None:
    with serving(brief({"summary": 5})) as server:
        use(server)
        with pytest.raises(ModelMalformed) as raised:
            ask()

    (call,) = recorded()
    assert len(server.requests) == 3
    assert (call.outcome, call.input_tokens) == (CallOutcome.MALFORMED, 360)  # all three were paid for
    assert delay_for(RETRY, raised.value, 0) is None


def test_an_answer_that_is_set_right_when_told_succeeds(use: Use) -> None:
    with serving(brief("{not json"), brief()) as server:
        use(server)
        assert ask().goals == ["Sell"]

    assert recorded()[0].input_tokens == 240


def test_a_body_that_is_no_answer_at_all_is_not_a_success(use: Use) -> None:
    with serving(Reply(body=b"<html>It works!</html>", headers={"content-type": "text/html"})) as server:
        use(server)
        with pytest.raises((ModelMalformed, ModelBusy)):
            ask()

    assert recorded()[0].outcome != CallOutcome.SUCCEEDED


def test_each_failed_attempt_has_its_row_and_the_paid_answer_is_used_again(use: Use) -> None:
    with serving(refusal(503), brief()) as server:
        use(server)
        with pytest.raises(ModelBusy):
            ask(attempt=1)
        first, again = ask(attempt=2), ask(attempt=3)

    assert first == again
    assert [(call.attempt, call.outcome) for call in recorded()] == [(1, "busy"), (2, "succeeded")]


def test_a_key_that_the_provider_repeats_is_in_no_message(use: Use) -> None:
    with serving(refusal(401, f"Incorrect API key provided: {KEY}")) as server:
        use(server)
        with pytest.raises(ModelRefused) as raised:
            ask()

    assert KEY not in str(raised.value)
    assert KEY not in (recorded()[0].error or "")
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_without_key_and_address_the_sentence_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    get_settings.cache_clear()

    with pytest.raises(SettingsError, match="LLM_API_KEY"):
        openai_model(get_settings())


@pytest.mark.usefixtures("database")
def test_what_a_database_cannot_hold_is_left_out_of_an_answer(use: Use) -> None:
    with serving(brief(BRIEF | {"summary": "a\x00b", "goals": ["c\x00"]})) as server:
        use(server)
        said = ask()

    assert (said.summary, said.goals) == ("ab", ["c"])
    assert recorded()[0].output["summary"] == "ab"
