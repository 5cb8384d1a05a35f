"""The web application in front of something that stands in Flower's place."""

from collections.abc import Iterator

import pytest

from core.settings import get_settings
from tests.web.flower.upstream import FlowersPlace, in_flowers_place


@pytest.fixture
def database(sqlite_database: str) -> str:
    """One is enough here: nothing of Flower's is in a database."""
    return sqlite_database


@pytest.fixture
def flower(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlowersPlace]:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    with in_flowers_place() as place:
        monkeypatch.setenv("FLOWER_URL", place.url)
        get_settings.cache_clear()
        yield place


@pytest.fixture
def own_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flower asks an OAuth provider who people are."""
    monkeypatch.setenv("FLOWER_OAUTH_PROVIDER", "okta")
    get_settings.cache_clear()
