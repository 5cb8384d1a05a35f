"""One try to deliver: read what is to be said, say it with no database held, judge the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy.orm import Session

from capabilities.fetch.client import Answer, post
from capabilities.fetch.errors import Unreachable
from capabilities.fetch.urls import shown_host, without_address
from core import clock
from core.db import reading, writing
from core.errors import AppError, Unavailable
from core.log import presentable
from jobs.handlers import RunningJob
from jobs.models import Job
from jobs.states import JobState
from workloads.webhooks import keys, messages, service
from workloads.webhooks.contracts import Delivery

TRY_AGAIN = frozenset({408, 425, 429})  # beside everything from 500 on
GONE = 410
EXCERPT = 300  # characters of a refusal that are kept
LONGEST_WAIT = 24 * 3600.0  # seconds that a receiver may ask us to wait


class ReceiverBusy(Unavailable):
    """The receiver does not take it at the moment."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds the receiver asked for; the back-off never undercuts it


class ReceiverRefused(AppError):
    """The receiver refuses it; sending it again would not help."""

    status = 502


class NotToBeSent(AppError):
    """There is nothing to send, or nobody to send it to, any more."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is sent, to whom, signed with what."""

    url: str
    message_id: str
    body: bytes
    secrets: list[str]


def deliver(job: RunningJob, delivery: Delivery) -> dict[str, Any]:
    """Answers what the receiver said. Raises what post raises, ReceiverBusy, ReceiverRefused, NotToBeSent.

    A crash after the receiver's answer sends it again: the message's id is the same then.
    """
    with reading() as session:
        call = _call(session, job, delivery)
    headers = messages.headers(call.message_id, clock.now(), call.body, call.secrets)
    try:
        answer = post(call.url, call.body, headers)
        _check(call, answer)
    except (Unreachable, ReceiverBusy) as error:
        raise _final_for_a_sample(delivery, error) from None
    except ReceiverRefused:
        if answer.status == GONE:
            _deactivate(job, delivery)
        raise
    return {"status": answer.status, "host": shown_host(call.url), "message_id": call.message_id}


def _final_for_a_sample(delivery: Delivery, error: AppError) -> AppError:
    """Whoever tests a webhook wants to know now."""
    return error if delivery.job_id is not None else ReceiverRefused(error.message)


def _deactivate(job: RunningJob, delivery: Delivery) -> None:
    if delivery.webhook_id is not None:
        note = f"Deactivated on {clock.now():%d %B %Y}: the receiver answered 410 Gone."
        with writing() as session:
            service.deactivate(session, delivery.webhook_id, note=note, sender=job.id)


def _call(session: Session, job: RunningJob, delivery: Delivery) -> Call:
    if delivery.job_id is None:
        return _sample(session, job, delivery.webhook_id or "")
    about = session.get(Job, delivery.job_id)
    if about is None or not JobState(about.state).final:
        raise NotToBeSent(f"The job {delivery.job_id!r} has not ended, or is no longer on record.")
    if delivery.webhook_id is None:
        return _to_its_own_address(session, about)
    return _to_webhook(session, about, delivery.webhook_id)


def _sample(session: Session, job: RunningJob, webhook_id: str) -> Call:
    webhook = service.find(session, webhook_id)
    return Call(
        url=webhook.url,
        message_id=messages.message_id(job.id, webhook.id),
        body=messages.sample(clock.now(), webhook.project_id),
        secrets=keys.secrets_of(session, keys.of_webhook(webhook.id)).in_force(),
    )


def _to_its_own_address(session: Session, about: Job) -> Call:
    if about.webhook_url is None:
        raise NotToBeSent("The job names no address.")
    return Call(
        url=about.webhook_url,
        message_id=messages.message_id(about.id, None),
        body=messages.about_job(about, include_result=False),
        secrets=keys.secrets_of(session, keys.of_project(about.project_id)).in_force(),
    )


def _to_webhook(session: Session, about: Job, webhook_id: str) -> Call:
    webhook = service.find(session, webhook_id)
    if not webhook.active or webhook.project_id not in {None, about.project_id}:
        raise NotToBeSent("The webhook is not active, or belongs to another project.")
    return Call(
        url=webhook.url,
        message_id=messages.message_id(about.id, webhook.id),
        body=messages.about_job(about, include_result=webhook.include_result),
        secrets=keys.secrets_of(session, keys.of_webhook(webhook.id)).in_force(),
    )


def _check(call: Call, answer: Answer) -> None:
    if 200 <= answer.status < 300:
        return
    said = f"{shown_host(call.url)} answered {answer.status}{_excerpt(call, answer)}"
    if answer.status in TRY_AGAIN or answer.status >= 500:
        raise ReceiverBusy(said, retry_after=_retry_after(answer.headers))
    raise ReceiverRefused(said)


def _excerpt(call: Call, answer: Answer) -> str:
    """One line, without what it may repeat of the address."""
    text = " ".join(answer.body.decode(errors="replace").split())
    shown = presentable(without_address(text, call.url))[:EXCERPT]
    return f": {shown}" if shown else "."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; the header holds seconds or a date."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value) if value.isdigit() else _seconds_until(parsedate_to_datetime(value))
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds_until(moment: datetime) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - clock.now()).total_seconds()
