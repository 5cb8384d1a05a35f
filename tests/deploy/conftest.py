"""The deployment of docs/nginx.md on loopback: nginx with TLS in front of a real Slipway, its worker and its Flower."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from launch.broker import PrivateBroker
from tests.command_line import said
from tests.deploy.nginx import Ports, start_nginx
from tests.ports import free_port
from tests.processes import Process, celery_worker
from tests.slipway import PASSWORD, Slipway, running_slipway, settings_of_a_slipway
from tests.waiting import wait_for
from tests.worker.flower.running import flower_settings, start_flower

WORKER = "behind-nginx@localhost"
NGINX_PASSWORDS = {"ada": "known-to-nginx-alone", "vera": "also-known-to-nginx"}


@dataclass(frozen=True)
class Site:
    """What the world sees. `slipway` is the web process itself, behind nginx."""

    url: str
    plain_url: str
    certificate: Path
    slipway: Slipway
    opened: ExitStack

    def client(self, **options: Any) -> httpx2.Client:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        client = httpx2.Client(base_url=self.url, verify=trusted, trust_env=False, timeout=20, **options)
        return self.opened.enter_context(client)

    @property
    def own_origin(self) -> dict[str, str]:
        """What a browser sends along from a page of this site."""
        return {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}

    def signed_in(self, name: str = "admin", password: str = PASSWORD) -> httpx2.Client:
        client = self.client()
        form = {"username": name, "password": password}
        client.post("/api/auth/login", json=form, headers=self.own_origin).raise_for_status()
        return client


@contextmanager
def ending(process: Process) -> Iterator[Process]:
    try:
        yield process
    finally:
        process.end()


@contextmanager
def running_site(directory: Path, flower_port: int, passwords: dict[str, str] | None = None) -> Iterator[Site]:
    """With `passwords`, nginx itself asks for them."""
    with ExitStack() as stack:
        slipway = stack.enter_context(running_slipway(directory))
        worker = stack.enter_context(ending(celery_worker(directory / "worker.log", "-c", "1", name=WORKER)))
        stack.enter_context(ending(start_flower(directory / "flower.log", flower_port)))
        ports = Ports(http=free_port(), https=free_port(), web=slipway.port, flower=flower_port)
        place = directory / "nginx"
        stack.enter_context(ending(start_nginx(place, ports, said("flower-login"), passwords=passwords)))
        worker.wait_for_output("worker is ready")
        wait_for(lambda: flower_knows_the_worker(slipway), what="Flower to show the worker", timeout=60)
        urls = (f"https://localhost:{ports.https}", f"http://localhost:{ports.http}")
        yield Site(*urls, place / "fullchain.pem", slipway, stack)


def flower_knows_the_worker(slipway: Slipway) -> bool:
    return WORKER in slipway.client.get("/flower/api/workers?refresh=1").text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker_node: PrivateBroker) -> Iterator[Site]:
    """People sign in to Slipway itself."""
    directory, port = tmp_path_factory.mktemp("site"), free_port()
    with (
        settings_of_a_slipway(directory, sqlite_template, broker_node, **flower_settings(port)),
        running_site(directory, port) as site,
    ):
        yield site


@pytest.fixture(scope="module")
def site_that_knows_people(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker_node: PrivateBroker
) -> Iterator[Site]:
    """nginx signs people in, and Slipway believes it."""
    directory, port = tmp_path_factory.mktemp("knowing-site"), free_port()
    variables = {"AUTH_MODE": "proxy", "TRUSTED_PROXIES": "127.0.0.1", "ROLE_ADMINS": "ada"}
    with (
        settings_of_a_slipway(directory, sqlite_template, broker_node, **flower_settings(port), **variables),
        running_site(directory, port, NGINX_PASSWORDS) as site,
    ):
        yield site
