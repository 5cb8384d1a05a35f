"""A provider, whichever it is: where people are sent, and who comes back."""

from typing import Protocol

from core.settings import get_settings
from web.auth.oauth.flow import Flow
from web.auth.oauth.github import GitHub
from web.auth.oauth.identity import Identity
from web.auth.oauth.openid import OpenId


class Provider(Protocol):
    async def address(self, flow: Flow) -> str:
        """Where to send the browser. Raises SignInFailed."""

    async def identity(self, flow: Flow, code: str, issuer: str | None) -> Identity:
        """Who came back with that code. `issuer`: who says to have sent the answer. Raises SignInFailed."""


def provider() -> Provider:
    settings = get_settings()
    return GitHub(settings) if settings.oauth_provider == "github" else OpenId(settings)
