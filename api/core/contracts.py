"""A contract is what both sides of the queue agree on: a task's name, its queue, its payload."""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from core.errors import FieldError, Invalid, NotFound, closest
from core.queues import Queue
from core.rates import parse_rate
from core.secret_fields import Hidden, has_secrets, hide, hide_all, texts_of
from core.text import no_numbers

LONGEST_DELIVERY = 20 * 60  # seconds; RabbitMQ takes back what is not acknowledged for 30 minutes
WHOLE = "payload"  # what an error is about that is about no single field
NO_NUMBER = "NaN and infinite numbers are not JSON: send null, or a text"


class Payload(BaseModel):
    """Base of every payload: unknown fields are refused, so a typo is an error and not a default.
    So is a text that Python reads as NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class UnknownTask(NotFound):
    """There is no such task."""


class InvalidPayload(Invalid):
    """The payload does not fit the task."""


Externalize = Callable[[Session, str, Any], Payload]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """`externalize(session, job_id, payload)` moves what is too large for the row into rows of its own,
    in the submit's transaction, and returns the payload that refers to them. What is `internal` is the platform's own
    business: nobody is told of its end. `rate_limit` is kept at dispatch, for all workers together: "10/m".

    `result` describes what the task returns, where something in it is secret; nothing is checked against it.
    """

    name: str
    queue: Queue
    payload: type[Payload]
    result: type[BaseModel] | None = None
    soft_time_limit: int = 240  # seconds
    time_limit: int = 300  # seconds
    rate_limit: str | None = None
    externalize: Externalize | None = None
    internal: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError and BadRate: when the program starts, not when the first job is dispatched."""
        if not 0 < self.soft_time_limit < self.time_limit <= LONGEST_DELIVERY:
            raise ValueError(
                f"{self.name}: 0 < soft_time_limit < time_limit <= {LONGEST_DELIVERY} seconds must hold. "
                "What takes longer goes on in slices: job.continue_later(state)."
            )
        if self.rate_limit is not None:
            parse_rate(self.rate_limit)

    def parse(self, raw: object) -> Payload:
        """Raises InvalidPayload, naming each field that is wrong."""
        self._refuse_no_numbers(raw)
        return self._fitting(raw)

    def parse_around(self, raw: object, unknown: Set[str]) -> None:
        """Checks the fields whose values are there already; the fields `unknown` are not. Raises InvalidPayload."""
        self._refuse_no_numbers(raw)
        try:
            self._fitting(raw)
        except InvalidPayload as error:
            certain = [one for one in error.fields if one.field.split(".")[0] not in {WHOLE, *unknown}]
            if certain:
                raise InvalidPayload(error.message, fields=certain) from None

    def _refuse_no_numbers(self, raw: object) -> None:
        if found := [FieldError(place or WHOLE, NO_NUMBER) for place in no_numbers(raw)]:
            raise self._misfit(found)

    def _fitting(self, raw: object) -> Payload:
        try:
            return self.payload.model_validate(raw)
        except ValidationError as error:
            raise self._misfit(field_errors(error)) from None

    def _misfit(self, fields: list[FieldError]) -> InvalidPayload:
        return InvalidPayload(f"The payload does not fit {self.name!r}.", fields=fields)

    def bind(self, args: Iterable[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """What `delay(*args, **kwargs)` means: positional values fill the payload's fields in their order."""
        names = list(self.payload.model_fields)
        values = list(args)
        if len(values) > len(names):
            raise InvalidPayload(f"{self.name!r} takes at most {len(names)} values: {', '.join(names)}.")
        bound = dict(zip(names, values, strict=False))
        if twice := bound.keys() & kwargs.keys():
            raise InvalidPayload(f"{self.name!r} got {', '.join(sorted(twice))} twice.")
        return bound | kwargs

    @property
    def has_secrets(self) -> bool:
        return has_secrets(self.payload) or self.has_secret_result

    @property
    def has_secret_result(self) -> bool:
        return self.result is not None and has_secrets(self.result)

    def hide_payload(self, payload: Any) -> Hidden:
        return hide(self.payload, payload, "payload")

    def hide_result(self, result: Any) -> Hidden:
        return hide(self.result, result, "result") if self.result is not None else Hidden(result)

    def secrets_in(self, payload: Any) -> set[str]:
        """What of this payload no log and no error may quote."""
        return set(texts_of(self.hide_payload(payload).values))


def field_errors(error: ValidationError) -> list[FieldError]:
    """Pydantic's findings as field and sentence; the value itself is left out, since it may be a secret."""
    return [
        FieldError(field=".".join(str(part) for part in one["loc"]) or WHOLE, message=one["msg"])
        for one in error.errors(include_input=False, include_url=False)
    ]


class Catalog:
    """The contracts that exist in this process."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] = {}

    def add(self, contracts: Iterable[Contract]) -> None:
        self._contracts.update({contract.name: contract for contract in contracts})

    def get(self, name: str) -> Contract:
        """Raises UnknownTask, with the nearest names."""
        if name not in self._contracts:
            raise UnknownTask(f"There is no task {name!r}. {closest(name, list(self._contracts))}")
        return self._contracts[name]

    def find(self, name: str) -> Contract | None:
        return self._contracts.get(name)

    def hide_payload(self, task: str, payload: Any) -> Hidden:
        """For those who may not see secrets, and for everything that is written where many can read it."""
        contract = self.find(task)
        return contract.hide_payload(payload) if contract is not None else hide_all(payload, "payload")

    def hide_result(self, task: str, result: Any) -> Hidden:
        contract = self.find(task)
        return contract.hide_result(result) if contract is not None else hide_all(result, "result")

    def without_secrets(self) -> list[str]:
        """The tasks whose payloads and results anybody may read."""
        return [contract.name for contract in self.all() if not contract.has_secrets]

    def __contains__(self, name: object) -> bool:
        return name in self._contracts

    def all(self) -> list[Contract]:
        return sorted(self._contracts.values(), key=lambda contract: contract.name)


catalog = Catalog()
