"""A running web application without a broker, and people and programs who may use it."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from core.db import writing
from core.settings import get_settings
from tests.web.entry import PASSWORD, local_client, make_app
from web.auth import passwords
from web.auth.passwords import hash_password
from web.auth.roles import Role
from web.auth.tokens import create_token
from web.auth.users import add_user

Tokens = Callable[[Role], str]


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as cheap as it gets: a tenth of a second for each user of each test adds up."""
    cheap = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
    passwords._nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)


@pytest.fixture
def app(database: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """On either database; its first user is `admin`."""
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    get_settings.cache_clear()
    return make_app()


@pytest.fixture
def anonymous(app: FastAPI) -> Iterator[TestClient]:
    """A client that has shown nothing yet; the application is up."""
    with local_client(app) as client:
        app.state.portal = client.portal
        yield client


@pytest.fixture
def token(anonymous: TestClient) -> Tokens:
    """Makes an API token of the given role."""

    def make(role: Role) -> str:
        with writing() as session:
            return create_token(session, f"test {role}", role).secret

    return make


@pytest.fixture
def client(app: FastAPI, token: Tokens) -> TestClient:
    """A program with an operator's token."""
    return local_client(app, token(Role.OPERATOR))


@pytest.fixture
def viewer(app: FastAPI, token: Tokens) -> TestClient:
    return local_client(app, token(Role.VIEWER))


@pytest.fixture
def admin(app: FastAPI, token: Tokens) -> TestClient:
    return local_client(app, token(Role.ADMIN))


@pytest.fixture
def browser(app: FastAPI, anonymous: TestClient) -> TestClient:
    """The first user, signed in with a cookie."""
    client = local_client(app)
    answer = client.post("/api/auth/login", json={"username": "admin", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return client


@pytest.fixture
def operator_user(anonymous: TestClient) -> str:
    """A person with the role operator; answers the name. The password is PASSWORD."""
    with writing() as session:
        return add_user(session, "olga", Role.OPERATOR, hash_password(PASSWORD)).name
