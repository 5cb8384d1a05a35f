"""The environment that the processes run in: what the person set, and what is made here when they did not."""

import os
from collections.abc import Mapping

from dotenv import dotenv_values

from launch.broker import PrivateBroker
from launch.console import Stop, say
from launch.paths import ROOT, SECRETS, VAR, VENV, VENV_BIN
from launch.ports import LOOPBACK, free_port, is_free
from launch.private_files import secret
from launch.setup.system import BROKER_NAMES

WEB_PORT, FLOWER_PORT, PANEL_PORT = 8000, 5555, 5173

Environment = dict[str, str]


def given() -> Environment:
    """As the application reads it: the environment before `.env`, and an empty value is none."""
    from_file = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value}
    return from_file | {name: value for name, value in os.environ.items() if value}


def names_a_broker(environment: Mapping[str, str]) -> bool:
    return any(name in environment for name in BROKER_NAMES)


def complete(person: Environment, broker: PrivateBroker | None) -> Environment:
    return inherited() | activation() | ports(person) | keys(person) | (broker_addresses(broker) if broker else {})


def inherited() -> Environment:
    """Without what `make` tells its own children."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def activation() -> Environment:
    return {
        "VIRTUAL_ENV": str(VENV),
        "PATH": f"{VENV_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "BEAT_SCHEDULE": str(VAR / "beat-schedule"),
    }


def ports(person: Environment) -> Environment:
    flower = free_or_said(FLOWER_PORT, "Flower")
    return {
        "UVICORN_HOST": LOOPBACK,
        "PORT": str(web_port(person)),
        "PANEL_PORT": str(free_port(PANEL_PORT)),  # `make dev` only
        "FLOWER_ADDRESS": LOOPBACK,
        "FLOWER_PORT": str(flower),
        "FLOWER_URL": person.get("FLOWER_URL", f"http://{LOOPBACK}:{flower}"),
        "FLOWER_URL_PREFIX": "flower",  # where the web process serves it
    }


def web_port(person: Environment) -> int:
    if "PORT" not in person:
        return free_or_said(WEB_PORT, "the panel")
    if not person["PORT"].isdecimal():
        raise Stop(f"PORT must be a number, not {person['PORT']!r}.")
    if not is_free(int(person["PORT"])):
        raise Stop(f"Port {person['PORT']} is taken by another program: set PORT to another one, or leave it out.")
    return int(person["PORT"])


def free_or_said(preferred: int, what: str) -> int:
    port = free_port(preferred)
    if port != preferred:
        say(f"Port {preferred} is taken by another program, so {what} is on {port}.")
    return port


def keys(person: Environment) -> Environment:
    return {"SECRET_KEY": person.get("SECRET_KEY") or secret(SECRETS / "secret_key")}


def broker_addresses(broker: PrivateBroker) -> Environment:
    return {"RABBITMQ_URL": broker.url, "RABBITMQ_MANAGEMENT_URL": broker.management_url}
