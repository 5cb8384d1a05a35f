"""A real Flower in its three ways: with passwords, with a sign-in of its own, and open on this machine."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from core.flower_credential import our_credential
from core.settings import get_settings
from launch.broker import PrivateBroker
from tests.brokers import virtual_host
from tests.ports import free_port
from tests.processes import Process
from tests.surroundings import use_broker, use_no_settings_but_ours
from tests.waiting import wait_for
from tests.worker.flower.running import OAUTH, flower_that_ends, start_flower, status

pytestmark = pytest.mark.integration

PAGES = ["/", "/workers", "/tasks", "/broker", "/worker/w@h", "/task/t"]
DATA = ["/api/workers", "/api/tasks", "/api/task/types", "/api/queues/length", "/api/task/info/t"]
ACTIONS = ["/api/worker/shutdown/w@h", "/api/task/revoke/t", "/api/task/async-apply/nothing"]
UNGUARDED = ["/metrics", "/healthcheck", "/static/js/flower.js", "/logout"]
BASIC, OWN_SIGN_IN, OPEN = "basic", "own sign-in", "open"


@dataclass
class Ways:
    urls: dict[str, str]
    right: dict[str, str]


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory, broker_node: PrivateBroker) -> Iterator[Ways]:
    """All three at once, since each takes seconds to start."""
    directory = tmp_path_factory.mktemp("flower")
    started: list[Process] = []
    urls: dict[str, str] = {}

    def start(way: str, prefix: str, *words: str) -> None:
        port = free_port()
        urls[way] = f"http://127.0.0.1:{port}{prefix}"
        started.append(start_flower(directory / f"{len(started)}.log", port, *words))

    with virtual_host(broker_node, "flower") as url, pytest.MonkeyPatch.context() as patch:
        use_no_settings_but_ours(patch, directory)
        use_broker(patch, url)
        start(OPEN, "", "--unauthenticated_api")
        patch.setenv("FLOWER_URL_PREFIX", "flower")
        start(BASIC, "/flower", "--basic-auth=ann:long-password,bob:other-password")
        for name, value in OAUTH.items():
            patch.setenv(name, value)
        start(OWN_SIGN_IN, "/flower")
        right = {"Authorization": basic(our_credential())}
        for way in urls.values():
            wait_for(lambda way=way: status(f"{way}/healthcheck"), what=f"Flower at {way}", timeout=60)
        yield Ways(urls, right)
        for process in started:
            process.end()
    get_settings.cache_clear()


def basic(credential: str) -> str:
    return "Basic " + base64.b64encode(credential.encode()).decode()


def statuses(url: str, paths: list[str], method: str = "GET", **headers: str) -> dict[str, int]:
    return {path: status(url + path, method, **headers) for path in paths}


NONSENSE = ["Basic !", "Basic", "Basic Og==", basic("ann"), basic(":"), basic("ann:"), basic("long-password")]
WRONG = [basic("ann:other-password"), basic("slipway:"), f"basic {basic('ann:long-password')[6:]}", "Bearer x"]


def test_with_passwords_nobody_enters_without_one(ways: Ways) -> None:
    url = ways.urls[BASIC]
    assert statuses(url, PAGES + DATA) == dict.fromkeys(PAGES + DATA, 401)
    assert statuses(url, ACTIONS, "POST") == dict.fromkeys(ACTIONS, 401)
    assert {value: status(f"{url}/workers", Authorization=value) for value in NONSENSE + WRONG} == dict.fromkeys(
        NONSENSE + WRONG, 401
    )


def test_with_passwords_each_pair_and_ours_enter(ways: Ways) -> None:
    url = ways.urls[BASIC]
    for pair in ("ann:long-password", "bob:other-password"):
        assert status(f"{url}/workers", Authorization=basic(pair)) == 200
    found = statuses(url, PAGES[:4] + DATA[:4], **ways.right)
    assert set(found.values()) == {200}


def test_with_passwords_another_site_cannot_act(ways: Ways) -> None:
    acting = f"{ways.urls[BASIC]}/api/worker/shutdown/w@h"
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert status(acting, "POST", **ways.right, **foreign) == 403


def test_some_addresses_it_guards_from_nobody_which_is_why_the_proxy_does(ways: Ways) -> None:
    for way in (BASIC, OWN_SIGN_IN):
        assert statuses(ways.urls[way], UNGUARDED) == dict.fromkeys(UNGUARDED, 200)


def test_with_its_own_sign_in_strangers_are_sent_to_it(ways: Ways) -> None:
    url = ways.urls[OWN_SIGN_IN]
    assert statuses(url, [*PAGES, *DATA, "/login"]) == dict.fromkeys([*PAGES, *DATA, "/login"], 302)
    assert statuses(url, ACTIONS, "POST") == dict.fromkeys(ACTIONS, 403)
    assert status(f"{url}/workers", **ways.right) == 302


def test_open_it_is_only_when_asked_for(ways: Ways) -> None:
    assert statuses(ways.urls[OPEN], PAGES[:4] + DATA[:4]) == dict.fromkeys(PAGES[:4] + DATA[:4], 200)


def test_a_hole_stops_it_with_one_sentence(broker: str) -> None:
    done = flower_that_ends(free_port(), "--basicauth=admin:long-password")
    assert done.returncode != 0
    assert "Did you mean 'basic_auth'" in done.stderr
    assert "Traceback" not in done.stderr
    assert "long-password" not in done.stderr


def test_the_variables_of_a_file_count_also_those_that_flower_reads_at_its_import(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "env"
    lines = {**OAUTH, "FLOWER_OAUTH_PROVIDER": "github", "FLOWER_GITHUB_OAUTH_DOMAIN": "git.example.com"}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    monkeypatch.setenv("SLIPWAY_ENV_FILE", str(file))
    port = free_port()
    process = start_flower(tmp_path / "flower.log", port)
    try:
        url = f"http://127.0.0.1:{port}/flower/login"
        wait_for(lambda: status(url), what="Flower to answer")
        assert "https://git.example.com/login/oauth/authorize" in location(url)
    finally:
        process.end()


def test_a_door_that_is_open_after_all_ends_it(broker: str, tmp_path: Path) -> None:
    """As if a later Flower no longer understood what it was told."""
    conf = tmp_path / "flowerconfig.py"
    conf.write_text("from flower.views import BaseHandler\nBaseHandler.get_current_user = lambda self: 'anybody'\n")
    done = flower_that_ends(free_port(), f"--conf={conf}")
    assert done.returncode == 78
    assert "a stranger asked for /workers and got 200" in done.stderr


def location(url: str) -> str:
    found: str = httpx2.get(url, trust_env=False, timeout=60).headers["location"]
    return found
