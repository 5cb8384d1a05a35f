"""The queues: what waits in each, for how long, and who listens."""

from fastapi import APIRouter

from core import clock
from core.errors import closest
from core.http import Read, problems
from jobs.queues.control import UnknownQueue
from jobs.task_times import busiest_tasks
from jobs.throughput import Window, latest_failures
from web.broker_watch import QUEUES, Broker
from web.queue_view import view_queues
from web.routes.overview import FAILURES, TASKS, WindowParam, throughput_out
from web.routes.overview_schemas import BrokerOut, FailureOut, QueueDetailOut, QueuesOut, TaskTimesOut, models_of

router = APIRouter(prefix="/api/queues", tags=["queues"])


@router.get("")
def list_queues(broker: Broker, session: Read) -> QueuesOut:
    """Every work queue, and the one for dead letters."""
    return QueuesOut(items=view_queues(session, broker), broker=BrokerOut.model_validate(broker))


@router.get("/{name}", responses=problems(404, 422))
def get_queue(name: str, broker: Broker, session: Read, window: WindowParam = Window.HOUR) -> QueueDetailOut:
    if name not in QUEUES:
        raise UnknownQueue(f"There is no queue {name!r}. {closest(name, QUEUES)}")
    now = clock.now()
    [queue] = view_queues(session, broker, names=[name])
    return QueueDetailOut(
        queue=queue,
        broker=BrokerOut.model_validate(broker),
        throughput=throughput_out(session, window, now, queue=name),
        tasks=models_of(TaskTimesOut, busiest_tasks(session, since=window.since(now), limit=TASKS, queue=name)),
        failures=models_of(FailureOut, latest_failures(session, limit=FAILURES, queue=name)),
    )
