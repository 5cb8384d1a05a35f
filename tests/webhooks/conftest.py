"""Deliveries to a receiver on this machine."""

import pytest

from core.settings import get_settings


@pytest.fixture
def loopback_allowed(monkeypatch: pytest.MonkeyPatch, settings_of_its_own: None) -> None:
    monkeypatch.setenv("FETCH_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("PUBLIC_URL", "https://slipway.example")
    get_settings.cache_clear()
