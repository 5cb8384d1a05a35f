"""What takes long to load, and only some tasks want: a worker of those tasks loads it before it forks."""

import importlib
from collections.abc import Collection
from typing import Any

from worker.job_task import JobTask


def load_for(app: Any, queues: Collection[str]) -> None:
    """What the tasks of these queues say that they load. Raises what the import of a module raises."""
    handlers = [task.handler for task in app.tasks.values() if isinstance(task, JobTask)]
    for module in {one.loads for one in handlers if one.loads and one.contract.queue in queues}:
        importlib.import_module(module)
