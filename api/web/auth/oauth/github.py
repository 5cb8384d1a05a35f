"""GitHub, and GitHub Enterprise Server: OAuth without OpenID, so the address is asked for at its API."""

from typing import Any

from core.settings import Settings
from web.auth.oauth.client import fetch_token, read_json, speaking
from web.auth.oauth.errors import Reason, SignInFailed
from web.auth.oauth.flow import Flow
from web.auth.oauth.identity import Identity

GITHUB = "https://github.com"


class GitHub:
    def __init__(self, settings: Settings) -> None:
        self._base = settings.oauth_github_url
        self._api = "https://api.github.com" if self._base == GITHUB else f"{self._base}/api/v3"

    async def address(self, flow: Flow) -> str:
        async with speaking(scope="user:email") as client:
            values = {"state": flow.state, "code_verifier": flow.verifier}
            url, _ = client.create_authorization_url(f"{self._base}/login/oauth/authorize", **values)
        return str(url)

    async def identity(self, flow: Flow, code: str, issuer: str | None) -> Identity:
        async with speaking("client_secret_post") as client:
            url = f"{self._base}/login/oauth/access_token"
            await fetch_token(client, url, code=code, verifier=flow.verifier)
            emails = await read_json(client, f"{self._api}/user/emails", with_token=True)
        return primary(emails)


def primary(emails: Any) -> Identity:
    """The one address that GitHub calls primary. Raises SignInFailed when there is none."""
    for one in emails if isinstance(emails, list) else ():
        if isinstance(one, dict) and one.get("primary") is True and isinstance(one.get("email"), str):
            return Identity(one["email"], one.get("verified") is True)
    raise SignInFailed(Reason.FAILED, "GitHub told no primary e-mail address")
