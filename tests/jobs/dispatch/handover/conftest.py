"""What takes orders, and the dispatcher's end of what it hands over."""

from collections.abc import Iterator

import pytest

from jobs.committer import Committer
from jobs.dispatch.bell import Bell
from jobs.dispatch.handover import Handover


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def ours(bell: Bell) -> Handover:
    """Of a dispatcher that keeps up."""
    made = Handover(bell)
    made.keep_up(True)
    return made


@pytest.fixture
def committer(bell: Bell, ours: Handover) -> Iterator[Committer]:
    made = Committer(bell.ring, ours)
    made.start()
    yield made
    made.stop()
