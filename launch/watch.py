"""Tell the person at the terminal when a program dies, and when it is back."""

from datetime import datetime
from pathlib import Path

from launch.console import say
from launch.paths import LOGS, ROOT
from launch.supervisor.control import ProgramState


class Watch:
    def __init__(self) -> None:
        self._pids: dict[str, int] = {}
        self._failing: set[str] = set()

    def look(self, states: list[ProgramState]) -> None:
        for state in states:
            if state.fails:
                self._fails(state.name)
            elif state.runs or (state.starts and state.name not in self._failing):
                self._lives(state)

    def _fails(self, name: str) -> None:
        if name not in self._failing:
            tell(f"{name} ended soon after its start. Each new try waits a second longer. See {log_of(name)}")
        self._failing.add(name)

    def _lives(self, state: ProgramState) -> None:
        """One that failed before counts again when it stays up, any other as soon as it is there."""
        if state.name in self._failing or self._pids.get(state.name, state.pid) != state.pid:
            tell(f"{state.name} ended by itself and runs again. See {log_of(state.name)}")
        self._pids[state.name] = state.pid
        self._failing.discard(state.name)


def log_of(name: str) -> Path:
    return LOGS.relative_to(ROOT) / f"{name}.log"


def tell(sentence: str) -> None:
    say(f"{datetime.now().astimezone():%H:%M:%S}  {sentence}")
