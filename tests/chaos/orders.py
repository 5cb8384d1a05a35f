"""What the chaos run asks for: jobs of mixed kinds, the same for the same seed."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

CHILDREN = 3
PARTS = 3  # side by side in a workflow, which has a job before them and one after them
FLOWS = 0.02  # workflows for each job
CALLED = 0.1  # of the jobs name an address that is to be told of their end

# How many of a hundred, and what becomes of each when nobody kills it too often.
KINDS = {
    "quick": (20, {"succeeded"}),
    "slow": (15, {"succeeded"}),
    "failing": (8, {"failed"}),
    "retrying": (10, {"succeeded"}),
    "limited": (3, {"failed"}),
    "cancelled": (9, {"cancelled", "succeeded"}),
    "scheduled": (8, {"succeeded"}),
    "parent": (4, {"succeeded"}),
    "sliced": (7, {"succeeded"}),
    "batched": (12, {"succeeded"}),
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One job as a client wants it; `wait` is the seconds until its cancel or its due time."""

    kind: str
    number: int
    does: str = "work"
    seconds: float = 0.0
    times: int = 0
    wait: float = 0.0
    collects: bool = False
    keyed: bool = False
    called: bool = False
    task: str = "drill"

    @property
    def payload(self) -> dict[str, Any]:
        return {"does": self.does, "number": self.number, "seconds": self.seconds, "times": self.times}

    @property
    def workflow(self) -> dict[str, Any]:
        """A job, some beside each other that refer to its result, one that gathers theirs. When it collects, the
        first of those beside each other fails and the last is told of it."""
        first = {"$result": "first", "path": "number"}
        does = ["fail" if self.collects else "work", *["work"] * (PARTS - 1)]
        parts = [_node(f"part-{n}", does=one, number=n, values=[first]) for n, one in enumerate(does)]
        last = _node("last", does="gather", number=self.number, values={"$results": "parts"})
        on_failure = "collect" if self.collects else "fail_fast"
        chord = {"type": "chord", "key": "parts", "members": parts, "body": last, "on_failure": on_failure}
        steps = [_node("first", does="work", number=self.number), chord]
        return {"name": "chaos", "idempotency_key": f"flow-{self.number}", "root": {"type": "chain", "steps": steps}}


def _node(key: str, **payload: Any) -> dict[str, Any]:
    return {"type": "job", "key": key, "task": "drill", "payload": payload}


@dataclass
class Plan:
    """`batches` are submitted whole, `singles` and workflows one by one."""

    singles: list[Wish] = field(default_factory=list)
    batches: list[list[Wish]] = field(default_factory=list)
    flows: list[Wish] = field(default_factory=list)


def make_plan(random: Random, jobs: int) -> Plan:
    weights = [weight for weight, _ in KINDS.values()]
    kinds = random.choices(list(KINDS), weights, k=jobs)
    wishes = [_wish(random, kind, number) for number, kind in enumerate(kinds)]
    plan = Plan([wish for wish in wishes if wish.kind != "batched"])
    plan.flows = [Wish(kind="flow", number=n, collects=random.random() < 0.5) for n in range(round(jobs * FLOWS))]
    rest = [wish for wish in wishes if wish.kind == "batched"]
    while rest:
        size = random.randint(5, 25)
        plan.batches.append(rest[:size])
        del rest[:size]
    return plan


def _wish(random: Random, kind: str, number: int) -> Wish:
    details: dict[str, dict[str, Any]] = {
        "slow": {"seconds": round(random.uniform(0.3, 1.5), 2)},
        "failing": {"does": "fail"},
        "retrying": {"does": "retry", "times": random.randint(1, 2)},
        "limited": {"does": "hang", "seconds": 60.0, "task": "limited_drill"},
        "cancelled": {"seconds": 3.0, "wait": round(random.uniform(0.0, 2.0), 2)},
        "scheduled": {"wait": round(random.uniform(0.5, 6.0), 2)},
        "sliced": {"does": "slice", "seconds": 0.3, "times": random.randint(1, 4)},
        "parent": {"does": "bear", "times": CHILDREN},
    }
    chances = {"keyed": random.random() < 0.7, "called": random.random() < CALLED}
    return Wish(kind=kind, number=number, **chances, **details.get(kind, {}))
