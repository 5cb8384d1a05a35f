"""What is to follow a job in Celery's canvas, and where in it the job stands, as its row keeps it: every dispatch of
the job carries it along."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_

from core.errors import Invalid
from core.text import NotStorable, storable_json
from jobs.models import ID, Job
from jobs.payloads import RESOLVED_LIMIT

FOLLOWING = ("callbacks", "errbacks", "chain", "chord")  # travels in the body of a message
PLACE = ("group_id", "group_index", "root_id", "parent_id")  # travels in its headers, which fit into one frame
PART = (*FOLLOWING, "group_id")  # Celery names root and parent of whatever is sent from within a task
CANVAS_LIMIT = RESOLVED_LIMIT - 1_024  # bytes of JSON: the body of a message has a little more around it
HIGHEST_INDEX = 2**31 - 1
LONGEST_ID = ID.length or 0


class CanvasNotStorable(Invalid):
    """What is to follow the task in Celery's canvas cannot be stored: send the task without it, or less at once."""


def canvas_of(found: Mapping[str, Any], job_id: str | None) -> dict[str, Any] | None:
    """None for a job that is alone; that it is its own root says no more. A place that no client of Celery names so is
    left out: the message that carried it could not be written."""
    kept = {name: found[name] for name in FOLLOWING if found.get(name) is not None}
    kept |= {name: found[name] for name in PLACE if _is_place(name, found.get(name))}
    if kept.get("root_id") == job_id:
        kept.pop("root_id", None)
    return kept or None


def _is_place(name: str, value: Any) -> bool:
    if name == "group_index":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_INDEX
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID


def is_part(canvas: Any) -> bool:
    """Of a chain, a group or a chord, or something follows: it is no job for itself. The last of a chain has an empty
    one."""
    return any(name in (canvas or ()) for name in PART)


def has_part() -> ColumnElement[bool]:
    """The same of a row in the table."""
    return or_(*(Job.canvas[name].as_string().is_not(None) for name in PART))


def checked_canvas(canvas: dict[str, Any] | None) -> dict[str, Any] | None:
    """One that no database could store, or no message carry, would keep its dispatcher from all other jobs.

    Raises CanvasNotStorable.
    """
    if canvas is not None and (wrong := _what_is_wrong_with(canvas)):
        raise CanvasNotStorable(f"What is to follow the task in Celery's canvas cannot be stored: {wrong}")
    return canvas


def _what_is_wrong_with(canvas: dict[str, Any]) -> str | None:
    try:
        size = len(storable_json(canvas))
    except NotStorable as error:
        return str(error)
    return f"it is {size:,} bytes of JSON; at most {CANVAS_LIMIT:,} are taken." if size > CANVAS_LIMIT else None
