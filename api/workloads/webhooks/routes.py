"""Webhooks over HTTP. Who may call what is decided in one place, by the web process."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from core.http import DEFAULT_LIMIT, Actor, Cursor, Limit, Listing, Read, Write, page_of, problems
from core.telling import Tell
from jobs.queries import get_job
from workloads.webhooks import keys, service
from workloads.webhooks.contracts import LINE
from workloads.webhooks.models import Webhook
from workloads.webhooks.schemas import (
    DeliveryOut,
    SampleAccepted,
    SecretOut,
    WebhookBody,
    WebhookDetail,
    WebhookOut,
)

WebhookId = Annotated[str, Path(pattern=LINE)]
ProjectFilter = Annotated[str | None, Query(pattern=LINE, max_length=200, description="Only this project's.")]
Project = Annotated[str | None, Query(pattern=LINE, max_length=200, description="None: jobs without a project.")]

TOLD = {"project_id", "host", "events", "include_result", "active"}
WITHOUT_PROJECT = "jobs without a project"

webhooks = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
of_jobs = APIRouter(prefix="/api", tags=["webhooks"])


def _told(webhook: Webhook) -> dict[str, Any]:
    """For the audit log: of its address no more than the host."""
    return WebhookOut.of(webhook).model_dump(mode="json", include=TOLD)


@webhooks.get("", summary="List webhooks, the newest first", responses=problems(422))
def list_webhooks(
    session: Read, project_id: ProjectFilter = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Listing[WebhookOut]:
    by = (Webhook.created_at, Webhook.id)
    page = page_of(session, service.webhooks_in(project_id), by=by, cursor=cursor, limit=limit)
    return Listing(items=[WebhookOut.of(one) for one in page.items], next_cursor=page.next_cursor)


@webhooks.post("", status_code=201, summary="Add a webhook", responses=problems(422))
def create_webhook(body: WebhookBody, session: Write, response: Response, tell: Tell) -> WebhookDetail:
    made = service.create(session, **body.values())
    tell(target=made.id, now=_told(made))
    response.headers["Location"] = f"/api/webhooks/{made.id}"
    return WebhookDetail.of(made)


@webhooks.get("/{webhook_id}", summary="One webhook with its address", responses=problems(404, 422))
def show_webhook(webhook_id: WebhookId, session: Read) -> WebhookDetail:
    return WebhookDetail.of(service.find(session, webhook_id))


@webhooks.put("/{webhook_id}", summary="Change a webhook", responses=problems(404, 422))
def replace_webhook(
    webhook_id: WebhookId, body: WebhookBody, session: Write, actor: Actor, tell: Tell
) -> WebhookDetail:
    """Made inactive, it is not told of what waits to be told either. What is to come is sent to the new address."""
    tell(was=_told(service.find(session, webhook_id)))
    changed = service.replace(session, webhook_id, by=actor, **body.values())
    tell(now=_told(changed))
    return WebhookDetail.of(changed)


@webhooks.delete("/{webhook_id}", status_code=204, summary="Delete a webhook", responses=problems(404, 422))
def delete_webhook(webhook_id: WebhookId, session: Write, actor: Actor, tell: Tell) -> None:
    """Deliveries that wait are cancelled."""
    tell(was=_told(service.find(session, webhook_id)))
    service.remove(session, webhook_id, by=actor)


@webhooks.post("/{webhook_id}/test", status_code=202, summary="Send a sample", responses=problems(404, 422))
def test_webhook(webhook_id: WebhookId, session: Write, response: Response) -> SampleAccepted:
    """Its type is `webhook.test`; it is tried once, also when the webhook is inactive."""
    made = service.send_sample(session, webhook_id)
    response.headers["Location"] = f"/api/jobs/{made.job_id}"
    return SampleAccepted(job_id=made.job_id, state=made.state)


@webhooks.get("/{webhook_id}/secret", summary="A webhook's secret", responses=problems(404, 422))
def show_secret(webhook_id: WebhookId, session: Read) -> SecretOut:
    webhook = service.find(session, webhook_id)
    return SecretOut.of(keys.secrets_of(session, keys.of_webhook(webhook.id)))


@webhooks.post("/{webhook_id}/rotate", summary="A new secret for a webhook", responses=problems(404, 422))
def rotate_secret(webhook_id: WebhookId, session: Write) -> SecretOut:
    """For 24 hours calls are signed with the old one as well."""
    webhook = service.find(session, webhook_id)
    return SecretOut.of(keys.rotate(session, keys.of_webhook(webhook.id)))


@webhooks.get("/{webhook_id}/deliveries", summary="A webhook's last deliveries", responses=problems(404, 422))
def list_deliveries(webhook_id: WebhookId, session: Read, limit: Limit = DEFAULT_LIMIT) -> Listing[DeliveryOut]:
    """The newest first, on one page. Each is a job: it can be cancelled, and sent again with its retry."""
    return Listing(items=[DeliveryOut.of(one) for one in service.deliveries_to(session, webhook_id, limit=limit)])


@of_jobs.get("/jobs/{job_id}/webhooks", summary="Who was told of a job's end", responses=problems(404))
def list_job_webhooks(job_id: str, session: Read) -> Listing[DeliveryOut]:
    """The first call first, on one page."""
    return Listing(items=[DeliveryOut.of(one) for one in service.deliveries_about(session, get_job(session, job_id))])


@of_jobs.get("/job-webhooks/secret", summary="The secret for addresses in job orders", responses=problems(422))
def show_job_secret(session: Read, tell: Tell, project_id: Project = None) -> SecretOut:
    """One for each project, and one for jobs without a project."""
    tell(target=project_id or WITHOUT_PROJECT)
    return SecretOut.of(keys.secrets_of(session, keys.of_project(project_id)))


@of_jobs.post("/job-webhooks/rotate", summary="A new secret for addresses in job orders", responses=problems(422))
def rotate_job_secret(session: Write, tell: Tell, project_id: Project = None) -> SecretOut:
    """For 24 hours calls are signed with the old one as well."""
    tell(target=project_id or WITHOUT_PROJECT)
    return SecretOut.of(keys.rotate(session, keys.of_project(project_id)))
