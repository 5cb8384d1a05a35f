"""How we speak to the provider: Authlib's OAuth client, with short patience and errors that say who is to blame."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from core.settings import get_settings
from web.auth.oauth.errors import Reason, SignInFailed

PATIENCE = httpx2.Timeout(10.0, connect=5.0)  # seconds
CALLBACK = "/api/auth/oauth/callback"


@asynccontextmanager
async def speaking(method: str | None = None, scope: str | None = None) -> AsyncIterator[AsyncOAuth2Client]:
    """`method`: how we prove who we are at the token endpoint. Raises SignInFailed for whatever goes wrong."""
    settings = get_settings()
    secret = settings.oauth_client_secret
    client = AsyncOAuth2Client(
        settings.oauth_client_id,
        secret.get_secret_value() if secret else None,
        token_endpoint_auth_method=method,
        scope=scope,
        redirect_uri=f"{settings.public_url}{CALLBACK}",
        code_challenge_method="S256",
        timeout=PATIENCE,
        follow_redirects=False,
    )
    try:
        async with client:
            yield client
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise SignInFailed(Reason.PROVIDER_AWAY, type(error).__name__) from None
    except AuthlibBaseError as error:
        raise SignInFailed(Reason.FAILED, f"the provider refused: {str(error.error)[:100]}") from None


async def read_json(client: AsyncOAuth2Client, url: str, *, with_token: bool = False) -> Any:
    """Raises SignInFailed when the answer is none or no JSON; inside `speaking`, also for a status of 4xx and 5xx."""
    headers = {"Accept": "application/json"}
    answer = await client.request("GET", url, withhold_token=not with_token, headers=headers)
    answer.raise_for_status()
    try:
        return answer.json()
    except ValueError:
        raise SignInFailed(Reason.PROVIDER_AWAY, "an answer is no JSON") from None


async def fetch_token(client: AsyncOAuth2Client, url: str, *, code: str, verifier: str) -> dict[str, Any]:
    """Trades the code for tokens. Raises SignInFailed."""
    try:
        token = await client.fetch_token(url, grant_type="authorization_code", code=code, code_verifier=verifier)
    except ValueError:
        raise SignInFailed(Reason.PROVIDER_AWAY, "the token endpoint's answer is no JSON") from None
    if not token.get("access_token"):
        raise SignInFailed(Reason.FAILED, "the provider gave no access token")
    return dict(token)
