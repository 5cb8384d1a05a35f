"""Each promise names its tests, and they are there."""

import re
from pathlib import Path

import pytest

from core.settings import ROOT

PROMISES = ROOT / "docs" / "promises.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
STATEMENT = re.compile(r"^(?:\d+\. |- )", re.MULTILINE)


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    named = set(NAMED.findall(document.read_text()))

    missing = {f"{file}::{name}" for file, name in named if f"def {name}(" not in text_of(file)}

    assert missing == set()


def text_of(file: str) -> str:
    path = ROOT / file
    return path.read_text() if path.exists() else ""


def test_every_promise_names_a_test_that_fails_when_it_is_broken() -> None:
    statements = STATEMENT.split(PROMISES.read_text())[1:]

    assert [one.splitlines()[0] for one in statements if not NAMED.search(one)] == []


def test_there_are_twelve_promises() -> None:
    assert re.findall(r"^(\d+)\. \*\*", PROMISES.read_text(), re.MULTILINE) == [str(n) for n in range(1, 13)]
