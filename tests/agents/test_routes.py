"""Agents over HTTP, without the access check, which is tested where it is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from sqlalchemy import select

from core.db import reading, writing
from core.errors import AppError
from jobs.cancel import cancel
from jobs.finish import Failure, fail
from jobs.models import Job
from jobs.states import ErrorKind
from tests.agents.work import CONTEXT, Killed, claimed, run, run_new
from workloads.agents.tasks import run_agent_task
from workloads.routers import ROUTERS

pytestmark = pytest.mark.usefixtures("database")

START = {"project_id": "acme", "agent_name": "researcher", "context": CONTEXT}


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)

    @app.exception_handler(AppError)
    def problem(_request: Request, error: AppError) -> JSONResponse:
        return JSONResponse({"detail": error.message}, status_code=error.status)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, _error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": "The request is not valid."}, status_code=422)

    @app.middleware("http")
    async def somebody(request: Request, call_next: Any) -> Response:
        request.state.actor = "test"
        answer: Response = await call_next(request)
        return answer

    with TestClient(app) as client:
        yield client


def start(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/agents", json=START | body)
    assert answer.status_code == 202, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


def test_starting_answers_where_the_job_is(client: TestClient) -> None:
    answer = client.post("/api/agents", json=START)

    assert answer.status_code == 202
    assert set(answer.json()) == {"agent_id", "job_id", "state"}
    assert answer.json()["state"] == "queued"
    assert answer.headers["location"] == f"/api/jobs/{answer.json()['job_id']}"


def test_an_agent_is_listed_from_the_moment_it_is_taken(client: TestClient) -> None:
    accepted = start(client)

    (item,) = client.get("/api/agents").json()["items"]
    assert (item["id"], item["state"], item["version"]) == (accepted["agent_id"], "initializing", None)
    assert (item["role"], item["job_id"]) == ("Researcher", accepted["job_id"])


def test_its_job_fills_the_version_that_was_opened(client: TestClient) -> None:
    accepted = start(client)

    result = run(claimed(accepted["job_id"]))

    shown = client.get(f"/api/agents/{accepted['agent_id']}").json()
    (version,) = shown["versions"]
    assert (shown["state"], shown["version"], shown["brief"]) == ("ready", 1, result["brief"])
    assert (version["number"], version["chunk_count"], version["error"]) == (1, result["chunks"], None)
    assert version["system_prompt"].startswith("You are the Researcher")
    assert version["ready_at"] is not None


def test_a_wrong_name_is_404_with_the_closest_names(client: TestClient) -> None:
    answer = client.post("/api/agents", json=START | {"agent_name": "wrter"})

    assert answer.status_code == 404
    assert "Did you mean 'writer'" in answer.json()["detail"]
    with reading() as session:
        assert session.scalars(select(Job.id)).all() == []


def test_a_wrong_profile_is_422_with_the_closest_names(client: TestClient) -> None:
    answer = client.post("/api/agents", json=START | {"profile": "gpt4"})

    assert answer.status_code == 422
    assert "'gpt-4'" in answer.json()["detail"]


def test_a_version_whose_job_was_cancelled_is_shown_as_failed(client: TestClient) -> None:
    accepted = start(client)
    with writing() as session:
        cancel(session, accepted["job_id"], by="test")

    shown = client.get(f"/api/agents/{accepted['agent_id']}").json()

    assert shown["state"] == "failed"
    assert shown["versions"][0]["error"] == "Its job was cancelled."


def test_a_version_whose_job_was_ended_by_the_engine_is_shown_as_failed(client: TestClient) -> None:
    accepted = start(client)
    job = claimed(accepted["job_id"], dies_at="brief")
    with pytest.raises(Killed):
        run(job)
    fail(job.id, job.claim_id, Failure(class_name="TimeLimit", message="It ran too long.", kind=ErrorKind.TIMEOUT))

    (item,) = client.get("/api/agents").json()["items"]
    (version,) = client.get(f"/api/agents/{item['id']}").json()["versions"]

    assert (item["state"], version["state"], version["error"]) == ("failed", "failed", "It ran too long.")


def test_asking_starts_a_job_of_the_agents_project(client: TestClient) -> None:
    agent_id = run_new()["agent_id"]

    answer = client.post(f"/api/agents/{agent_id}/ask", json={"question": "How many employees has Huber Metall?"})

    assert answer.status_code == 202
    assert set(answer.json()) == {"job_id", "state"}
    with reading() as session:
        assert session.get_one(Job, answer.json()["job_id"]).project_id == "acme"
    assert "40 employees" in run(claimed(answer.json()["job_id"]), run_agent_task)["answer"]


def test_an_agent_that_is_not_ready_cannot_be_asked(client: TestClient) -> None:
    accepted = start(client)

    answer = client.post(f"/api/agents/{accepted['agent_id']}/ask", json={"question": "Hello?"})

    assert answer.status_code == 409
    assert "being made ready" in answer.json()["detail"]


def test_chunks_are_paged_in_their_order(client: TestClient) -> None:
    documents = [{"name": f"{n}.md", "text": f"Document number {n}."} for n in range(5)]
    agent_id = run_new(context=documents)["agent_id"]

    first = client.get(f"/api/agents/{agent_id}/chunks", params={"limit": 3}).json()
    rest = client.get(f"/api/agents/{agent_id}/chunks", params={"cursor": first["next_cursor"]}).json()

    assert set(first["items"][0]) == {"id", "document", "position", "text"}
    assert [one["position"] for one in first["items"] + rest["items"]] == [1, 2, 3, 4, 5]
    assert rest["next_cursor"] is None


def test_agents_are_paged_and_filtered_by_project(client: TestClient) -> None:
    ids = [start(client, project_id="p", agent_name=name)["agent_id"] for name in ("writer", "planner", "support")]
    start(client, project_id="q")

    first = client.get("/api/agents", params={"project_id": "p", "limit": 2}).json()
    rest = client.get("/api/agents", params={"project_id": "p", "cursor": first["next_cursor"]}).json()

    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]


def test_a_deleted_agent_is_gone(client: TestClient) -> None:
    agent_id = run_new()["agent_id"]

    assert client.delete(f"/api/agents/{agent_id}").status_code == 204
    assert client.get(f"/api/agents/{agent_id}").status_code == 404
    assert client.delete(f"/api/agents/{agent_id}").status_code == 404


def test_deleting_project_data_says_how_much_went(client: TestClient) -> None:
    run_new()

    assert client.delete("/api/projects/acme/data").json() == {"agents": 1, "documents": 1}
    assert client.delete("/api/projects/acme/data").json() == {"agents": 0, "documents": 0}


MADE = {
    "name": "watcher",
    "role": "Watcher",
    "goal": "Notice what changes.",
    "instructions": "Report changes only.",
    "profile": "gpt-4",
    "tools": [],
    "requirements": [],
    "artifacts": ["weekly note"],
    "requires_approval": False,
}


def test_the_starter_definitions_are_there(client: TestClient) -> None:
    items = client.get("/api/agent-definitions").json()["items"]

    assert len(items) == 8
    assert set(items[0]) == set(MADE)
    assert all(len(item["instructions"]) > 200 for item in items)


def test_a_definition_is_added_changed_and_deleted(client: TestClient) -> None:
    assert client.post("/api/agent-definitions", json=MADE).status_code == 201
    assert client.post("/api/agent-definitions", json=MADE).status_code == 409
    changed = MADE | {"role": "Careful watcher"}

    assert client.put("/api/agent-definitions/watcher", json=changed).json() == changed
    assert client.put("/api/agent-definitions/watcher", json=MADE | {"name": "other"}).status_code == 422
    assert start(client, agent_name="watcher")
    assert client.get("/api/agents").json()["items"][0]["role"] == "Careful watcher"
    assert client.delete("/api/agent-definitions/watcher").status_code == 204
    assert client.put("/api/agent-definitions/watcher", json=MADE).status_code == 404


def test_a_definition_with_an_unknown_profile_is_refused(client: TestClient) -> None:
    answer = client.post("/api/agent-definitions", json=MADE | {"profile": "gpt-5000"})

    assert answer.status_code == 422
    assert "no model profile" in answer.json()["detail"]


def test_profiles_have_the_documents_numbers(client: TestClient) -> None:
    items = {one["name"]: one for one in client.get("/api/profiles").json()["items"]}

    assert items["gpt-4"] == {
        "name": "gpt-4",
        "provider": "simulated",
        "speed": 0.8,
        "cost_per_1k_usd": 0.03,
        "specialization": ["Reasoning", "Analysis"],
        "max_complexity": 10,
    }


def test_every_route_has_a_summary_and_a_typed_answer(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert path.startswith("/api/")


@pytest.mark.parametrize("question", ["", "  ", "a\x00b", "\ud800", "x" * 8_001])
def test_a_question_that_is_no_text_is_refused(client: TestClient, question: str) -> None:
    agent_id = run_new()["agent_id"]

    answer = client.post(
        f"/api/agents/{agent_id}/ask",
        content=json.dumps({"question": question}),
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/agents/%00"),
        ("GET", "/api/agents?project_id=%00"),
        ("GET", "/api/agents/%00/chunks"),
        ("DELETE", "/api/agent-definitions/%00"),
        ("DELETE", "/api/projects/%00/data"),
    ],
)
def test_a_nul_in_the_address_is_refused(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 422
