"""Contracts: what `delay()` means, which tasks exist, and what is wrong with a payload."""

import pytest
from pydantic import Field

from core.contracts import Catalog, Contract, InvalidPayload, Payload, UnknownTask
from core.queues import Queue


class Greeting(Payload):
    name: str = Field(max_length=10)
    times: int = 1


GREET = Contract(name="greet_task", queue=Queue.DEFAULT, payload=Greeting)


@pytest.mark.parametrize(
    ("args", "kwargs", "bound"),
    [
        pytest.param((), {}, {}, id="nothing"),
        pytest.param(("Ada",), {}, {"name": "Ada"}, id="by position"),
        pytest.param(("Ada", 2), {}, {"name": "Ada", "times": 2}, id="in the order of the fields"),
        pytest.param(("Ada",), {"times": 2}, {"name": "Ada", "times": 2}, id="mixed"),
        pytest.param((), {"typo": 1}, {"typo": 1}, id="unknown names are left for parse to refuse"),
    ],
)
def test_delay_fills_the_fields(args: tuple[object, ...], kwargs: dict[str, object], bound: dict[str, object]) -> None:
    assert GREET.bind(args, kwargs) == bound


def test_too_many_values_are_refused_with_the_names_of_the_fields() -> None:
    with pytest.raises(InvalidPayload, match="at most 2 values: name, times"):
        GREET.bind(("Ada", 2, 3), {})


def test_a_value_given_twice_is_refused_by_name() -> None:
    with pytest.raises(InvalidPayload, match="got name twice"):
        GREET.bind(("Ada",), {"name": "Bob"})


def test_each_wrong_field_is_named_and_no_value_is_shown() -> None:
    with pytest.raises(InvalidPayload) as refused:
        GREET.parse({"name": "a-secret-that-is-too-long", "times": "a-secret-too", "typo": "a-secret"})

    assert {one.field for one in refused.value.fields} == {"name", "times", "typo"}
    assert "a-secret" not in f"{refused.value} {refused.value.fields}"


class Measured(Payload):
    value: float = 0
    scores: list[float] = Field(default_factory=list)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-inf"])
def test_a_text_that_python_reads_as_no_number_is_refused_naming_the_field(text: str) -> None:
    contract = Contract(name="measure_task", queue=Queue.DEFAULT, payload=Measured)
    with pytest.raises(InvalidPayload) as refused:
        contract.parse({"value": text, "scores": ["0.5", text]})

    assert {one.field for one in refused.value.fields} == {"value", "scores.1"}


def test_a_payload_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidPayload) as refused:
        GREET.parse(["Ada"])

    assert refused.value.fields[0].field == "payload"


def test_an_unknown_task_is_refused_with_the_closest_names() -> None:
    catalog = Catalog()
    catalog.add([GREET])

    with pytest.raises(UnknownTask, match="Did you mean 'greet_task'"):
        catalog.get("greet_tusk")


def test_an_unknown_task_like_no_other_is_refused_with_all_names() -> None:
    catalog = Catalog()
    catalog.add([GREET])

    with pytest.raises(UnknownTask, match="Known are: greet_task"):
        catalog.get("zzz")


@pytest.mark.parametrize("limits", [(0, 300), (300, 300), (600, 1201)])
def test_limits_that_make_no_sense_or_hold_a_delivery_too_long_are_refused(limits: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"greet_task: 0 < soft_time_limit < time_limit <= 1200 seconds must hold"):
        Contract(
            name="greet_task", queue=Queue.DEFAULT, payload=Greeting, soft_time_limit=limits[0], time_limit=limits[1]
        )
