"""`python manage.py …` as an operator types it."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

import manage as command_line
from core import engine
from core.settings import get_settings
from tests.processes import API


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def manage_in_a_process(*arguments: str, **environment: str) -> Done:
    """The program itself, where its start is the matter: it takes two seconds, most of them imports."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=API, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def manage(*arguments: str, typed: str = "", **environment: str) -> Done:
    """All that the program does, in this process."""
    with fresh_settings(), logging_as_it_was(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["manage.py", *arguments])
        with CliRunner().isolation(input=typed, env=environment) as (stdout, stderr, _):
            code = status_of_main()
            return Done(code, stdout.getvalue().decode(), stderr.getvalue().decode())


def status_of_main() -> int:
    """As the interpreter ends a program: a text goes to stderr."""
    try:
        command_line.main()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            sys.stderr.flush()
            return 1
        return end.code or 0
    return 0


@contextmanager
def fresh_settings() -> Iterator[None]:
    """Those of the command's own environment, and no connection from before."""
    get_settings.cache_clear()
    engine.dispose()
    yield
    get_settings.cache_clear()
    engine.dispose()


@contextmanager
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def said(*arguments: str, typed: str = "", **environment: str) -> str:
    """What stands on stdout, after a success."""
    done = manage(*arguments, typed=typed, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(*arguments: str, **environment: str) -> str:
    """The sentence on stderr, after an expected failure."""
    done = manage(*arguments, **environment)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False), done.stderr
    return done.stderr.strip()
