"""What is worth it is compressed, for those who take it so."""

import re

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST = 1_000  # bytes
OF_NO_WEIGHT = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)


def takes_gzip(accepted: str) -> bool:
    """By an Accept-Encoding. A weight of nothing refuses it; what is not named is not taken."""
    for one in accepted.split(","):
        name, _, weight = one.partition(";")
        if name.strip().lower() == "gzip":
            return OF_NO_WEIGHT.fullmatch(weight) is None
    return False


class Compressed(GZipMiddleware):
    """All that `app` answers."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=LEAST, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starlette looks for the name alone: it is shown none where it is refused."""
        accepted = Headers(scope=scope).get("accept-encoding", "") if scope["type"] == "http" else ""
        if "gzip" in accepted and not takes_gzip(accepted):
            scope["headers"] = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
        await super().__call__(scope, receive, send)
