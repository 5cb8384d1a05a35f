"""GET /api/audit."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.audit import Result, Via
from core.clock import Moment
from core.http import Cursor, Limit, Listing, Read, problems
from core.text import clean
from web.audit.queries import AuditFilter, list_audit

router = APIRouter(prefix="/api/audit", tags=["audit"])


class AuditEntryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    at: datetime
    actor: str = Field(examples=["olga"])
    via: Via
    action: str = Field(description="The operation's name, as in the OpenAPI document.", examples=["cancel_job"])
    method: str | None = Field(examples=["POST"])
    route: str | None = Field(description="The route's template.", examples=["/api/jobs/{job_id}/cancel"])
    target: str | None = Field(description="On what: a job's id, a user's name …")
    address: str | None = Field(description="The client's.", examples=["192.0.2.7"])
    result: Result = Field(description="begun: no result was recorded.")
    status: int | None = Field(description="HTTP's.", examples=[202])
    detail: dict[str, Any] | None = Field(description="What changed, never a secret.")


def storable(text: str | None) -> str | None:
    """PostgreSQL refuses to look for what it cannot hold."""
    return text and clean(text)


Exactly = Annotated[str | None, AfterValidator(storable), Query(max_length=400)]


def audit_filter(
    actor: Exactly = None,
    action: Exactly = None,
    target: Exactly = None,
    via: Annotated[list[Via] | None, Query(description="May be repeated.")] = None,
    result: Annotated[list[Result] | None, Query(description="May be repeated.")] = None,
    since: Annotated[Moment | None, Query(description="With its zone.")] = None,
    until: Annotated[Moment | None, Query(description="With its zone; not included.")] = None,
    q: Annotated[str | None, AfterValidator(storable), Query(max_length=200, description="Text in any column.")] = None,
) -> AuditFilter:
    return AuditFilter(
        actor=actor, action=action, target=target, via=via or (), result=result or (), since=since, until=until, q=q
    )


@router.get("", name="list_audit", responses=problems(422))
def get_audit(
    session: Read, wanted: Annotated[AuditFilter, Depends(audit_filter)], cursor: Cursor = None, limit: Limit = 50
) -> Listing[AuditEntryOut]:
    """What people and programs did, newest first."""
    page = list_audit(session, wanted, cursor=cursor, limit=limit)
    return Listing(items=[AuditEntryOut.model_validate(one) for one in page.items], next_cursor=page.next_cursor)
