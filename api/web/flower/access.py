"""ONE mapping from a request to the role it needs, for our own proxy and for a foreign one that asks /api/auth/verify.

What is not listed cannot be reached: /metrics and /healthcheck, which Flower protects from nobody, and
api/task/apply, async-apply and send-task, with which anybody could run any task with any arguments.
"""

import re
from urllib.parse import unquote

from core.settings import get_settings
from web.auth.roles import Role
from web.flower.paths import HOME, below

NAME = r"[^/]+"
PAGES = rf"(|workers|worker/{NAME}|tasks|task/{NAME}|broker)"
DATA = rf"api/(workers|tasks|task/types|queues/length|task/info/{NAME})"
FILES = r"static/[A-Za-z0-9_./-]+"
READ = re.compile(rf"{PAGES}|{DATA}|{FILES}")
# From the row itself, so with fields that a contract marks as secret: viewers do not see those in the panel either.
READ_WITH_SECRETS = re.compile(rf"api/task/result/{NAME}")
READ_BY_POST = re.compile(r"tasks/datatable")  # the table of tasks asks in a body
ACT = re.compile(
    rf"api/(worker/(shutdown|pool/(restart|grow|shrink|autoscale)|queue/(add|cancel)-consumer)"
    rf"|task/(revoke|abort|timeout|rate-limit))/{NAME}"
)
SIGN_IN = re.compile(r"login/?|logout")  # of Flower's own, only when it has one
LOGIN_DONE = "login-done"  # ours: where the pop-up of Flower's sign-in ends


def role_for(method: str, raw_path: str) -> Role | None:
    """The role that a request under `/flower` needs; None when nobody may. `raw_path` is as sent, still encoded."""
    if raw_path.partition("?")[0] == HOME:
        return Role.VIEWER if method in ("GET", "HEAD") else None
    path = below(raw_path)
    return None if path is None else _role_below(method, unquote(path))


def _role_below(method: str, path: str) -> Role | None:
    if method in ("GET", "HEAD"):
        if READ_WITH_SECRETS.fullmatch(path):
            return Role.OPERATOR
        return Role.VIEWER if READ.fullmatch(path) or (has_own_sign_in() and _of_sign_in(path)) else None
    if method != "POST":
        return None
    if READ_BY_POST.fullmatch(path):
        return Role.VIEWER
    return Role.OPERATOR if ACT.fullmatch(path) else None


def _of_sign_in(path: str) -> bool:
    return path == LOGIN_DONE or SIGN_IN.fullmatch(path) is not None


def is_login(path: str) -> bool:
    """Where Flower's own sign-in begins, and where the provider sends people back to."""
    return path.rstrip("/") == "login"


def has_own_sign_in() -> bool:
    """Whether Flower itself sends people to an OAuth provider."""
    return get_settings().flower_oauth_provider is not None
