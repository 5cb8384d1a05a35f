"""Pings that last until the test lets them go, where no length of a sleep would be right. They heed no soft limit."""

from pathlib import Path

import pytest

from core.settings import get_settings

APP = "held"
HELD = """
import time
from contextlib import suppress

from celery.exceptions import SoftTimeLimitExceeded
from core.settings import get_settings
from worker.celery_app import app
from workloads.operations import tasks


def wait_to_be_let_go(*_):
    while not (get_settings().var_dir / "let-go").exists():
        with suppress(SoftTimeLimitExceeded):
            time.sleep(0.05)


tasks._sleep = wait_to_be_let_go
"""


def holding_pings(directory: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Answers the app of such a worker."""
    (directory / f"{APP}.py").write_text(HELD)
    monkeypatch.setenv("PYTHONPATH", str(directory))
    return APP


def let_go() -> None:
    """All of them, from now on."""
    (get_settings().var_dir / "let-go").touch()
