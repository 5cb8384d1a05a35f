"""What a chaos run did and what came of it, as text."""

from collections import Counter
from collections.abc import Sequence

from tests.chaos.audience import Viewer
from tests.chaos.client import Ledger
from tests.chaos.seen import Seen
from tests.chaos.trouble import Hit
from tests.webhooks.receiver import Receiver


def report(
    seed: int,
    database: str,
    hits: Sequence[Hit],
    ledger: Ledger,
    seen: Seen,
    viewers: Sequence[Viewer],
    receiver: Receiver,
) -> str:
    outcomes = Counter(str(one.outcome) for tries in seen.attempts.values() for one in tries)
    listening = Counter(
        connections=sum(one.connections for one in viewers),
        endings=sum(one.told for one in viewers),
        reloads=sum(one.reloads for one in viewers),
    )
    return "\n".join(
        [
            f"\nChaos on {database.partition(':')[0]}, seed {seed}",
            *(f"  {hit.at:%H:%M:%S} {hit.what} {hit.worker}" for hit in hits),
            *_table("troubles", Counter(_kind(hit.what) for hit in hits)),
            *_table("answers over HTTP", ledger.answers),
            *_table("jobs", Counter(f"{job.task} {job.state}" for job in seen.jobs.values())),
            *_table("promised (202)", Counter(wish.kind for wish in ledger.promised.values())),
            *_table("workflows", Counter(flow.state for flow in seen.workflows.values())),
            *_table("dead letters of jobs", Counter(seen.jobs[one].task for one in seen.letters if one in seen.jobs)),
            *_table("attempts", outcomes),
            *_table("effects", Counter(step.partition(" ")[0] for steps in seen.effects.values() for step in steps)),
            *_table("live views", listening),
            *_table("webhooks", Counter(calls=len(receiver.calls))),
            "",
        ]
    )


def _kind(what: str) -> str:
    return what.partition(" for ")[0]


def _table(title: str, counts: Counter[str]) -> list[str]:
    rows = [f"  {name:<34} {number:>7,}" for name, number in sorted(counts.items())]
    return [f"{title}: {sum(counts.values()):,}", *rows]
