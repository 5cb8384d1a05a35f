"""Documents: out of the job's row, found again by those they were meant for, gone when deleted or past their time."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from core import clock
from core.db import reading, writing
from core.settings import get_settings
from jobs.models import Job
from tests.agents.work import claimed, count, make_job, row, run, run_new
from workloads.agents import documents, engine, service
from workloads.agents.documents import DocumentsGone
from workloads.agents.models import Agent, AgentVersion, Chunk, Document

pytestmark = pytest.mark.usefixtures("database")


def test_the_jobs_row_holds_a_reference_and_no_text() -> None:
    job_id = make_job(context=[{"name": "a.md", "text": "Roofs."}, {"name": "b.md", "text": "Batteries."}])

    assert row(job_id).payload["context"] == {"documents_of": job_id}
    with reading() as session:
        stored = session.scalars(select(Document).order_by(Document.position)).all()
    assert [(one.name, one.text, one.job_id) for one in stored] == [
        ("a.md", "Roofs.", job_id),
        ("b.md", "Batteries.", job_id),
    ]


def test_two_mebibytes_of_documents_become_ready() -> None:
    paragraph = "Solar roofs carry snow and need no permit below fifty square metres. " * 8
    many = [{"name": f"{n}.txt", "text": f"{paragraph}\n\n" * 940} for n in range(4)]

    result = run_new(context=many)

    assert result["chunks"] == count(Chunk) > 1_500


def test_a_reference_finds_no_documents_of_another_project() -> None:
    theirs = make_job(project_id="theirs")

    with pytest.raises(DocumentsGone):
        run_new(project_id="mine", context={"documents_of": theirs})


def test_a_job_run_again_by_hand_finds_its_documents() -> None:
    first = make_job()

    result = run_new(context=row(first).payload["context"])

    assert result["chunks"] > 0
    assert count(Document) == 1


def test_run_again_under_the_right_name_the_agent_gets_documents_of_its_own() -> None:
    wrong = make_job(agent_name="reseacher")

    result = run_new(context={"documents_of": wrong})

    with reading() as session:
        owners = session.scalars(select(Document.agent_name).order_by(Document.created_at)).all()
    assert owners == ["reseacher", "researcher"]
    assert result["chunks"] > 0


def check_full_text() -> None:
    """SQLite's own check that index and table agree."""
    with writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("INSERT INTO chunks_fts (chunks_fts, rank) VALUES ('integrity-check', 1)"))


def test_deleting_an_agent_removes_all_it_knew() -> None:
    agent_id = run_new()["agent_id"]
    run_new(agent_name="writer")

    with writing() as session:
        service.delete_agent(session, agent_id, by="test")

    with reading() as session:
        assert session.scalars(select(Agent.name)).all() == ["writer"]
        assert session.scalars(select(Document.agent_name)).all() == ["writer"]
        known = session.scalars(select(AgentVersion.id)).all()
        assert set(session.scalars(select(Chunk.version_id))) == set(known)
    check_full_text()


def test_deleting_a_projects_data_leaves_other_projects_alone() -> None:
    run_new(), run_new(agent_name="writer"), run_new(project_id="other")
    waiting = make_job()

    with writing() as session:
        gone = service.delete_project_data(session, "acme", by="test")

    assert (gone.agents, gone.documents) == (2, 3)
    assert (count(Agent), count(Document), count(AgentVersion)) == (1, 1, 1)
    assert row(waiting).state == "cancelled"


def test_documents_expire_with_their_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENT_DAYS", "3")
    get_settings.cache_clear()
    result = run_new()
    with writing() as session:
        session.execute(update(Document).values(expires_at=clock.now() - timedelta(minutes=1)))

    with reading() as session:
        assert session.scalars(service.chunks_in_force(session, result["agent_id"])).all() == []
    with writing() as session:
        assert documents.purge_expired(session) == 1
    assert count(Chunk) == 0
    check_full_text()


def test_documents_whose_job_was_never_made_are_swept_up_and_others_not() -> None:
    run_new()
    with writing() as session:
        documents.store(session, "no-such-job", project_id="p", agent_name="writer", texts=[("a", "x")])
        session.execute(update(Document).values(created_at=clock.now() - timedelta(hours=2)))
        session.execute(delete(Job))

    with writing() as session:
        assert documents.purge_expired(session) == 1
    assert count(Document) == 1  # an agent still knows it


def test_documents_past_their_time_are_deleted_by_the_hourly_task_with_their_chunks() -> None:
    job = claimed(make_job())
    run(job)
    with writing() as session:
        session.execute(update(Document).values(expires_at=clock.now() - timedelta(seconds=1)))

    deleted = engine.expire_documents()

    assert deleted == 1
    assert count(Document) == count(Chunk) == 0
