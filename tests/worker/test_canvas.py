"""Celery's own canvas on our tasks: one worker with ONE slot, a real broker, results through our backend."""

import json
import subprocess

import pytest

from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs_seen import wait_until_ended
from tests.processes import API, BIN

pytestmark = pytest.mark.integration

CANVAS = """
import json
from celery import chain, chord, group
from celery.result import GroupResult
from worker.tasks import ping

def outcome(result):
    try:
        return result.get(timeout=60, disable_sync_subtasks=False)["value"]
    except Exception as error:
        return type(error).__name__

def values(results):
    return [one["value"] for one in results]

told = {}
told["chain"] = outcome(chain(ping.si(1), ping.si(2), ping.si(3))())
told["group"] = values(group(ping.si(n) for n in range(3))().get(timeout=60))
told["chord"] = values(outcome(chord([ping.si(n) for n in range(3)], ping.s())()))
told["chord in a chain"] = outcome((ping.si(0) | chord([ping.si(1), ping.si(2)], ping.si("body")) | ping.si("last"))())
told["group in a chord"] = outcome(chord([ping.si(1), group(ping.si(2), ping.si(3))], ping.si("after all"))())
told["with a callback"] = outcome(ping.apply_async(args=["linked"], link=ping.si("callback")))
print(json.dumps(told))
"""


def test_chains_groups_and_chords_end_on_a_worker_with_one_slot(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1")

    done = subprocess.run(
        [str(BIN / "python"), "-c", CANVAS], cwd=API, capture_output=True, text=True, timeout=140, check=True
    )
    told = json.loads(done.stdout)

    assert told == {
        "chain": 3,
        "group": [0, 1, 2],
        "chord": [0, 1, 2],
        "chord in a chain": "last",
        "group in a chord": "after all",
        "with a callback": "linked",
    }
    assert wait_until_ended() == {JobState.SUCCEEDED: 21}  # the callback too; `celery.chord_unlock` is no job
