from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slipway import Slipway, running_slipway, use_slipway_settings


@pytest.fixture
def slipway(tmp_path: Path, sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slipway]:
    """A running web process on a real broker; a test starts the workers that it needs."""
    use_slipway_settings(monkeypatch)
    monkeypatch.setenv("LLM_SIMULATED_SPEEDUP", "20")
    with running_slipway(tmp_path) as whole:
        yield whole
