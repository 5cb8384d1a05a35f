"""The context: checked at the door, cut into chunks."""

from typing import Any

import pytest

from core.contracts import InvalidPayload
from tests.agents.work import CONTEXT
from workloads.agents import chunking
from workloads.agents.contracts import AGENT_INITIALIZATION, DOCUMENTS_LIMIT, TEXT_LIMIT


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
