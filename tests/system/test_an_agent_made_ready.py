"""The main job from end to end, watched live, killed on the way, and with its secrets kept."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.db import writing
from jobs.cancel import cancel
from launch.broker import PrivateBroker
from tests.conftest import StartWorker
from tests.freezing import freeze, wake
from tests.jobs_seen import wait_until
from tests.listener import listening
from tests.processes import Process
from tests.slipway import Slipway, settings_of_a_slipway, slipway_and_worker
from tests.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker_node: PrivateBroker
) -> Iterator[Slipway]:
    """For the tests that break nothing; they stay together (tests/together.py)."""
    directory = tmp_path_factory.mktemp("shared")
    with (
        settings_of_a_slipway(directory, sqlite_template, broker_node, LLM_SIMULATED_SPEEDUP="20"),
        slipway_and_worker(directory, "-c", "2", name="shared@localhost") as whole,
    ):
        yield whole


def test_an_agent_becomes_ready_and_each_step_is_heard_live(shared: Slipway) -> None:
    with listening(shared, "jobs,agents") as live:
        started = shared.start_agent()

        job = shared.wait_for_job(started["job_id"])

        assert job["state"] == "succeeded"
        wait_for(lambda: live.heard("job-state", started["job_id"], "succeeded"), what="the ending to be heard")
        for step in ("check", "ingest", "brief", "ready"):
            # It may come after the ending, which the sweep of the table tells while the steps pass through the stream.
            wait_for(partial(live.heard, "job-progress", started["job_id"], f'"{step}"'), what=f"{step} to be heard")
    agent = shared.get(f"/api/agents/{started['agent_id']}")
    assert (agent["state"], agent["version"]) == ("ready", 1)
    assert agent["brief"]["summary"]


def test_a_ready_agent_answers_and_names_the_chunks_it_used(shared: Slipway) -> None:
    started = shared.start_agent(project_id="curious")
    shared.wait_for_job(started["job_id"])

    asked = shared.post(f"/api/agents/{started['agent_id']}/ask", {"question": "How many books are sold in summer?"})

    result = shared.wait_for_job(asked["job_id"])["result"]
    assert result["answer"]
    chunks = shared.get(f"/api/agents/{started['agent_id']}/chunks")["items"]
    assert {chunk["id"] for chunk in result["chunks"]} <= {chunk["id"] for chunk in chunks}
    assert result["chunks"]


def test_a_child_killed_in_the_middle_of_initialization_ends_ready_once(
    slipway: Slipway, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_SIMULATED_SPEEDUP", "1")
    worker = start_worker("-c", "1", queues=None)
    started = started_and_killed(slipway, worker, step="brief")

    job = slipway.wait_for_job(started["job_id"])
    assert job["state"] == "succeeded"
    attempts = slipway.get(f"/api/jobs/{started['job_id']}/attempts")["items"]
    assert [attempt["outcome"] for attempt in attempts] == ["lost", "succeeded"]
    agent = slipway.get(f"/api/agents/{started['agent_id']}")
    assert [version["state"] for version in agent["versions"]] == ["ready"]
    positions = [c["position"] for c in slipway.get(f"/api/agents/{started['agent_id']}/chunks")["items"]]
    assert len(positions) == len(set(positions)) == agent["versions"][0]["chunk_count"]


def started_and_killed(slipway: Slipway, worker: Process, *, step: str) -> dict[str, str]:
    """One that got on before its child stood still is let go its way, and another is tried."""
    for number in count():
        text = "Books on a boat.\n\n" * 50
        started = slipway.start_agent(project_id=f"harbour-{number}", context=[{"name": "about.txt", "text": text}])
        wait_for(partial(is_in, slipway, started["job_id"], step, "ready"), what=f"the step {step}")
        child = worker.child_running()
        freeze(child)
        if is_in(slipway, started["job_id"], step):
            break
        wake(child)
    os.kill(child, signal.SIGKILL)
    return started


def is_in(slipway: Slipway, job_id: str, *steps: str) -> bool:
    job = slipway.get(f"/api/jobs/{job_id}")
    step = "ready" if job["state"] == "succeeded" else (job["progress"] or {}).get("step")
    return step in steps


def test_an_event_stream_that_reconnects_after_a_web_restart_has_missed_nothing(
    slipway: Slipway, start_worker: StartWorker
) -> None:
    start_worker(queues=None)
    first = slipway.post("/api/jobs", {"task": "ping", "payload": {}})["job_id"]
    with listening(slipway, "jobs") as before:
        slipway.wait_for_job(first)
        wait_for(lambda: before.last_id is not None, what="an event with an id")
        second = slipway.post("/api/jobs", {"task": "ping", "payload": {"sleep_s": 600}})["job_id"]
        wait_for(lambda: before.heard("job-state", second, "running"), what="the second job to run")

        slipway.started[-1].terminate()
        before.join(60)
    with writing() as session:
        cancel(session, second, by="a test")
    wait_until(second, "cancelled")
    slipway.start_web()

    with listening(slipway, "jobs", before.last_id) as after:
        wait_for(lambda: after.heard("job-state", second, "cancelled"), what="the ending that happened meanwhile")
        assert not after.heard("reset")


def test_waiting_for_a_job_that_has_ended_returns_at_once(shared: Slipway) -> None:
    job_id = shared.post("/api/jobs", {"task": "ping", "payload": {"value": 1}})["job_id"]
    shared.wait_for_job(job_id)

    with shared.client_of(shared.token) as impatient:
        impatient.timeout = 40  # seconds; a wait of 60 would not come back in time
        again = impatient.get(f"/api/jobs/{job_id}", params={"wait": 60}).raise_for_status().json()

    assert again["result"]["value"] == 1


def test_an_unknown_agent_name_is_refused_with_the_closest_and_fails_alike_from_delay(shared: Slipway) -> None:
    refused = shared.client.post("/api/agents", json={"project_id": "p", "agent_name": "reseacher", "context": "x"})
    job = shared.post(
        "/api/jobs",
        {
            "task": "agent_initialization_task",
            "payload": {"project_id": "p", "context": "x", "agent_name": "reseacher"},
        },
    )

    assert refused.status_code == 404
    assert "researcher" in refused.json()["detail"]
    ended = shared.wait_for_job(job["job_id"])
    assert ended["state"] == "failed"
    assert ended["error"]["message"] == refused.json()["detail"]


def test_no_secret_is_in_any_log_line_event_or_answer_of_a_whole_run(
    slipway: Slipway, start_worker: StartWorker, broker: str, tmp_path: Path
) -> None:
    worker = start_worker(queues=None)
    with listening(slipway, "") as live:
        started = slipway.start_agent()
        slipway.wait_for_job(started["job_id"])
        failing = slipway.post("/api/jobs", {"task": "ping", "payload": {"value": "x", "fail_times": 1}})
        slipway.wait_for_job(failing["job_id"])
        wait_for(lambda: live.heard("job-state", failing["job_id"], "succeeded"), what="the last event")
    answers = [slipway.client.get(path).text for path in readable(started)]
    slipway.started[-1].terminate()
    worker.terminate()

    seen = [process.output for process in (*slipway.started, worker)]
    seen += [event.data for event in live.events] + answers
    for secret in secrets_of(slipway, broker):
        assert not any(secret in text for text in seen)


def readable(started: dict[str, str]) -> list[str]:
    job, agent = f"/api/jobs/{started['job_id']}", f"/api/agents/{started['agent_id']}"
    lists = ["/api/jobs", "/api/agents", "/api/tokens", "/readyz", "/api/tasks", "/api/openapi.json"]
    return [*lists, job, f"{job}/events", f"{job}/attempts", f"{job}/calls", agent, f"{agent}/chunks"]


def secrets_of(slipway: Slipway, broker: str) -> list[str]:
    held = ("SECRET_KEY", "ADMIN_PASSWORD", "LLM_API_KEY")
    return [*(os.environ[name] for name in held), slipway.token, str(urlsplit(broker).password)]
