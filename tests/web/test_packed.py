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
MANIFEST = "/site.webmanifest"  # its name has no hash


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-abc123.js").write_text(CODE)
    (assets.parent / "site.webmanifest").write_text(CODE)
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


@pytest.mark.parametrize("name", [SCRIPT, MANIFEST])
@pytest.mark.parametrize("accepted", ["gzip;q=0", "br, GZIP; Q=0.000", "gzip;q=0, *", "x-gzip", ""])
def test_who_refuses_gzip_gets_none(panel: TestClient, name: str, accepted: str) -> None:
    answer = panel.get(name, headers={"Accept-Encoding": accepted})
    assert (answer.text, "content-encoding" in answer.headers) == (CODE, False)


@pytest.mark.parametrize("accepted", ["gzip;q=0.001", "br;q=1.0, gzip;q=0.8, *;q=0.1", "GZip"])
def test_who_takes_it_though_it_is_not_the_dearest_gets_gzip(panel: TestClient, accepted: str) -> None:
    assert panel.get(SCRIPT, headers={"Accept-Encoding": accepted}).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("name", [SCRIPT, MANIFEST])
@pytest.mark.parametrize("more", [{}, {"Range": "bytes=0-4", "If-Range": '"another"'}])
def test_a_packed_answer_has_never_the_strong_tag_of_the_file(
    panel: TestClient, name: str, more: dict[str, str]
) -> None:
    packed = panel.get(name, headers={"Accept-Encoding": "gzip", **more})
    assert (packed.status_code, packed.text) == (200, CODE)
    assert (packed.headers["content-encoding"], packed.headers["etag"][:3]) == ("gzip", 'W/"')


def test_a_part_of_the_file_that_the_browser_has_is_given(panel: TestClient) -> None:
    known = panel.get(SCRIPT, headers={"Accept-Encoding": "identity"}).headers
    for name in ("etag", "last-modified"):
        part = panel.get(SCRIPT, headers={"Range": "bytes=0-4", "If-Range": known[name]})
        assert (part.status_code, part.text, "content-encoding" in part.headers) == (206, "const", False)


@pytest.mark.parametrize("name", [SCRIPT, FONT])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_caches_are_told_what_an_answer_depends_on(panel: TestClient, name: str, encoding: str) -> None:
    accepted = {"Accept-Encoding": encoding}
    answer = panel.get(name, headers=accepted)
    again = panel.get(name, headers={"If-None-Match": answer.headers["etag"], **accepted})
    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer.headers["vary"] == again.headers["vary"] == "Accept-Encoding"


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
