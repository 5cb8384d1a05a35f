"""Programs that come from the system's package manager."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launch.console import Stop, say
from launch.paths import ROOT
from launch.setup.commands import run


@dataclass(frozen=True)
class Program:
    """Where a program may be, and the package that brings it."""

    places: tuple[str, ...]
    apt: str
    brew: str

    @property
    def is_installed(self) -> bool:
        return any(shutil.which(place) or any(Path("/").glob(place.lstrip("/"))) for place in self.places)


RABBITMQ = Program(
    ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server"),
    apt="rabbitmq-server",
    brew="rabbitmq",
)
POSTGRESQL = Program(("initdb", "/usr/lib/postgresql/*/bin/initdb"), apt="postgresql", brew="postgresql@15")
CHROMIUM = Program(("chromium", "chromium-browser", "google-chrome"), apt="chromium", brew="chromium")
NGINX = Program(("nginx", "/usr/sbin/nginx"), apt="nginx-light", brew="nginx")

FOR_RUNNING = (RABBITMQ,)
FOR_TESTS = (POSTGRESQL, CHROMIUM, NGINX)

BROKER_NAMES = ("CLOUDAMQP_URL", "RABBITMQ_URL", "CELERY_BROKER_URL")
BROKER_LINE = re.compile(rf"\s*(export\s+)?({'|'.join(BROKER_NAMES)})\s*=\s*[^\s#]")

POLICY = Path("/usr/sbin/policy-rc.d")


def install(programs: Iterable[Program]) -> str:
    missing = [program for program in programs if not program.is_installed]
    if not missing:
        return "present"
    if shutil.which("brew"):
        return with_brew([program.brew for program in missing])
    return with_apt([program.apt for program in missing])


def with_brew(packages: Sequence[str]) -> str:
    announce("brew", packages)
    run(["brew", "install", *packages])
    return "installed"


def with_apt(packages: Sequence[str]) -> str:
    if shutil.which("apt-get") is None:
        raise Stop(f"Please install: {', '.join(packages)}")
    if os.geteuid() != 0:
        raise Stop(f"Please install with: sudo apt-get install {' '.join(packages)}")
    announce("apt", packages)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update"], environment=environment)
    with services_kept_from_starting():
        run(["apt-get", "install", "-y", "--no-install-recommends", *packages], environment=environment)
    return "installed"


def announce(manager: str, packages: Sequence[str]) -> None:
    say(f"installing {', '.join(packages)} through {manager}; no service is started ... ", end="")


@contextmanager
def services_kept_from_starting() -> Iterator[None]:
    """Debian's packages start their services by themselves, unless this file says no (101)."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def other_broker_given() -> bool:
    """A first look, without the dotenv library: is there any need to install RabbitMQ?"""
    file = ROOT / ".env"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return any(os.environ.get(name) for name in BROKER_NAMES) or any(BROKER_LINE.match(line) for line in lines)
