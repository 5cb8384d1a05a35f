"""Which addresses of Flower there are for whom."""

import pytest

from tests.web.flower.addresses import ATTACKS
from web.auth.roles import Role
from web.flower.access import role_for

VIEWER, OPERATOR = Role.VIEWER, Role.OPERATOR

READ = [
    *("", "/", "/workers", "/worker/agents@host", "/worker/a%40b", "/tasks", "/task/0-1", "/broker", "/workers?json=1"),
    *("/static/js/flower.js?v=1", "/api/workers", "/api/tasks", "/api/task/types", "/api/queues/length"),
    "/api/task/info/0-1",
]
ACTIONS = [
    *(f"worker/{what}/w@h" for what in ("shutdown", "pool/restart", "pool/grow", "pool/shrink", "pool/autoscale")),
    *(f"worker/queue/{what}-consumer/w@h" for what in ("add", "cancel")),
    *(f"task/{what}/x" for what in ("revoke", "abort", "timeout", "rate-limit")),
]
RUN_ANYTHING = [f"api/task/{what}/ping" for what in ("apply", "async-apply", "send-task")]
CLOSED = ["metrics", "healthcheck", "login", "logout", "login-done", "%6detrics", "metrics/", *RUN_ANYTHING]


@pytest.mark.parametrize("path", ATTACKS)
def test_what_tries_to_leave_the_folder_is_for_nobody(path: str) -> None:
    assert [role_for(method, path) for method in ("GET", "HEAD", "POST")] == [None] * 3


@pytest.mark.parametrize("path", READ)
def test_a_viewer_reads(path: str) -> None:
    assert role_for("GET", f"/flower{path}") is role_for("HEAD", f"/flower{path}") is VIEWER
    assert role_for("POST", f"/flower{path}") is None


def test_a_whole_result_may_hold_what_viewers_do_not_see() -> None:
    assert role_for("GET", "/flower/api/task/result/0-1") is OPERATOR


def test_the_table_of_tasks_is_read_by_post() -> None:
    assert role_for("POST", "/flower/tasks/datatable") is VIEWER


@pytest.mark.parametrize("path", ACTIONS)
def test_an_operator_acts(path: str) -> None:
    assert role_for("POST", f"/flower/api/{path}") is OPERATOR
    assert role_for("GET", f"/flower/api/{path}") is None


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", CLOSED)
def test_some_of_flowers_addresses_are_for_nobody(method: str, path: str) -> None:
    assert role_for(method, f"/flower/{path}") is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", ""])
def test_other_methods_are_for_nobody(method: str) -> None:
    assert role_for(method, "/flower/workers") is role_for(method, "/flower") is None


def test_the_folder_without_its_slash_is_read_only() -> None:
    assert role_for("GET", "/flower") is role_for("GET", "/flower?x=1") is VIEWER
    assert role_for("POST", "/flower") is None


@pytest.mark.usefixtures("own_sign_in")
def test_flowers_own_sign_in_is_reached_only_when_it_has_one() -> None:
    assert {role_for("GET", f"/flower/{path}") for path in ("login?code=1", "logout", "login-done")} == {VIEWER}
    assert role_for("POST", "/flower/login") is None
