"""The admin panel's files, as its build has left them in admin-panel/dist."""

import secrets
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from core.settings import ROOT
from web.compressed import Compressed
from web.headers import panel_policy
from web.packed import PackedFiles, weak

DIST = ROOT / "admin-panel" / "dist"
HASHED = "assets"  # the folder whose files carry their content's hash in the name
FOR_EVER = "public, max-age=31536000, immutable"
PLACEHOLDER = "__CSP_NONCE__"

NOT_BUILT = """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Slipway</title></head>
  <body>
    <h1>The panel is not built</h1>
    <p>The API is up. To build the panel, stop the server and say <code>make run</code>, or say
    <code>npm ci &amp;&amp; npm run build</code> in <code>admin-panel/</code> and load this page again.
    While working on it, <code>npm run dev</code> serves it on a port of its own.</p>
  </body>
</html>
"""


def is_hashed(path: str) -> bool:
    return Path(path).parts[:1] == (HASHED,)


def _with(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    return response


class Panel:
    """An ASGI application for GET and HEAD. Paths that are no file belong to the panel's own router."""

    def __init__(self, directory: Path = DIST) -> None:
        self._directory = directory
        self._files = StaticFiles(directory=directory, check_dir=False)
        self._packed = PackedFiles()
        self._compressed = Compressed(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What has a hash in its name comes packed already, or had better not be."""
        app = self._answer if is_hashed(self._files.get_path(scope)) else self._compressed
        await app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._response(scope)
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        path = self._files.get_path(scope)
        if path in (".", "index.html"):
            return self._page()
        try:
            return await self._file(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or is_hashed(path):
                raise
            return self._page()

    async def _file(self, path: str, scope: Scope) -> Response:
        response = await self._files.get_response(path, scope)
        if not is_hashed(path):
            return _with(response, {"Cache-Control": "no-cache", "ETag": weak(response.headers["etag"])})
        if isinstance(response, FileResponse):
            response = await self._packed.instead_of(response, scope)
        return _with(response, {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"})

    def _page(self) -> Response:
        """Never cached: each answer has a nonce of its own, in the page and in its policy."""
        nonce = secrets.token_urlsafe(16)
        headers: dict[str, Any] = {"Cache-Control": "no-store", "Content-Security-Policy": panel_policy(nonce)}
        try:
            html = (self._directory / "index.html").read_text()
        except FileNotFoundError:
            return HTMLResponse(NOT_BUILT, 503, headers=headers)
        return HTMLResponse(html.replace(PLACEHOLDER, nonce), headers=headers)
