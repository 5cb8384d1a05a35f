"""GET /api/stream: what happens, as it happens."""

from typing import Annotated

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import StreamingResponse

from core.errors import AppError, Invalid
from web.auth.identify import identify
from web.stream.hub import hub
from web.stream.sse import Topics, stream

log = structlog.get_logger(__name__)
router = APIRouter(tags=["stream"])

EXAMPLE = 'id: 812:0:1767225600123\nevent: job-state\ndata: {"job_id":"0193…","state":"running","attempt":1}\n\n'


class UnknownTopic(Invalid):
    """Topics are jobs, agents, workers, alerts, job:<id>, agent:<id> and project:<id>, separated by commas."""


@router.get(
    "/api/stream",
    summary="Live events (server-sent events)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"example": EXAMPLE}}}},
)
async def live_events(
    request: Request,
    topics: Annotated[str | None, Query(examples=["jobs,agents"])] = None,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[str | None, Query(description="Like Last-Event-ID, for a first connection.")] = None,
) -> StreamingResponse:
    """Events only say "look again". After `reset`, read everything again: something may have been missed. A `heartbeat`
    comes every 15 seconds: connect again, with the last id, when none has come for longer than that."""
    wanted = Topics.parse(topics)
    if wanted.unknown():
        raise UnknownTopic
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        stream(hub, wanted, last_event_id or after, lambda: _is_admitted(request)),
        media_type="text/event-stream",
        headers=headers,
    )


async def _is_admitted(request: Request) -> bool:
    """A database that is away for a moment puts nobody out."""
    try:
        return await run_sync(identify, request) is not None
    except AppError:
        return False
    except DBAPIError as error:
        log.warning("a stream's sign-in was not checked", error_class=type(error).__name__)
        return True
