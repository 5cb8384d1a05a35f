from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.slipway import Slipway


@pytest.fixture
def slipway(tmp_path: Path, sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slipway]:
    """A running web process on a real broker; a test starts the workers that it needs."""
    monkeypatch.setenv("SECRET_KEY", "a-secret-key-that-must-not-be-seen-0123456789")
    monkeypatch.setenv("ADMIN_PASSWORD", "the-admins-own-passphrase")
    monkeypatch.setenv("LLM_API_KEY", "sk-must-not-be-seen-anywhere")
    monkeypatch.setenv("LLM_SIMULATED_SPEEDUP", "20")
    whole = Slipway(tmp_path)
    whole.start_web()
    yield whole
    whole.end()
