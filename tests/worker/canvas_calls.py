"""What tests/worker/test_canvas.py does with Celery's canvas, in a process of its own; prints JSON."""

import json
import sys
from collections.abc import Callable
from typing import Any

from celery import chain, chord, group
from celery.result import AsyncResult, GroupResult

from worker.celery_app import app
from worker.tasks import ping, run_agent_task

TIMEOUT = 60.0  # seconds


def outcome(result: Any) -> Any:
    try:
        return shown(result.get(timeout=TIMEOUT, disable_sync_subtasks=False))
    except Exception as error:
        return type(error).__name__


def shown(value: Any) -> Any:
    if isinstance(value, list):
        return [shown(one) for one in value]
    return shown(value["value"]) if isinstance(value, dict) else value


def broken() -> Any:
    """Fails for good at its first try."""
    return run_agent_task.si("nobody", "What is there?")


def with_links() -> dict[str, Any]:
    return {
        "with a callback": outcome(ping.apply_async(args=["linked"], link=ping.si("callback"))),
        "with an errback": outcome(broken().apply_async(link_error=ping.si("errback of one"))),
    }


def that_go_well() -> dict[str, Any]:
    three = [ping.si(n) for n in range(3)]
    in_a_chain = ping.si(0) | chord([ping.si(1), ping.si(2)], ping.si("body")) | ping.si("last")
    inner = chord([ping.si(1), ping.si(2)], ping.si("inner"))
    return {
        "delay": outcome(ping.delay("delayed")),
        "chain": outcome(chain(ping.si(1), ping.si(2), ping.si(3))()),
        "group": outcome(group(three)()),
        "chord": outcome(chord(three, ping.s())()),
        "chord in a chain": outcome(in_a_chain()),
        "group in a chord": outcome(chord([ping.si(1), group(ping.si(2), ping.si(3))], ping.si("after all"))()),
        "chord in a chord": outcome(chord([inner, ping.si(3)], ping.s())()),
        "map": outcome(ping.map([1, 2])()),
        "starmap": outcome(ping.starmap([(1,), (2,)]).apply_async()),
    }


def that_fail() -> dict[str, Any]:
    """The body of a chord and the rest of a chain are waited for by their ids alone, as another process would."""
    whole = group(ping.si(1), broken(), ping.si(2))()
    body = chord([ping.si(1), broken()], ping.si("body").on_error(ping.si("errback of a chord")))()
    rest = chain(broken(), ping.si("rest"))()
    inner = chord([ping.si(1), broken()], ping.si("inner body"))
    outer = chord([inner, ping.si(3)], ping.si("outer body"))()
    in_a_chain = chain(broken(), chord([ping.si(1), ping.si(2)], ping.si("body in a chain")))()
    return {
        "group": outcome(whole),
        "others in the group": [outcome(whole[0]), outcome(whole[2])],
        "body": outcome(alone(body)),
        "rest of a chain": outcome(alone(rest)),
        "chord in a chord": outcome(alone(outer)),
        "chord in a chain": outcome(alone(in_a_chain)),
    }


def alone(result: AsyncResult) -> AsyncResult:
    return AsyncResult(result.id, app=app)


def saved() -> dict[str, Any]:
    made = group(ping.si(1), ping.si(2))()
    made.save()
    restored = GroupResult.restore(made.id, app=app)
    told = {"joined": shown(restored.join(timeout=TIMEOUT)), "same": restored.as_tuple() == made.as_tuple()}
    restored.delete()
    return told | {"after delete": GroupResult.restore(made.id, app=app)}


def refused() -> dict[str, str]:
    return {"chunks": _refusal(lambda: ping.chunks([(1,), (2,)], 2)), "called": _refusal(lambda: ping(1))}


def _refusal(call: Callable[[], Any]) -> str:
    try:
        call()
    except TypeError as error:
        return str(error)
    return "not refused"


if __name__ == "__main__":
    parts = {"well": that_go_well, "links": with_links, "failing": that_fail, "saved": saved, "refused": refused}
    sys.stdout.write(json.dumps({name: part() for name, part in parts.items()}))
