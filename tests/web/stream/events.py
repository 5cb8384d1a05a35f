"""Live events as the tests of the stream need them."""

from typing import Any

from web.stream.ring import LiveEvent, Position


def an_event(offset: int, index: int = 0, *, kind: str = "job-state", **data: Any) -> LiveEvent:
    return LiveEvent(kind, {"job_id": f"job-{offset}", **data}, Position(offset, index, 1_700_000_000_000 + offset))


def position(offset: int, index: int = 0) -> Position:
    found = an_event(offset, index).position
    assert found is not None
    return found
