"""What every subject shares: turns, ratios, and the rows of the table."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Sides = Mapping[str, Callable[[], float]]


@dataclass(frozen=True)
class Effort:
    """`rounds` are turns of each side; `share` makes every count and every time smaller."""

    rounds: int = 3
    share: float = 1.0

    def of(self, count: int, *, least: int = 1) -> int:
        return max(least, round(count * self.share))

    def seconds(self, wanted: float) -> float:
        return max(0.5, wanted * self.share)


FULL = Effort()
TINY = Effort(rounds=1, share=0.01)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; `met` is None where there is no goal."""

    what: str
    figure: str
    compared: str = ""
    goal: str = ""
    met: bool | None = None


class Turns:
    """The figures of each side, round by round."""

    def __init__(self, figures: Mapping[str, Sequence[float]]) -> None:
        self._figures = figures

    def median(self, side: str) -> float:
        return statistics.median(self._figures[side])

    def ratio(self, side: str, other: str) -> float:
        """Of the same rounds, since the machine is as busy in each for both."""
        pairs = zip(self._figures[side], self._figures[other], strict=True)
        return statistics.median(one / two for one, two in pairs)


def in_turns(sides: Sides, rounds: int) -> Turns:
    """Every side once a round; every second round backwards, so that nobody is always first."""
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        names = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in names:
            figures[name].append(sides[name]())
    return Turns(figures)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def per_second(rate: float) -> str:
    return f"{rate:,.0f}/s"


def times(ratio: float, other: str) -> str:
    return f"{ratio:.2f} × {other}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
