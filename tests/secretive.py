"""A contract with secrets in payload and result, as tests submit it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from core.contracts import Contract, Payload, catalog
from core.queues import Queue
from core.secret_fields import Secret

PASSWORD, KEY = "hunter2-of-acme", "wJalrXUtnFEMI"


class Account(BaseModel):
    user: str
    password: Annotated[str, Secret()]


class Login(Payload):
    site: str
    account: Account
    keys: dict[str, Annotated[str, Secret()]] = Field(default_factory=dict)
    notes: Annotated[list[str], Secret()] | None = None


class Session(BaseModel):
    user: str
    cookie: Annotated[str, Secret()]


LOGIN = Contract(name="log_in", queue=Queue.DEFAULT, payload=Login, result=Session)


def login(**more: Any) -> dict[str, Any]:
    return {"site": "example.org", "account": {"user": "ada", "password": PASSWORD}, "keys": {"aws": KEY}, **more}


@contextmanager
def known() -> Iterator[Contract]:
    """LOGIN is in the catalog until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalog._contracts, LOGIN.name, LOGIN)
        yield LOGIN
