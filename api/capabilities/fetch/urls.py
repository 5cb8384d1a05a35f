"""An address as a user typed it: checked when it is saved, and again when it is called."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from capabilities.fetch.addresses import check_literal
from capabilities.fetch.errors import AddressRefused
from core.settings import get_settings

URL_LIMIT = 2_000  # characters
PORTS = {"http": 80, "https": 443}
VISIBLE = re.compile(r"[\x21-\x7e]+")
HOST = re.compile(r"[A-Za-z0-9._:-]+")
WORTH_HIDING = 6  # characters: a shorter part of an address is no token


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        """For the Host header, and for people: path and query may hold tokens and are shown to nobody."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Raises AddressRefused; its sentence holds no part of the address but the host."""
    if len(url) > URL_LIMIT or not VISIBLE.fullmatch(url):
        raise AddressRefused(f"An address has at most {URL_LIMIT:,} characters, all ASCII: encode others (%20, xn--).")
    try:
        parts = urlsplit(url)
        return _target(parts, parts.port)
    except ValueError:
        raise AddressRefused("This is not an address: write https://host/path.") from None


def _target(parts: SplitResult, port: int | None) -> Target:
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in PORTS or not HOST.fullmatch(host) or port == 0:
        raise AddressRefused("This is not an address: write https://host/path.")
    if parts.scheme == "http" and not http_allowed():
        raise AddressRefused("Only https:// is called, since FETCH_ALLOW_HTTP is not set.")
    if "@" in parts.netloc:
        raise AddressRefused("An address must not hold a user name or a password.")
    check_literal(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=host, port=port or PORTS[parts.scheme], path=path)


def http_allowed() -> bool:
    settings = get_settings()
    return not settings.production if settings.fetch_allow_http is None else settings.fetch_allow_http


def shown_host(url: str | None) -> str | None:
    """All that may be shown of an address, whatever it looks like."""
    return urlsplit(url).netloc.rpartition("@")[2] if url else None


def without_address(text: str, url: str) -> str:
    """What the other side said, without the parts of its address that may be tokens."""
    parts = urlsplit(url)
    pieces = {parts.path, parts.query, *parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))}
    for piece in sorted((one for one in pieces if len(one) >= WORTH_HIDING), key=len, reverse=True):
        text = text.replace(piece, "•••")
    return text


def _checked(url: str) -> str:
    try:
        target_of(url)
    except AddressRefused as refused:
        raise PydanticCustomError("address", "{sentence}", {"sentence": refused.message}) from None
    return url


WebAddress = Annotated[str, Field(min_length=1, max_length=URL_LIMIT), AfterValidator(_checked)]
