"""Slipway's web process with an empty route beside it, for the same server: `uvicorn benchmarks.beside_empty:app`."""

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from main import app as slipway
from web.routes.schemas import Accepted, JobOrder

empty = FastAPI()


@empty.post("/empty", status_code=202)
async def do_nothing(body: JobOrder) -> Accepted:
    """Reads the same body, answers in the same shape, does nothing."""
    return Accepted.model_validate({"job_id": body.task, "state": "queued"})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    chosen = empty if scope.get("path") == "/empty" else slipway
    await chosen(scope, receive, send)
