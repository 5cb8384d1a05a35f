"""The borders of the code: who may import whom, and that every task has a contract, a queue and a consumer."""

import subprocess
from collections import Counter

from core.queues import Queue
from core.settings import ROOT
from tests.processes import API, BIN
from workloads.manifest import CONTRACTS

BUILT_IN = "celery."


def python(code: str) -> str:
    """In a process of its own: the worker's modules make a Celery application when they are imported."""
    done = subprocess.run([str(BIN / "python"), "-c", code], cwd=API, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_import_goes_the_way_it_may() -> None:
    done = subprocess.run(
        [str(BIN / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        env={"PYTHONPATH": str(API), "PATH": str(BIN)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_task_has_one_contract() -> None:
    names = Counter(contract.name for contract in CONTRACTS)

    assert [name for name, count in names.items() if count > 1] == []


def test_every_contract_is_a_registered_task_and_the_other_way_round() -> None:
    printed = python("import worker.tasks; from worker.celery_app import app; print(*sorted(app.tasks))")

    ours = {name for name in printed.split() if not name.startswith(BUILT_IN)}
    assert ours == {contract.name for contract in CONTRACTS}


def test_every_task_is_importable_by_its_name() -> None:
    python(f"from worker.tasks import {', '.join(contract.name for contract in CONTRACTS)}")


def test_every_contract_goes_to_a_queue_that_exists() -> None:
    assert {contract.queue for contract in CONTRACTS} <= set(Queue)


def test_a_worker_without_queues_consumes_every_work_queue() -> None:
    printed = python("from worker.celery_app import app; print(*sorted(app.amqp.queues.consume_from))")

    assert printed.split() == sorted(Queue)


def test_a_message_that_celery_sends_itself_finds_the_tasks_queue() -> None:
    printed = python(
        "from worker.celery_app import app\n"
        "for name in app.conf.task_routes: print(name, app.amqp.router.route({}, name)['queue'].name)"
    )

    routed = dict(line.split() for line in printed.splitlines())
    assert routed == {contract.name: contract.queue.value for contract in CONTRACTS}


def test_the_web_process_loads_no_task_and_no_worker() -> None:
    printed = python("import sys, main; print(*sorted(sys.modules))")

    heavy = [name for name in printed.split() if name.startswith("worker") or name.endswith((".tasks", ".engine"))]
    assert [name for name in heavy if name.split(".")[0] in {"worker", "workloads"}] == []


def test_the_worker_loads_no_http() -> None:
    printed = python("import sys, worker.tasks, worker.lifecycle; print(*sorted(sys.modules))")

    loaded = {name.split(".")[0] for name in printed.split()}
    assert loaded.isdisjoint({"web", "uvicorn", "main"})
