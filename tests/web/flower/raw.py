"""A request exactly as it was sent: clients tidy a path up before they send it."""

from dataclasses import dataclass
from urllib.parse import unquote

import anyio
from fastapi import FastAPI
from starlette.types import Message


@dataclass
class Answered:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def ask_raw(app: FastAPI, raw_path: str, *, token: str, method: str = "GET", goes: bool = False) -> Answered:
    """On the loop of the running application. `goes`: the client does not wait for the answer."""
    headers = {"host": "localhost:8000", "authorization": f"Bearer {token}"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
    }
    sent: list[Message] = []

    received: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if received:
            return received.pop()
        await (anyio.sleep(0) if goes else anyio.sleep_forever())
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    app.state.portal.call(app, scope, receive, send)
    start = sent[0]
    lines = [(name.decode(), value.decode()) for name, value in start["headers"]]
    return Answered(start["status"], lines, b"".join(one.get("body", b"") for one in sent[1:]))
