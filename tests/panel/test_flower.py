"""Flower inside the panel: real Flower, real worker, a real browser that complains about every breach of the policy."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.command_line import said
from tests.panel.conftest import OpenPanel
from tests.panel.data import MARKUP, ping
from tests.ports import free_port
from tests.processes import Process, celery_worker
from tests.slipway import PASSWORD, Slipway, running_slipway, settings_of_a_slipway
from tests.waiting import wait_for
from tests.worker.flower.running import flower_settings, start_flower, status

pytestmark = pytest.mark.browser

WORKER = "flowers@localhost"


@dataclass
class WithFlower:
    slipway: Slipway
    flower: Process
    port: int
    directory: Path
    environ: dict[str, str]

    def start_flower(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ.items():
                patch.setenv(name, value)
            self.flower = start_flower(self.directory / "flower.log", self.port)
        wait_for(lambda: status(f"http://127.0.0.1:{self.port}/flower/healthcheck"), what="Flower", timeout=60)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker_node: Any) -> Iterator[WithFlower]:
    directory, port = tmp_path_factory.mktemp("flower"), free_port()
    with settings_of_a_slipway(directory, sqlite_template, broker_node, **flower_settings(port)):
        flower = start_flower(directory / "flower.log", port)
        worker = celery_worker(directory / "worker.log", "-c", "1", name=WORKER)
        with running_slipway(directory) as slipway:
            add_viewer()
            worker.wait_for_output("worker is ready")
            one = WithFlower(slipway, flower, port, directory, dict(os.environ))
            wait_for(lambda: slipway.get("/api/flower")["state"] == "ready", what="Flower to be ready", timeout=60)
            yield one
        worker.end()
        one.flower.end()


def add_viewer() -> None:
    said("user", "add", "vera", "--role", "viewer", typed=PASSWORD)


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Flower]")


def dialogs_of(page: Page) -> list[str]:
    found: list[str] = []
    page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))
    return found


def grow_pool(page: Page) -> None:
    frame = frame_of(page)
    frame.get_by_role("link", name=WORKER).click()
    frame.get_by_role("tab", name="Pool").click()
    frame.get_by_role("button", name="Grow").click()


def pool_of(whole: WithFlower) -> int:
    """Flower waits for a second for what a worker says of itself, and shows what it has heard."""
    return wait_for(lambda: _pool_as_flower_has_it(whole), what="Flower to know the pool")


def _pool_as_flower_has_it(whole: WithFlower) -> int:
    answer = whole.slipway.client.get("/flower/api/workers", params={"workername": WORKER, "refresh": 1})
    stats = answer.json().get(WORKER, {}).get("stats", {}) if answer.is_success else {}
    return len(stats.get("pool", {}).get("processes", []))


def test_the_frame_shows_the_worker_and_a_job_whose_payload_is_no_script(
    whole: WithFlower, open_panel: OpenPanel
) -> None:
    job = ping(whole.slipway, value={"text": MARKUP})
    whole.slipway.wait_for_job(job)
    page = open_panel(whole.slipway, f"/jobs/{job}")
    dialogs = dialogs_of(page)

    page.get_by_role("link", name="Open in Flower").click()
    expect(frame_of(page).locator("code", has_text=job).first).to_be_visible()
    expect(frame_of(page).get_by_text("onerror").first).to_be_visible()

    frame_of(page).get_by_role("link", name="Workers", exact=True).click()
    expect(frame_of(page).get_by_role("link", name=WORKER)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/monitor\?path=workers$"))
    frame_of(page).get_by_role("link", name="Tasks", exact=True).click()
    frame_of(page).get_by_role("link", name=job).click()

    page.get_by_role("link", name=f"Job …{job[-8:]}").click()
    expect(page).to_have_url(re.compile(f"/jobs/{job}$"))
    assert dialogs == []


def test_an_operator_acts_through_the_frame_and_a_viewer_cannot(whole: WithFlower, open_panel: OpenPanel) -> None:
    # Flower says that it failed where the worker takes longer than a second to say that it has grown.
    page = open_panel(whole.slipway, "/monitor", meant=[r"403.*/pool/grow"])
    before = pool_of(whole)
    grow_pool(page)
    wait_for(lambda: pool_of(whole) == before + 1, what="the pool to grow")

    viewer = open_panel(whole.slipway, signed_in=False, meant=[r"403.*/pool/grow", r"401.*/api/auth/me"])
    sign_in_as_viewer(viewer)
    viewer.goto("/monitor")
    with viewer.expect_response(re.compile("/pool/grow/")) as answered:
        grow_pool(viewer)
    assert answered.value.status == 403
    assert pool_of(whole) == before + 1


def sign_in_as_viewer(page: Page) -> None:
    answer = page.context.request.post("/api/auth/login", data={"username": "vera", "password": PASSWORD})
    assert answer.ok, answer.text()


def test_when_flower_goes_the_page_says_so_and_when_it_comes_back_so_does_the_frame(
    whole: WithFlower, open_panel: OpenPanel
) -> None:
    page = open_panel(whole.slipway, "/monitor?path=workers", meant=["/flower/"])
    dialogs = dialogs_of(page)
    expect(frame_of(page).get_by_role("link", name=WORKER)).to_be_visible()

    whole.flower.end()
    expect(page.get_by_text("Flower is not running")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)

    whole.start_flower()
    expect(frame_of(page).get_by_role("link", name="Workers", exact=True)).to_be_visible()
    assert dialogs == []


def test_a_page_of_another_origin_cannot_frame_it(whole: WithFlower, open_panel: OpenPanel) -> None:
    page = open_panel(whole.slipway, "/jobs", meant=["frame", "ERR_BLOCKED_BY_RESPONSE", r"127\.0\.0\.1.*favicon"])
    with another_site(f'<iframe title="Flower" src="{whole.slipway.url}/flower/"></iframe>') as url:
        page.goto(url)
        expect(page.locator("iframe")).to_be_attached()
        wait_for(lambda: url_of_frame(page).startswith("chrome-error:"), what="the refusal")


def url_of_frame(page: Page) -> str:
    """The browser's news are heard while it is asked something, and at no other time."""
    page.evaluate("() => true")
    return page.frames[1].url if page.frames[1:] else ""


@contextmanager
def another_site(html: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
