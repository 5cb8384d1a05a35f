"""Clients as the development server lets them in: on loopback, as localhost."""

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

PASSWORD = "a long enough password"
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}


def local_client(app: FastAPI, token: str | None = None, *, scheme: str = "http") -> TestClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    options: dict[str, Any] = {"client": ("127.0.0.1", 50_000), "headers": headers, "raise_server_exceptions": False}
    client = TestClient(app, base_url=f"{scheme}://localhost", **options)
    client.portal = getattr(app.state, "portal", None)  # the event loop that the application was started on
    return client
