"""Celery's settings, by what they are about."""

from typing import Any

from kombu import Exchange, Queue

from core.contracts import catalog
from core.queues import EXCHANGE, work_queue_arguments
from core.queues import Queue as QueueName
from core.settings import Settings
from jobs.broker import HEARTBEAT
from worker import consumer, results

EVERY_HOUR = 3600.0  # seconds


def configuration(settings: Settings) -> dict[str, Any]:
    return _broker(settings) | _routing() | _messages() | _tasks(settings) | _events(settings) | _schedule(settings)


def _broker(settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": settings.broker_url if settings.has_broker else None,
        "broker_heartbeat": HEARTBEAT,
        "broker_pool_limit": 1 if settings.broker_profile == "frugal" else 10,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {"client_properties": {"connection_name": "slipway worker"}},
    }


def _routing() -> dict[str, Any]:
    """Also for messages that do not go through our submit: `celery call`, clients in other languages."""
    return {
        "task_queues": _queues(),
        "task_routes": {contract.name: {"queue": contract.queue.value} for contract in catalog.all()},
        "task_default_queue": QueueName.DEFAULT.value,
        "task_default_exchange": EXCHANGE,
        "task_default_exchange_type": "topic",
        "task_default_routing_key": QueueName.DEFAULT.value,
        "task_create_missing_queue_type": "quorum",
        "task_create_missing_queue_exchange_type": "topic",
    }


def _queues() -> list[Queue]:
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    return [
        Queue(name.value, exchange, routing_key=name.value, durable=True, queue_arguments=work_queue_arguments())
        for name in QueueName
    ]


def _messages() -> dict[str, Any]:
    """JSON only: a pickle would run whatever its sender likes."""
    return {"task_serializer": "json", "result_serializer": "json", "accept_content": ["json"], "enable_utc": True}


def _tasks(settings: Settings) -> dict[str, Any]:
    return {
        "result_backend": f"{results.__name__}:{results.JobsBackend.__name__}",
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 1000,
        "worker_soft_shutdown_timeout": settings.soft_shutdown_seconds,
        "worker_enable_soft_shutdown_on_idle": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # docs/decisions/010: the claim drops the copy
        "worker_hijack_root_logger": False,
        "worker_consumer": f"{consumer.__name__}:{consumer.JobConsumer.__name__}",
    }


def _events(settings: Settings) -> dict[str, Any]:
    """Flower loses what it has not read after `event_queue_ttl` seconds; Celery's own 5 are too few for a burst."""
    return {
        "worker_send_task_events": settings.broker_profile != "frugal",
        "event_queue_ttl": 60.0,
        "event_queue_exclusive": True,
        "control_queue_exclusive": True,
    }


def _schedule(settings: Settings) -> dict[str, Any]:
    return {
        "beat_schedule": {"expire documents": {"task": "expire_documents", "schedule": EVERY_HOUR}},
        "beat_schedule_filename": str(settings.var_dir / "celerybeat-schedule"),
    }
