"""What a worker's processes use: memory, and processor time since it was last asked."""

import time
from contextlib import suppress

import psutil


class Vitals:
    """Of the main process and its pool children together. Memory that they share is counted in each of them."""

    def __init__(self) -> None:
        self._main = psutil.Process()
        self._at = time.monotonic()
        self._seconds = self._processor_seconds()

    def measure(self) -> dict[str, float]:
        """{"memory_bytes": …, "processes": …, "cpu_percent": …}; 100 % is one core."""
        now, seconds = time.monotonic(), self._processor_seconds()
        percent = 100 * max(0.0, seconds - self._seconds) / max(0.01, now - self._at)
        self._at, self._seconds = now, seconds
        processes = self._processes()
        return {
            "memory_bytes": sum(map(_memory, processes)),
            "processes": len(processes),
            "cpu_percent": round(percent, 1),
        }

    def _processes(self) -> list[psutil.Process]:
        return [self._main, *self._main.children(recursive=True)]

    def _processor_seconds(self) -> float:
        """With the time of children that have ended, which the main process inherits."""
        own = self._main.cpu_times()
        return sum(map(_seconds, self._processes())) + own.children_user + own.children_system


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        spent = process.cpu_times()
        return float(spent.user + spent.system)
    return 0.0
