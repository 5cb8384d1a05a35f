"""For routes that are called by the thousand: between the door and the endpoint there is nothing but the model.

The router, FastAPI's way to an endpoint (a dictionary of the body, a walk through the dependencies, the answer checked
and dumped) and the compression of an answer that is too short for it cost more than the submit of a job. They stay the
way of every request that does not fit: it says why.
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
from web.problems import handle
from web.request_headers import header_of

JSON = "application/json"


@dataclass(frozen=True)
class Straight:
    """The endpoint takes `body`, which is the model, and `request`, and answers a Response. It is a route as well."""

    model: type[BaseModel]
    endpoint: Callable[..., Awaitable[Response]]


class StraightOn:
    """Stands before the application; `routes` are those of POST, by their path."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, Straight]) -> None:
        self._app, self._routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        request, body = Request(scope), _Body(receive)
        try:
            response = await _answered(route, request, body)
        except (AppError, HTTPException) as error:
            response = await handle(request, error)
        if response is None:
            await self._app(scope, body.again, send)
        else:
            await response(scope, receive, send)


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


def answer(status: int, content: dict[str, Any], **headers: str) -> Response:
    """`content` is as the route's response_model says: nobody checks it again."""
    return Response(orjson.dumps(content), status, headers=headers, media_type=JSON)
