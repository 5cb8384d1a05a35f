"""A page of jobs, as every list of them shows it."""

from sqlalchemy.orm import Session

from core.http import Listing, Page
from jobs.listed import values_of
from jobs.models import Job
from web.routes.schemas import JobOut


def listing_of(session: Session, page: Page[Job], *, secrets: bool) -> Listing[JobOut]:
    """Without the jobs that were deleted since the page was read."""
    values = values_of(session, [job.id for job in page.items])
    shown = [JobOut.of(job, secrets=secrets, values=values[job.id]) for job in page.items if job.id in values]
    return Listing(items=shown, next_cursor=page.next_cursor)
