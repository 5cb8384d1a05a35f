"""The incarnation of the worker that this process is the main process of."""

_current: str | None = None


class NotAWorker(RuntimeError):
    """This process is not a worker's main process."""


def current() -> str:
    if _current is None:
        raise NotAWorker
    return _current


def set_current(worker_id: str) -> None:
    global _current
    _current = worker_id
