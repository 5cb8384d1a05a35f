"""How people sign in: the settings of the modes `oauth` and `proxy`, and what about them is refused at the start."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

Network = IPv4Network | IPv6Network
EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+")
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+")
HEADER = re.compile(r"[A-Za-z0-9-]+")
ROLES = ("viewer", "operator", "admin")
SHORTEST_SECRET = 16  # characters
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _networks(value: object) -> object:
    """Raises ValueError, also for an address with bits beyond its mask, which is a slip of the pen."""
    names = split(value)
    return tuple(ip_network(name) for name in names) if isinstance(names, tuple) else value


def _role_map(value: object) -> object:
    """`group=role, group=role`; a group may hold any other `=`."""
    if not isinstance(value, str):
        return value
    pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
    return tuple((name.strip(), role.strip()) for name, _, role in pairs)


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)]
RoleMap = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_role_map)]


class SignInSettings(BaseSettings):
    auth_mode: Literal["basic", "oauth", "proxy"] = Field("basic", alias="AUTH_MODE")
    public_url: str | None = Field(None, alias="PUBLIC_URL")
    trusted_proxies: Networks = Field((), alias="TRUSTED_PROXIES")
    forwarded_allow_ips: str = Field("127.0.0.1,::1", alias="FORWARDED_ALLOW_IPS")  # uvicorn's name and default

    oauth_provider: Literal["oidc", "github"] = Field("oidc", alias="OAUTH_PROVIDER")
    oauth_provider_name: str | None = Field(None, alias="OAUTH_PROVIDER_NAME", max_length=40)
    oauth_client_id: str | None = Field(None, alias="OAUTH_CLIENT_ID")
    oauth_client_secret: SecretStr | None = Field(None, alias="OAUTH_CLIENT_SECRET")
    oauth_allowed_emails: Words = Field((), alias="OAUTH_ALLOWED_EMAILS")
    oauth_allowed_domains: Words = Field((), alias="OAUTH_ALLOWED_DOMAINS")
    oauth_github_url: str = Field("https://github.com", alias="OAUTH_GITHUB_URL")
    oidc_issuer: str | None = Field(None, alias="OIDC_ISSUER")
    oidc_scopes: str = Field("openid email profile", alias="OIDC_SCOPES")
    oidc_trust_unverified_email: bool = Field(False, alias="OIDC_TRUST_UNVERIFIED_EMAIL")
    oidc_role_claim: str | None = Field(None, alias="OIDC_ROLE_CLAIM")

    role_map: RoleMap = Field((), alias="ROLE_MAP")
    role_admins: Words = Field((), alias="ROLE_ADMINS")
    role_operators: Words = Field((), alias="ROLE_OPERATORS")
    role_default: Literal["viewer", "operator", "none"] = Field("viewer", alias="ROLE_DEFAULT")

    proxy_user_header: str = Field("X-Forwarded-User", alias="PROXY_USER_HEADER")
    proxy_role_header: str | None = Field(None, alias="PROXY_ROLE_HEADER")
    proxy_secret: SecretStr | None = Field(None, alias="PROXY_SECRET")
    proxy_sign_out_url: str | None = Field(None, alias="PROXY_SIGN_OUT_URL")

    @field_validator("public_url", "oauth_github_url", mode="after")
    @classmethod
    def _bare(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @field_validator("oauth_allowed_domains", mode="after")
    @classmethod
    def _lowered(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one.lower() for one in value)

    @property
    def served_on_https(self) -> bool:
        return (self.public_url or "").lower().startswith("https://")

    def _sign_in_refusals(self, *, production: bool) -> Iterator[str]:
        yield from self._role_refusals()
        if self.public_url and not is_origin(self.public_url):
            yield "PUBLIC_URL must be like https://slipway.example.com, without a path"
        if self.auth_mode == "oauth":
            yield from self._oauth_refusals(production=production)
        if self.auth_mode == "proxy":
            yield from self._proxy_refusals()

    def _role_refusals(self) -> Iterator[str]:
        wrong = [group or "(no name)" for group, role in self.role_map if role not in ROLES or not group]
        if wrong:
            yield f"ROLE_MAP must be like group=role, group=role with the roles {', '.join(ROLES)}: see {wrong[0]}"

    def _oauth_refusals(self, *, production: bool) -> Iterator[str]:
        for name, value in (
            ("PUBLIC_URL", self.public_url),
            ("OAUTH_CLIENT_ID", self.oauth_client_id),
            ("OAUTH_CLIENT_SECRET", self.oauth_client_secret),
        ):
            if not value:
                yield f"{name} must be set when AUTH_MODE is oauth"
        if production and self.public_url and not self.served_on_https:
            yield "PUBLIC_URL must begin with https:// in production: the provider sends sign-in codes there"
        yield from self._allow_list_refusals()
        yield from self._github_refusals() if self.oauth_provider == "github" else self._oidc_refusals()

    def _allow_list_refusals(self) -> Iterator[str]:
        """An empty list would have to mean nobody or everybody; it is neither."""
        if not self.oauth_allowed_emails and not self.oauth_allowed_domains:
            yield "OAUTH_ALLOWED_EMAILS or OAUTH_ALLOWED_DOMAINS must say who may sign in"
        if wrong := [one for one in self.oauth_allowed_emails if not EMAIL.fullmatch(one)]:
            yield f"OAUTH_ALLOWED_EMAILS holds {wrong[0]!r}, which is no e-mail address"
        if wrong := [one for one in self.oauth_allowed_domains if not DOMAIN.fullmatch(one)]:
            yield f"OAUTH_ALLOWED_DOMAINS holds {wrong[0]!r}, which is no domain like example.com (no @, no pattern)"

    def _oidc_refusals(self) -> Iterator[str]:
        if not self.oidc_issuer:
            yield "OIDC_ISSUER must be set when AUTH_MODE is oauth (or OAUTH_PROVIDER=github)"
        elif not is_safe_url(self.oidc_issuer):
            yield "OIDC_ISSUER must be an https:// URL (http:// on loopback only)"
        if "openid" not in self.oidc_scopes.split():
            yield "OIDC_SCOPES must hold openid"

    def _github_refusals(self) -> Iterator[str]:
        if not is_origin(self.oauth_github_url) or not is_safe_url(self.oauth_github_url):
            yield "OAUTH_GITHUB_URL must be like https://github.example.com, without a path"
        if self.oidc_issuer or self.oidc_role_claim:
            yield "OIDC_ISSUER and OIDC_ROLE_CLAIM mean nothing with OAUTH_PROVIDER=github: unset them"

    def _proxy_refusals(self) -> Iterator[str]:
        if not self.trusted_proxies:
            yield "TRUSTED_PROXIES must name the proxy's addresses when AUTH_MODE is proxy"
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            yield "TRUSTED_PROXIES must not hold every address: anybody could say who they are"
        headers = (self.proxy_user_header, self.proxy_role_header or self.proxy_user_header)
        if not all(HEADER.fullmatch(name) for name in headers):
            yield "PROXY_USER_HEADER and PROXY_ROLE_HEADER must be names of headers, of letters, digits and - only"
        if self.proxy_secret and len(self.proxy_secret.get_secret_value()) < SHORTEST_SECRET:
            yield f"PROXY_SECRET must have at least {SHORTEST_SECRET} characters"
        if self.proxy_sign_out_url and not is_way_out(self.proxy_sign_out_url):
            yield "PROXY_SIGN_OUT_URL must be an https:// or http:// URL, or a path like /oauth2/sign_out"


def is_origin(url: str) -> bool:
    parts = urlsplit(url)
    whole = f"{parts.scheme}://{parts.netloc}"
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and url == whole


def is_safe_url(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def is_way_out(url: str) -> bool:
    """Not `javascript:`, and not `//host`."""
    parts = urlsplit(url)
    return bool(parts.hostname) if parts.scheme in ("http", "https") else bool(re.match(r"/(?![/\\])", url))
