"""For routes that are called by the thousand: between the door and the endpoint there is nothing but the model.

The router, FastAPI's way to an endpoint (a dictionary of the body, a walk through the dependencies, the answer checked
and dumped) and the compression of an answer that is too short for it cost more than the submit of a job. They stay the
way of every request that does not fit: it says why.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import AppError
from web.problems import handle

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
        request = Request(scope, receive)
        try:
            response = await _answered(route, request)
        except (AppError, HTTPException) as error:
            response = await handle(request, error)
        if response is None:
            await self._app(scope, _again(request, receive), send)
        else:
            await response(scope, receive, send)


async def _answered(route: Straight, request: Request) -> Response | None:
    """None when there is something to say about the body."""
    if request.headers.get("content-type") != JSON:
        return None
    try:
        body = route.model.model_validate_json(await request.body())
    except (ValidationError, ClientDisconnect):
        return None
    return await route.endpoint(body=body, request=request)


def _again(request: Request, receive: Receive) -> Receive:
    """The body, where it has been read."""
    unread: list[Message] = []
    if hasattr(request, "_body"):
        unread.append({"type": "http.request", "body": request._body, "more_body": False})

    async def receiving() -> Message:
        return unread.pop() if unread else await receive()

    return receiving


def answer(status: int, content: BaseModel, **headers: str) -> Response:
    return Response(content.model_dump_json(), status, headers=headers, media_type=JSON)
