"""The workers, by the rows that they renew: shown without the broker, without Flower, and without asking them."""

from fastapi import APIRouter

from core.http import Listing, Read, problems
from jobs.workers import recent_workers, running_jobs, worker_history
from web.routes.overview_schemas import RunningOut, WorkerDetailOut, WorkerOut, models_of

router = APIRouter(prefix="/api/workers", tags=["workers"])


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
        history=[WorkerOut.of(view) for view in history],
    )
