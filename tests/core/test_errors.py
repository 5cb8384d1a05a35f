"""Errors: a class is a status and a sentence."""

import pytest

from core.errors import (
    AppError,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
    closest,
)


class LeadClosed(Conflict):
    """The lead is closed."""


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Invalid, 422),
        (NotFound, 404),
        (Conflict, 409),
        (Unauthenticated, 401),
        (Forbidden, 403),
        (Unavailable, 503),
        (AppError, 500),
        (LeadClosed, 409),
    ],
)
def test_each_kind_has_its_status(kind: type[AppError], status: int) -> None:
    assert kind().status == status


def test_an_error_says_its_docstring_unless_it_is_told_better() -> None:
    assert str(LeadClosed()) == "The lead is closed."
    assert str(LeadClosed("Lead 7 is closed.")) == "Lead 7 is closed."


def test_an_error_keeps_its_fields_and_its_name() -> None:
    wrong = FieldError(field="name", message="too long")

    error = Invalid(fields=[wrong])

    assert (error.fields, error.code) == ((wrong,), "Invalid")


def test_the_closest_names_are_offered_and_else_all_of_them() -> None:
    assert closest("planer", ["planner", "writer"]) == "Did you mean 'planner'?"
    assert closest("zzz", ["writer", "planner"]) == "Known are: planner, writer."
    assert closest("zzz", []) == "Known are: none yet."
