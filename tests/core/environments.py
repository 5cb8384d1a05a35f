"""Settings as an environment makes them."""

import pytest

from core.settings import Settings, SettingsError, get_settings


def settings_with(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    return get_settings()


def refusal_of(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(SettingsError) as refused:
        settings_with(monkeypatch, **values)
    return refused.value.message
