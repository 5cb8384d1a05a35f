"""One decision about many dead letters: those that are named, or all that a filter finds."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter

from core import clock
from core.db import reading
from core.errors import AppError
from core.http import Actor, problems
from core.telling import Tell
from jobs.dead_letters.bulk import discard_many, rerun_many, spread
from jobs.dead_letters.models import LetterState
from jobs.dead_letters.queries import LetterFilter, count_letters, list_letters
from jobs.submit import Submitted
from web.routes.bulk import MOST_COUNTED
from web.routes.dead_letter_schemas import (
    MOST_AT_ONCE,
    LetterBulkFilter,
    LetterBulkItem,
    LetterBulkOrder,
    LetterBulkOut,
)

router = APIRouter(prefix="/api/dead-letters", tags=["dead letters"])

APPLIES = {"rerun": {LetterState.OPEN, LetterState.DISCARDED}, "discard": {LetterState.OPEN}}


@router.post("/bulk", name="act_on_many_dead_letters", responses=problems(422, 503))
def act_on_many(body: LetterBulkOrder, actor: Actor, tell: Tell) -> LetterBulkOut:
    """Runs up to 500 again, at a rate if one is named, or discards them; newest first."""
    if body.dry_run:
        matched = _count(body)
        tell(does=body.action, dry_run=True, matched=matched, **_asked(body))
        return LetterBulkOut(matched=matched)
    chosen, cursor = _chosen(body)
    tell(does=body.action, letters=chosen, reason=body.reason, per_minute=body.per_minute, **_asked(body))
    items, after = _rerun(chosen, actor, body) if body.action == "rerun" else (_discard(chosen, actor, body), None)
    tell(outcomes=dict(Counter(item.outcome for item in items)))
    return LetterBulkOut(items=items, next_cursor=cursor, next_not_before=after)


def _asked(body: LetterBulkOrder) -> dict[str, Any]:
    """For the audit log: by what they were chosen, unless they were named."""
    return {} if body.filter is None else {"filter": body.filter.model_dump(mode="json", exclude_defaults=True)}


def _filter(body: LetterBulkOrder) -> LetterFilter | None:
    """None when the action applies to nothing that is asked for."""
    asked = body.filter or LetterBulkFilter()
    states = [state for state in asked.state or LetterState if state in APPLIES[body.action]]
    rest = asked.model_dump(exclude={"state", "cause"})
    return LetterFilter(states=states, causes=asked.cause, **rest) if states else None


def _count(body: LetterBulkOrder) -> int:
    wanted = _filter(body)
    if body.ids is not None:
        return len(set(body.ids))
    if wanted is None:
        return 0
    with reading() as session:
        return count_letters(session, wanted, most=MOST_COUNTED)


def _chosen(body: LetterBulkOrder) -> tuple[list[str], str | None]:
    """Raises BadCursor."""
    wanted = _filter(body)
    if body.ids is not None:
        return list(dict.fromkeys(body.ids)), None
    if wanted is None:
        return [], None
    with reading() as session:
        page = list_letters(session, wanted, cursor=body.cursor, limit=MOST_AT_ONCE)
        return [one.id for one in page.items], page.next_cursor


def _rerun(chosen: list[str], by: str, body: LetterBulkOrder) -> tuple[list[LetterBulkItem], datetime | None]:
    """And when the next request may go on, if there is a rate."""
    if body.per_minute is None:
        return _rerun_items(chosen, rerun_many(chosen, by=by)), None
    start = body.not_before or clock.now()
    answers = rerun_many(chosen, by=by, due=spread(chosen, start=start, per_minute=body.per_minute))
    return _rerun_items(chosen, answers), start + timedelta(minutes=len(chosen) / body.per_minute)


def _rerun_items(chosen: list[str], answers: dict[str, Submitted | AppError]) -> list[LetterBulkItem]:
    return [_rerun_item(one, answers[one]) for one in chosen]


def _rerun_item(letter_id: str, answer: Submitted | AppError) -> LetterBulkItem:
    if isinstance(answer, AppError):
        return LetterBulkItem(id=letter_id, outcome="refused", detail=answer.message)
    return LetterBulkItem(id=letter_id, outcome="rerun", new_job_id=answer.job_id, state=answer.state)


def _discard(chosen: list[str], by: str, body: LetterBulkOrder) -> list[LetterBulkItem]:
    answers = discard_many(chosen, by=by, reason=body.reason or "")
    return [_discard_item(one, answers[one]) for one in chosen]


def _discard_item(letter_id: str, answer: object) -> LetterBulkItem:
    if isinstance(answer, AppError):
        return LetterBulkItem(id=letter_id, outcome="refused", detail=answer.message)
    return LetterBulkItem(id=letter_id, outcome="discarded")
