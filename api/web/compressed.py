"""What is worth it is compressed, for those who take it so."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

LEAST = 1_000  # bytes


class Compressed(GZipMiddleware):
    """All that `app` answers."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=LEAST, compresslevel=5)
