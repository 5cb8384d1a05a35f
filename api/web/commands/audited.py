"""What `manage.py` does is in the audit log too, in the transaction of its action: neither is without the other."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from core.audit import Deed, Result, Via, begin, complete, record, record_alone
from core.db import writing
from core.errors import AppError


def command(action: str, target: str | None = None) -> Deed:
    """The person at the terminal, as the operating system knows them."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a number that nobody has a name for
        name = str(os.getuid())
    return Deed(actor=f"command line:{name}", via=Via.COMMAND_LINE, action=action, target=target)


@contextmanager
def audited(action: str, target: str | None = None, **detail: Any) -> Iterator[Session]:
    """A durable unit of work. A refusal is recorded as well."""
    deed = command(action, target)
    try:
        with writing(durable=True) as session:
            record(session, deed, detail=detail)
            yield session
    except AppError as refusal:
        record_alone(deed, Result.REFUSED, detail={"code": refusal.code} | detail)
        raise


@contextmanager
def audited_while_it_lasts(action: str, target: str) -> Iterator[dict[str, Any]]:
    """For what takes many transactions: on record before it begins, completed with what the dictionary says then."""
    entry, told = begin(command(action, target)), dict[str, Any]()
    status = 500
    try:
        yield told
        status = 200
    except AppError as refusal:
        status, told["code"] = refusal.status, refusal.code
        raise
    finally:
        complete(entry, status, target=target, detail=told)
