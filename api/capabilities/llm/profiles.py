"""The twelve model profiles that the simulator plays, and what is offered when a real provider is set."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.errors import Invalid, closest
from core.settings import Settings, get_settings

MICRO = 1_000_000  # micro-dollars in a dollar


class UnknownProfile(Invalid):
    """There is no such model profile."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`speed` is relative to 1.0, `cost_per_1k` is micro-dollars per 1,000 tokens, `failure_rate` is per call."""

    name: str
    speed: float
    cost_per_1k: int
    specialization: tuple[str, ...]
    max_complexity: int
    failure_rate: float

    def cost(self, tokens: int) -> int:
        """Micro-dollars for so many tokens, in and out alike, rounded to the nearest."""
        exact = Decimal(tokens) * self.cost_per_1k / 1000
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _profile(name: str, speed: float, cost: int, skills: str, complexity: int, failure: float) -> Profile:
    return Profile(
        name=name,
        speed=speed,
        cost_per_1k=cost,
        specialization=tuple(skills.split(", ")),
        max_complexity=complexity,
        failure_rate=failure,
    )


SIMULATED: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        _profile("gpt-4", 0.8, 30_000, "Reasoning, Analysis", 10, 0.02),
        _profile("gpt-4-turbo", 1.2, 10_000, "Speed, Reasoning", 10, 0.03),
        _profile("gpt-3.5-turbo", 1.5, 1_000, "General, Speed", 7, 0.05),
        _profile("claude-3-opus", 0.7, 75_000, "Analysis, Safety", 10, 0.01),
        _profile("claude-3-sonnet", 1.0, 15_000, "General, Balanced", 8, 0.02),
        _profile("claude-3-haiku", 2.0, 2_500, "Speed, Concise", 6, 0.03),
        _profile("gemini-pro", 1.1, 5_000, "Multimodal", 8, 0.025),
        _profile("gemini-ultra", 0.9, 20_000, "Reasoning, Multimodal", 10, 0.015),
        _profile("llama-2-70b", 0.6, 0, "Open Source", 8, 0.04),
        _profile("llama-2-13b", 1.3, 0, "Open Source, Speed", 6, 0.06),
        _profile("mistral-large", 0.9, 8_000, "Reasoning, Multilingual", 9, 0.02),
        _profile("mistral-medium", 1.4, 2_700, "General, Multilingual", 7, 0.035),
    )
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A profile as shown: what a real provider does not tell is None and not invented."""

    name: str
    provider: str
    speed: float | None = None
    cost_per_1k_usd: float | None = None
    specialization: tuple[str, ...] = ()
    max_complexity: int | None = None


def offered(settings: Settings | None = None) -> Sequence[Offer]:
    """What a job may be run with: the twelve simulated profiles, or the one real model that is set."""
    settings = settings or get_settings()
    if settings.llm_provider == "openai":
        return [Offer(name=settings.llm_model, provider="openai")]
    return [_offer(profile) for profile in SIMULATED.values()]


def _offer(profile: Profile) -> Offer:
    return Offer(
        name=profile.name,
        provider="simulated",
        speed=profile.speed,
        cost_per_1k_usd=profile.cost_per_1k / MICRO,
        specialization=profile.specialization,
        max_complexity=profile.max_complexity,
    )


def check_profile(name: str) -> str:
    """The name itself. Raises UnknownProfile, with the closest names.

    The twelve names stay valid with a real provider, which answers for all of them: definitions name them.
    """
    known = {*SIMULATED, *(offer.name for offer in offered())}
    if name not in known:
        raise UnknownProfile(f"There is no model profile {name!r}. {closest(name, sorted(known))}")
    return name
