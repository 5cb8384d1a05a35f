"""What the models cost, and what is not known about it."""

from datetime import timedelta
from typing import Any

from capabilities.llm.calls import record
from capabilities.llm.spend import Spend, SpendSince, spend_since
from core import clock, ids
from core.db import reading

CALL = {"job_id": "j", "project_id": None, "attempt": 1, "step": "brief", "profile": "p", "model": "m"}
USAGE = {"input_tokens": 1, "output_tokens": 1, "cached_tokens": 0, "latency_ms": 1, "outcome": "succeeded"}


def call(cost: int | None, provider: str = "openai", **more: Any) -> None:
    rest = {"idempotency_key": ids.new_id(), "error": None, "output": None, **more}
    record(**CALL, **USAGE, provider=provider, cost_micro_usd=cost, **rest)


def today() -> SpendSince:
    with reading() as session:
        return spend_since(session, clock.now() - timedelta(hours=1))


def test_known_prices_are_added_and_unknown_ones_counted(database: str) -> None:
    for cost in (1_500, 500, None):
        call(cost)
    call(9_999, at=clock.now() - timedelta(hours=2))

    assert today().real == Spend(cost_micro_usd=2_000, calls=3, unpriced_calls=1)


def test_simulated_money_is_kept_apart(database: str) -> None:
    call(7_000, "simulated")

    assert today().simulated == Spend(cost_micro_usd=7_000, calls=1)
    assert today().real == Spend()


def test_only_unknown_prices_make_no_sum(database: str) -> None:
    call(None)
    call(None, "another")

    assert today().real == Spend(cost_micro_usd=None, calls=2, unpriced_calls=2)
