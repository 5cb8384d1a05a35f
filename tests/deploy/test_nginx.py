"""deploy/nginx/slipway.conf, as it is, over TLS: sign-in, live events, and Flower behind `auth_request`."""

from functools import partial

import httpx2
import pytest

from tests.deploy.conftest import NGINX_PASSWORDS, WORKER, Site
from tests.listener import listening
from tests.waiting import wait_for

GROW = f"/flower/api/worker/pool/grow/{WORKER}"
DATATABLE = {"draw": "1", "start": "0", "length": "5", "search[value]": "", "order[0][column]": "0"} | {
    "order[0][dir]": "asc",
    "columns[0][data]": "name",
}


def bearer(site: Site, role: str) -> httpx2.Client:
    token = site.slipway.post("/api/tokens", {"name": role, "role": role})["token"]
    return site.client(headers={"Authorization": f"Bearer {token}"})


def test_plain_http_leads_to_tls(site: Site):
    answer = httpx2.get(f"{site.plain_url}/jobs?state=failed", trust_env=False, timeout=60)
    assert (answer.status_code, answer.headers["location"]) == (308, "https://localhost/jobs?state=failed")


def test_the_session_is_kept_by_a_cookie_for_this_host_and_tls_alone(site: Site):
    answer = site.client().post(
        "/api/auth/login", json={"username": "admin", "password": "wrong"}, headers=site.own_origin
    )
    assert answer.status_code == 401
    [cookie] = [one for one in site.signed_in().cookies.jar]
    assert cookie.name == "__Host-slipway"
    assert cookie.secure
    assert "max-age" in site.client().get("/api/auth/mode").headers["strict-transport-security"]


def test_events_arrive_as_they_happen(site: Site):
    with listening(site.slipway, "jobs", client=bearer(site, "viewer")) as listener:
        job = site.slipway.post("/api/jobs", {"task": "ping", "payload": {"value": "over TLS"}})["job_id"]
        wait_for(lambda: listener.heard("job-state", job, "succeeded"), what="the job's end to be announced")


class TestFlower:
    def test_a_stranger_is_refused_without_a_prompt(self, site: Site):
        answer = site.client().get("/flower/workers")
        assert (answer.status_code, answer.json()["status"]) == (401, 401)
        assert answer.headers["www-authenticate"] == "Bearer"  # at which no browser asks for a password

    def test_the_folder_is_where_its_links_count_from(self, site: Site):
        answer = site.client().get("/flower")
        assert (answer.status_code, answer.headers["location"]) == (308, f"{site.url}/flower/")

    def test_a_session_is_enough(self, site: Site):
        page = site.signed_in().get("/flower/workers")
        assert page.status_code == 200
        assert WORKER in page.text
        assert site.signed_in().get("/flower/static/js/flower.js").status_code == 200

    def test_flower_learns_nothing_about_the_session_and_tells_nothing_about_itself(self, site: Site):
        answer = site.signed_in().get("/flower/workers")
        assert not {"set-cookie", "access-control-allow-origin", "www-authenticate"} & set(answer.headers)
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"

    @pytest.mark.parametrize(
        "path",
        [
            "/flower/metrics",
            "/flower/healthcheck",
            "/flower//metrics",
            "/flower/./metrics",
            "/flower/%6detrics",
            "/flower/static/..%2fmetrics",
            "/flower/static/%2e%2e/metrics",
            "/flower/%252e%252e/metrics",
            "/flower/workers/..%2f..%2fapi%2ftokens",
            "/flower/..%5cmetrics",
            "/flower/login",
            "/api/auth/verify",
            "/internal/verify",
        ],
    )
    def test_what_is_for_nobody_stays_shut(self, site: Site, path: str):
        client = bearer(site, "admin")
        request = client.build_request("GET", site.url)
        request.url = httpx2.URL(site.url).copy_with(raw_path=path.encode())
        assert client.send(request).status_code in (400, 403, 404)

    def test_the_list_of_all_tasks_has_an_end(self, site: Site):
        assert bearer(site, "viewer").get("/flower/api/tasks?limit=100000").status_code == 200

    def test_what_acts_needs_an_operator_on_a_page_of_our_own(self, site: Site):
        browser = site.signed_in()
        assert browser.post(GROW, data={"n": "1"}).status_code == 403
        assert browser.post(GROW, data={"n": "1"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        grown = partial(browser.post, GROW, data={"n": "1"}, headers=site.own_origin)
        wait_for(lambda: grown().status_code == 200, what="Flower to hear within its second that the pool has grown")

    def test_a_viewer_looks_and_does_not_act(self, site: Site):
        viewer = bearer(site, "viewer")
        assert viewer.post("/flower/tasks/datatable", data=DATATABLE, headers=site.own_origin).status_code == 200
        assert viewer.post(GROW, data={"n": "1"}, headers=site.own_origin).status_code == 403

    def test_nobody_runs_tasks_through_it(self, site: Site):
        answer = bearer(site, "admin").post(
            "/flower/api/task/send-task/ping", json={"args": []}, headers=site.own_origin
        )
        assert answer.status_code == 403

    def test_a_websocket_from_elsewhere_is_refused(self, site: Site):
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Origin": "https://evil.example"}
        assert site.signed_in().get("/flower/workers", headers=upgrade).status_code == 403

    def test_other_methods_do_not_reach_it(self, site: Site):
        assert bearer(site, "admin").delete("/flower/workers").status_code == 403


class TestNginxKnowsWho:
    def test_a_stranger_is_asked_by_nginx(self, site_that_knows_people: Site):
        assert site_that_knows_people.client().get("/api/auth/me").status_code == 401

    def test_whom_nginx_knows_is_signed_in_everywhere(self, site_that_knows_people: Site):
        client = site_that_knows_people.client(auth=("ada", NGINX_PASSWORDS["ada"]))
        assert client.get("/api/auth/me").json()["username"] == "ada"
        assert client.get("/api/auth/me").json()["role"] == "admin"
        assert WORKER in client.get("/flower/workers").text

    def test_nobody_can_claim_to_be_another(self, site_that_knows_people: Site):
        site = site_that_knows_people
        vera = site.client(auth=("vera", NGINX_PASSWORDS["vera"]), headers={"X-Forwarded-User": "ada"})
        assert vera.get("/api/auth/me").json() == {"username": "vera", "role": "viewer", "via": "proxy"}
        assert vera.post(GROW, data={"n": "1"}, headers=site.own_origin).status_code == 403
