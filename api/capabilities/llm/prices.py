"""What a call cost: the simulator prices itself, real models have their provider's list price or none."""

from decimal import ROUND_HALF_UP, Decimal

from genai_prices import calc_price
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from capabilities.llm.profiles import MICRO, SIMULATED


def cost_micro_usd(usage: RunUsage, model: Model, *, failed: bool) -> int | None:
    """Micro-dollars, or None when nobody knows: an unknown model or endpoint, or tokens that were not told."""
    tokens = usage.input_tokens + usage.output_tokens
    if model.system == "simulated":
        return SIMULATED[model.model_name].cost(tokens)
    if usage.unmeasured_requests or (failed and not tokens):
        return None
    try:
        price = calc_price(usage, model.model_name, provider_api_url=model.base_url)
    except (LookupError, ValueError):
        return None
    return int((Decimal(price.total_price) * MICRO).quantize(Decimal(1), rounding=ROUND_HALF_UP))
