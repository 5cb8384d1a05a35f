"""Jobs that a pool process was sent, before it has said that it has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from celery.worker import state as worker_state


class Sent(NamedTuple):
    """A request, what billiard knows of it, and the process it was sent to."""

    request: Any
    result: Any
    process: Any  # Celery puts another in its place when it dies and the next one's pipe has the same number


@contextmanager
def remembered() -> Iterator[None]:
    """For the moment in which a lost connection makes Celery forget them, since the broker sends their messages again.

    Their process begins them all the same. With nobody who knows of it, the job would be taken for lost while it runs,
    and run in another process at the same time.

    One that is only half written is then written to its end, however long its process, while it lives, does not read.
    """
    sent = [one for one in _reserved() if one.process and not one.result.accepted()]
    for one in sent:
        one.result._accepted = True
    try:
        yield
    finally:
        for one in sent:
            _go_on(one)


def _reserved() -> list[Sent]:
    """Requests that have not begun. Pools without processes know nothing of them."""
    given = [(request, request._apply_result) for request in list(worker_state.reserved_requests)]
    found = [(request, reference()) for request, reference in given if reference is not None]
    return [Sent(request, result, result._write_to) for request, result in found if hasattr(result, "_write_to")]


def _go_on(one: Sent) -> None:
    """As if nothing had happened; one whose process has died is left to its next message."""
    one.result._accepted = one.result._time_accepted is not None
    if not one.process._is_alive():
        one.result.discard()
        return
    worker_state.reserved_requests.add(one.request)
    worker_state.requests[one.request.id] = one.request
