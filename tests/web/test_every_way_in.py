"""Every route, for every role, by every way in: the door alone, before any route."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from core.db import writing
from core.settings import get_settings
from tests.web.entry import OWN_SITE
from web.auth.door import Door
from web.auth.origin import SAFE_METHODS
from web.auth.roles import Role
from web.auth.sessions import Visitor, start_session
from web.auth.table import PUBLIC, TABLE
from web.auth.tokens import create_token
from web.auth.users import ensure_user
from web.peer import Peer
from web.problems import CatchAll

PROXY = "127.0.0.2"
SETTINGS = {
    "AUTH_MODE": "oauth",
    "PUBLIC_URL": "http://localhost",
    "OIDC_ISSUER": "https://id.example.com",
    "OAUTH_CLIENT_ID": "slipway",
    "OAUTH_CLIENT_SECRET": "the-providers-secret",
    "OAUTH_ALLOWED_DOMAINS": "example.com",
    "TRUSTED_PROXIES": PROXY,
    "PROXY_ROLE_HEADER": "X-Forwarded-Groups",
}
MODES = ("basic", "oauth", "proxy")
Credentials = dict[str, str]


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest, sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in (SETTINGS | {"AUTH_MODE": request.param}).items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    mode: str = request.param
    return mode


@pytest.fixture
def door(mode: str) -> Iterator[TestClient]:
    """Behind it, everything answers 204."""

    async def entered(_request: Request) -> Response:
        return Response(status_code=204)

    methods = sorted({method for method, _ in TABLE})
    behind = Starlette(routes=[Route("/{rest:path}", entered, methods=methods)])
    whole = Peer(CatchAll(Door(behind, behind)), get_settings())
    with TestClient(whole, base_url="http://localhost", client=(PROXY, 50_000)) as client:
        yield client


def person(mode: str, role: Role) -> Credentials:
    if mode == "proxy":
        return {"X-Forwarded-User": f"{role}@example.com", "X-Forwarded-Groups": role.value}
    with writing() as session:
        user = ensure_user(session, f"{role}@example.com", role)
        return {"Cookie": f"slipway={start_session(session, user, Visitor('', '', None))}"}


def machine(role: Role) -> Credentials:
    with writing() as session:
        return {"Authorization": f"Bearer {create_token(session, role.value, role).secret}"}


def status(door: TestClient, method: str, path: str, headers: Credentials) -> int:
    return door.request(method, path.replace("{", "").replace("}", ""), headers=headers).status_code


def expected(role: Role, path: str, method: str) -> int:
    access = TABLE[method, path]
    return 204 if access == PUBLIC or role.covers(Role(access)) else 403


@pytest.mark.parametrize("role", list(Role))
def test_a_person_enters_where_the_table_says(door: TestClient, mode: str, role: Role):
    headers = person(mode, role) | OWN_SITE
    found = {(method, path): status(door, method, path, headers) for method, path in TABLE}
    assert found == {(method, path): expected(role, path, method) for method, path in TABLE}


@pytest.mark.parametrize("role", list(Role))
def test_a_token_enters_where_the_table_says_without_proof(door: TestClient, role: Role):
    headers = machine(role) | {"Sec-Fetch-Site": "cross-site"}
    found = {(method, path): status(door, method, path, headers) for method, path in TABLE}
    assert found == {(method, path): expected(role, path, method) for method, path in TABLE}


@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_no_person_changes_anything_from_elsewhere(door: TestClient, mode: str, site: dict[str, str]):
    headers = person(mode, Role.ADMIN) | site
    closed = [key for key, access in TABLE.items() if access != PUBLIC and key[0] not in SAFE_METHODS]
    assert {key: status(door, *key, headers) for key in closed} == dict.fromkeys(closed, 403)


def test_a_way_in_of_another_mode_is_none(door: TestClient, mode: str, monkeypatch: pytest.MonkeyPatch):
    ways = {"proxy": {"X-Forwarded-User": "admin@example.com", "X-Forwarded-Groups": "admin"}}
    for other in ("basic", "oauth"):
        monkeypatch.setenv("AUTH_MODE", other)
        get_settings.cache_clear()
        ways[other] = person(other, Role.ADMIN)
    monkeypatch.setenv("AUTH_MODE", mode)
    get_settings.cache_clear()
    found = {way: status(door, "GET", "/api/auth/me", headers) for way, headers in ways.items()}
    assert found == {way: 204 if way == mode else 401 for way in MODES}


def test_who_was_taken_off_the_list_is_out_at_once_and_the_tokens_are_too(
    door: TestClient, mode: str, monkeypatch: pytest.MonkeyPatch
):
    with writing() as session:
        user = ensure_user(session, "ann@example.com", Role.ADMIN)
        cookie = {"Cookie": f"slipway={start_session(session, user, Visitor('', '', None))}"}
        made = create_token(session, "ann's", Role.ADMIN)
        made.row.owner_id = user.id
        token = {"Authorization": f"Bearer {made.secret}"}
    monkeypatch.setenv("OAUTH_ALLOWED_DOMAINS", "example.org")
    get_settings.cache_clear()
    found = [status(door, "GET", "/api/auth/me", headers) for headers in (cookie, token)]
    assert found == {"basic": [204, 204], "oauth": [401, 401], "proxy": [401, 204]}[mode]
