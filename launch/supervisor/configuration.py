"""What supervisord is told: which programs, how to restart them, where their logs go."""

import configparser
import getpass
import io
from collections.abc import Mapping
from pathlib import Path

from launch.paths import LOGS, RABBITMQ, ROOT, SUPERVISOR
from launch.ports import LOOPBACK
from launch.supervisor.control import GROUP, Control

BROKER = "rabbitmq"
PYTHON = ".venv/bin/python"
RPC_FACTORY = "supervisor.rpcinterface:make_main_rpcinterface"

ROTATION = {"logfile_maxbytes": "10MB", "logfile_backups": "5"}
FOR_EVERY_PROGRAM = {
    "directory": str(ROOT),
    "autorestart": "true",
    # What ends sooner has failed to start. Nobody waits for this: readiness is asked of the programs themselves.
    "startsecs": "10",
    # Each failed start waits a second longer than the one before. Never give up: the cause may go away.
    "startretries": "1000000000",
    "stopsignal": "TERM",
    # Celery gives running jobs 25 s.
    "stopwaitsecs": "27",
    # Celery's children must not get the signal that its main process handles for them.
    "stopasgroup": "false",
    "killasgroup": "true",
    "redirect_stderr": "true",
}

Section = dict[str, str]


def configuration(procfile: Path, names: list[str], control: Control, *, with_broker: bool) -> str:
    sections = {
        "supervisord": daemon(),
        "rpcinterface:supervisor": {"supervisor.rpcinterface_factory": RPC_FACTORY},
        "inet_http_server": door(control),
        **{f"program:{name}": process(procfile, name) for name in names},
        # One group, so that all of them are asked to stop at the same moment.
        f"group:{GROUP}": {"programs": ",".join(names), "priority": "200"},
    }
    return rendered(sections | ({f"program:{BROKER}": broker()} if with_broker else {}))


def door(control: Control) -> Section:
    return {"port": f"{LOOPBACK}:{control.port}", "username": GROUP, "password": control.password}


def daemon() -> Section:
    return {
        "nodaemon": "true",
        "silent": "true",
        "user": getpass.getuser(),
        "logfile": str(LOGS / "supervisord.log"),
        "pidfile": str(SUPERVISOR / "supervisord.pid"),
        **ROTATION,
    }


def process(procfile: Path, name: str) -> Section:
    command = f"{PYTHON} -m launch.procfile {procfile.name} {name}"
    # Started by us, when the broker and the database are ready.
    return {"command": command, "autostart": "false", **FOR_EVERY_PROGRAM, **log_of(name)}


def broker() -> Section:
    """First to start, last to stop."""
    command = f"{PYTHON} -m launch.broker {RABBITMQ.relative_to(ROOT)}"
    return {"command": command, "priority": "100", **FOR_EVERY_PROGRAM, **log_of(BROKER)}


def log_of(name: str) -> Section:
    return {"stdout_logfile": str(LOGS / f"{name}.log")} | {f"stdout_{key}": value for key, value in ROTATION.items()}


def rendered(sections: Mapping[str, Section]) -> str:
    parser = configparser.RawConfigParser()
    for title, section in sections.items():
        parser[title] = {name: value.replace("%", "%%") for name, value in section.items()}
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()
