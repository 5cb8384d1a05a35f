"""A ready agent answers from the chunks that match the question, and each answer is paid once."""

import pytest

from capabilities.llm.calls import calls_of
from core.db import reading
from tests.agents.work import CONTEXT, claimed, claimed_again, logged, make_job, run, run_new
from workloads.agents.contracts import RUN_AGENT
from workloads.agents.tasks import run_agent_task

pytestmark = pytest.mark.usefixtures("database")


def test_the_log_of_a_question_says_what_was_found_for_it() -> None:
    agent_id = run_new()["agent_id"]
    question = {"agent_id": agent_id, "question": "Who sells battery storage?"}
    lines = logged(claimed(make_job(RUN_AGENT, **question)), run_agent_task)

    assert [said for said, _ in lines] == [
        "chunks that match the question",
        "the model answered",
        "the question is answered",
    ]
    assert "battery" not in str(lines)


def test_an_answer_names_the_chunks_it_used() -> None:
    documents = [
        {"name": "roofs.md", "text": "Solar roofs are installed in six weeks."},
        {"name": "storage.md", "text": "Battery storage comes from Volta GmbH and lasts fifteen years."},
    ]
    agent_id = run_new(context=documents)["agent_id"]

    result = run_new(run_agent_task, agent_id=agent_id, question="Who delivers the battery storage?")

    assert "Volta GmbH" in result["answer"]
    assert [chunk["document"] for chunk in result["chunks"]] == ["storage.md"]
    assert set(result["chunks"][0]) == {"id", "document", "position"}


def test_an_answer_that_was_paid_is_not_paid_again() -> None:
    agent_id = run_new(context=CONTEXT)["agent_id"]
    job = claimed(make_job(run_agent_task.contract, agent_id=agent_id, question="How many employees has Huber?"))
    first = run(job, run_agent_task)

    assert run(claimed_again(job), run_agent_task) == first
    with reading() as session:
        assert len(calls_of(session, job.id)) == 1
