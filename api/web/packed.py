"""Files of the panel as they travel: packed once by each process, and kept in its memory.

A first visit loads a dozen of them, and packing them anew for each browser held up everybody else's requests.
"""

import gzip
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Scope

from web.compressed import takes_gzip

LEVEL = 9  # it is done once
KEPT_HEADERS = ("content-type", "last-modified")


class PackedFiles:
    """One file is kept under each path, however often the panel is built anew meanwhile."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, bytes | None]] = {}

    async def instead_of(self, whole: FileResponse, scope: Scope) -> Response:
        """The same file packed, where the browser takes that and it makes it smaller; a part is always of the whole."""
        asked = Headers(scope=scope)
        if not takes_gzip(asked.get("accept-encoding", "")) or _is_of_a_part(asked, whole):
            return whole
        content = await self._content(whole)
        return whole if content is None else _answer(whole, content)

    async def _content(self, whole: FileResponse) -> bytes | None:
        path, etag = str(whole.path), whole.headers["etag"]
        if path not in self._kept or self._kept[path][0] != etag:
            self._kept[path] = (etag, await run_sync(_packed, Path(path)))
        return self._kept[path][1]


def _is_of_a_part(asked: Headers, whole: FileResponse) -> bool:
    """Of the file as the browser knows it; of another one it gets all."""
    known = asked.get("if-range")
    return "range" in asked and (known is None or known in (whole.headers["etag"], whole.headers["last-modified"]))


def _packed(path: Path) -> bytes | None:
    content = path.read_bytes()
    packed = gzip.compress(content, LEVEL, mtime=0)
    return packed if len(packed) < len(content) else None


def _answer(whole: FileResponse, content: bytes) -> Response:
    headers = {name: whole.headers[name] for name in KEPT_HEADERS}
    return Response(content, headers=headers | {"etag": weak(whole.headers["etag"]), "content-encoding": "gzip"})


def weak(etag: str) -> str:
    """For bytes that are not those of the whole file, while what they mean is the same."""
    return f"W/{etag}"
