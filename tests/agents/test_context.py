"""The context: checked at the door, moved out of the job's row, cut into chunks, gone when deleted."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from core import clock
from core.contracts import InvalidPayload
from core.db import reading, writing
from core.settings import get_settings
from jobs.models import Job
from tests.agents.test_engine import count
from tests.agents.work import CONTEXT, make_job, row, run_new
from workloads.agents import chunking, documents, service
from workloads.agents.contracts import AGENT_INITIALIZATION, DOCUMENTS_LIMIT, TEXT_LIMIT
from workloads.agents.models import Agent, AgentVersion, Chunk, Document


def parse(context: Any, **more: Any) -> Any:
    return AGENT_INITIALIZATION.parse({"project_id": "p", "context": context, "agent_name": "writer", **more})


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        pytest.param("x" * (TEXT_LIMIT + 1), "262,145 bytes", id="a text too long by one byte"),
        pytest.param("é" * (TEXT_LIMIT // 2 + 1), "262,146 bytes", id="bytes are counted, not characters"),
        pytest.param(" \n ", "The context is empty", id="blank"),
        pytest.param([], "The context is empty", id="no document"),
        pytest.param("a\x00b", "NUL", id="binary"),
        pytest.param("\ud800", "surrogate", id="half a character"),
        pytest.param(5, "is a text, or a list of documents", id="a number"),
        pytest.param([{"name": "a", "text": "x"}] * 2, "same name", id="two of one name"),
        pytest.param([{"name": "a", "text": "x" * (DOCUMENTS_LIMIT + 1)}], "2,097,15", id="documents too large"),
        pytest.param([{"name": "a"}], "Field required", id="a document without text"),
    ],
)
def test_a_bad_context_is_refused_with_a_sentence(context: Any, sentence: str) -> None:
    with pytest.raises(InvalidPayload) as raised:
        parse(context)

    (field,) = raised.value.fields
    assert sentence in field.message
    assert field.field.startswith("context")


def test_what_just_fits_is_taken() -> None:
    parse("x" * TEXT_LIMIT)
    parse([{"name": "a", "text": "x" * (DOCUMENTS_LIMIT - 1)}])


def test_positional_values_mean_project_context_and_name() -> None:
    bound = AGENT_INITIALIZATION.bind(("acme", "Some context.", "writer"), {})

    assert bound == {"project_id": "acme", "context": "Some context.", "agent_name": "writer"}


@pytest.mark.usefixtures("database")
def test_the_jobs_row_holds_a_reference_and_no_text() -> None:
    job_id = make_job(context=[{"name": "a.md", "text": "Roofs."}, {"name": "b.md", "text": "Batteries."}])

    assert row(job_id).payload["context"] == {"documents_of": job_id}
    with reading() as session:
        stored = session.scalars(select(Document).order_by(Document.position)).all()
    assert [(one.name, one.text, one.job_id) for one in stored] == [
        ("a.md", "Roofs.", job_id),
        ("b.md", "Batteries.", job_id),
    ]


@pytest.mark.usefixtures("database")
def test_two_mebibytes_of_documents_become_ready() -> None:
    paragraph = "Solar roofs carry snow and need no permit below fifty square metres. " * 8
    many = [{"name": f"{n}.txt", "text": f"{paragraph}\n\n" * 940} for n in range(4)]

    result = run_new(context=many)

    assert result["chunks"] == count(Chunk) > 1_500


@pytest.mark.usefixtures("database")
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


@pytest.mark.usefixtures("database")
def test_deleting_a_projects_data_leaves_other_projects_alone() -> None:
    run_new(), run_new(agent_name="writer"), run_new(project_id="other")
    waiting = make_job()

    with writing() as session:
        gone = service.delete_project_data(session, "acme", by="test")

    assert (gone.agents, gone.documents) == (2, 3)
    assert (count(Agent), count(Document), count(AgentVersion)) == (1, 1, 1)
    assert row(waiting).state == "cancelled"


@pytest.mark.usefixtures("database")
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


@pytest.mark.usefixtures("database")
def test_documents_whose_job_was_never_made_are_swept_up_and_others_not() -> None:
    run_new()
    with writing() as session:
        documents.store(session, "no-such-job", project_id="p", agent_name="writer", texts=[("a", "x")])
        session.execute(update(Document).values(created_at=clock.now() - timedelta(hours=2)))
        session.execute(delete(Job))

    with writing() as session:
        assert documents.purge_expired(session) == 1
    assert count(Document) == 1  # an agent still knows it


def check_full_text() -> None:
    """SQLite's own check that index and table agree."""
    with writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("INSERT INTO chunks_fts (chunks_fts, rank) VALUES ('integrity-check', 1)"))


def test_chunks_are_whole_paragraphs_where_they_fit() -> None:
    paragraphs = [f"Paragraph {n} " + "says something useful. " * 20 for n in range(6)]

    chunks = chunking.split("\n\n".join(paragraphs))

    assert len(chunks) == 3
    assert all(len(chunk) <= chunking.SIZE for chunk in chunks)
    for paragraph in paragraphs:
        assert any(paragraph.strip() in chunk for chunk in chunks)


def test_a_chunk_begins_with_the_end_of_the_one_before() -> None:
    first, second, *_ = chunking.split("\n\n".join(f"This is sentence number {n} of many." for n in range(100)))

    assert second.split("\n\n")[0] in first


@pytest.mark.parametrize("given", ["x" * 50_000, "word " * 9_000, "a. " * 9_000, "日本語" * 3_000, "line\n" * 5_000])
def test_a_text_without_paragraphs_is_cut_and_loses_nothing(given: str) -> None:
    chunks = chunking.split(given)

    assert all(0 < len(chunk) <= chunking.SIZE for chunk in chunks)
    kept = "".join("".join(chunk.split()) for chunk in chunks)
    assert len(kept) >= len("".join(given.split()))
    assert chunks == chunking.split(given)


def test_blank_text_has_no_chunks() -> None:
    assert chunking.split(" \n\n \r\n") == []


def test_the_example_context_is_one_chunk() -> None:
    assert chunking.split(CONTEXT) == [CONTEXT]
