"""An agent is made ready once, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from capabilities.llm.calls import LlmCall, calls_of
from capabilities.llm.errors import ModelBusy
from core.db import reading, writing
from core.settings import get_settings
from jobs.claim import Superseded
from jobs.finish import give_back
from tests.agents.work import Killed, claimed, claimed_again, count, logged, make_job, row, run, run_new
from workloads.agents import definitions, service, versions
from workloads.agents.definitions import UnknownDefinition
from workloads.agents.engine import INITIALIZATION_STEPS
from workloads.agents.models import Agent, AgentState, AgentVersion, Chunk, Document

pytestmark = pytest.mark.usefixtures("database")


def version_of(job_id: str) -> AgentVersion:
    with reading() as session:
        return session.scalars(select(AgentVersion).where(AgentVersion.job_id == job_id)).one()


def test_an_agent_becomes_ready_with_a_brief_from_its_context() -> None:
    result = run_new()

    assert result["version"] == 1
    assert result["in_force"] is True
    assert result["chunks"] == count(Chunk) > 0
    assert set(result["brief"]) == {"summary", "goals", "open_questions", "first_steps"}
    assert "Who maintains the battery storage after the warranty?" in result["brief"]["open_questions"]
    with reading() as session:
        agent = session.get_one(Agent, result["agent_id"])
        version = versions.in_force(session, agent)
        assert version is not None
        assert (agent.role, version.state) == ("Researcher", AgentState.READY)
        assert result["brief"]["summary"] in (version.system_prompt or "")


def test_the_log_says_what_each_step_did_and_nothing_of_the_context() -> None:
    job = claimed(make_job())
    lines = logged(job)

    assert [said for said, _ in lines] == [
        "version 1 of researcher",
        "the context was cut into chunks",
        "the model is asked for a brief",
        "the model answered",
        "version 1 is ready",
    ]
    assert lines[1][1] == {"documents": 1, "chunks": count(Chunk)}
    assert min(lines[3][1]["tokens_read"], lines[3][1]["tokens_written"]) > 0
    assert "Huber" not in str(lines)

    again = [said for said, _ in logged(claimed_again(job))]
    assert again[1:3] == ["the chunks are there from an earlier attempt", "the brief is there from an earlier attempt"]


@pytest.mark.parametrize("step", [*INITIALIZATION_STEPS, "after the last"])
def test_killed_before_any_step_it_ends_ready_once(step: str) -> None:
    job = claimed(make_job(), dies_at=step)
    if step in INITIALIZATION_STEPS:
        with pytest.raises(Killed):
            run(job)
    else:
        run(job)

    result = run(claimed_again(job))

    assert (result["version"], result["in_force"]) == (1, True)
    assert (count(Agent), count(AgentVersion), count(Document)) == (1, 1, 1)
    assert count(Chunk) == result["chunks"]
    assert count(LlmCall) == 1


def test_a_paid_answer_is_used_again_and_not_paid_again() -> None:
    job = claimed(make_job(), dies_at="ready")
    with pytest.raises(Killed):
        run(job)
    with reading() as session:
        paid = calls_of(session, job.id)

    result = run(claimed_again(job))

    with reading() as session:
        assert [call.id for call in calls_of(session, job.id)] == [call.id for call in paid]
    assert result["brief"] == paid[0].output


def test_a_second_initialization_makes_a_new_version() -> None:
    first, second = run_new(), run_new(context="Acme Solar now also sells heat pumps to hotels.")

    assert first["agent_id"] == second["agent_id"]
    assert (first["version"], second["version"]) == (1, 2)
    assert "heat pumps" in second["brief"]["summary"]


def test_the_old_version_stays_in_force_until_the_new_one_is_ready() -> None:
    ready = run_new()
    second = claimed(make_job(), dies_at="ready")
    with pytest.raises(Killed):
        run(second)

    with reading() as session:
        assert session.get_one(Agent, ready["agent_id"]).version == 1


def test_one_that_finishes_late_never_replaces_a_newer_one() -> None:
    late = claimed(make_job(), dies_at="ready")
    with pytest.raises(Killed):
        run(late)
    newer = run_new()

    result = run(claimed_again(late))

    assert (newer["version"], result["version"], result["in_force"]) == (2, 1, False)
    with reading() as session:
        assert session.get_one(Agent, newer["agent_id"]).version == 2


def test_an_unknown_name_is_a_permanent_failure_that_names_the_closest() -> None:
    job = claimed(make_job(agent_name="reseacher"))

    with pytest.raises(UnknownDefinition, match=r"no agent definition 'reseacher'.*Did you mean 'researcher'"):
        run(job)

    assert count(Agent) == 0


def test_a_permanent_failure_is_shown_on_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    job = claimed(make_job(), dies_at="brief")
    with pytest.raises(Killed):
        run(job)
    with writing() as session:
        definitions.remove(session, "researcher")

    with pytest.raises(UnknownDefinition):
        run(claimed_again(job))

    version = version_of(job.id)
    assert version.state == AgentState.FAILED
    assert "no agent definition 'researcher'" in (version.error or "")


def test_a_busy_model_leaves_the_version_initializing_until_the_tries_are_used_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LLM_SIMULATED_FAILURE_RATE", "1")
    get_settings.cache_clear()
    job = claimed(make_job())

    with pytest.raises(ModelBusy):
        run(job)
    assert version_of(job.id).state == AgentState.INITIALIZING

    last = claimed_again(job)
    last.retries = 99
    with pytest.raises(ModelBusy):
        run(last)
    assert version_of(job.id).state == AgentState.FAILED
    assert count(LlmCall) == 2  # each failed call of each attempt is on record


def test_an_attempt_that_was_replaced_writes_nothing() -> None:
    job = claimed(make_job())
    give_back(job.id, job.claim_id)

    with pytest.raises(Superseded):
        run(job)

    assert count(AgentVersion) == 0


def test_an_agent_deleted_meanwhile_ends_its_job() -> None:
    job = claimed(make_job(), dies_at="ready")
    with pytest.raises(Killed):
        run(job)
    with writing() as session:
        agent = session.scalars(select(Agent)).one()
        service.delete_agent(session, agent.id, by="test")

    assert row(job.id).cancel_requested_at is not None
    assert count(Chunk) == count(Document) == count(AgentVersion) == 0


def test_two_jobs_of_one_agent_at_once_make_two_versions() -> None:
    jobs = [claimed(make_job()) for _ in range(4)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(run, jobs))

    assert sorted(result["version"] for result in results) == [1, 2, 3, 4]
    with reading() as session:
        assert session.scalars(select(Agent.version)).all() == [4]
