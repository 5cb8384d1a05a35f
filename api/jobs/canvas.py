"""What is to follow a job in Celery's canvas, and where in it the job stands, as its row keeps it: every dispatch of
the job carries it along."""

from collections.abc import Mapping
from typing import Any

from core.errors import Invalid
from core.text import NotStorable, storable_json
from jobs.payloads import RESOLVED_LIMIT

FOLLOWING = ("callbacks", "errbacks", "chain", "chord")
PLACE = ("group_id", "group_index", "root_id", "parent_id")


class CanvasNotStorable(Invalid):
    """What is to follow the task in Celery's canvas cannot be stored: send the task without it, or less at once."""


def canvas_of(found: Mapping[str, Any], job_id: str | None) -> dict[str, Any] | None:
    """None for a job that is alone; that it is its own root says no more."""
    kept = {name: found[name] for name in (*FOLLOWING, *PLACE) if found.get(name) is not None}
    if kept.get("root_id") == job_id:
        kept.pop("root_id", None)
    return kept or None


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
    return f"it is {size:,} bytes of JSON; at most {RESOLVED_LIMIT:,} are taken." if size > RESOLVED_LIMIT else None
