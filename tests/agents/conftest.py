import pytest

from core.settings import get_settings


@pytest.fixture(autouse=True)
def quick_and_reliable_model(monkeypatch: pytest.MonkeyPatch, settings_of_its_own: None) -> None:
    monkeypatch.setenv("LLM_SIMULATED_SPEEDUP", "1000")
    monkeypatch.setenv("LLM_SIMULATED_FAILURE_RATE", "0")
    get_settings.cache_clear()
