"""Flower's own sign-in with the two providers that it asks over https alone, each by a server of one's own."""

import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx2
import pytest

from core.settings import get_settings
from launch.broker import PrivateBroker
from tests.brokers import virtual_host
from tests.deploy.nginx import make_certificate
from tests.oidc.running import openid_provider
from tests.ports import free_port
from tests.surroundings import use_broker, use_no_settings_but_ours
from tests.waiting import wait_for
from tests.worker.flower.running import OAUTH, start_flower, status

pytestmark = pytest.mark.integration

Kind = Literal["gitlab", "github"]
KINDS: tuple[Kind, ...] = ("gitlab", "github")
FORM = re.compile(r'<form[^>]* action="([^"]+)"')


@dataclass
class Asking:
    """Flower's address by its provider, and the certificate that the providers show."""

    flowers: dict[str, str]
    certificate: Path


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, broker_node: PrivateBroker) -> Iterator[Asking]:
    directory = tmp_path_factory.mktemp("providers")
    make_certificate(directory)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        use_no_settings_but_ours(patch, directory)
        use_broker(patch, stack.enter_context(virtual_host(broker_node, "providers")))
        patch.setenv("SSL_CERT_FILE", str(directory / "fullchain.pem"))
        flowers = {kind: start(kind, directory, stack, patch) for kind in KINDS}
        for url in flowers.values():
            wait_for(lambda url=url: status(f"{url}/healthcheck"), what=f"Flower at {url}", timeout=60)
        yield Asking(flowers, directory / "fullchain.pem")
    get_settings.cache_clear()


def start(kind: Kind, directory: Path, stack: ExitStack, patch: pytest.MonkeyPatch) -> str:
    port = free_port()
    url = f"http://127.0.0.1:{port}/flower"
    provider = openid_provider(
        directory / f"{kind}.log",
        f"{url}/login",
        kind=kind,
        client_id="flower",
        authentication="client_secret_post",
        tls={"key": str(directory / "key.pem"), "cert": str(directory / "fullchain.pem")},
    )
    issuer = stack.enter_context(provider).issuer
    settings = {
        **OAUTH,
        "FLOWER_OAUTH_PROVIDER": kind,
        "FLOWER_AUTH": "olga@example.com|unverified@example.com",
        "FLOWER_OAUTH2_SECRET": "the-providers-secret",
        "FLOWER_OAUTH2_REDIRECT_URI": f"{url}/login",
        f"FLOWER_{kind.upper()}_OAUTH_DOMAIN": issuer.removeprefix("https://"),
    }
    for name, value in settings.items():
        patch.setenv(name, value)
    stack.callback(start_flower(directory / f"flower-{kind}.log", port).end)
    return url


@pytest.fixture
def browser(asking: Asking) -> Iterator[httpx2.Client]:
    trusted = ssl.create_default_context(cafile=str(asking.certificate))
    with httpx2.Client(verify=trusted, follow_redirects=True, trust_env=False, timeout=60) as client:
        yield client


def sign_in(browser: httpx2.Client, url: str, email: str) -> httpx2.Response:
    """As the browser of somebody who types their address at the provider."""
    asked = browser.get(f"{url}/login")
    form = FORM.search(asked.text)
    assert form is not None, asked.text
    fields = {"prompt": "login", "login": email, "password": "any"}
    return browser.post(asked.url.join(form[1]), data=fields)


def is_in(browser: httpx2.Client, url: str) -> bool:
    return browser.get(f"{url}/workers", follow_redirects=False).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_allowed_gets_in(asking: Asking, browser: httpx2.Client, kind: Kind) -> None:
    url = asking.flowers[kind]
    assert not is_in(browser, url)
    sign_in(browser, url, "olga@example.com")
    assert is_in(browser, url)


# GitLab tells of no address that it has not verified.
REFUSED = [
    ("gitlab", "mallory@example.com.evil.test"),
    ("github", "mallory@example.com.evil.test"),
    ("github", "unverified@example.com"),
]


@pytest.mark.parametrize(("kind", "email"), REFUSED)
def test_whoever_is_not_does_not(asking: Asking, browser: httpx2.Client, kind: Kind, email: str) -> None:
    url = asking.flowers[kind]
    answer = sign_in(browser, url, email)
    assert (answer.status_code, "Access denied" in answer.text) == (403, True)
    assert not is_in(browser, url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_answer_lets_nobody_in(asking: Asking, browser: httpx2.Client, kind: Kind) -> None:
    url = asking.flowers[kind]
    browser.get(f"{url}/login")
    answer = browser.get(f"{url}/login?code=forged&state=forged")
    assert (answer.status_code, "State tokens do not match" in answer.text) == (403, True)
