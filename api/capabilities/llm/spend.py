"""What the models cost. Unknown prices are counted and never taken for zero; simulated money is kept apart."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from capabilities.llm.calls import LlmCall

SIMULATED = "simulated"


@dataclass(frozen=True, kw_only=True)
class Spend:
    """`cost_micro_usd` is the sum of the calls whose price is known: None when there is none."""

    cost_micro_usd: int | None = None
    calls: int = 0
    unpriced_calls: int = 0

    def __add__(self, other: "Spend") -> "Spend":
        known = [cost for cost in (self.cost_micro_usd, other.cost_micro_usd) if cost is not None]
        return Spend(
            cost_micro_usd=sum(known) if known else None,
            calls=self.calls + other.calls,
            unpriced_calls=self.unpriced_calls + other.unpriced_calls,
        )


@dataclass(frozen=True, kw_only=True)
class SpendSince:
    since: datetime
    real: Spend
    simulated: Spend


def spend_since(session: Session, since: datetime) -> SpendSince:
    """Read from ix_llm_calls_at alone."""
    cost = LlmCall.cost_micro_usd
    columns = (LlmCall.provider, func.sum(cost), func.count(), func.count(cost))
    real, simulated = Spend(), Spend()
    for provider, total, calls, priced in session.execute(
        select(*columns).where(LlmCall.at >= since).group_by(LlmCall.provider)
    ):
        micro_usd = None if total is None else int(total)  # PostgreSQL adds bigints up to a decimal
        one = Spend(cost_micro_usd=micro_usd, calls=calls, unpriced_calls=calls - priced)
        if provider == SIMULATED:
            simulated += one
        else:
            real += one
    return SpendSince(since=since, real=real, simulated=simulated)
