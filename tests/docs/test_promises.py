"""What the documents name exists: commands, paths, settings, endpoints."""

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import manage
from core.settings import ROOT, Settings
from web.auth.table import access_to

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
READ_ELSEWHERE = {"SLIPWAY_ENV_FILE", "CELERY_RESULT_BACKEND", "VITE_API_URL", "SSL_CERT_FILE"}
METHODS = ("GET", "POST", "PUT", "DELETE")
SETTING = re.compile(r"`([A-Z][A-Z]+(?:_[A-Z0-9]+)+|PORT|DYNO)`")
PATH = re.compile(r"(?<![\w/.<])((?:api|admin-panel|launch|tests|docs)/[\w./-]*|Procfile|Makefile|flowerconfig\.py)")
ENDPOINT = re.compile(r"(?:\$PORT|GET |POST |PUT |DELETE )(/[\w/.{}-]+)")


def text_of(document: Path) -> str:
    return document.read_text()


def known_settings() -> set[str]:
    return {field.alias or name for name, field in Settings.model_fields.items()}


def named_by(file: str) -> str:
    return (ROOT / file).read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_a_document_names_is_read_somewhere(document: Path) -> None:
    named = set(SETTING.findall(text_of(document)))

    elsewhere = named_by("Procfile") + named_by("flowerconfig.py") + named_by("api/worker/flower/variables.py")
    unknown = {name for name in named - known_settings() - READ_ELSEWHERE if name not in elsewhere}

    assert unknown == set()


def test_every_setting_is_in_the_table_of_settings() -> None:
    assert known_settings() <= set(SETTING.findall(text_of(ROOT / "docs" / "configuration.md")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_a_document_names_exists(document: Path) -> None:
    made_by_the_guide = re.findall(r"file=(\S+)", text_of(document))
    named = {path.rstrip("./") for path in PATH.findall(text_of(document))}

    missing = {path for path in named if not (ROOT / path).exists() and "words" not in path}

    assert missing - set(made_by_the_guide) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_endpoint_a_document_names_exists(document: Path) -> None:
    named = set(ENDPOINT.findall(text_of(document)))

    assert {path for path in named if not any(access_to(method, path) for method in METHODS)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", named_by("Makefile"), re.MULTILINE))

    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(document), re.MULTILINE)) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_operator_command_a_document_names_exists(document: Path) -> None:
    for words in re.findall(r"manage\.py ((?:[a-z][a-z-]* ?)+)", text_of(document)):
        command = get_command(manage.cli)
        for word in words.split():
            if isinstance(command, TyperGroup):  # else it is an argument
                command = command.commands[word]  # a KeyError names what is missing


def test_the_procfile_names_the_promised_processes() -> None:
    names = re.findall(r"^([a-z]+):", named_by("Procfile"), re.MULTILINE)

    assert names == ["release", "web", "worker", "beat", "flower"]


def test_each_decision_has_a_number_of_its_own_that_its_title_says() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    numbers = [one.name[:3] for one in decisions]
    assert numbers == [f"{number:03}" for number in range(1, len(decisions) + 1)]
    assert [one.read_text().removeprefix("# ")[:3] for one in decisions] == numbers
