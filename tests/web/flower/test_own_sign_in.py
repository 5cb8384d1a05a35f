"""The proxy in front of a Flower that asks an OAuth provider who people are."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.settings import get_settings
from tests.web.conftest import Tokens
from tests.web.entry import OWN_SITE, PASSWORD, local_client
from tests.web.flower.upstream import FlowersPlace, Told
from web.auth.roles import Role

pytestmark = pytest.mark.usefixtures("own_sign_in")

FRAMED = {"Sec-Fetch-Dest": "iframe"}
IN_A_WINDOW = {"Sec-Fetch-Dest": "document"}
HTML = [("Content-Type", "text/html; charset=UTF-8")]


def test_only_its_own_cookies_go_up_and_no_credential(browser: TestClient, flower: FlowersPlace) -> None:
    for name in ("user", "_xsrf", "oauth_state", "other"):
        browser.cookies.set(name, f"a-{name}", path="/flower")
    browser.get("/flower/workers")
    assert flower.last.header("cookie") == "_xsrf=a-_xsrf; user=a-user; oauth_state=a-oauth_state"
    assert flower.last.header("authorization") is None


@pytest.mark.parametrize(("scheme", "secure"), [("http", []), ("https", ["Secure"])])
def test_its_cookies_come_down_as_ours(
    app: FastAPI, token: Tokens, flower: FlowersPlace, scheme: str, secure: list[str]
) -> None:
    flower.told = Told(
        headers=[
            ("Set-Cookie", "user=1; expires=Mon, 21 Dec 2099 00:00:00 GMT; HttpOnly; Path=/; SameSite=None"),
            ("Set-Cookie", "_xsrf=2; Path=/; Domain=example.com"),
            ("Set-Cookie", "slipway=3; Path=/"),
        ]
    )
    answer = local_client(app, token(Role.VIEWER), scheme=scheme).get("/flower/workers")
    expires, ours = "expires=Mon, 21 Dec 2099 00:00:00 GMT", ["Path=/flower", "SameSite=Lax", *secure]
    assert answer.headers.get_list("set-cookie") == [
        "; ".join(["user=1", expires, *ours, "HttpOnly"]),
        "; ".join(["_xsrf=2", *ours]),
    ]


def test_the_frame_offers_the_sign_in_and_a_script_is_told(viewer: TestClient, flower: FlowersPlace) -> None:
    flower.told = Told(302, [("Location", "/flower/login?next=%2Fflower%2Fworkers")])
    page = viewer.get("/flower/workers", headers=FRAMED)
    data = viewer.get("/flower/api/workers", headers={"Sec-Fetch-Dest": "empty"})
    assert (page.status_code, data.status_code, data.json()["code"]) == (401, 401, "SignInToFlower")
    assert 'href="/flower/login"' in page.text
    assert "script-src 'sha256-" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("place", "led_to"),
    [
        ("https://idp.example/authorize?state=1", "https://idp.example/authorize?state=1"),
        ("/flower", "/flower/login-done"),
        ("javascript:alert(1)", None),
    ],
)
def test_its_sign_in_leads_to_the_provider_and_ends_with_us(
    viewer: TestClient, flower: FlowersPlace, place: str, led_to: str | None
) -> None:
    flower.told = Told(302, [("Location", place)])
    answer = viewer.get("/flower/login", headers=IN_A_WINDOW, follow_redirects=False)
    assert answer.headers.get("location") == led_to


def test_the_last_page_of_the_sign_in_closes_its_window(viewer: TestClient, flower: FlowersPlace) -> None:
    assert "BroadcastChannel" in viewer.get("/flower/login-done").text
    assert flower.asked == []


def test_leaving_the_panel_leaves_flower(browser: TestClient, flower: FlowersPlace) -> None:
    answer = browser.post("/api/auth/logout", headers=OWN_SITE)
    assert len([line for line in answer.headers.get_list("set-cookie") if "Path=/flower" in line]) == 3


def test_a_frame_that_asks_for_the_sign_in_is_led_to_the_way_in(viewer: TestClient, flower: FlowersPlace) -> None:
    """As by "Log in again" on Flower's own last page: the provider would not be shown there."""
    answer = viewer.get("/flower/login", headers=FRAMED, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/flower/")
    assert flower.asked == []


REFUSALS = [
    (403, "Access denied to &#x27;m@evil.test&#x27;.", "Access denied to &#x27;m@evil.test&#x27;."),
    (403, "<b>odd</b>", "Its log says more"),
    (500, "CERTIFICATE_VERIFY_FAILED", "Its log says more"),
]


@pytest.mark.parametrize(("status", "said", "shown"), REFUSALS)
def test_whom_flower_refuses_reads_why(
    viewer: TestClient, flower: FlowersPlace, status: int, said: str, shown: str
) -> None:
    flower.told = Told(status, HTML, f'<div class="col-12">\n <p>\n  {said}\n </p></div>'.encode())
    answer = viewer.get("/flower/login?code=c&state=s", headers=IN_A_WINDOW)
    assert answer.status_code == status
    assert shown in answer.text
    assert 'href="/flower/login"' in answer.text


@pytest.mark.parametrize(("error", "shown"), [("access_denied", "access_denied."), ("<b>Call me", "error.")])
def test_a_provider_that_refuses_is_not_asked_again_and_again(
    viewer: TestClient, flower: FlowersPlace, error: str, shown: str
) -> None:
    answer = viewer.get("/flower/login", params={"error": error, "state": "s"}, headers=IN_A_WINDOW)
    assert answer.status_code == 403
    assert f"The provider said: {shown}" in answer.text
    assert flower.asked == []


def test_signing_in_and_leaving_everywhere_forget_flowers_cookies(
    anonymous: TestClient, flower: FlowersPlace, operator_user: str
) -> None:
    signed_in = anonymous.post("/api/auth/login", json={"username": operator_user, "password": PASSWORD})
    left = anonymous.delete("/api/auth/sessions", headers=OWN_SITE)
    for answer in (signed_in, left):
        assert answer.is_success, answer.text
        assert len([line for line in answer.headers.get_list("set-cookie") if "Path=/flower" in line]) == 3


def test_where_the_panel_is_public_on_https_flowers_cookies_are_secure(
    viewer: TestClient, flower: FlowersPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://panel.example.com")
    get_settings.cache_clear()
    flower.told = Told(headers=[("Set-Cookie", "user=1; Path=/")])
    assert "Secure" in viewer.get("/flower/workers").headers["set-cookie"]


def test_a_sign_in_that_we_were_not_told_of_is_named(
    viewer: TestClient, flower: FlowersPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLOWER_OAUTH_PROVIDER")
    get_settings.cache_clear()
    flower.told = Told(302, [("Location", "/flower/login?next=%2Fflower%2F")])
    found = viewer.get("/api/flower").json()
    assert (found["state"], "sign-in of its own" in found["message"]) == ("refused", True)
    assert viewer.get("/flower/", headers=FRAMED, follow_redirects=False).status_code == 502
