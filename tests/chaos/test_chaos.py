"""Mixed jobs over HTTP while everything is killed, frozen, locked and restarted; then every promise is counted.

`make chaos SEED=7 JOBS=10000 DATABASE=postgresql` is the long form. The same seed gives the same jobs and the same
troubles in the same order; the machine decides what meets what.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random, SystemRandom
from time import sleep

import pytest
from sqlalchemy import func, select

from core.db import reading, writing
from core.settings import get_settings
from jobs.models import Job
from jobs.workflows.models import Workflow
from launch.broker import PrivateBroker
from tests.chaos.audience import Viewer
from tests.chaos.client import Client, Ledger
from tests.chaos.house import House
from tests.chaos.orders import Plan, Wish, make_plan
from tests.chaos.records import make_records
from tests.chaos.report import report
from tests.chaos.seen import Seen
from tests.chaos.trouble import Trouble
from tests.chaos.verdict import findings
from tests.slipway import use_slipway_settings
from tests.trees import append, copy_of_the_application
from tests.waiting import wait_for
from tests.webhooks.receiver import Receiver, receiving
from web.auth.roles import Role
from web.auth.tokens import create_token

pytestmark = pytest.mark.chaos

SEED = int(os.environ.get("CHAOS_SEED") or SystemRandom().randrange(1_000_000))
JOBS = int(os.environ.get("CHAOS_JOBS") or 600)
LONG = JOBS > 1_000
SUBMITTERS = 4
PACE = 0.02 if LONG else 0.15  # seconds between two orders of one client
LONGEST = 20.0 if LONG else 5.0  # seconds that something is locked or frozen
JOBS_BETWEEN = 30 if LONG else 40  # two troubles, about
STUCK_AFTER = 120.0  # seconds without trouble in which no job ends; how fast the machine is says nothing
DRILLS = Path(__file__).parent / "drill"
MANIFEST = """
from workloads.drill.contracts import DRILL, LIMITED_DRILL

CONTRACTS = (*CONTRACTS, DRILL, LIMITED_DRILL)
"""
WORKER = """
from workloads.drill import tasks as drills

drill, limited_drill = task_of(drills.drill), task_of(drills.limited_drill)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The application with the drills in it."""
    copy = copy_of_the_application(tmp_path)
    for file in DRILLS.glob("*.py"):
        append(copy, f"api/workloads/drill/{file.name}", file.read_text())
    append(copy, "api/workloads/manifest.py", MANIFEST)
    append(copy, "api/worker/tasks.py", WORKER)
    return copy


@pytest.fixture
def house(
    tmp_path: Path, tree: Path, database: str, broker_of_its_own: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    use_slipway_settings(monkeypatch)
    monkeypatch.setenv("FETCH_ALLOWED_NETWORKS", "127.0.0.0/8")
    get_settings.cache_clear()
    make_records(database)
    whole = House(tmp_path, tree, broker_of_its_own, Random(SEED))
    try:
        whole.open()
        yield whole
    finally:
        whole.close()


@pytest.mark.timeout(0 if LONG else 600)  # nothing but STUCK_AFTER says that it is stuck
def test_whatever_is_killed_every_job_ends_once_and_as_it_should(house: House, database: str) -> None:
    random = Random(SEED)
    plan, ledger = make_plan(random, JOBS), Ledger()
    trouble = Trouble(house, database, random, longest=LONGEST, jobs_between=JOBS_BETWEEN)
    with writing() as session:
        token = create_token(session, "chaos", Role.ADMIN).secret
    viewers = [Viewer(house.url, token) for _ in range(2)]
    with receiving() as receiver:
        for viewer in viewers:
            viewer.start()
        submit_amid(trouble, Client(house.url, token, ledger, receiver.url), plan, random)
        stuck = wait_until_all_ended()
        seen = Seen.now()
        found = stuck + findings(seen, ledger, trouble.hits)
        found += untold(seen, viewers) + uncalled(seen, receiver)
        statuses = house.stop_in_order()
        for viewer in viewers:
            viewer.stop()
    sys.stdout.write(report(SEED, database, trouble.hits, ledger, seen, viewers, receiver))
    assert (found, statuses) == ([], [-signal.SIGTERM, 0, 0]), f"seed {SEED}"


def submit_amid(trouble: Trouble, client: Client, plan: Plan, random: Random) -> None:
    """Ends when everything is submitted, every cancel was sent, and no trouble is under way."""
    work: list[Wish | list[Wish]] = [*plan.singles, *plan.flows, *plan.batches]
    random.shuffle(work)
    with ThreadPoolExecutor(SUBMITTERS) as pool:
        submitting = [pool.submit(submit_all, client, work[n::SUBMITTERS]) for n in range(SUBMITTERS)]
        try:
            trouble.go_on(lambda: all(one.done() for one in submitting), client.promised)
        except BaseException:
            client.give_up()
            raise
    for one in submitting:
        one.result()
    client.close()


def submit_all(client: Client, work: Sequence[Wish | list[Wish]]) -> None:
    for one in work:
        if isinstance(one, list):
            client.submit_batch(one)
        else:
            client.submit_flow(one) if one.kind == "flow" else client.submit(one)
        sleep(PACE)


def wait_until_all_ended() -> list[str]:
    """What is still open when nothing ends any more is told by the findings."""
    left = still_open()
    while left:
        try:
            wait_for(lambda before=left: still_open() < before, what="another end", timeout=STUCK_AFTER)
        except AssertionError:
            return [f"{left} jobs and workflows are open, and none has ended for {STUCK_AFTER:.0f} s"]
        left = still_open()
    return []


def still_open() -> int:
    """Jobs and workflows."""
    with reading() as session:
        counts = [select(func.count()).select_from(of).where(of.ended_at.is_(None)) for of in (Job, Workflow)]
        return sum(session.scalar(count) or 0 for count in counts)


def untold(seen: Seen, viewers: list[Viewer]) -> list[str]:
    """Endings that a viewer never heard of."""
    try:
        wait_for(lambda: all(viewer.seen >= seen.jobs.keys() for viewer in viewers), what="the views")
    except AssertionError:
        missing = sorted({job_id for viewer in viewers for job_id in seen.jobs.keys() - viewer.seen})
        return [f"{job_id}: a live view missed its end ({seen.jobs[job_id].updated_at})" for job_id in missing]
    return []


def uncalled(seen: Seen, receiver: Receiver) -> list[str]:
    called = {call.message["data"]["id"] for call in receiver.calls}
    told = {job.payload["job_id"] for job in seen.jobs.values() if job.task == "webhook_delivery"}
    asked = {job.id for job in seen.jobs.values() if job.webhook_url}
    return [f"{job_id}: its end was called out to nobody" for job_id in asked - (called & told)]
