"""`var/env.sh`: lets a second terminal reach the same broker and database."""

import shlex
from collections.abc import Mapping

from launch.paths import ENV_SCRIPT, VENV, VENV_BIN
from launch.private_files import write_private
from launch.setup.system import BROKER_NAMES

SHARED = (
    *BROKER_NAMES,
    "RABBITMQ_MANAGEMENT_URL",
    "DATABASE_URL",
    "SECRET_KEY",
    "PORT",
    "FLOWER_URL",
)


def render(environment: Mapping[str, str]) -> str:
    exports = [f"export {name}={shlex.quote(environment[name])}" for name in SHARED if name in environment]
    activate = [f"export VIRTUAL_ENV={shlex.quote(str(VENV))}", f'export PATH={shlex.quote(str(VENV_BIN))}:"$PATH"']
    return "\n".join(["# Written by `make run`; holds passwords.", *activate, *exports, ""])


def write(environment: Mapping[str, str]) -> None:
    write_private(ENV_SCRIPT, render(environment))
