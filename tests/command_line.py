"""`python manage.py …` as an operator types it."""

import os
import subprocess
import sys

from tests.processes import API


def manage(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=API, env={**os.environ, **environment}, input=typed, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


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
