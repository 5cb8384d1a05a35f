"""Many requests that write at once: SQLite has one writer, the pool forty threads."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from starlette.testclient import TestClient

from tests.jobs_seen import states, submit_ping
from tests.web.conftest import Tokens
from web.auth.roles import Role


def test_more_writers_than_threads_keep_none_from_ending(anonymous: TestClient, token: Tokens) -> None:
    """The one that holds the write lock needs a thread for its answer, while the others wait for that lock."""
    operator = {"Authorization": f"Bearer {token(Role.OPERATOR)}"}
    jobs = [submit_ping() for _ in range(100)]

    def cancel(job_id: str) -> int:
        return anonymous.post(f"/api/jobs/{job_id}/cancel", headers=operator).status_code

    with ThreadPoolExecutor(len(jobs)) as many:
        answers = Counter(many.map(cancel, jobs))

    assert answers == {202: len(jobs)}
    assert states() == {"cancelled": len(jobs)}
