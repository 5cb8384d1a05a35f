"""`manage.py prune`, as it is typed."""

from datetime import timedelta

import pytest

from core import clock
from tests.command_line import said
from tests.jobs.rows import make_job, make_jobs


def table(*arguments: str) -> dict[str, str]:
    lines = [line.rsplit(maxsplit=1) for line in said("prune", *arguments).splitlines()[1:]]
    return {line[0].strip(): line[1] for line in lines}


@pytest.mark.usefixtures("sqlite_database")
def test_what_was_kept_long_enough_is_counted_and_then_cleared() -> None:
    make_jobs(3, "cancelled", at=clock.now() - timedelta(days=8))
    make_job("succeeded", at=clock.now() - timedelta(hours=2), result={"answer": 42})
    expected = {
        "results": "1",
        "cancelled jobs": "3",
        "failed jobs": "0",
        "succeeded jobs": "0",
        "workflows": "0",
        "workers": "0",
        "saved groups": "0",
        "dead messages": "0",
    }

    assert table("--dry-run") == expected
    assert table() == expected | {"audit entries": "0"}
    assert set(table("--dry-run").values()) == {"0"}
    assert " prune " in said("audit")
