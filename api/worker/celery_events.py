"""How a worker's main process tells Celery's events, its sign of life among them."""

from typing import Any

from celery.app.events import Events
from celery.events.dispatcher import EventDispatcher

ONCE_MORE = {"max_retries": 1, "interval_start": 0.0}


class BriefDispatcher(EventDispatcher):  # type: ignore[misc]  # Celery ships no types
    """Tries once more on a new connection, and keeps the event for later then.

    Celery tries a sign of life until it has left, and its event loop stands still meanwhile: no signal is heeded, no
    connection renewed, no message taken. That lasted as long as the broker was away; and a worker that had been frozen
    until the broker gave up both of its connections was seen to connect again and again, for ever.
    """

    def send(self, type: str, **options: Any) -> Any:
        return super().send(type, **{**options, "retry_policy": ONCE_MORE})


class EventsOfWorkers(Events):  # type: ignore[misc]
    dispatcher_cls = BriefDispatcher
