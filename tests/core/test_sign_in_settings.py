"""Settings of the sign-in modes: whatever would let in too many people stops the start."""

import pytest

from core.settings import SettingsError
from tests.core.environments import refusal_of, settings_with

OAUTH = {
    "AUTH_MODE": "oauth",
    "PUBLIC_URL": "https://slipway.example.com",
    "OIDC_ISSUER": "https://accounts.google.com",
    "OAUTH_CLIENT_ID": "slipway",
    "OAUTH_CLIENT_SECRET": "the-providers-secret",
    "OAUTH_ALLOWED_DOMAINS": "example.com",
}
GITHUB = {name: value for name, value in OAUTH.items() if name != "OIDC_ISSUER"} | {"OAUTH_PROVIDER": "github"}
PROXY = {"AUTH_MODE": "proxy", "TRUSTED_PROXIES": "10.0.0.5, fd00::/8"}


@pytest.mark.parametrize("values", [{}, OAUTH, GITHUB, PROXY], ids=["basic", "oauth", "github", "proxy"])
def test_each_mode_starts_with_what_it_needs(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    assert settings_with(monkeypatch, **values).auth_mode == values.get("AUTH_MODE", "basic")


@pytest.mark.parametrize(
    "name", ["PUBLIC_URL", "OIDC_ISSUER", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_ALLOWED_DOMAINS"]
)
def test_oauth_starts_with_nothing_missing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert name in refusal_of(monkeypatch, **(OAUTH | {name: ""}))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param({"PUBLIC_URL": "https://slipway.example.com/panel"}, "PUBLIC_URL", id="an address with a path"),
        pytest.param({"PUBLIC_URL": "slipway.example.com"}, "PUBLIC_URL", id="an address without a scheme"),
        pytest.param({"OIDC_ISSUER": "http://idp.example.com"}, "OIDC_ISSUER", id="a provider without TLS"),
        pytest.param({"OIDC_SCOPES": "email"}, "OIDC_SCOPES", id="no openid"),
        pytest.param({"OAUTH_ALLOWED_DOMAINS": "*.example.com"}, "OAUTH_ALLOWED_DOMAINS", id="a pattern"),
        pytest.param({"OAUTH_ALLOWED_DOMAINS": "@example.com"}, "OAUTH_ALLOWED_DOMAINS", id="an @"),
        pytest.param({"OAUTH_ALLOWED_DOMAINS": "com"}, "OAUTH_ALLOWED_DOMAINS", id="a whole top-level domain"),
        pytest.param({"OAUTH_ALLOWED_EMAILS": ".*"}, "OAUTH_ALLOWED_EMAILS", id="an expression"),
        pytest.param({"OAUTH_ALLOWED_DOMAINS": " , "}, "who may sign in", id="commas alone"),
        pytest.param({"ROLE_MAP": "ops=superuser"}, "ROLE_MAP", id="an unknown role"),
        pytest.param({"ROLE_MAP": "operator"}, "ROLE_MAP", id="a role of no group"),
    ],
)
def test_oauth_refuses_what_is_wrong(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    assert named in refusal_of(monkeypatch, **(OAUTH | values))


def test_in_production_the_way_back_is_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    production = {"SLIPWAY_ENV": "production", "SECRET_KEY": "k" * 32, "PUBLIC_URL": "http://slipway.example.com"}
    assert "PUBLIC_URL" in refusal_of(monkeypatch, **(OAUTH | production))


def test_github_has_no_issuer_and_no_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "OIDC_ISSUER" in refusal_of(monkeypatch, **(OAUTH | {"OAUTH_PROVIDER": "github"}))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param({"TRUSTED_PROXIES": ""}, "TRUSTED_PROXIES", id="no proxy at all"),
        pytest.param({"TRUSTED_PROXIES": "0.0.0.0/0"}, "TRUSTED_PROXIES", id="everybody"),
        pytest.param({"TRUSTED_PROXIES": "10.0.0.5,::/0"}, "TRUSTED_PROXIES", id="everybody among others"),
        pytest.param({"TRUSTED_PROXIES": "nginx"}, "TRUSTED_PROXIES", id="a name"),
        pytest.param({"TRUSTED_PROXIES": "10.0.0.5/8"}, "TRUSTED_PROXIES", id="bits beyond the mask"),
        pytest.param({"PROXY_USER_HEADER": "X_User"}, "PROXY_USER_HEADER", id="an underscore"),
        pytest.param({"PROXY_SECRET": "short"}, "PROXY_SECRET", id="a short secret"),
        pytest.param({"PROXY_SIGN_OUT_URL": "javascript:alert(1)"}, "PROXY_SIGN_OUT_URL", id="a script"),
        pytest.param({"PROXY_SIGN_OUT_URL": "//evil.example"}, "PROXY_SIGN_OUT_URL", id="a host without a scheme"),
    ],
)
def test_proxy_refuses_what_is_wrong(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    assert named in refusal_of(monkeypatch, **(PROXY | values))


def test_its_secrets_are_known_to_the_logs_and_shown_by_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"OAUTH_CLIENT_SECRET": "the-providers-secret", "PROXY_SECRET": "between-proxy-and-us"}
    assert set(secrets.values()) <= settings_with(monkeypatch, **(OAUTH | secrets)).secrets()
    with pytest.raises(SettingsError) as refused:
        settings_with(monkeypatch, **(OAUTH | secrets | {"PUBLIC_URL": "x"}))
    assert not [one for one in secrets.values() if one in refused.value.message]


def test_a_group_may_hold_an_equals_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(monkeypatch, ROLE_MAP="cn=ops=operator, /admins = admin")
    assert settings.role_map == (("cn=ops", "operator"), ("/admins", "admin"))
