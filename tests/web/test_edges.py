"""What every request meets first: this machine only, headers, the panel's files."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.settings import get_settings
from tests.web.entry import local_client
from web.app import create_app

SECRET_KEY = "k" * 40


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What the panel's build leaves behind, and a file beside it that is nobody's business."""
    (tmp_path / "private.txt").write_text("private")
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__">' + " " * 2_000)
    (folder / "assets" / "index-4f2a.js").write_text("js")
    (folder / "favicon.svg").write_text("<svg/>")
    return folder


@pytest.fixture
def panel(dist: Path) -> TestClient:
    return local_client(create_app(panel_directory=dist))


@pytest.mark.parametrize("path", ["/", "/index.html", "/jobs/019aa1b2", "/workers/w@host.example", "/jobs/"])
def test_every_page_is_the_panel_with_a_nonce_of_its_own(panel: TestClient, path: str):
    first, second = panel.get(path), panel.get(path)
    nonces = [answer.text.split('content="')[1].split('"')[0] for answer in (first, second)]
    assert nonces[0] != nonces[1] != "__CSP_NONCE__"
    assert f"style-src 'self' 'nonce-{nonces[0]}'" in first.headers["content-security-policy"]
    assert "unsafe" not in first.headers["content-security-policy"]
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")


def test_hashed_files_are_kept_for_ever_and_others_are_asked_about(panel: TestClient):
    asset, icon = panel.get("/assets/index-4f2a.js"), panel.get("/favicon.svg")
    assert (asset.text, asset.headers["cache-control"]) == ("js", "public, max-age=31536000, immutable")
    assert icon.headers["cache-control"] == "no-cache"
    again = panel.get("/favicon.svg", headers={"If-None-Match": icon.headers["etag"]})
    assert again.status_code == 304


def test_an_asset_that_is_gone_is_404_and_no_page(panel: TestClient):
    answer = panel.get("/assets/index-old.js")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "immutable" not in answer.headers.get("cache-control", "")


@pytest.mark.parametrize(
    "path",
    ["/../private.txt", "/%2e%2e/private.txt", "/assets/..%2f..%2fprivate.txt", "/..%5cprivate.txt", "//etc/passwd",
     "/assets/%2e%2e/%2e%2e/private.txt", "/%00", "/" + "a" * 5_000],
)  # fmt: skip
def test_nothing_outside_the_folder_is_served(panel: TestClient, path: str):
    answer = panel.get(path)
    assert "private" not in answer.text
    assert "root:" not in answer.text
    assert answer.status_code in {200, 404}


def test_a_link_out_of_the_folder_is_not_followed(panel: TestClient, dist: Path):
    (dist / "link.txt").symlink_to(dist.parent / "private.txt")
    assert "private" not in panel.get("/link.txt").text


def test_a_panel_that_is_not_built_says_how(tmp_path: Path):
    answer = local_client(create_app(panel_directory=tmp_path / "nothing")).get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text


def test_head_answers_as_get_does_without_a_body(panel: TestClient):
    answer = panel.head("/")
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/jobs", "/api/nothing", "/assets/none.js"])
def test_security_headers_are_on_every_answer(panel: TestClient, path: str):
    headers = panel.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_answers_of_the_api_are_kept_by_no_cache(panel: TestClient):
    assert panel.get("/api/auth/mode").headers["cache-control"] == "no-store"


def test_large_answers_are_compressed(panel: TestClient):
    assert panel.get("/").headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        pytest.param("127.0.0.1", "localhost:8000", 200, id="this machine"),
        pytest.param("127.3.2.1", "127.0.0.1", 200, id="all of 127"),
        pytest.param("::1", "[::1]:8000", 200, id="IPv6"),
        pytest.param("::ffff:127.0.0.1", "slipway.localhost", 200, id="mapped"),
        pytest.param("192.168.1.5", "localhost", 403, id="a neighbour"),
        pytest.param("127.0.0.1", "192.168.1.2:8000", 403, id="through another address"),
        pytest.param("127.0.0.1", "evil.example", 403, id="a name that points here"),
        pytest.param("127.0.0.1", "localhost.evil.example", 403, id="a name that looks like here"),
        pytest.param("127.0.0.1", "", 403, id="no name"),
    ],
)
def test_in_development_only_this_machine_is_answered(address: str, host: str, status: int):
    client = TestClient(create_app(), client=(address, 1), base_url="http://localhost")
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "NotFromHere"
        assert "development" in answer.json()["detail"]


def test_in_production_others_are_answered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SLIPWAY_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    get_settings.cache_clear()
    client = TestClient(create_app(), client=("203.0.113.9", 1), base_url="https://slipway.example")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["strict-transport-security"]


def test_other_origins_are_allowed_only_when_they_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CORS_ORIGINS", "https://app.example")
    get_settings.cache_clear()
    client = local_client(create_app())
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options("/api/jobs", headers={"Origin": "https://app.example", **asking})
    refused = client.options("/api/jobs", headers={"Origin": "https://evil.example", **asking})
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-credentials" not in allowed.headers
    assert "access-control-allow-origin" not in refused.headers
