"""Saved views of the list of jobs. Everybody may keep their own; operators may share one with all."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from core.errors import Forbidden
from core.http import Listing, Read, Write, problems
from core.telling import Tell
from core.text import Name
from jobs.states import JobState
from jobs.views import SavedView, UnknownView, ViewContent, add_view, change_view, get_view, views_for
from web.auth.caller import Caller
from web.auth.roles import Role

router = APIRouter(prefix="/api/views", tags=["views"])

Column = Literal[
    "state", "task", "id", "happening", "project", "queue", "attempt", "worker", "submitted_by", "due", "created",
    "started", "took", "error",
]  # fmt: skip


class JobSearch(BaseModel):
    """What the list is narrowed to, and the columns that it shows."""

    model_config = ConfigDict(extra="forbid")

    state: list[JobState] = Field(default_factory=list, max_length=len(JobState))
    task: Name | None = None
    queue: Name | None = None
    project_id: Name | None = None
    q: Name | None = None
    columns: list[Column] | None = Field(None, max_length=20, description="Null: whatever the reader has chosen.")


class ViewOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name, Field(max_length=80, examples=["failed today"])]
    search: JobSearch
    shared: bool = Field(False, description="Everybody sees it; needs the role operator.")


class ViewOut(BaseModel):
    id: str
    name: str
    search: JobSearch
    shared: bool
    owner_name: str
    mine: bool
    may_change: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, view: SavedView, caller: Caller) -> "ViewOut":
        whose = {"mine": _is_owner(view, caller), "may_change": _may_change(view, caller)}
        return cls(**{name: getattr(view, name) for name in cls.model_fields if name not in whose}, **whose)


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


Calls = Annotated[Caller, Depends(_caller)]


def _owner(caller: Caller) -> str:
    """A token's views are its own: it has a role of its own, too."""
    return f"token:{caller.token_id}" if caller.token_id else f"user:{caller.user_id or caller.name}"


def _is_owner(view: SavedView, caller: Caller) -> bool:
    return view.owner == _owner(caller)


def _may_change(view: SavedView, caller: Caller) -> bool:
    return _is_owner(view, caller) or (view.shared and caller.role.covers(Role.ADMIN))


@router.get("", name="list_views")
def get_views(session: Read, caller: Calls) -> Listing[ViewOut]:
    """One's own and the shared ones, by name, on one page."""
    return Listing(items=[ViewOut.of(view, caller) for view in views_for(session, _owner(caller))])


@router.post("", status_code=201, responses=problems(403, 409, 422))
def create_view(body: ViewOrder, session: Write, caller: Calls, tell: Tell) -> ViewOut:
    _check_sharing(body, caller)
    view = add_view(session, _content(body), owner=_owner(caller), owner_name=caller.name)
    tell(target=view.id, now=_told(view))
    return ViewOut.of(view, caller)


@router.put("/{view_id}", responses=problems(403, 404, 422))
def replace_view(view_id: str, body: ViewOrder, session: Write, caller: Calls, tell: Tell) -> ViewOut:
    """Its owner may, and an admin if it is shared."""
    view = _changeable(session, view_id, caller)
    if body.shared and not view.shared:
        _check_sharing(body, caller)
    tell(was=_told(view))
    change_view(session, view, _content(body))
    tell(now=_told(view))
    return ViewOut.of(view, caller)


@router.delete("/{view_id}", status_code=204, responses=problems(403, 404))
def delete_view(view_id: str, session: Write, caller: Calls, tell: Tell) -> None:
    """Its owner may, and an admin if it is shared."""
    view = _changeable(session, view_id, caller)
    tell(was=_told(view))
    session.delete(view)


def _told(view: SavedView) -> dict[str, Any]:
    """For the audit log."""
    return {"name": view.name, "shared": view.shared, "owner": view.owner_name, "search": view.search}


def _content(body: ViewOrder) -> ViewContent:
    return ViewContent(name=body.name, search=body.search.model_dump(mode="json"), shared=body.shared)


def _check_sharing(body: ViewOrder, caller: Caller) -> None:
    if body.shared and not caller.role.covers(Role.OPERATOR):
        raise Forbidden(f"Sharing a view needs the role {Role.OPERATOR}; yours is {caller.role}.")


def _changeable(session: Write, view_id: str, caller: Caller) -> SavedView:
    """Raises UnknownView, also for what others keep for themselves, and Forbidden."""
    view = get_view(session, view_id)
    if not view.shared and not _is_owner(view, caller):
        raise UnknownView(f"There is no view {view_id!r}.")
    if not _may_change(view, caller):
        raise Forbidden("Only its owner or an admin may change a shared view.")
    return view
