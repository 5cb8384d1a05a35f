"""Jobs that do as they are told, so that afterwards one can say what each of them must have done."""

from typing import Any, Literal

from pydantic import Field

from core.contracts import Contract, Payload
from core.queues import Queue


class Drill(Payload):
    does: Literal["work", "fail", "retry", "hang", "bear", "slice", "gather"]
    number: int = Field(description="Tells two of a kind apart.")
    seconds: float = 0
    times: int = 0
    values: list[Any] = Field(default_factory=list, description="Results of the jobs before it in a workflow.")


DRILL = Contract(name="drill", queue=Queue.DEFAULT, payload=Drill, soft_time_limit=600, time_limit=660)
# On a queue of its own, since only a pool of processes keeps a time limit.
LIMITED_DRILL = Contract(name="limited_drill", queue=Queue.NORMAL, payload=Drill, soft_time_limit=2, time_limit=60)
