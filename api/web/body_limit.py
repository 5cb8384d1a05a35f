"""No request body is larger than 16 MiB, whether it says its length or not.

2 MiB of documents may be six times as long in JSON, where each character can be written as \\uXXXX.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import answer_to
from web.request_headers import header_of

LIMIT = 16 * 1024 * 1024  # bytes


def _too_large() -> HTTPException:
    return HTTPException(413, f"The request's body is larger than {LIMIT:,} bytes.")


class BodyLimit:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = header_of(scope, b"content-length") or "0"
        if length.isdigit() and int(length) > LIMIT:
            await answer_to(_too_large())(scope, receive, send)
            return
        await self._app(scope, _counted(receive), send)


def _counted(receive: Receive) -> Receive:
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LIMIT:
            raise _too_large()  # FastAPI lets an HTTPException pass while it reads a body
        return message

    return counting
