import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import StartWorker
from tests.panel.conditions import expect_state, panel, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data
from tests.slipway import CONTEXT, Slipway

pytestmark = pytest.mark.browser


def start_agent(page: Page, project: str) -> None:
    page.get_by_role("combobox", name="Project").fill(project)
    page.get_by_role("combobox", name="Agent definition").click()
    page.get_by_role("option", name="researcher").click()
    page.get_by_role("textbox", name="Context").fill(CONTEXT)
    page.get_by_role("button", name="Start agent").click()
    expect(page.get_by_role("heading", name="researcher", level=1)).to_be_visible()


def expect_step(page: Page, name: str) -> None:
    expect(page.locator("li[aria-current=step]")).to_contain_text(name)


def test_an_agent_started_in_the_form_becomes_ready_without_a_reload(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/agents/new")

    with without_reload(page):
        start_agent(page, "steps")
        expect_state(page, "Ready")

        expect(panel(page, "Brief")).to_contain_text("Harbour Books")
        expect(panel(page, "Chunks")).to_contain_text("context")
        expect(page.get_by_role("heading", name="Getting ready")).to_have_count(0)


def test_steps_are_shown_and_so_is_a_worker_killed_while_the_brief_is_written_and_the_second_attempt_finishes(
    slipway_of_its_own: Slipway, start_worker: StartWorker, open_panel: OpenPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_SIMULATED_SPEEDUP", "0.01")  # the brief takes as long as the page may need
    slow = start_worker("-c", "1", name="slow@localhost", queues=None)
    page = open_panel(slipway_of_its_own, "/agents/new")
    start_agent(page, "killed")
    expect_step(page, "brief")
    expect(page.get_by_role("listitem").filter(has_text="ready")).to_contain_text("to come")
    page.get_by_role("link", name="Open job").click()
    expect_step(page, "brief")

    with without_reload(page):
        slow.kill_main()
        monkeypatch.setenv("LLM_SIMULATED_SPEEDUP", "20")
        start_worker("-c", "1", name="quick@localhost", queues=None)
        attempts = panel(page, "Attempts").get_by_role("button", name=re.compile(r"^\d"))

        expect_state(page, "Succeeded")
        expect(attempts).to_have_text([re.compile(r"^1Worker lost"), re.compile(r"^2Succeeded")])


def test_a_ready_agent_answers_and_shows_the_chunks_it_used(
    slipway: Slipway, data: Data, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, f"/agents/{data.agent_id}")

    with without_reload(page):
        page.get_by_role("textbox", name="Question").fill("How many books are sold in summer?")
        page.get_by_role("button", name="Ask").click()
        exchange = page.get_by_role("article").filter(has_text="How many books are sold in summer?")

        expect(exchange).to_contain_text(re.compile(r"It used \d chunk"))
        exchange.locator("summary").first.click()
        expect(exchange.locator("details").first).to_contain_text("Harbour Books sells used books from a boat")
