"""Every refusal and failure as application/problem+json (RFC 9457): a sentence for people, a code for programs."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import ids
from core.errors import AppError, FieldError, Unauthenticated, Unavailable
from core.patience import StillTroubled, is_trouble
from core.telling import Telling

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
HTTP_CODES = {400: "BadRequest", 404: "NotFound", 405: "MethodNotAllowed", 413: "ContentTooLarge"}


def problem(
    status: int,
    detail: str,
    code: str,
    *,
    fields: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    title = HTTPStatus(status).phrase
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    if fields:
        body["errors"] = [{"field": one.field, "message": one.message} for one in fields]
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def answer_to(error: Exception) -> JSONResponse:
    """Whatever was raised, as a problem. What nobody expected is logged under the id that the answer shows."""
    if isinstance(error, AppError):
        return _expected(error)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, StillTroubled) or is_trouble(error):
        log.warning("database in trouble", error_class=type(error).__name__)
        return _expected(Unavailable())
    return _unexpected(error)


def _expected(error: AppError) -> JSONResponse:
    headers = dict(getattr(error, "headers", {}))
    if isinstance(error, Unauthenticated):
        headers.setdefault("WWW-Authenticate", "Bearer")
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", "5")
    return problem(error.status, error.message, error.code, fields=error.fields, headers=headers)


def _invalid(error: RequestValidationError) -> JSONResponse:
    """Names the fields; never repeats a value, which may be a secret."""
    fields = [FieldError(field=_field(one["loc"]), message=one["msg"]) for one in error.errors()]
    named = ", ".join(dict.fromkeys(one.field for one in fields))
    return problem(422, f"The request is not valid: see {named}.", "InvalidRequest", fields=fields)


def _field(location: Sequence[object]) -> str:
    """A JSON error's location is a position in the text, which is no field's name."""
    parts = [str(part) for part in location]
    rest = [] if len(parts) == 2 and parts[1].isdigit() else parts[1:]
    return ".".join(rest) or parts[0]


def _http(error: HTTPException) -> JSONResponse:
    code = HTTP_CODES.get(error.status_code, "HttpError")
    return problem(error.status_code, str(error.detail), code, headers=error.headers)


def _unexpected(error: Exception) -> JSONResponse:
    name = ids.new_id()
    log.error("unexpected error", error_id=name, exc_info=error)
    detail = f"Something went wrong on our side. The log tells more about it under {name}."
    return problem(500, detail, "InternalError")


async def handle(request: Request, error: Exception) -> JSONResponse:
    telling: Telling | None = getattr(request.state, "telling", None)
    if telling is not None and isinstance(error, AppError):
        telling(code=error.code)  # for the audit entry
    return answer_to(error)


def install(app: FastAPI) -> None:
    for kind in (AppError, RequestValidationError, HTTPException, DBAPIError, StillTroubled):
        app.add_exception_handler(kind, handle)


class StoppedMeanwhile(Unavailable):
    """The server was stopped meanwhile. It may be done all the same: look, or repeat it with its idempotency key."""


class CatchAll:
    """Answers what no handler of the application caught. Once an answer has begun it can only be cut off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except (Exception, asyncio.CancelledError) as error:
            if begun or scope["type"] != "http":
                raise
            await answer_to(_known(error))(scope, receive, send)


def _known(error: Exception | asyncio.CancelledError) -> Exception:
    """A server that stops cancels what still runs when its grace is over; nobody else cancels a whole request."""
    return StoppedMeanwhile() if isinstance(error, asyncio.CancelledError) else error
