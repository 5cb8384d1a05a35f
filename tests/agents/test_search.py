"""Retrieval finds what was meant, whatever is typed."""

import random

import pytest

from core.db import reading
from tests.agents.work import run_new
from workloads.agents import versions
from workloads.agents.models import Agent, Chunk
from workloads.agents.search import leading, retrieve

pytestmark = pytest.mark.usefixtures("database")

DOCUMENTS = [
    {"name": "roofs", "text": "Solar roofs are installed in six weeks."},
    {"name": "storage", "text": "The battery is delivered by Volta GmbH. Batteries last fifteen years."},
    {"name": "café", "text": "The café in Zürich wants 100% green power, e.g. wind."},
]


def find(query: str, agent_id: str, limit: int = 5) -> list[Chunk]:
    with reading() as session:
        version = versions.in_force(session, session.get_one(Agent, agent_id))
        assert version is not None
        return retrieve(session, version.id, query, limit=limit)


def test_the_best_match_comes_first_and_word_forms_are_understood() -> None:
    agent_id = run_new(context=DOCUMENTS)["agent_id"]

    assert find("Which battery is it?", agent_id)[0].document == "storage"
    assert [chunk.document for chunk in find("installing a roof", agent_id)] == ["roofs"]
    assert find("submarine", agent_id) == []


def test_only_the_agents_own_version_is_searched() -> None:
    agent_id = run_new(context=DOCUMENTS)["agent_id"]
    run_new(project_id="other", context="Nobody here speaks of battery but us.")
    run_new(context="Now only wind power matters.")

    assert find("battery", agent_id) == []


def test_without_any_word_found_there_are_the_first_chunks() -> None:
    agent_id = run_new(context=DOCUMENTS)["agent_id"]
    with reading() as session:
        version = versions.in_force(session, session.get_one(Agent, agent_id))
        assert version is not None
        assert [chunk.position for chunk in leading(session, version.id, limit=2)] == [1, 2]


NASTY = [
    "",
    " ",
    '"',
    "'",
    "''; DROP TABLE chunks; --",
    "AND OR NOT NEAR",
    "NEAR(battery, 5)",
    "battery AND (",
    "text : battery",
    "{text} : *",
    "^battery* + -battery",
    "a:b & c | !d <-> e",
    "100% _under_score_ \\ \\' %s :name ?",
    "café ZÜRICH Ĳssel ﬁne ² ½ ① \u0301\u0301",
    "日本語 العربية 🙂 \u200b\ufeff",
    "\x00\x01\x1f",
    "x" * 9_000,
    "word " * 5_000,
    " ".join(f"word{n}" for n in range(3_000)),
]


def test_no_text_is_a_syntax_error() -> None:
    agent_id = run_new(context=DOCUMENTS)["agent_id"]

    for query in NASTY:
        find(query, agent_id)


def test_random_text_is_no_syntax_error_either() -> None:
    agent_id = run_new(context=DOCUMENTS)["agent_id"]
    rng = random.Random(7)
    alphabet = "ab \"'()*:^-+&|!<>{}[]\\%_~#@/.,;\t\n²½①Ⅷ٣\u0301\u0e01é"

    for _ in range(200):
        find("".join(rng.choices(alphabet, k=rng.randint(1, 40))), agent_id)


def test_words_with_accents_are_found() -> None:
    agent_id = run_new(context=DOCUMENTS)["agent_id"]

    assert [chunk.document for chunk in find("café", agent_id)] == ["café"]
