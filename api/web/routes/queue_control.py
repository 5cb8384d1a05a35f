"""What operators do with queues: pause, drain, resume, limit, purge."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from core.http import Actor, Read, Write, problems
from core.telling import Tell
from core.text import Name
from jobs.events import announce
from jobs.queues import control
from jobs.queues.control import MOST_AT_ONCE, check_queue
from jobs.queues.purge import Purge, count_waiting, purge
from web.broker_watch import Broker
from web.queue_view import view_queues
from web.routes.overview_schemas import QueueOut

router = APIRouter(prefix="/api/queues/{name}", tags=["queues"], responses=problems(404, 422))


class Hold(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Name | None = Field(None, description="Shown wherever the queue is.", examples=["the provider is down"])


class QueueLimits(BaseModel):
    """Only what is given is changed; null lifts a limit."""

    model_config = ConfigDict(extra="forbid")

    concurrency_limit: int | None = Field(None, ge=1, le=MOST_AT_ONCE, examples=[4])
    rate_limit: str | None = Field(None, max_length=20, examples=["10/m"])


class PurgeOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    confirm: Name = Field(description="The queue's name, once more.", examples=["default"])
    expected: int = Field(ge=0, description="How many jobs were counted; 409 when that has changed much.")
    delayed: bool = Field(False, description="The scheduled and the retrying ones too.")
    messages: bool = Field(False, description="Also what others have put into the broker's queue.")
    reason: Name | None = Field(None, examples=["submitted with the wrong model"])


class PurgeOut(BaseModel):
    cancelled: int
    left: int = Field(description="What did not fit into one request: send it again with this as `expected`.")
    messages: int | None = Field(description="Taken from the broker's queue, if that was asked for.")


class WaitingOut(BaseModel):
    waiting: int = Field(description="What a purge would cancel.")


class _Doing:
    """What each of these routes needs."""

    def __init__(self, session: Write, broker: Broker, tell: Tell, later: BackgroundTasks) -> None:
        self.session, self._broker, self._tell, self._later = session, broker, tell, later

    def done(self, name: str, **detail: Any) -> QueueOut:
        self._tell(**{key: value for key, value in detail.items() if value is not None})
        self._later.add_task(announce, "alert-queue", queue=name)
        return view_queues(self.session, self._broker, names=[name])[0]


Doing = Annotated[_Doing, Depends()]


@router.patch("")
def change_queue(name: str, body: QueueLimits, doing: Doing) -> QueueOut:
    """Sets the limits that are given. They are kept at dispatch, for all workers together."""
    limits = body.model_dump(exclude_unset=True)
    control.limit_queue(doing.session, name, **limits)
    return doing.done(name, limits=limits)


@router.post("/pause")
def pause_queue(name: str, doing: Doing, actor: Actor, body: Hold | None = None) -> QueueOut:
    """Nothing more is dispatched, and workers take nothing more; what one holds already is finished."""
    reason = body.reason if body else None
    control.pause(doing.session, name, by=actor, reason=reason)
    return doing.done(name, reason=reason)


@router.post("/drain")
def drain_queue(name: str, doing: Doing, actor: Actor, body: Hold | None = None) -> QueueOut:
    """Nothing more is dispatched; what has been is finished, and then the queue is paused."""
    reason = body.reason if body else None
    control.drain(doing.session, name, by=actor, reason=reason)
    return doing.done(name, reason=reason)


@router.post("/resume")
def resume_queue(name: str, doing: Doing) -> QueueOut:
    """What waits is dispatched, the oldest first."""
    control.resume(doing.session, name)
    return doing.done(name)


@router.get("/waiting")
def count_waiting_jobs(
    name: str,
    session: Read,
    delayed: Annotated[bool, Query(description="The scheduled and retrying ones too.")] = False,
) -> WaitingOut:
    """To be shown before a purge, and sent with it."""
    check_queue(name)
    return WaitingOut(waiting=count_waiting(session, name, delayed=delayed))


@router.post("/purge", responses=problems(409, 503))
def purge_queue(name: str, body: PurgeOrder, actor: Actor, tell: Tell) -> PurgeOut:
    """Cancels the jobs that wait in it. Running ones go on."""
    done = purge(Purge(queue=name, by=actor, **body.model_dump()))
    tell(**body.model_dump(exclude_none=True, exclude={"confirm"}), cancelled=done.cancelled, left=done.left)
    return PurgeOut(cancelled=done.cancelled, left=done.left, messages=done.messages)
