"""To the provider and back. People are on this way with their browser, so every end of it is a page of the panel."""

import importlib
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse

from core.errors import NotFound
from core.settings import get_settings

# With the libraries for OAuth and for signatures, which take a fifth of a web process's start: it loads them at its
# start where people sign in through a provider, and never elsewhere.
WAY = "web.auth.oauth.way"


class NoProvider(NotFound):
    """People do not sign in through a provider here: see GET /api/auth/mode."""


async def require_provider() -> None:
    """Raises NoProvider."""
    if get_settings().auth_mode != "oauth":
        raise NoProvider


router = APIRouter(prefix="/api/auth/oauth", tags=["sign-in"], dependencies=[Depends(require_provider)])

Next = Annotated[str | None, Query(alias="next", max_length=2_000, description="A path of the panel.")]
Answered = Annotated[str, Query(max_length=4_000)]


@router.get("/start", status_code=303, response_class=RedirectResponse)
async def start_oauth(request: Request, wanted: Next = None) -> RedirectResponse:
    """Sends the browser to the provider; it comes back to the callback."""
    to_provider: RedirectResponse = await importlib.import_module(WAY).begin(request, wanted)
    return to_provider


@router.get("/callback", status_code=303, response_class=RedirectResponse)
async def finish_oauth(
    request: Request, code: Answered = "", state: Answered = "", error: Answered = "", iss: str | None = None
) -> RedirectResponse:
    """Where the provider sends people back to, with a code or with a refusal."""
    way = importlib.import_module(WAY)
    back: RedirectResponse = await way.finish(request, code=code, state=state, error=error, issuer=iss)
    return back
