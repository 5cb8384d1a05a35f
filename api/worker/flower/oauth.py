"""Flower's own sign-in with Google, GitHub, GitLab or Okta. Half configured, Flower is open or lets nobody in."""

import os
import re
from urllib.parse import urlsplit

from tornado.options import OptionParser

from worker.flower.refusal import FlowerRefused

HANDLERS = {
    "google": "flower.views.auth.GoogleAuth2LoginHandler",
    "github": "flower.views.auth.GithubLoginHandler",
    "gitlab": "flower.views.auth.GitLabLoginHandler",
    "okta": "flower.views.auth.OktaLoginHandler",
}
OPTIONS = ("auth", "auth_provider", "oauth2_key", "oauth2_secret", "oauth2_redirect_uri")
NEEDED = ("oauth2_key", "oauth2_secret", "oauth2_redirect_uri")
# `auth` looks like a regular expression and is none: Flower knows exact addresses, and `.*` once before the @.
DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
ADDRESS = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._%+-]*@{DOMAIN}")
ANY_AT = re.compile(rf"[A-Za-z0-9_%-][A-Za-z0-9._%-]*\.\*@{DOMAIN}|\.\*@{DOMAIN}")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_wanted(options: OptionParser) -> bool:
    """Also when only a part of it is there."""
    return any(options[name] for name in OPTIONS)


def check(options: OptionParser) -> None:
    """Raises FlowerRefused."""
    if options.basic_auth:
        raise FlowerRefused("a password (FLOWER_BASIC_AUTH) and FLOWER_OAUTH_PROVIDER exclude each other: choose one.")
    if not options.auth_provider:
        raise FlowerRefused("who may enter is said, but not who asks them: set FLOWER_OAUTH_PROVIDER.")
    if options.auth_provider not in HANDLERS.values():
        raise FlowerRefused(f"auth_provider must be one of {', '.join(HANDLERS.values())}.")
    if not options.auth:
        raise FlowerRefused("FLOWER_OAUTH_PROVIDER without FLOWER_AUTH would leave it open: say who may enter.")
    check_pattern(options.auth)
    for name in NEEDED:
        if not options[name]:
            raise FlowerRefused(f"FLOWER_OAUTH_PROVIDER needs FLOWER_{name.upper()} as well.")
    _check_redirect(options.oauth2_redirect_uri, options.url_prefix)
    if options.auth_provider == HANDLERS["okta"]:
        _check_secure("FLOWER_OAUTH2_OKTA_BASE_URL", os.environ.get("FLOWER_OAUTH2_OKTA_BASE_URL", ""))


def check_pattern(auth: str) -> None:
    """Raises FlowerRefused for what would let in everybody, or nobody."""
    if ANY_AT.fullmatch(auth) or all(map(ADDRESS.fullmatch, auth.split("|"))):
        return
    raise FlowerRefused(
        "FLOWER_AUTH is no regular expression: say .*@example.com for a whole domain, or list addresses as "
        "ann@example.com|bob@example.com. Backslashes, brackets, ^ and $ match nobody, and .* alone would be everybody."
    )


def _check_redirect(uri: str, prefix: str | None) -> None:
    _check_secure("FLOWER_OAUTH2_REDIRECT_URI", uri)
    expected = f"/{prefix.strip('/')}/login" if prefix else "/login"
    if urlsplit(uri).path != expected:
        raise FlowerRefused(f"FLOWER_OAUTH2_REDIRECT_URI must end with {expected}, where Flower waits for people.")


def _check_secure(name: str, url: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or local)):
        raise FlowerRefused(f"{name} must be an https address.")
