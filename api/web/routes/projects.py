"""Projects, as far as jobs know them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.http import Limit, Listing, Read
from jobs.projects import list_projects

router = APIRouter(tags=["jobs"])


class ProjectOut(BaseModel):
    id: str = Field(examples=["acme"])


@router.get("/api/projects", name="list_projects")
def get_projects(
    session: Read,
    q: Annotated[str | None, Query(max_length=200, description="Part of its name.")] = None,
    limit: Limit = 50,
) -> Listing[ProjectOut]:
    """Those that have jobs, in the order of their names."""
    return Listing(items=[ProjectOut(id=one) for one in list_projects(session, text=q, limit=limit)])
