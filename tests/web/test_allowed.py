"""Whom a provider may sign in, and with which role."""

from typing import Any

import pytest

from core.settings import get_settings
from web.auth.allowed import is_allowed, is_still_allowed
from web.auth.role_rules import groups_in, role_of
from web.auth.roles import Role


def use(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, OAUTH_ALLOWED_DOMAINS="Example.com", OAUTH_ALLOWED_EMAILS="bo@partner.test, cy+x@partner.test")


@pytest.mark.parametrize("email", ["ann@example.com", "ann@EXAMPLE.com", "bo@partner.test", "bo@Partner.Test"])
@pytest.mark.usefixtures("lists")
def test_who_is_on_a_list_may_come_in(email: str):
    assert is_allowed(email)
    assert is_still_allowed(email.lower())


@pytest.mark.parametrize(
    "email",
    [
        "ann@evil-example.com",
        "ann@example.com.evil.test",
        "ann@sub.example.com",
        "ann@example.com@evil.test",
        "ann@evil.test@example.com",
        "ann@example.com.",
        "ann@example.co",
        "ann@examplexcom",
        "example.com",
        "@example.com",
        "ann@",
        "",
        "bob@partner.test",
        "xbo@partner.test",
        "cy@partner.test",
        "Bo@partner.test",
        "ann@example.com\n",
        " ann@example.com ",
        "ann@exаmple.com",
    ],
)
@pytest.mark.usefixtures("lists")
def test_who_is_on_none_may_not(email: str):
    assert not is_allowed(email)


def test_no_list_lets_nobody_in():
    assert not is_allowed("ann@example.com")
    assert not is_still_allowed("ann@example.com")


ROLES = {"ROLE_ADMINS": "Ann@example.com", "ROLE_OPERATORS": "bo@example.com, ann@example.com"}


@pytest.mark.parametrize(
    ("values", "name", "groups", "role"),
    [
        pytest.param({}, "ann@example.com", [], Role.VIEWER, id="by default"),
        pytest.param({"ROLE_DEFAULT": "none"}, "ann@example.com", [], None, id="no default"),
        pytest.param(ROLES, "ann@example.com", [], Role.ADMIN, id="the higher of two lists"),
        pytest.param(ROLES, "bo@example.com", ["viewer"], Role.OPERATOR, id="a list above a group"),
        pytest.param({}, "ann@example.com", ["operator", "admin"], Role.ADMIN, id="groups called like roles"),
        pytest.param({"ROLE_MAP": "/ops=operator"}, "x@y.zz", ["/ops", "/dev"], Role.OPERATOR, id="a mapped group"),
        pytest.param({"ROLE_MAP": "/ops=operator"}, "x@y.zz", ["admin"], Role.VIEWER, id="with a map, nothing else"),
        pytest.param({"ROLE_MAP": "/ops=operator"}, "x@y.zz", ["/OPS"], Role.VIEWER, id="groups by their exact name"),
    ],
)
def test_the_highest_role_that_any_rule_gives(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], name: str, groups: list[str], role: Role | None
):
    use(monkeypatch, **values)
    assert role_of(name, groups) is role


@pytest.mark.parametrize(
    ("claims", "claim", "groups"),
    [
        ({"groups": ["a", "b"]}, "groups", ["a", "b"]),
        ({"role": "admin"}, "role", ["admin"]),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ["a"]),
        ({"https://x.test/roles": ["a"]}, "https://x.test/roles", ["a"]),
        ({"groups": {"admin": True}}, "groups", []),
        ({"groups": [{"name": "admin"}, 1, None, "a"]}, "groups", ["a"]),
        ({"groups": "a"}, "groups.a", []),
        ({}, "groups", []),
        ({"": "admin"}, None, []),
    ],
)
def test_groups_are_read_from_a_claim(claims: dict[str, Any], claim: str | None, groups: list[str]):
    assert groups_in(claims, claim) == groups
