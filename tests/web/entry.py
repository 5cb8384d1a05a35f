"""Clients as the development server lets them in: on loopback, as localhost."""

from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from web.app import create_app

PASSWORD = "a long enough password"
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}


def make_app() -> FastAPI:
    """On the settings of now, with routes that are looked into already."""
    app = create_app()
    app.router.routes = [*_known_routes()]
    return app


@lru_cache
def _known_routes() -> list[BaseRoute]:
    """FastAPI reads the signatures behind a route at its first request, which is most of what a first request takes.
    They hold nothing of any test's."""
    return create_app().router.routes


def local_client(app: FastAPI, token: str | None = None, *, scheme: str = "http") -> TestClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    options: dict[str, Any] = {"client": ("127.0.0.1", 50_000), "headers": headers, "raise_server_exceptions": False}
    client = TestClient(app, base_url=f"{scheme}://localhost", **options)
    client.portal = getattr(app.state, "portal", None)  # the event loop that the application was started on
    return client
