"""An id_token: signed by the provider, for us, now, and for this sign-in."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from web.auth.oauth.errors import SignInFailed
from web.auth.oauth.github import primary
from web.auth.oauth.id_token import UnknownKey, claims_of

ISSUER, CLIENT, NONCE = "https://id.example.com", "slipway", "the-nonce"
METADATA = {"issuer": ISSUER, "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"]}
KEY = RSAKey.generate_key(2048, {"kid": "one"})
KEYS = KeySet([KEY, ECKey.generate_key("P-256", {"kid": "two"})])


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": CLIENT, "sub": "1", "exp": now + 300, "iat": now, "nonce": NONCE, **changes}
    return {name: value for name, value in made.items() if value is not None}


def token(header: dict[str, Any] | None = None, key: Any = KEY, **changes: Any) -> str:
    return jwt.encode(header or {"alg": "RS256", "kid": "one"}, claims(**changes), key)


def read(text: str) -> dict[str, Any]:
    return claims_of(text, KEYS, metadata=METADATA, client_id=CLIENT, nonce=NONCE)


def test_a_good_one_tells_who_it_is():
    assert read(token())["sub"] == "1"
    assert read(token(aud=[CLIENT]))["sub"] == "1"
    assert read(token(aud=[CLIENT, "another"], azp=CLIENT))["sub"] == "1"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"aud": "another", "azp": CLIENT},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time.time()) - 3_600},
        {"exp": None},
        {"exp": "soon"},
        {"iat": int(time.time()) + 3_600},
        {"sub": None},
    ],
)
def test_one_for_others_or_for_another_time_does_not_hold(changes: dict[str, Any]):
    with pytest.raises(SignInFailed):
        read(token(**changes))


def by_hand(algorithm: str, sign: Callable[[bytes], bytes]) -> str:
    """As an attacker writes it, whom no library stops."""
    parts = [{"alg": algorithm, "kid": "one"}, claims()]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return (text + b"." + base64.urlsafe_b64encode(sign(text)).rstrip(b"=")).decode()


def by_nobody() -> str:
    return by_hand("none", lambda _: b"")


def by_the_public_key_as_a_secret() -> str:
    return by_hand("HS256", lambda text: hmac.digest(KEY.as_pem(private=False), text, "sha256"))


def by_another_key_of_that_name() -> str:
    return token(key=RSAKey.generate_key(2048, {"kid": "one"}))


def changed_after_signing() -> str:
    head, body, signature = token().split(".")
    return f"{head}.{body[:-3]}AAA.{signature}"


@pytest.mark.parametrize(
    "make",
    [
        by_nobody,
        by_the_public_key_as_a_secret,
        by_another_key_of_that_name,
        changed_after_signing,
        str,
        lambda: "a.b.c",
    ],
)
def test_one_that_the_provider_did_not_sign_does_not_hold(make: Callable[[], str]):
    with pytest.raises(SignInFailed):
        read(make())


def test_an_unknown_key_is_told_apart_since_the_provider_may_have_a_new_one():
    new = RSAKey.generate_key(2048, {"kid": "new"})
    with pytest.raises(UnknownKey):
        read(token({"alg": "RS256", "kid": "new"}, new))


def test_only_algorithms_that_the_provider_names_count():
    with pytest.raises(SignInFailed):
        read(jwt.encode({"alg": "RS384", "kid": "one"}, claims(), KEY, registry=JWSRegistry(algorithms=["RS384"])))


def test_github_tells_the_primary_address_and_whether_it_is_verified():
    other = {"email": "b@example.com", "primary": False, "verified": True}
    mine = {"email": "a@example.com", "primary": True, "verified": False}
    assert (primary([other, mine]).email, primary([other, mine]).verified) == ("a@example.com", False)


@pytest.mark.parametrize(
    "emails", [[], {}, None, "x", [{"email": "a@example.com"}], [{"primary": True, "email": None}]]
)
def test_without_a_primary_address_nobody_is_signed_in(emails: Any):
    with pytest.raises(SignInFailed):
        primary(emails)
