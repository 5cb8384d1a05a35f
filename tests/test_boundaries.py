"""The borders of the code: who may import whom, and that every task has a contract, a queue and a consumer."""

import json
import subprocess
from collections import Counter
from typing import Any

import pytest

from capabilities.llm.complete import ASKING
from core.queues import Queue
from core.settings import ROOT
from tests.processes import API, BIN
from web.auth.oauth.routes import WAY
from workloads.manifest import CONTRACTS

BUILT_IN = "celery."


WEB = """
import json, sys, main
from jobs.follow_up import followers
print(json.dumps({"modules": [*sys.modules], "followers": [*followers()]}))
"""
WORKER = """
import json, sys, worker.tasks, worker.lifecycle
from jobs.follow_up import followers
from worker.celery_app import app
from worker.loading import load_for
modules = [*sys.modules]
load_for(app, ["default", "background"])
for_others = {*sys.modules} - {*modules}
load_for(app, ["high_priority"])
print(json.dumps({
    "modules": modules, "for_others": [*for_others], "for_agents": [*sys.modules], "followers": [*followers()],
    "tasks": [*app.tasks], "importable": dir(worker.tasks), "consumed": [*app.amqp.queues.consume_from],
    "routed": {name: app.amqp.router.route({}, name)["queue"].name for name in app.conf.task_routes},
}))
"""


def told_by(code: str) -> dict[str, Any]:
    """In a process of its own: the worker's modules make a Celery application when they are imported."""
    done = subprocess.run([str(BIN / "python"), "-c", code], cwd=API, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def web() -> dict[str, Any]:
    return told_by(WEB)


@pytest.fixture(scope="module")
def worker() -> dict[str, Any]:
    return told_by(WORKER)


def test_every_import_goes_the_way_it_may() -> None:
    done = subprocess.run(
        [str(BIN / "lint-imports")],
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


def test_every_contract_is_a_registered_task_and_the_other_way_round(worker: dict[str, Any]) -> None:
    ours = {name for name in worker["tasks"] if not name.startswith(BUILT_IN)}
    assert ours == {contract.name for contract in CONTRACTS}


def test_every_task_is_importable_by_its_name(worker: dict[str, Any]) -> None:
    assert {contract.name for contract in CONTRACTS} <= set(worker["importable"])


def test_every_contract_goes_to_a_queue_that_exists() -> None:
    assert {contract.queue for contract in CONTRACTS} <= set(Queue)


def test_a_worker_without_queues_consumes_every_work_queue(worker: dict[str, Any]) -> None:
    assert sorted(worker["consumed"]) == sorted(Queue)


def test_a_message_that_celery_sends_itself_finds_the_tasks_queue(worker: dict[str, Any]) -> None:
    assert worker["routed"] == {contract.name: contract.queue.value for contract in CONTRACTS}


def test_the_web_process_loads_no_task_and_no_worker(web: dict[str, Any]) -> None:
    heavy = [name for name in web["modules"] if name.startswith("worker") or name.endswith((".tasks", ".engine"))]
    assert [name for name in heavy if name.split(".")[0] in {"worker", "workloads"}] == []


def test_the_worker_loads_no_http(worker: dict[str, Any]) -> None:
    loaded = {name.split(".")[0] for name in worker["modules"]}
    assert loaded.isdisjoint({"web", "uvicorn", "main"})


def test_every_process_that_may_end_a_job_knows_who_follows(web: dict[str, Any], worker: dict[str, Any]) -> None:
    assert web["followers"] == worker["followers"] == ["canvas", "webhooks"]


def test_a_web_process_loads_no_oauth_where_nobody_comes_by_a_provider(web: dict[str, Any]) -> None:
    assert {"authlib", "joserfc", WAY}.isdisjoint(web["modules"])


def test_only_a_worker_of_the_agents_queues_loads_the_model_library(worker: dict[str, Any]) -> None:
    """Neither does a program that calls `delay()`: it takes as long as all the rest."""
    assert "pydantic_ai" not in worker["modules"]
    assert worker["for_others"] == []
    assert {"pydantic_ai", ASKING} <= set(worker["for_agents"])
