"""What a job's code said while it ran."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from core.http import Cursor, Listing, Read, problems
from jobs.logs.models import Level
from jobs.logs.queries import LogFilter, lines_of

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

MOST_LINES = 1_000


class LogLineOut(BaseModel):
    """Lines are numbered from 1 within their attempt."""

    model_config = ConfigDict(from_attributes=True)

    attempt: int
    number: int
    at: datetime
    level: Level
    logger: str = Field(examples=["workloads.agents.engine"])
    message: str
    fields: Any


@router.get("/{job_id}/logs", name="list_job_logs", responses=problems(404, 422))
def get_logs(
    job_id: str,
    session: Read,
    attempt: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    level: Annotated[Level | None, Query(description="This level and those above it.")] = None,
    order: Literal["oldest", "newest"] = "oldest",
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 200,
) -> Listing[LogLineOut]:
    """Lines reach the table about a second after they were said; `job-log` events carry them as they do."""
    wanted = LogFilter(attempt=attempt, level=level)
    page = lines_of(session, job_id, wanted, newest_first=order == "newest", cursor=cursor, limit=limit)
    return Listing(items=[LogLineOut.model_validate(one) for one in page.items], next_cursor=page.next_cursor)
