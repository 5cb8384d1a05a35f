"""What most people run: a FastAPI route that calls `delay()` and waits for the broker's confirm."""

from celery_noop import noop
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    task: str
    payload: dict[str, int]


@app.post("/delay", status_code=202)
def delay(order: Order) -> dict[str, str]:
    return {"job_id": noop.delay(order.payload["value"]).id, "state": "queued"}
