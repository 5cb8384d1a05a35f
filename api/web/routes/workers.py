"""The workers, by the rows that they renew: shown without the broker, without Flower, and without asking them.

What they are told to do is a row as well, and so is what they answer."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from core.http import Actor, Listing, Read, Write, problems
from core.telling import Tell
from jobs.workers.instruct import MOST, instruct
from jobs.workers.orders import OrderKind, orders_of
from jobs.workers.queries import recent_workers, running_jobs, worker_history
from web.routes.overview_schemas import RunningOut, WorkerDetailOut, WorkerOrderOut, WorkerOut, models_of

router = APIRouter(prefix="/api/workers", tags=["workers"])


class WorkerInstruction(BaseModel):
    """`quiet`: take nothing new and finish what runs; `listen`: take jobs again; `shutdown`: as SIGTERM does it."""

    model_config = ConfigDict(extra="forbid")

    kind: OrderKind = Field(examples=["grow"])
    count: int | None = Field(None, ge=1, le=MOST, description="How many processes, for grow and shrink.")


@router.get("")
def list_workers(session: Read) -> Listing[WorkerOut]:
    """The living ones, then those that went within a day and have not come back; all on one page."""
    return Listing(items=[WorkerOut.of(view) for view in recent_workers(session)])


@router.get("/{worker_id}", responses=problems(404))
def get_worker(worker_id: str, session: Read) -> WorkerDetailOut:
    """By its name, which shows its last start, or by the id of one start."""
    history = worker_history(session, worker_id)
    shown = next((view for view in history if view.worker.id == worker_id), history[0])
    return WorkerDetailOut(
        worker=WorkerOut.of(shown),
        running=models_of(RunningOut, running_jobs(session, [shown.worker.id])),
        orders=models_of(WorkerOrderOut, orders_of(session, [shown.worker.id])),
        history=[WorkerOut.of(view) for view in history],
    )


@router.post("/{worker_id}/orders", status_code=202, responses=problems(404, 409, 422))
def order_worker(worker_id: str, body: WorkerInstruction, session: Write, actor: Actor, tell: Tell) -> WorkerOrderOut:
    """By its name or by the id of one start. The worker carries it out within about two seconds and says here, and at
    the worker, what became of it. A worker that is gone, and a pool that cannot, answer 409."""
    tell(kind=body.kind, count=body.count)
    order = instruct(session, worker_id, body.kind, by=actor, count=body.count)
    return WorkerOrderOut.model_validate(order)
