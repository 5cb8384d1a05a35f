"""`/flower/*`: Flower through our own door. HTTP only, since Flower 2 has no WebSocket."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from httpx2 import Response as Answer
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse

from core.errors import AppError, Forbidden
from core.telling import Tell
from web.auth.caller import Caller
from web.auth.origin import require_own_origin
from web.auth.routes import current_caller
from web.flower.access import role_for
from web.flower.arguments import arguments_of
from web.flower.bounds import bounded, require_form
from web.flower.errors import NotOfFlower
from web.flower.headers import headers_down, headers_up, public_host
from web.flower.own_sign_in import answered_by_us, check_sign_in
from web.flower.pages import answer_for
from web.flower.paths import UNDER, below
from web.flower.policy import for_anything_else, for_flowers_page
from web.flower.upstream import ClientGone, Upstream, flower_address, pieces, while_wanted

router = APIRouter(include_in_schema=False)

MAX_BODY = 1024 * 1024  # bytes
CLIENT_GONE = 499  # nginx' word; nobody reads it


async def upstream_of(request: Request) -> Upstream:
    upstream: Upstream = request.app.state.flower
    return upstream


Flower = Annotated[Upstream, Depends(upstream_of)]
CurrentCaller = Annotated[Caller, Depends(current_caller)]


@router.get("/flower", name="flower_home")
async def get_home() -> Response:
    """Flower's links are relative to the folder."""
    return RedirectResponse(UNDER, 308)


@router.api_route("/flower/{path:path}", methods=["GET", "HEAD", "POST"], name="flower")
async def relay(request: Request, caller: CurrentCaller, flower: Flower, tell: Tell) -> Response:
    try:
        path = _admitted(request, caller)
        ours = answered_by_us(request, path)
        if ours is not None:
            return ours
        body = await _body(request)
        tell(**arguments_of(request.scope["query_string"], body))
        return await _relayed(request, path, flower, body)
    except ClientGone:
        return Response(status_code=CLIENT_GONE)
    except (AppError, HTTPException) as error:
        return answer_for(error, request.headers)


def _admitted(request: Request, caller: Caller) -> str:
    """The path below /flower/. Raises NotOfFlower, Forbidden and ForeignOrigin."""
    raw = _raw_path(request)
    path, needed = below(raw), role_for(request.method, raw)
    if path is None:
        raise HTTPException(400, "This address is not one that Flower could have.")
    if needed is None:
        raise NotOfFlower
    if not caller.role.covers(needed):
        raise Forbidden(f"This needs the role {needed}; yours is {caller.role}.")
    if request.method == "POST" and caller.needs_origin_proof:
        require_own_origin(request.headers)
    require_form(request.headers)
    return path


def _raw_path(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or b""
    return raw.decode("latin-1").partition("?")[0]


async def _relayed(request: Request, path: str, flower: Upstream, body: bytes) -> Response:
    headers = headers_up(request.headers, request.cookies, flower_address())
    method = "POST" if request.method == "POST" else "GET"  # Flower answers a HEAD with 405
    query, body = bounded(path, request.scope["query_string"], body)
    sent = flower.send(method, path, query=query.decode("latin-1"), headers=headers, body=body)
    answer = await while_wanted(sent, _gone(request))
    await check_sign_in(request, path, answer)
    return await _down(request, path, answer)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"The request's body is larger than {MAX_BODY:,} bytes.")
    return bytes(body)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _down(request: Request, path: str, answer: Answer) -> Response:
    lines = list(headers_down(answer.headers.multi_items(), path, request.url.scheme))
    if request.method == "HEAD":
        await answer.aclose()
        return _with_headers(Response(status_code=answer.status_code), lines, for_anything_else())
    if answer.headers.get("content-type", "").startswith("text/html"):
        html = b"".join([piece async for piece in pieces(answer)])
        origin = f"{request.url.scheme}://{public_host(request.headers)}"
        policy = for_flowers_page(html.decode(errors="replace"), origin)
        return _with_headers(Response(html, answer.status_code), lines, policy)
    return _with_headers(StreamingResponse(pieces(answer), answer.status_code), lines, for_anything_else())


def _with_headers(response: Response, lines: list[tuple[str, str]], policy: dict[str, str]) -> Response:
    for name, value in lines:
        response.headers.append(name, value)
    response.headers.update(policy)
    return response
