"""For routes that are called by the thousand: the body is read straight into its model, and nothing is injected.

FastAPI's own way to an endpoint (a dictionary of the body, a walk through the dependencies, the answer checked and
dumped) costs more than the submit of a job. It stays the way of every request that does not fit: it says why.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

JSON = "application/json"
T = TypeVar("T", bound=BaseModel)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Straight(APIRoute):
    """Its endpoint takes `body`, a model, and `request`, and answers a Response; `response_model` says of what."""

    def get_route_handler(self) -> Handler:
        usual, endpoint = super().get_route_handler(), self.endpoint
        model: type[BaseModel] = endpoint.__annotations__["body"]

        async def handle(request: Request) -> Response:
            body = await _read(request, model)
            return await (usual(request) if body is None else _called(endpoint, body, request))

        return handle


async def _called(endpoint: Callable[..., Awaitable[Response]], body: BaseModel, request: Request) -> Response:
    return await endpoint(body=body, request=request)


async def _read(request: Request, model: type[T]) -> T | None:
    """None when there is something to say about it."""
    if request.headers.get("content-type") != JSON:
        return None
    try:
        return model.model_validate_json(await request.body())
    except (ValidationError, ClientDisconnect):
        return None


def answer(status: int, content: BaseModel, **headers: str) -> Response:
    return Response(content.model_dump_json(), status, headers=headers, media_type=JSON)
