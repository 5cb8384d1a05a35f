"""The OpenAPI document that the panel's types are made from."""

import re
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from core.settings import ROOT
from web.app import create_app

UNSAFE = ("post", "put", "delete")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for path in document["paths"].values() for one in path.values()]


def test_it_is_the_same_every_time(document: dict[str, Any]):
    again = orjson.dumps(create_app().openapi(), option=orjson.OPT_SORT_KEYS)
    assert orjson.dumps(document, option=orjson.OPT_SORT_KEYS) == again


def test_the_panel_has_the_document_of_this_code(document: dict[str, Any]):
    """Made anew by `manage.py openapi > ../admin-panel/openapi.json` in api/, and then `npm run types` in the panel."""
    assert orjson.loads((ROOT / "admin-panel" / "openapi.json").read_bytes()) == orjson.loads(orjson.dumps(document))


def test_operation_ids_are_unique_names(document: dict[str, Any]):
    names = [one["operationId"] for one in operations(document)]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z_]+", name)] == []


def test_every_refusal_is_declared_as_a_problem(document: dict[str, Any]):
    for one in operations(document):
        schema = one["responses"]["default"]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_operation_says_which_role_it_needs(document: dict[str, Any]):
    assert [one["operationId"] for one in operations(document) if "x-role" not in one and one["security"]] == []


def test_the_documentation_page_loads_nothing_from_elsewhere(viewer: TestClient):
    answer = viewer.get("/api/docs")
    assert (answer.status_code, "<script" in answer.text, "http://" in answer.text) == (200, False, False)
    assert "/api/jobs/batch" in answer.text
    assert viewer.get("/api/openapi.json").json()["openapi"].startswith("3.")
