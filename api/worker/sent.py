"""Jobs that a pool process was sent, before it has said that it has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.worker import state as worker_state


@contextmanager
def remembered() -> Iterator[None]:
    """For the moment in which a lost connection makes Celery forget them, since the broker sends their messages again.

    Their process begins them all the same. With nobody who knows of it, the job would be taken for lost while it runs,
    and run in another process at the same time.
    """
    sent = [(request, result) for request, result in _reserved() if result._write_to and not result.accepted()]
    for _, result in sent:
        result._accepted = True
    try:
        yield
    finally:
        for request, result in sent:
            _go_on(request, result)


def _reserved() -> list[tuple[Any, Any]]:
    """Requests that have not begun, with what billiard knows of each. Pools without processes know nothing."""
    given = [(request, request._apply_result) for request in list(worker_state.reserved_requests)]
    found = [(request, reference()) for request, reference in given if reference is not None]
    return [(request, result) for request, result in found if hasattr(result, "_write_to")]


def _go_on(request: Any, result: Any) -> None:
    """As if nothing had happened; one whose process has died is left to its next message."""
    result._accepted = result._time_accepted is not None
    if not result._write_to._is_alive():
        result.discard()
        return
    worker_state.reserved_requests.add(request)
    worker_state.requests[request.id] = request
