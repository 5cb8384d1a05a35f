"""The Celery application: `cd api && celery -A worker.celery_app worker`."""

import os
import sys
from pathlib import Path

import billiard.common
from celery import Celery

from core.errors import AppError
from core.settings import Settings, get_settings, shield_celery_from_environment
from worker.configuration import configuration
from worker.flower import guard as flower_guard
from workloads.manifest import install


def is_celery_command() -> bool:
    return Path(sys.argv[0]).name in {"celery", "__main__.py"}


def read_settings() -> Settings:
    """On the command line a wrong setting is one sentence, not a traceback."""
    try:
        shield_celery_from_environment()
        settings = get_settings()
        if is_celery_command():
            _ = settings.broker_url
    except AppError as error:
        if is_celery_command():
            raise SystemExit(error.message) from None
        raise
    return settings


def prepare_process() -> None:
    """What Celery and Flower read before they read anything of ours.

    Without REMAP_SIGTERM a SIGTERM waits for running jobs without end. Flower finds its configuration in the current
    directory only, and from api/ it would start without a password.
    """
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    billiard.common.REMAP_SIGTERM = os.environ["REMAP_SIGTERM"]
    flower_guard.install(sys.argv)


def make_app() -> Celery:
    prepare_process()
    install()
    settings = read_settings()
    made = Celery(
        "slipway", include=["worker.tasks", "worker.lifecycle"], events="worker.celery_events:EventsOfWorkers"
    )
    made.conf.update(configuration(settings))
    return made


app = make_app()
