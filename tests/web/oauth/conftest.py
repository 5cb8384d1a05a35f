"""A Slipway whose people come from a provider."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.settings import get_settings
from tests.web.entry import make_app
from web.auth.oauth import discovery

SETTINGS = {
    "AUTH_MODE": "oauth",
    "PUBLIC_URL": "http://localhost",
    "OIDC_ISSUER": "http://127.0.0.1:1",
    "OAUTH_CLIENT_ID": "slipway",
    "OAUTH_CLIENT_SECRET": "the-providers-secret",
    "OAUTH_ALLOWED_DOMAINS": "example.com",
}


def use(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()


@pytest.fixture
def oauth(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of a provider that is not there."""
    use(monkeypatch, **SETTINGS)
    discovery.forget()
    yield
    discovery.forget()


@pytest.fixture
def app(oauth: None) -> FastAPI:
    return make_app()


@pytest.fixture
def person(app: FastAPI) -> Iterator[TestClient]:
    """A browser that has not signed in; it follows no redirect by itself."""
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50_000), follow_redirects=False) as client:
        yield client
