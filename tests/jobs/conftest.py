"""What tests of several rooms of the engine start from."""

from collections.abc import Iterator

import pytest

from jobs import events
from jobs.events import EventSender


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[EventSender]:
    """As in a process that has sent nothing yet."""
    fresh = EventSender()
    monkeypatch.setattr(events, "_sender", fresh)
    yield fresh
    fresh.flush(0.1)
    fresh._close()
