"""For routes that are called by the thousand: between the door and the endpoint there is nothing but the model.

The router, FastAPI's way to an endpoint (a dictionary of the body, a walk through the dependencies, the answer checked
and dumped) and the compression of an answer that is too short for it cost more than the submit of a job, or the wait
for its end. They stay the way of every request that does not fit: it says why.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import AppError
from web.compressed import LEAST, Compressed
from web.problems import handle
from web.request_headers import header_of

JSON = "application/json"


@dataclass(frozen=True)
class Straight:
    """The endpoint takes `body`, which is the model, and `request`, and answers a Response. It is a route as well."""

    model: type[BaseModel]
    endpoint: Callable[..., Awaitable[Response]]


Look = Callable[[Request], Awaitable[Response | None]]


class StraightOn:
    """Stands before the application; `routes` are those of POST, by their path. `look` answers a GET, or has nothing to
    say to it."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, Straight], look: Look) -> None:
        self._app, self._routes, self._look = app, routes, look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, body = Request(scope), _Body(receive)
        try:
            response = await self._answer_to(request, body)
        except (AppError, HTTPException) as error:
            response = await handle(request, error)
        if response is None:
            await self._app(scope, body.again, send)
        else:
            await response(scope, receive, send)

    async def _answer_to(self, request: Request, body: "_Body") -> Response | None:
        if request.method == "GET":
            return await self._look(request)
        route = self._routes.get(request.scope["path"]) if request.method == "POST" else None
        return None if route is None else await _answered(route, request, body)


class _Body:
    """Can be read here, and then again by the application."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._received: list[Message] = []

    async def whole(self) -> bytes | None:
        """None when the client goes away."""
        parts: list[bytes] = []
        while not parts or self._received[-1].get("more_body", False):
            message = await self._receive()
            self._received.append(message)
            if message["type"] != "http.request":
                return None
            parts.append(message.get("body", b""))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def again(self) -> Message:
        return self._received.pop(0) if self._received else await self._receive()


async def _answered(route: Straight, request: Request, body: _Body) -> Response | None:
    """None when there is something to say about the body."""
    if header_of(request.scope, b"content-type") != JSON or (text := await body.whole()) is None:
        return None
    try:
        asked = route.model.model_validate_json(text)
    except ValidationError:
        return None
    return await route.endpoint(body=asked, request=request)


class Told(Response):
    """Text that is JSON already; one that is long is compressed for those who take it so."""

    media_type = JSON

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = super().__call__
        await (Compressed(told) if len(self.body) >= LEAST else told)(scope, receive, send)


def answer(status: int, content: dict[str, Any], **headers: str) -> Response:
    """`content` is as the route's response_model says: nobody checks it again."""
    return Response(orjson.dumps(content), status, headers=headers, media_type=JSON)
