"""Flower asks an OAuth provider who people are: what of that a frame cannot show, and whom it refuses."""

import re
from html import unescape

from httpx2 import Response as Answer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import AppError
from web.flower.access import LOGIN_DONE, has_own_sign_in, is_login
from web.flower.errors import NotLetIn, SignInToFlower
from web.flower.pages import login_done_page, wants_page
from web.flower.paths import UNDER
from web.flower.upstream import pieces

FRAMES = ("iframe", "frame")
CODE = re.compile(r"[a-z_]{1,40}")  # of a provider's error; anything else would be a stranger's words on our page
SENTENCE = re.compile(rb'<div class="col-12">\s*<p>\s*([^<]*?)\s*</p>')
NO_SENTENCE = "Flower did not get an answer that it understands from the provider. Its log says more."


def answered_by_us(request: Request, path: str) -> Response | None:
    """The answer when Flower need not be asked; a provider that refuses would be asked again by it, without an end.
    Raises NotLetIn."""
    if path == LOGIN_DONE:
        return login_done_page()
    if not is_login(path):
        return None
    if request.headers.get("sec-fetch-dest") in FRAMES:
        return RedirectResponse(UNDER, 303)
    error = request.query_params.get("error")
    if error is not None:
        raise NotLetIn(f"The provider said: {error if CODE.fullmatch(error) else 'error'}.")
    return None


async def check_sign_in(request: Request, path: str, answer: Answer) -> None:
    """An identity provider cannot be shown in a frame, nor be asked by a script. Raises SignInToFlower and NotLetIn."""
    if not has_own_sign_in():
        return
    place = answer.headers.get("location", "").partition("?")[0]
    if answer.status_code == 302 and place == f"{UNDER}login" and request.headers.get("sec-fetch-dest") != "document":
        await answer.aclose()
        raise SignInToFlower
    if is_login(path) and answer.status_code >= 400 and wants_page(request.headers):
        raise await _refusal(answer)


async def _refusal(answer: Answer) -> AppError:
    html = b"".join([piece async for piece in pieces(answer)])
    found = SENTENCE.search(html) if answer.status_code == 403 else None
    refusal = NotLetIn(unescape(found[1].decode(errors="replace")) if found else NO_SENTENCE)
    refusal.status = answer.status_code
    return refusal
