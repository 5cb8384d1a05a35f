"""Our own small pages inside Flower's frame: that it is down, that somebody has to sign in."""

from collections.abc import Mapping
from html import escape

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import AppError, Unauthenticated
from web.flower.errors import FlowerTrouble, NotLetIn, SignInToFlower
from web.flower.paths import HOME, UNDER
from web.flower.policy import for_anything_else, for_our_page
from web.problems import answer_to

RETRY_AFTER = 5  # seconds
PANELS_PAGE = "/monitor"  # of the panel, around the frame
STYLE = """
:root{color-scheme:light dark}
body{font:14px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0;padding:1.5rem;
text-align:center;color:light-dark(#1b242d,#dbe2ea);background:light-dark(#f6f8fa,#0f151b)}
h1{font-size:16px;margin:0 0 .25rem}p{margin:0 auto;max-width:32rem;color:light-dark(#586470,#9aa7b5)}
a{color:light-dark(#1b5e86,#8cc4e8)}p+p{margin-top:1rem}
"""
CHANNEL = "flower-login"
WAIT_FOR_LOGIN = f"new BroadcastChannel({CHANNEL!r}).onmessage=()=>location.reload()"
TELL_AND_CLOSE = f"new BroadcastChannel({CHANNEL!r}).postMessage('done');close()"


def page(title: str, *paragraphs: str, status: int = 200, head: str = "", script: str | None = None) -> HTMLResponse:
    """`paragraphs` and `head` are HTML, `title` is text."""
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>{text}</main>"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
    headers = {**for_our_page(style=STYLE, script=script), "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers=headers)


def sign_in_page() -> Response:
    """An identity provider lets nobody frame it, so its page opens in a window of its own."""
    link = f'<a href="{UNDER}login" target="flower-login" rel="opener">Sign in to Flower</a>'
    return page("Flower asks who you are", link, status=401, script=WAIT_FOR_LOGIN)


def login_done_page() -> Response:
    back = f'This window may be closed. <a href="{UNDER}">Go to Flower</a>'
    return page("You are signed in to Flower", back, script=TELL_AND_CLOSE)


def not_let_in_page(error: NotLetIn) -> Response:
    """In the window of the sign-in. A provider knows for a while who somebody was, and would not ask again."""
    again = f'To be somebody else, sign out at the provider first. <a href="{UNDER}login">Try again</a>'
    return page("Flower did not let you in", escape(error.message), again, status=error.status)


def _page_for(error: AppError) -> Response:
    if isinstance(error, SignInToFlower):
        return sign_in_page()
    if isinstance(error, NotLetIn):
        return not_let_in_page(error)
    if isinstance(error, Unauthenticated):
        link = f'<a href="/sign-in?next={PANELS_PAGE}" target="_top">Sign in</a>'
        return page("Your session has ended", link, status=401)
    if isinstance(error, FlowerTrouble):
        again = f'<meta http-equiv="refresh" content="{RETRY_AFTER}">'
        note = f"This page tries again every {RETRY_AFTER} seconds."
        return page("Flower is not there", escape(error.message), note, status=error.status, head=again)
    return page("This cannot be shown", escape(error.message), status=error.status)


def wants_page(headers: Headers) -> bool:
    destination = headers.get("sec-fetch-dest")
    if destination is not None:
        return destination in ("document", "iframe", "frame")
    return "text/html" in headers.get("accept", "")


def answer_for(error: AppError | HTTPException, headers: Headers) -> Response:
    """A page for a frame or a window, a problem for scripts and programs."""
    if isinstance(error, AppError) and wants_page(headers):
        return _page_for(error)
    answer = answer_to(error)
    _add(answer, for_anything_else() | {"Cache-Control": "no-store"})
    return answer


def _add(answer: Response, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        answer.headers[name] = value


class FlowerAnswers:
    """Whatever refuses a request for Flower, the Door too, it is said in a way that the frame can show."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == HOME or scope["path"].startswith(UNDER)):
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except (AppError, HTTPException) as error:
            if begun:
                raise
            await answer_for(error, Headers(scope=scope))(scope, receive, send)
