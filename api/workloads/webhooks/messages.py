"""What a receiver is sent, and how it is signed: Standard Webhooks (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from core.contracts import catalog
from core.settings import get_settings
from jobs.models import Job
from workloads.webhooks.keys import PREFIX

RESULT_LIMIT = 64 * 1024  # bytes of JSON; a larger result is fetched with GET /api/jobs/{id}
SHOWN = ("id", "task", "queue", "state", "project_id", "attempt", "created_at", "started_at", "ended_at")
SAMPLE: dict[str, Any] = {
    **dict.fromkeys(SHOWN),
    "id": "00000000-0000-7000-8000-000000000000",
    "task": "ping",
    "queue": "default",
    "state": "succeeded",
    "attempt": 1,
    "error": None,
    "link": None,
}


def message_id(about: str, webhook_id: str | None) -> str:
    """The same for every try, also for those by hand: receivers drop what they have seen."""
    return "msg_" + hashlib.sha256(orjson.dumps([about, webhook_id])).hexdigest()[:32]


def about_job(job: Job, *, include_result: bool) -> bytes:
    data = {name: getattr(job, name) for name in SHOWN} | {"error": _error(job), "link": _link(job.id)}
    if include_result and job.result_expired_at is not None:
        data["result_expired"] = True
    elif include_result and _may_be_told(job):
        data["result"] = catalog.hide_result(job.task, job.result).value
    return _body(f"job.{job.state}", job.ended_at, data)


def sample(at: datetime, project_id: str | None) -> bytes:
    """For a test by hand; its type is one that no job sends."""
    return _body("webhook.test", at, SAMPLE | {"project_id": project_id})


def _body(kind: str, at: datetime | None, data: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, "timestamp": at, "data": data}, option=orjson.OPT_UTC_Z)


def _error(job: Job) -> dict[str, str] | None:
    return {name: job.error[name] for name in ("class_name", "message")} if job.error else None


def _link(job_id: str) -> str | None:
    public_url = get_settings().public_url
    return f"{public_url.rstrip('/')}/jobs/{job_id}" if public_url else None


def _may_be_told(job: Job) -> bool:
    """Small, and of a task whose contract is known and marks nothing as secret: a secret may find its way into both."""
    contract = catalog.find(job.task)
    return contract is not None and not contract.has_secrets and len(orjson.dumps(job.result)) <= RESULT_LIMIT


def headers(identity: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """One signature for each secret in force, the newest first."""
    moment = str(int(at.timestamp()))
    signatures = [_signature(secret, f"{identity}.{moment}.".encode() + body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
