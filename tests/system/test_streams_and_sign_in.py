"""A live stream is no way to stay in: it ends with the sign-in that opened it."""

from tests.listener import Listener
from tests.slipway import Slipway
from tests.waiting import wait_for


def test_a_revoked_token_loses_its_open_stream(slipway: Slipway) -> None:
    made = slipway.post("/api/tokens", {"name": "leaked", "role": "viewer"})
    with slipway.client_of(made["token"]) as client:
        listener = Listener(client, "jobs")
        listener.start()
        assert listener.connected.wait(60), "the event stream did not open"

        slipway.client.delete(f"/api/tokens/{made['id']}").raise_for_status()

        wait_for(lambda: not listener.is_alive(), what="the stream to end")
        assert client.get("/api/stream").status_code == 401
