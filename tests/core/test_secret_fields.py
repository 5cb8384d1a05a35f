"""What a contract marks as secret is found wherever it is, and what nobody knows is hidden with it."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, Json, JsonValue

from core.contracts import catalog
from core.log import HIDDEN, Redactor, hiding
from core.secret_fields import Secret, has_secrets, hide
from tests.secretive import KEY, LOGIN, PASSWORD, Login, known, login


class Card(BaseModel):
    number: Annotated[str, Secret()]


class Bank(BaseModel):
    iban: str = Field(json_schema_extra={"x-secret": True})


class Tree(BaseModel):
    name: str
    pin: Annotated[int | None, Secret()] = None
    children: list["Tree"] = []


class Order(BaseModel):
    paid_by: Card | Bank
    pair: tuple[str, Annotated[str, Secret()]] = ("", "")
    anything: JsonValue = None


class Odd(BaseModel):
    """Where JSON Schema says it in other words."""

    by_pattern: dict[Annotated[str, Field(pattern=r"^\w+$")], Annotated[str, Secret()]] = {}
    in_text: Json[list[Annotated[str, Secret()]]] = []


class Plain(BaseModel):
    text: str
    anything: JsonValue = None


def test_secrets_are_found_in_members_maps_and_lists() -> None:
    hidden = hide(Login, login(notes=["a", "b"]), "payload")

    assert hidden.value["account"] == {"user": "ada", "password": HIDDEN}
    assert hidden.value["keys"] == {"aws": HIDDEN}
    assert hidden.value["notes"] == HIDDEN
    assert hidden.paths == ["payload.account.password", "payload.keys.aws", "payload.notes"]
    assert hidden.values == [PASSWORD, KEY, ["a", "b"]]


@pytest.mark.parametrize("paid", [{"number": "4111"}, {"iban": "DE00"}])
def test_secrets_are_found_in_each_alternative(paid: dict[str, str]) -> None:
    assert hide(Order, {"paid_by": paid, "pair": ["a", "b"]}, "payload").value == {
        "paid_by": dict.fromkeys(paid, HIDDEN),
        "pair": ["a", HIDDEN],
    }


@pytest.mark.parametrize(
    "value",
    [{"by_pattern": {"aws": KEY}}, {"in_text": [KEY]}, {"in_text": f'["{KEY}"]'}],
    ids=["pattern", "parsed", "text"],
)
def test_secrets_are_found_under_patterns_and_in_json_inside_a_text(value: dict[str, object]) -> None:
    hidden = hide(Odd, value, "payload")

    assert has_secrets(Odd)
    assert KEY not in str(hidden.value)
    assert len(hidden.paths) == 1


def test_secrets_are_found_at_any_depth_of_a_model_that_holds_itself() -> None:
    tree = {"name": "a", "pin": None, "children": [{"name": "b", "children": [{"name": "c", "pin": 1234}]}]}

    hidden = hide(Tree, tree, "payload")

    assert hidden.paths == ["payload.children.0.children.0.pin"]
    assert hidden.value["children"][0]["children"][0] == {"name": "c", "pin": HIDDEN}


def test_what_the_model_does_not_know_is_hidden_since_it_may_hold_the_secret() -> None:
    came = {"args": [], "kwargs": {"password": PASSWORD}}

    assert hide(Login, came, "payload").value == {"args": HIDDEN, "kwargs": HIDDEN}
    assert hide(Order, {"anything": {"a": [1]}}, "payload").value == {"anything": {"a": [1]}}


def test_a_model_without_secrets_is_shown_as_it_is() -> None:
    value = {"text": "a", "unknown": 1}

    assert not has_secrets(Plain)
    assert hide(Plain, value, "payload").value is value


def test_the_schema_that_clients_read_says_what_is_secret() -> None:
    assert Login.model_json_schema()["$defs"]["Account"]["properties"]["password"]["x-secret"] is True


def test_of_a_task_nobody_knows_everything_is_hidden() -> None:
    hidden = catalog.hide_payload("gone", {"a": 1})

    assert (hidden.value, hidden.paths) == (HIDDEN, ["payload"])
    assert catalog.hide_result("gone", None).value is None


def test_the_secrets_of_a_job_are_hidden_from_its_logs_as_they_might_be_quoted() -> None:
    redactor = Redactor(frozenset())
    quoted = 'a "quoted"\nsecret'

    with known(), hiding(LOGIN.secrets_in(login(notes=[quoted]))):
        assert redactor.text(f"password={PASSWORD} aws={KEY}") == f"password={HIDDEN} aws={HIDDEN}"
        assert "quoted" not in redactor.text(repr(quoted))
        assert "quoted" not in redactor.text('{"notes":"a \\"quoted\\"\\nsecret"}')
    assert redactor.text(PASSWORD) == PASSWORD
