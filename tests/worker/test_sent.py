"""What becomes, when the connection is lost, of jobs that a pool process was sent and has not said that it has."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from billiard.pool import ApplyResult
from celery.worker import state as worker_state

from worker import sent


class Sent(SimpleNamespace):
    """A request with what billiard knows of it."""

    def __init__(self, *, alive: bool) -> None:
        self.cache: dict[int, ApplyResult] = {}
        self.result = ApplyResult(self.cache, None)
        self.result._write_to = SimpleNamespace(_is_alive=lambda: alive)
        super().__init__(id="job", _apply_result=lambda: self.result)

    __hash__ = object.__hash__

    def known_to(self) -> tuple[bool, bool, bool]:
        """Celery's two tables, and the pool's."""
        return self in worker_state.reserved_requests, self.id in worker_state.requests, bool(self.cache)


@pytest.fixture(autouse=True)
def nothing_else_is_known() -> Iterator[None]:
    yield
    forget()


def forget() -> None:
    worker_state.reserved_requests.clear()
    worker_state.requests.clear()


def test_what_a_living_process_has_is_known_as_before() -> None:
    job = Sent(alive=True)
    worker_state.reserved_requests.add(job)

    with sent.remembered():
        assert job.result.accepted()
        forget()

    assert job.known_to() == (True, True, True)
    assert not job.result.accepted()


def test_what_a_dead_process_had_is_forgotten_though_another_has_its_place() -> None:
    """Celery then writes down the new process, which has the number of the dead one's pipe, as the one it was sent."""
    job = Sent(alive=False)
    worker_state.reserved_requests.add(job)

    with sent.remembered():
        forget()
        job.result._write_to = SimpleNamespace(_is_alive=lambda: True)

    assert job.known_to() == (False, False, False)
