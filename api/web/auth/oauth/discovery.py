"""What an OpenID provider says about itself: its addresses and its keys, kept for an hour."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.sign_in_settings import is_safe_url
from web.auth.oauth.client import read_json
from web.auth.oauth.errors import Reason, SignInFailed

KEPT = 3600.0  # seconds
KEYS_ASKED_AGAIN_AFTER = 30.0  # seconds, whoever sends us tokens with made-up key ids
ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class _Kept:
    value: Any
    at: float

    def is_younger_than(self, seconds: float) -> bool:
        return time.monotonic() - self.at < seconds


_kept: dict[str, _Kept] = {}


def forget() -> None:
    """For tests, whose providers come and go."""
    _kept.clear()


async def metadata_of(client: AsyncOAuth2Client, issuer: str) -> dict[str, Any]:
    """Raises SignInFailed when it does not answer, or when the document is about somebody else."""
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    return cast("dict[str, Any]", await _get(client, url, KEPT, lambda document: _checked(document, issuer)))


async def keys_of(client: AsyncOAuth2Client, url: str, *, anew: bool = False) -> KeySet:
    """`anew`: a key that we do not know has signed, so the provider may have changed its keys."""
    return cast("KeySet", await _get(client, url, KEYS_ASKED_AGAIN_AFTER if anew else KEPT, _keys))


async def _get(client: AsyncOAuth2Client, url: str, seconds: float, read: Callable[[Any], Any]) -> Any:
    found = _kept.get(url)
    if found is None or not found.is_younger_than(seconds):
        found = _kept[url] = _Kept(read(await read_json(client, url)), time.monotonic())
    return found.value


def _checked(document: Any, issuer: str) -> dict[str, Any]:
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise SignInFailed(Reason.PROVIDER_AWAY, "the discovery document names another issuer than OIDC_ISSUER")
    if not all(is_safe_url(str(document.get(name))) for name in ADDRESSES):
        raise SignInFailed(Reason.PROVIDER_AWAY, "the discovery document lacks an address on https")
    return document


def _keys(document: Any) -> KeySet:
    try:
        return KeySet.import_key_set(document)
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise SignInFailed(Reason.PROVIDER_AWAY, f"its keys cannot be read: {type(error).__name__}") from None
