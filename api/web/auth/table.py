"""ONE table: which role each route needs. A route that is not listed cannot be reached; a test compares both."""

import re
from typing import Literal

from starlette.routing import compile_path

from web.auth.roles import Role

PUBLIC: Literal["public"] = "public"
VIEWER, OPERATOR, ADMIN = Role.VIEWER, Role.OPERATOR, Role.ADMIN
Access = Role | Literal["public"]

TABLE: dict[tuple[str, str], Access] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/api/openapi.json"): VIEWER,
    ("GET", "/api/docs"): VIEWER,
    ("GET", "/api/auth/mode"): PUBLIC,
    ("POST", "/api/auth/login"): PUBLIC,
    ("GET", "/api/auth/oauth/start"): PUBLIC,
    ("GET", "/api/auth/oauth/callback"): PUBLIC,
    ("POST", "/api/auth/logout"): VIEWER,
    ("GET", "/api/auth/me"): VIEWER,
    ("GET", "/api/auth/verify"): VIEWER,  # and then by what nginx asks for
    ("POST", "/api/auth/password"): VIEWER,
    ("GET", "/api/auth/sessions"): VIEWER,
    ("DELETE", "/api/auth/sessions"): VIEWER,
    ("DELETE", "/api/auth/sessions/{session_id}"): VIEWER,  # each their own
    ("GET", "/api/tokens"): VIEWER,
    ("POST", "/api/tokens"): VIEWER,  # each up to their own role
    ("DELETE", "/api/tokens/{token_id}"): VIEWER,  # each their own, an admin all
    ("GET", "/api/overview"): VIEWER,
    ("GET", "/api/alerts"): VIEWER,
    ("GET", "/api/workers"): VIEWER,
    ("GET", "/api/workers/{worker_id}"): VIEWER,
    ("POST", "/api/workers/{worker_id}/orders"): OPERATOR,
    ("GET", "/api/queues"): VIEWER,
    ("GET", "/api/queues/{name}"): VIEWER,
    ("PATCH", "/api/queues/{name}"): OPERATOR,
    ("POST", "/api/queues/{name}/pause"): OPERATOR,
    ("POST", "/api/queues/{name}/drain"): OPERATOR,
    ("POST", "/api/queues/{name}/resume"): OPERATOR,
    ("GET", "/api/queues/{name}/waiting"): VIEWER,
    ("POST", "/api/queues/{name}/purge"): OPERATOR,
    ("GET", "/api/users"): ADMIN,
    ("POST", "/api/users"): ADMIN,
    ("PATCH", "/api/users/{name}"): ADMIN,
    ("POST", "/api/users/{name}/password"): ADMIN,
    ("DELETE", "/api/users/{name}"): ADMIN,
    ("GET", "/api/audit"): ADMIN,
    ("GET", "/api/about"): VIEWER,
    ("GET", "/api/doctor"): ADMIN,  # says where it is weak
    ("GET", "/api/tasks"): VIEWER,
    ("GET", "/api/tasks/{task}"): VIEWER,
    ("PATCH", "/api/tasks/{task}"): OPERATOR,
    ("GET", "/api/jobs"): VIEWER,
    ("POST", "/api/jobs"): OPERATOR,
    ("POST", "/api/jobs/batch"): OPERATOR,
    ("POST", "/api/jobs/bulk"): OPERATOR,
    ("GET", "/api/jobs/{job_id}"): VIEWER,
    ("GET", "/api/jobs/{job_id}/events"): VIEWER,
    ("GET", "/api/jobs/{job_id}/attempts"): VIEWER,
    ("GET", "/api/jobs/{job_id}/calls"): VIEWER,
    ("GET", "/api/jobs/{job_id}/logs"): VIEWER,
    ("POST", "/api/jobs/{job_id}/cancel"): OPERATOR,
    ("POST", "/api/jobs/{job_id}/retry"): OPERATOR,
    ("POST", "/api/jobs/{job_id}/run-now"): OPERATOR,
    ("GET", "/api/scheduled"): VIEWER,
    ("GET", "/api/workflows"): VIEWER,
    ("POST", "/api/workflows"): OPERATOR,
    ("GET", "/api/workflows/{workflow_id}"): VIEWER,
    ("POST", "/api/workflows/{workflow_id}/cancel"): OPERATOR,
    ("POST", "/api/workflows/{workflow_id}/retry"): OPERATOR,
    ("GET", "/api/dead-letters"): VIEWER,
    ("POST", "/api/dead-letters/bulk"): OPERATOR,
    ("GET", "/api/dead-letters/{letter_id}"): VIEWER,
    ("GET", "/api/dead-letters/{letter_id}/diff"): VIEWER,
    ("POST", "/api/dead-letters/{letter_id}/rerun"): OPERATOR,
    ("POST", "/api/dead-letters/{letter_id}/discard"): OPERATOR,
    ("GET", "/api/projects"): VIEWER,
    ("GET", "/api/views"): VIEWER,
    ("POST", "/api/views"): VIEWER,  # sharing one needs the role operator
    ("PUT", "/api/views/{view_id}"): VIEWER,  # each their own, an admin the shared ones
    ("DELETE", "/api/views/{view_id}"): VIEWER,  # likewise
    ("GET", "/task-status/{task_id}"): VIEWER,
    ("GET", "/api/stream"): VIEWER,
    ("GET", "/api/flower"): VIEWER,
    ("GET", "/flower"): VIEWER,
    ("GET", "/flower/{path:path}"): VIEWER,  # at least; web/flower/access.py says what each address needs
    ("POST", "/flower/{path:path}"): VIEWER,
    ("GET", "/api/profiles"): VIEWER,
    ("GET", "/api/agents"): VIEWER,
    ("POST", "/api/agents"): OPERATOR,
    ("GET", "/api/agents/{agent_id}"): VIEWER,
    ("DELETE", "/api/agents/{agent_id}"): OPERATOR,
    ("GET", "/api/agents/{agent_id}/chunks"): VIEWER,
    ("POST", "/api/agents/{agent_id}/ask"): OPERATOR,
    ("GET", "/api/agent-definitions"): VIEWER,
    ("POST", "/api/agent-definitions"): OPERATOR,
    ("PUT", "/api/agent-definitions/{name}"): OPERATOR,
    ("DELETE", "/api/agent-definitions/{name}"): OPERATOR,
    ("DELETE", "/api/projects/{project_id}/data"): ADMIN,
    ("GET", "/api/webhooks"): VIEWER,
    ("POST", "/api/webhooks"): ADMIN,  # sends what happens here to somebody outside, for good
    ("GET", "/api/webhooks/{webhook_id}"): ADMIN,  # the address may hold a token
    ("PUT", "/api/webhooks/{webhook_id}"): ADMIN,
    ("DELETE", "/api/webhooks/{webhook_id}"): ADMIN,
    ("POST", "/api/webhooks/{webhook_id}/test"): OPERATOR,
    ("GET", "/api/webhooks/{webhook_id}/secret"): ADMIN,
    ("POST", "/api/webhooks/{webhook_id}/rotate"): ADMIN,
    ("GET", "/api/webhooks/{webhook_id}/deliveries"): VIEWER,
    ("GET", "/api/jobs/{job_id}/webhooks"): VIEWER,
    ("GET", "/api/job-webhooks/secret"): OPERATOR,  # who may name an address may know how it is signed
    ("POST", "/api/job-webhooks/rotate"): ADMIN,
}

Row = tuple[str, str]  # a key of the table: a method, and a route's template
_PATTERNS: dict[Row, re.Pattern[str]] = {row: compile_path(row[1])[0] for row in TABLE if "{" in row[1]}


def row_of(method: str, path: str) -> Row | None:
    """The row that is about a request."""
    method = "GET" if method == "HEAD" else method
    if "{" not in path and (method, path) in TABLE:
        return (method, path)
    return next((row for row, form in _PATTERNS.items() if row[0] == method and form.match(path)), None)


def filled_in(row: Row, path: str) -> list[str]:
    """What stands at the placeholders of a row's template, in their order."""
    found = _PATTERNS[row].match(path) if row in _PATTERNS else None
    return list(found.groupdict().values()) if found else []


def access_to(method: str, path: str) -> Access | None:
    """None when no row is about it."""
    row = row_of(method, path)
    return TABLE[row] if row else None


def methods_of(path: str) -> list[str]:
    """Those under which the path is listed."""
    return sorted({method for method, _ in TABLE if access_to(method, path) is not None})
