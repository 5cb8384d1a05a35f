"""What `make` commands say to the person at the terminal. Standard library only."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress

WIDTH = 28


class Stop(Exception):
    """A sentence that tells what is wrong and what to do about it."""


def say(text: str = "", end: str = "\n") -> None:
    # A terminal that was closed must not keep us from stopping what we started.
    with suppress(OSError):
        print(text, end=end, flush=True)


def step(name: str, work: Callable[[], str]) -> None:
    """Do one step of a longer work; show its name at once, its result and duration when it is done."""
    say(f"  {name:<{WIDTH}}", end="")
    started = time.monotonic()
    result = work()
    say(f"{result}  ({time.monotonic() - started:.1f} s)")


def exit_with(problem: Stop) -> None:
    say(f"\n{problem}")
    sys.exit(1)
