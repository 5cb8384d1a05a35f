"""Deliveries that did not come from our submit: `celery call`, Flower, clients in other languages, canvas.

They carry their arguments in the message, and only they may make a row when they are claimed.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock
from core.contracts import Contract
from core.db import writing
from core.errors import Invalid
from core.text import NotStorable, storable_json
from jobs import unrun
from jobs.canvas import canvas_of
from jobs.claim import NotClaimed
from jobs.finish import Failure
from jobs.follow_up import follow_up_of
from jobs.models import Job
from jobs.orders import Order
from jobs.payloads import PAYLOAD_LIMIT
from jobs.states import ErrorKind
from jobs.submit import record_refused, submit_many


def adopt(contract: Contract, request: Any, args: Any, kwargs: Mapping[str, Any]) -> int:
    """Makes the row unless an earlier delivery made it; answers the dispatch number to bid with.

    Raises NotClaimed when the arguments do not fit: the job is on record as failed then.
    """
    with writing() as session:
        if session.scalar(select(Job.id).where(Job.id == request.id)) is None:
            problem = _insert(session, contract, request, contract_arguments(args, kwargs))
        else:
            problem = None
    if problem is not None:
        raise NotClaimed(problem)
    return 1


Arguments = tuple[list[Any], dict[str, Any]]


def contract_arguments(args: Any, kwargs: Mapping[str, Any]) -> Arguments:
    return list(args or ()), dict(kwargs or {})


def _insert(session: Session, contract: Contract, request: Any, arguments: Arguments) -> str | None:
    try:
        submit_many(session, [_order(contract, request, arguments)])
    except Invalid as error:
        failure = _failure(error).as_json()
        record_refused(session, contract, request.id, _as_it_came(arguments), failure)
        follow_up_of(session, request.id)
        unrun.record(session, unrun.parts_of(getattr(request, "chain", None)), failure["message"])
        return error.message
    session.execute(update(Job).where(Job.id == request.id).values(published_at=clock.now()))
    return None


def _order(contract: Contract, request: Any, arguments: Arguments) -> Order:
    """With what follows in Celery's canvas, since only this first message tells it."""
    return Order(
        contract=contract,
        payload=contract.parse(contract.bind(*arguments)),
        job_id=request.id,
        expires_at=clock.moment_of(getattr(request, "expires", None)),
        canvas=canvas_of({**vars(request), "group_id": getattr(request, "group", None)}, request.id),
    )


def _as_it_came(arguments: Arguments) -> dict[str, Any]:
    payload = {"args": arguments[0], "kwargs": arguments[1]}
    with suppress(NotStorable):
        if len(storable_json(payload)) <= PAYLOAD_LIMIT:
            return payload
    return {"left_out": "too large, or not text that a database takes"}


def _failure(error: Invalid) -> Failure:
    details = "; ".join(f"{one.field}: {one.message}" for one in error.fields)
    return Failure(class_name=error.code, message=f"{error.message} {details}".strip(), kind=ErrorKind.INVALID)
