"""A worker that is told to stop while it speaks to the broker stops."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import StartWorker
from tests.waiting import wait_for
from worker import signals_in_turn
from worker.signals_in_turn import SignalsInTurn

STOPPED_WHILE_IT_WRITES = """
import os, signal, threading
from amqp.transport import _AbstractTransport
from celery.signals import worker_ready
from worker.celery_app import app

write, told = _AbstractTransport.write, [True]


def write_and_be_told_to_stop(transport, frame):
    if not told and threading.current_thread() is threading.main_thread():
        told.append(True)
        os.kill(os.getpid(), signal.SIGTERM)
    return write(transport, frame)


_AbstractTransport.write = write_and_be_told_to_stop
worker_ready.connect(lambda **_: told.clear(), weak=False)
"""


@pytest.mark.integration
def test_a_worker_that_is_told_to_stop_while_it_writes_to_the_broker_ends(
    sqlite_database: str, broker: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "told_to_stop.py").write_text(STOPPED_WHILE_IT_WRITES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    worker = start_worker(app="told_to_stop")

    wait_for(lambda: not worker.running, what="the worker to end", timeout=30)
    assert "Cold shutdown" in worker.output
    assert "worker has stopped" in worker.output


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Signals that reached the handler which was there before."""
    numbers: list[int] = []
    before = signal.signal(signal.SIGQUIT, lambda number, _: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGQUIT, before)


def told_to_stop() -> None:
    os.kill(os.getpid(), signal.SIGQUIT)


def test_in_the_loop_a_signal_waits_for_its_turn_and_counts_once(
    heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals_in_turn, "STOPPING", (signal.SIGQUIT,))
    monkeypatch.setattr(signals_in_turn, "asynloop", told_to_stop)
    signals = SignalsInTurn(job_time=60)
    signals.take_over()

    told_to_stop()
    told_to_stop()

    assert heard == []
    signals.heed()
    signals.heed()
    assert heard == [signal.SIGQUIT]


def test_outside_the_loop_a_signal_strikes_at_once(heard: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals_in_turn, "STOPPING", (signal.SIGQUIT,))
    SignalsInTurn(job_time=60).take_over()

    told_to_stop()

    assert heard == [signal.SIGQUIT]
