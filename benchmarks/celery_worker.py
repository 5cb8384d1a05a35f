"""Our own worker, as the Procfile starts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import Process, celery_worker, spawn


@contextmanager
def running_worker(directory: Path, *arguments: str) -> Iterator[Process]:
    log = directory / "worker.log"
    log.unlink(missing_ok=True)  # an earlier worker's says that it was ready
    worker = celery_worker(log, *arguments, name="bench@localhost", start=spawn)
    try:
        worker.wait_for_output("worker is ready")
        yield worker
    finally:
        worker.end()
