"""`manage.py dead-letters`, as it is typed."""

import json

from tests.command_line import refused, said
from tests.jobs.dead_letters.letters import failed, letter_of
from tests.jobs_seen import job_of


def test_an_operator_lists_shows_edits_runs_again_and_discards(sqlite_database: str) -> None:
    first, second = failed(value=1), failed()

    assert [line.split()[0] for line in said("dead-letters", "list", "--task", "ping").splitlines()[1:]] == [
        second,
        first,
    ]
    assert json.loads(said("dead-letters", "show", first))["payload"]["value"] == 1
    assert "does not fit" in refused("dead-letters", "rerun", first, "--payload", '{"valve": 1}')
    assert "JSON object" in refused("dead-letters", "rerun", first, "--payload", "[]")
    made = said("dead-letters", "rerun", first, "--payload", '{"value": 2}')
    assert (job_of(made).retry_of, job_of(made).payload["value"]) == (first, 2)
    said("dead-letters", "discard", second, "--reason", "a bad deploy")
    assert letter_of(second).reason == "a bad deploy"
    assert said("dead-letters", "list") == "none"
    assert said("dead-letters", "process") == "0 looked at"
    assert "discard_dead_letter" in said("audit", "--target", second)
