"""Dead letters: look, run again with another payload if need be, discard, compare with what went well."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator

from core.clock import Moment
from core.contracts import catalog
from core.http import Actor, Cursor, Limit, Listing, Read, Write, problems
from core.telling import Tell
from jobs.dead_letters.decisions import discard, rerun
from jobs.dead_letters.models import Cause, LetterState
from jobs.dead_letters.queries import (
    LetterFilter,
    differences,
    get_letter,
    last_good_run,
    list_letters,
    payload_of,
)
from jobs.queries import attempts_of
from web.audit.routes import storable
from web.routes.dead_letter_schemas import (
    DifferenceOut,
    DiffOut,
    DiscardOrder,
    LetterDetailOut,
    LetterOut,
    RerunOrder,
)
from web.routes.orders import naming
from web.routes.schemas import Accepted
from web.routes.secrecy import SeesSecrets

router = APIRouter(prefix="/api/dead-letters", tags=["dead letters"])

Text = Annotated[str | None, AfterValidator(storable), Query(max_length=200)]


def letter_filter(
    state: Annotated[list[LetterState] | None, Query(description="May be repeated.")] = None,
    cause: Annotated[list[Cause] | None, Query(description="May be repeated.")] = None,
    task: Text = None,
    queue: Text = None,
    project_id: Text = None,
    since: Annotated[Moment | None, Query(description="With its zone.")] = None,
    until: Annotated[Moment | None, Query(description="With its zone; not included.")] = None,
    q: Annotated[Text, Query(description="Text in the error or the task; or an id.")] = None,
) -> LetterFilter:
    equal = {"task": task, "queue": queue, "project_id": project_id}
    return LetterFilter(states=state or (), causes=cause or (), since=since, until=until, q=q, **equal)


@router.get("", name="list_dead_letters", responses=problems(422))
def get_dead_letters(
    session: Read, wanted: Annotated[LetterFilter, Depends(letter_filter)], cursor: Cursor = None, limit: Limit = 50
) -> Listing[LetterOut]:
    """Newest first."""
    page = list_letters(session, wanted, cursor=cursor, limit=limit)
    return Listing(items=[LetterOut.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.get("/{letter_id}", name="get_dead_letter", responses=problems(404))
def get_dead_letter(letter_id: str, session: Read, secrets: SeesSecrets) -> LetterDetailOut:
    """With payload, attempts, and what the broker said."""
    letter = get_letter(session, letter_id)
    attempts = attempts_of(session, letter.job_id) if letter.job_id else []
    return LetterDetailOut.whole(letter, payload_of(session, letter), attempts, secrets=secrets)


@router.get("/{letter_id}/diff", name="diff_dead_letter", responses=problems(404))
def get_diff(letter_id: str, session: Read, secrets: SeesSecrets) -> DiffOut:
    """Field by field; what the caller may not see is hidden on both sides."""
    letter = get_letter(session, letter_id)
    good, dead = last_good_run(session, letter), payload_of(session, letter)
    if good is None or dead is None:
        return DiffOut(good_job_id=None, good_ended_at=None, differences=[])
    well, badly = (one if secrets else catalog.hide_payload(good.task, one).value for one in (good.payload, dead))
    found = [DifferenceOut.of(one) for one in differences(well, badly)]
    return DiffOut(good_job_id=good.id, good_ended_at=good.ended_at, differences=found)


@router.post("/{letter_id}/rerun", status_code=202, responses=problems(404, 409, 413, 422, 503))
def rerun_dead_letter(
    letter_id: str, session: Write, response: Response, actor: Actor, tell: Tell, body: RerunOrder | None = None
) -> Accepted:
    """A new job with the same payload, or the one that is sent. Only once: a letter that was run again is refused."""
    payload = body.payload if body else None
    made = naming("payload", partial(rerun, session, letter_id, by=actor, payload=payload))
    tell(new_job=made.job_id, edited=payload is not None)
    response.headers["Location"] = f"/api/jobs/{made.job_id}"
    return Accepted(job_id=made.job_id, state=made.state)


@router.post("/{letter_id}/discard", responses=problems(404, 409, 422))
def discard_dead_letter(letter_id: str, body: DiscardOrder, session: Write, actor: Actor, tell: Tell) -> LetterOut:
    """It stays on record, with the reason; it can be run again later all the same."""
    tell(reason=body.reason)
    return LetterOut.of(discard(session, letter_id, by=actor, reason=body.reason))
