"""What is remembered between the way to the provider and the way back: in a cookie that only we can read or make.

It is bound to the browser that began, lives for ten minutes, and is taken away at the first return. The code that
comes with it is good for one use at the provider.
"""

import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from fastapi import Request, Response
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from core.secrets import secret_key
from web.auth.oauth.errors import Reason, SignInFailed
from web.auth.sessions import is_https

LIFETIME = 600  # seconds
HEADER = {"alg": "dir", "enc": "A256GCM"}
LONGEST_NEXT = 1_000  # characters: a browser drops a cookie of more than 4 KB


@dataclass(frozen=True)
class Flow:
    state: str
    nonce: str
    verifier: str  # of PKCE
    next: str
    ends_at: float


def begin(wanted: str | None) -> Flow:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Flow(state, nonce, verifier, local_path(wanted), time.time() + LIFETIME)


def local_path(wanted: str | None) -> str:
    """A place within the panel, or `/`: neither `//host`, nor `/\\host`, nor what a browser would read as one."""
    path = wanted or "/"
    plain = path.isprintable() and path.isascii() and " " not in path and "\\" not in path
    return path if plain and path.startswith("/") and path[1:2] != "/" and len(path) <= LONGEST_NEXT else "/"


def cookie_name(scheme: str) -> str:
    return "__Host-slipway-sign-in" if is_https(scheme) else "slipway-sign-in"


def remember(response: Response, flow: Flow, scheme: str) -> None:
    sealed = jwe.encrypt_compact(HEADER, orjson.dumps(asdict(flow)), _key())
    _set(response, scheme, sealed, LIFETIME)


def forget(response: Response, scheme: str) -> None:
    _set(response, scheme, "", 0)


def _set(response: Response, scheme: str, value: str, seconds: int) -> None:
    secure = is_https(scheme)
    name = cookie_name(scheme)
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def recall(request: Request, state: str) -> Flow:
    """Raises SignInFailed, unless this browser began a sign-in with that state within the last ten minutes."""
    flow = _opened(request.cookies.get(cookie_name(request.url.scheme), ""))
    if flow.ends_at < time.time():
        raise SignInFailed(Reason.EXPIRED, "it took too long")
    if not secrets.compare_digest(flow.state.encode(), state.encode()):
        raise SignInFailed(Reason.EXPIRED, "the state is not the one that was given out")
    return flow


def _opened(sealed: str) -> Flow:
    try:
        held: dict[str, Any] = orjson.loads(jwe.decrypt_compact(sealed, _key()).plaintext or b"")
        return Flow(**held)
    except (JoseError, ValueError, TypeError):
        raise SignInFailed(Reason.EXPIRED, "there is no sign-in under way in this browser") from None


def _key() -> OctKey:
    return OctKey.import_key(hashlib.sha256(b"sign-in flow:" + secret_key().encode()).digest())
