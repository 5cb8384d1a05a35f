"""One request to Flower and the beginning of its answer.

A bare transport: no cookie jar, no redirects followed, no proxy from the environment, nothing decompressed.
"""

from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import anyio
import structlog
from httpx2 import URL, AsyncHTTPTransport, Limits, Request, Response, TimeoutException, TransportError

from core.flower_settings import FlowerAddress
from core.settings import get_settings
from web.flower.access import has_own_sign_in
from web.flower.errors import FlowerAsksItself, FlowerDown, FlowerElsewhere, FlowerOff, FlowerRefusedUs, FlowerSlow
from web.flower.headers import Lines
from web.flower.paths import UNDER

log = structlog.get_logger(__name__)

TIMEOUT = {"connect": 3.0, "read": 20.0, "write": 10.0, "pool": 5.0}  # seconds
LIMITS = Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=30)
T = TypeVar("T")


def flower_address() -> FlowerAddress:
    """Raises FlowerOff."""
    found = get_settings().flower_upstream
    if found is None:
        raise FlowerOff
    return found


class Upstream:
    """Connections to Flower, made when they are first needed."""

    def __init__(self) -> None:
        self._transport: AsyncHTTPTransport | None = None

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    async def send(self, method: str, path: str, *, query: str, headers: Lines, body: bytes = b"") -> Response:
        """`path` is below /flower/, encoded. The answer must be closed. Raises FlowerTrouble."""
        target = UNDER + path + (f"?{query}" if query else "")
        url = URL(flower_address().origin).copy_with(raw_path=target.encode("latin-1"))
        content = body if method == "POST" else None
        request = Request(method, url, headers=headers, content=content, extensions={"timeout": TIMEOUT})
        return await _understood(await self._sent(request), path)

    async def _sent(self, request: Request) -> Response:
        if self._transport is None:
            self._transport = AsyncHTTPTransport(limits=LIMITS, trust_env=False)
        try:
            return await self._transport.handle_async_request(request)
        except TimeoutException as error:
            raise FlowerSlow from error
        except TransportError as error:
            log.info("Flower does not answer", error_class=type(error).__name__)
            raise FlowerDown from error


async def _understood(answer: Response, path: str) -> Response:
    """A 401 is about our credential, so the browser must not ask for one; a 404 for a page that every Flower has means
    that this one was started without the prefix."""
    if answer.status_code == 401:
        await answer.aclose()
        log.warning("Flower refused the credentials of the proxy")
        raise FlowerRefusedUs
    if answer.headers.get("location", "").startswith(f"{UNDER}login") and not has_own_sign_in():
        await answer.aclose()
        raise FlowerAsksItself
    if answer.status_code == 404 and path in ("", "workers", "tasks", "api/task/types"):
        await answer.aclose()
        raise FlowerElsewhere
    return answer


async def pieces(answer: Response) -> AsyncIterator[bytes]:
    """Closes the connection also when the client has gone."""
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        with anyio.CancelScope(shield=True):
            await answer.aclose()


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


async def while_wanted(work: Awaitable[T], gone: Awaitable[None]) -> T:
    """What `work` answers; it is dropped when `gone` comes first. Raises ClientGone, and what `work` raises."""
    done: list[T] = []
    failed: list[Exception] = []

    async def run(scope: anyio.CancelScope) -> None:
        try:
            done.append(await work)
        except Exception as error:
            failed.append(error)
        scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(run, group.cancel_scope)
        await gone
        group.cancel_scope.cancel()
    if failed:
        raise failed[0]
    if not done:
        raise ClientGone
    return done[0]
