import pytest
from playwright.sync_api import expect

from core.db import writing
from jobs.cancel import cancel
from tests.conftest import StartWorker
from tests.jobs_seen import wait_until
from tests.panel.conditions import expect_state, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import ping
from tests.slipway import Slipway

pytestmark = pytest.mark.browser

SERVER_AWAY = (r"ERR_CONNECTION_REFUSED", r"ERR_INCOMPLETE_CHUNKED_ENCODING", r"ERR_EMPTY_RESPONSE")


def test_the_page_says_that_it_reconnects_and_then_shows_what_ended_meanwhile(
    slipway_of_its_own: Slipway, start_worker: StartWorker, open_panel: OpenPanel
) -> None:
    start_worker("-c", "1")
    page = open_panel(slipway_of_its_own, "/jobs", meant=SERVER_AWAY)
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()
    job_id = ping(slipway_of_its_own, sleep_s=600)  # how long a page takes is not foreseen
    page.goto(f"/jobs/{job_id}")
    expect_state(page, "Running")

    with without_reload(page):
        slipway_of_its_own.started[-1].terminate()
        expect(page.get_by_text("Reconnecting…")).to_be_visible()
        with writing() as session:
            cancel(session, job_id, by="a test")
        wait_until(job_id, "cancelled")
        slipway_of_its_own.start_web()

        expect_state(page, "Cancelled")
        expect(page.get_by_text("Reconnecting…")).to_have_count(0)
