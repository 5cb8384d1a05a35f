"""Security headers on every answer. A response that sets one of them itself keeps its own."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.settings import get_settings

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
NO_STORE = {"Cache-Control": "no-store"}
PRIVATE = ("/api", "/task-status")  # answers that no cache may keep


Raw = tuple[tuple[bytes, bytes], ...]


def _raw(headers: Mapping[str, str]) -> Raw:
    """As ASGI wants them: made once, and not for every answer."""
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


DEFAULTS: dict[tuple[bool, bool], Raw] = {
    (https, private): _raw(HEADERS | (HTTPS_ONLY if https else {}) | (NO_STORE if private else {}))
    for https in (False, True)
    for private in (False, True)
}


def panel_policy(nonce: str) -> str:
    """For the panel's HTML: no inline script at all, inline styles only under this answer's nonce."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            " ".join(["frame-src 'self'", *filter(None, [get_settings().framed_origin])]),  # Flower
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        defaults = DEFAULTS[scope["scheme"] == "https", scope["path"].startswith(PRIVATE)]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                names = {name.lower() for name, _ in own}
                message["headers"] = own + [one for one in defaults if one[0] not in names]
            await send(message)

        await self._app(scope, receive, guarded)
