"""Flower's pages in the frame of ours: framed by us alone, with no script but Flower's own."""

import base64
import hashlib

import pytest
from starlette.testclient import TestClient

from tests.web.flower.addresses import GROW, PAGE
from tests.web.flower.upstream import FlowersPlace, Told

HTML = [("Content-Type", "text/html; charset=UTF-8")]


@pytest.mark.parametrize("path", ["/flower/workers", "/flower/static/js/x.js", "/flower/metrics", "/flower/x", GROW])
def test_every_answer_may_be_framed_by_us_alone(viewer: TestClient, flower: FlowersPlace, path: str) -> None:
    for headers in (PAGE, {}):
        answer = viewer.get(path, headers=headers)
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_stranger_in_the_frame_gets_a_page_with_the_way_in(anonymous: TestClient, flower: FlowersPlace) -> None:
    answer = anonymous.get("/flower/workers", headers=PAGE)
    assert answer.status_code == 401
    assert 'href="/sign-in?next=/monitor"' in answer.text
    assert "SAMEORIGIN" in answer.headers["x-frame-options"]
    assert "basic" not in answer.headers.get("www-authenticate", "").lower()


def test_flowers_own_script_is_allowed_and_no_other(viewer: TestClient, flower: FlowersPlace) -> None:
    own = "\n  var autorefresh = 1;\n"
    html = f'<script type="text/javascript">{own}</script><script>alert(1)</script>'
    flower.told = Told(headers=HTML, body=html.encode())

    policy = viewer.get("/flower/workers").headers["content-security-policy"]

    assert policy.count("sha256-") == 1
    assert base64.b64encode(hashlib.sha256(own.encode()).digest()).decode() in policy
    assert "connect-src http://localhost/flower/" in policy


@pytest.mark.parametrize("host", ["localhost; script-src *", "localhost/evil", "a b"])
def test_a_host_that_is_none_does_not_get_into_the_policy(viewer: TestClient, flower: FlowersPlace, host: str) -> None:
    assert viewer.get("/flower/workers", headers={"Host": host}).status_code in (400, 403)
    assert flower.asked == []
