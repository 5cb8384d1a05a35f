"""Slipway's web process with two empty routes in the same server: `uvicorn benchmarks.beside_empty:app`.

`/empty` is an application of its own, FastAPI and nothing else. `/api/empty` is a route of ours like any other: behind
every layer, for those with a token.
"""

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from main import app as slipway
from web.audit import watch
from web.auth.table import OPERATOR, TABLE
from web.routes.schemas import Accepted, JobOrder

BARE, OURS = "/empty", "/api/empty"


async def do_nothing(body: JobOrder) -> Accepted:
    """Reads the same body, answers in the same shape, does nothing."""
    return Accepted.model_validate({"job_id": body.task, "state": "queued"})


empty = FastAPI()
for one, path in ((empty, BARE), (slipway, OURS)):
    one.add_api_route(path, do_nothing, methods=["POST"], status_code=202)
TABLE["POST", OURS] = OPERATOR
watch.ON_THE_JOB |= {("POST", OURS)}  # no entry in the audit log, as for a submit


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    chosen = empty if scope.get("path") == BARE else slipway
    await chosen(scope, receive, send)
