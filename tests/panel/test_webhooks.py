import pytest
from playwright.sync_api import expect

from tests.panel.conftest import OpenPanel
from tests.panel.data import ping
from tests.slipway import Slipway
from tests.webhooks.receiver import Reply, receiving

pytestmark = pytest.mark.browser


def test_a_webhook_is_made_tested_and_seen_on_the_page_of_the_job_it_tells_of(
    slipway: Slipway, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, "/settings/webhooks")
    with receiving(Reply(), Reply(), Reply(status=400, body=b"no such hook")) as receiver:
        page.get_by_role("button", name="New webhook").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Address").fill("ftp://nowhere")
        page.get_by_role("button", name="Create webhook").click()
        expect(page.get_by_text("An address like")).to_be_visible()
        dialog.get_by_role("textbox", name="Address").fill(receiver.url)
        dialog.get_by_role("textbox", name="Project").fill("hooked")
        page.get_by_role("button", name="Create webhook").click()
        secret = page.get_by_label("secret", exact=True).inner_text().strip()
        page.get_by_role("button", name="Done").click()
        assert "token-in-the-path" not in page.content()

        host = f"127.0.0.1:{receiver.server_port}"
        page.get_by_role("button", name=f"Test {host}").click()
        deliveries = dialog.get_by_role("listitem")
        expect(deliveries.filter(has_text="A test").filter(has_text="204")).to_be_visible()

        for word in ("204", "Failed"):
            job_id = ping(slipway, project_id="hooked")
            page.goto(f"/jobs/{job_id}")
            told = page.locator("section").filter(has=page.get_by_role("heading", name="Webhooks"))
            expect(told.get_by_role("listitem").filter(has_text=word)).to_contain_text(host)
        expect(told).to_contain_text("answered 400: no such hook")

    assert [call.message["type"] for call in receiver.calls] == ["webhook.test", "job.succeeded", "job.succeeded"]
    assert all(call.is_signed_with(secret) for call in receiver.calls)
