"""The panel's files travel packed, and are packed once."""

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.entry import local_client
from web.app import create_app

CODE = "const answer = 42;\n" * 1_000
NOISE = bytes(range(256)) * 8
SCRIPT, FONT = "/assets/index-abc123.js", "/assets/text-abc123.woff2"


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-abc123.js").write_text(CODE)
    (assets / "text-abc123.woff2").write_bytes(NOISE[:100])
    return assets


@pytest.fixture
def panel(assets: Path) -> TestClient:
    return local_client(create_app(panel_directory=assets.parent))


def test_a_file_is_packed_once_and_the_same_for_everybody(panel: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = panel.get(SCRIPT)
    monkeypatch.setattr("web.packed.gzip.compress", None)

    for answer in (first, panel.get(SCRIPT)):
        assert (answer.status_code, answer.text) == (200, CODE)
        assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert int(answer.headers["content-length"]) < len(CODE) / 10
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


def test_who_takes_no_gzip_or_a_part_gets_the_file_as_it_is(panel: TestClient) -> None:
    plain = panel.get(SCRIPT, headers={"Accept-Encoding": "identity"})
    assert (plain.text, "content-encoding" in plain.headers, plain.headers["vary"]) == (CODE, False, "Accept-Encoding")

    part = panel.get(SCRIPT, headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.text, "content-encoding" in part.headers) == (206, "const", False)


def test_who_has_it_is_told_so_whichever_way_it_came(panel: TestClient) -> None:
    for encoding in ("gzip", "identity"):
        tag = panel.get(SCRIPT, headers={"Accept-Encoding": encoding}).headers["etag"]
        again = panel.get(SCRIPT, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert "immutable" in again.headers["cache-control"]


def test_what_does_not_become_smaller_is_left_alone(panel: TestClient) -> None:
    answer = panel.get(FONT)
    assert (answer.content, "content-encoding" in answer.headers) == (NOISE[:100], False)


def test_a_file_that_was_built_anew_is_packed_anew(panel: TestClient, assets: Path) -> None:
    panel.get(SCRIPT)
    (assets / "index-abc123.js").write_text(f"{CODE}// more")
    assert panel.get(SCRIPT).text.endswith("// more")


def test_no_body_comes_when_only_the_head_is_asked_for(panel: TestClient) -> None:
    head = panel.head(SCRIPT)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(gzip.compress(CODE.encode(), 9))
