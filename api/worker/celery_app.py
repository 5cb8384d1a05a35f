"""The Celery application: `cd api && celery -A worker.celery_app worker`."""

import os
import sys
from pathlib import Path
from typing import Any

import billiard.common
from celery import Celery
from kombu import Exchange, Queue

from core.contracts import catalog
from core.errors import AppError
from core.queues import EXCHANGE, work_queue_arguments
from core.queues import Queue as QueueName
from core.settings import ROOT, Settings, get_settings, shield_celery_from_environment
from jobs.broker import HEARTBEAT
from worker import results
from workloads.manifest import CONTRACTS

EVERY_HOUR = 3600.0  # seconds


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
    """What Celery and Flower read from the environment before they read anything of ours.

    Without REMAP_SIGTERM a SIGTERM waits for running jobs without end. Flower finds its configuration in the current
    directory only, and from api/ it would start without a password.
    """
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    billiard.common.REMAP_SIGTERM = os.environ["REMAP_SIGTERM"]
    os.environ.setdefault("FLOWER_CONF", str(ROOT / "flowerconfig.py"))


def task_queues() -> list[Queue]:
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    return [
        Queue(name.value, exchange, routing_key=name.value, durable=True, queue_arguments=work_queue_arguments())
        for name in QueueName
    ]


def task_routes() -> dict[str, dict[str, str]]:
    """For messages that do not go through our submit: `celery call`, beat, clients in other languages."""
    return {contract.name: {"queue": contract.queue.value} for contract in catalog.all()}


def configuration(settings: Settings) -> dict[str, Any]:
    frugal = settings.broker_profile == "frugal"
    return {
        "broker_url": settings.broker_url if settings.has_broker else None,
        "broker_heartbeat": HEARTBEAT,
        "broker_pool_limit": 1 if frugal else 10,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "client_properties": {"connection_name": "slipway worker"},
        },
        "result_backend": f"{results.__name__}:{results.JobsBackend.__name__}",
        "task_queues": task_queues(),
        "task_routes": task_routes(),
        "task_default_queue": QueueName.DEFAULT.value,
        "task_default_exchange": EXCHANGE,
        "task_default_exchange_type": "topic",
        "task_default_routing_key": QueueName.DEFAULT.value,
        "task_create_missing_queue_type": "quorum",
        "task_create_missing_queue_exchange_type": "topic",
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 1000,
        "worker_soft_shutdown_timeout": settings.soft_shutdown_seconds,
        "worker_enable_soft_shutdown_on_idle": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # docs/decisions/010: the claim drops the copy
        "worker_hijack_root_logger": False,
        "worker_send_task_events": not frugal,
        "event_queue_ttl": 60.0,
        "event_queue_exclusive": True,
        "control_queue_exclusive": True,
        "beat_schedule": {"expire documents": {"task": "expire_documents", "schedule": EVERY_HOUR}},
        "beat_schedule_filename": str(settings.var_dir / "celerybeat-schedule"),
    }


def make_app() -> Celery:
    prepare_process()
    catalog.add(CONTRACTS)
    settings = read_settings()
    made = Celery("slipway", include=["worker.tasks", "worker.lifecycle"])
    made.conf.update(configuration(settings))
    return made


app = make_app()
