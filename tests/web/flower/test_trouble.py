"""A Flower that is down, slow, switched off or of another mind: what people see instead."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.settings import get_settings
from tests.ports import free_port
from tests.web.conftest import Tokens
from tests.web.flower.addresses import PAGE
from tests.web.flower.raw import ask_raw
from tests.web.flower.upstream import FlowersPlace, Told
from web.auth.roles import Role
from web.flower import upstream


def test_when_flower_is_down_a_page_says_so_and_tries_again(
    viewer: TestClient, flower: FlowersPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWER_URL", f"http://127.0.0.1:{free_port()}")
    get_settings.cache_clear()

    page, data = viewer.get("/flower/", headers=PAGE), viewer.get("/flower/api/workers")

    assert (page.status_code, data.status_code) == (502, 502)
    assert 'http-equiv="refresh"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert data.json()["code"] == "FlowerDown"
    assert viewer.get("/api/flower").json()["state"] == "down"


def test_when_flower_is_slow_it_is_not_waited_for(
    viewer: TestClient, flower: FlowersPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(upstream.TIMEOUT, "read", 0.05)
    flower.hold.clear()
    answer = viewer.get("/flower/api/workers")
    assert (answer.status_code, answer.json()["code"]) == (504, "FlowerSlow")


def test_whoever_goes_is_not_waited_for(app: FastAPI, token: Tokens, flower: FlowersPlace) -> None:
    flower.hold.clear()
    answer = ask_raw(app, "/flower/api/workers", token=token(Role.VIEWER), goes=True)
    assert answer.status == 499


@pytest.mark.parametrize(
    ("told", "state"), [(Told(401), "refused"), (Told(404), "elsewhere"), (Told(200), "ready")], ids=str
)
def test_the_panel_learns_how_flower_is(viewer: TestClient, flower: FlowersPlace, told: Told, state: str) -> None:
    flower.told = told
    assert viewer.get("/api/flower").json()["state"] == state
    assert flower.last.path == "/flower/api/task/types"


def test_a_refused_credential_is_our_trouble_and_no_prompt(viewer: TestClient, flower: FlowersPlace) -> None:
    flower.told = Told(401, [("WWW-Authenticate", 'Basic realm="flower"')])
    answer = viewer.get("/flower/", headers=PAGE)
    assert answer.status_code == 502
    assert "same SECRET_KEY" in answer.text
    assert "www-authenticate" not in answer.headers


def test_a_flower_that_was_switched_off_is_not_looked_for(
    viewer: TestClient, flower: FlowersPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWER_URL", "off")
    get_settings.cache_clear()
    assert viewer.get("/flower/").status_code == 503
    assert viewer.get("/api/flower").json()["state"] == "off"
