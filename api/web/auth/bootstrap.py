"""The first user: `admin`, with ADMIN_PASSWORD or a password made up here. There is no default password."""

import os
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import IntegrityError

from core.audit import Deed, Via, record
from core.db import reading, writing
from core.settings import get_settings
from web.auth.passwords import hash_password, new_password
from web.auth.roles import Role
from web.auth.users import add_user, any_user

log = structlog.get_logger(__name__)

FIRST_USER = "admin"


@dataclass(frozen=True)
class FirstUser:
    """`password` is None when the operator has set it, who then need not be shown it."""

    password: str | None


SYSTEM = Deed(actor="system", via=Via.SYSTEM, action="create_user", target=FIRST_USER)


def bootstrap(deed: Deed = SYSTEM) -> FirstUser | None:
    """Makes the first user; None when there is a user already. `deed` is what the audit log says about it.

    Raises UnfitPassword when ADMIN_PASSWORD is too short.
    """
    with reading() as session:
        if any_user(session):
            return None
    given = get_settings().admin_password
    made_up = None if given else new_password()
    hashed = hash_password(made_up or (given.get_secret_value() if given else ""))
    try:
        with writing(durable=True) as session:
            if any_user(session):
                return None
            add_user(session, FIRST_USER, Role.ADMIN, hashed)
            record(session, deed, detail={"role": Role.ADMIN.value})
    except IntegrityError:
        return None  # another process was faster
    return FirstUser(made_up)


def ensure_first_admin() -> None:
    """For a bare start of the web process: a password made up here goes into a private file, never into a log."""
    if get_settings().auth_mode != "basic":
        return
    first = bootstrap()
    if first is None:
        return
    if first.password is None:
        log.info("the first user was made, with the password from ADMIN_PASSWORD", user=FIRST_USER)
        return
    path = get_settings().var_dir / "initial-admin-password"
    _write_private(path, first.password)
    log.info("the first user was made; this file holds the password", user=FIRST_USER, file=str(path))


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
