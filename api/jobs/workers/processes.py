"""Whether two processes are on one machine, and whether one of them is still the one that it was."""

import os
import platform
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import psutil

HIDDEN = "hidden"  # a process that is there, but whose start we may not see


@lru_cache(maxsize=1)
def machine() -> str:
    """The same for two processes only if each can see the other's pid: boot, pid namespace and host name."""
    parts = [platform.node()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(os.stat("/proc/self/ns/pid").st_ino))
    return " ".join(parts)


def process_started(pid: int) -> str | None:
    """Tells two processes apart that had the same pid; None when there is none, HIDDEN when we may not look."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else _started(process)
    except psutil.Error:
        return HIDDEN if _belongs_to_another_user(pid) else None


def _belongs_to_another_user(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _started(process: psutil.Process) -> str:
    """Linux: in ticks since boot, since the time of day moves with the clock, and with it every worker would die."""
    with suppress(OSError):
        return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{process.create_time():.2f}"
