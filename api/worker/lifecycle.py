"""What happens when a worker starts, when its children start, and when it stops."""

import logging
import platform
from functools import partial
from typing import Any

import celery
import structlog
from celery import signals

from core import engine
from core.garbage import leave_alone_what_is_here
from core.log import configure_logging
from core.patience import until_through
from core.schema import ensure_schema
from core.version import VERSION
from jobs import events
from jobs.dispatch.bell import our_bell
from jobs.dispatch.dispatcher import Dispatcher
from jobs.logs import capture
from jobs.workers import liveness
from jobs.workers.liveness import WorkerDescription, WorkerReport
from worker import incarnation, stopping
from worker.children import die_with_parent, remember_main_process
from worker.consuming import Consuming
from worker.held import HeldMessages
from worker.keeper import Keeper
from worker.loading import load_for
from worker.orders import Orders
from worker.recorder import start_recorder
from worker.vitals import Vitals

log = structlog.get_logger(__name__)

FORKING = "prefork"
POOLS_WITH_CHILDREN = (FORKING, "processes")


class _Running:
    """What is known once the worker has begun to start."""

    description: WorkerDescription | None = None
    consuming: Consuming | None = None


_running = _Running()


@signals.setup_logging.connect
def _configure_logging(loglevel: int | str | None = None, **_: Any) -> None:
    configure_logging(loglevel if isinstance(loglevel, int) else logging.INFO)
    capture.install()


@signals.worker_init.connect
def _start(sender: Any, **_: Any) -> None:
    """Before the pool forks: the schema, what jobs load, and an incarnation that deliveries can be claimed under.

    Celery swallows what a signal handler raises, and a worker without an incarnation must not go on.
    """
    try:
        remember_main_process()
        if _pool_name(sender) == FORKING:
            engine.expect_forks()
        our_bell()
        until_through(ensure_schema, what="schema")
        description = _running.description = _describe(sender)  # with the queues that are paused at the moment
        load_for(sender.app, description.queues)
        incarnation.set_current(until_through(lambda: liveness.register(description), what="register"))
        consuming = _running.consuming = Consuming(sender.app)
        until_through(consuming.leave_paused, what="paused queues")
        until_through(lambda: liveness.reap(silence_counts=False), what="reap")
    except Exception as error:
        log.exception("the worker cannot start")
        raise SystemExit(str(error)) from error


@signals.worker_process_init.connect
def _start_child(**_: Any) -> None:
    die_with_parent()
    leave_alone_what_is_here()


@signals.worker_process_shutdown.connect
def _stop_child(**_: Any) -> None:
    events.flush()


@signals.worker_ready.connect
def _start_threads(sender: Any, **_: Any) -> None:
    """After the pool has forked, so that no child inherits a thread's locks."""
    worker = sender.controller
    start_recorder()
    dispatcher = Dispatcher(worker.hostname)
    keeper = _keeper(sender, _running.description or _describe(worker))
    keeper.start()
    dispatcher.start()
    stopping.stops_with_the_worker(dispatcher, keeper)
    _say_what_this_pool_cannot(_pool_name(worker))
    leave_alone_what_is_here()
    log.info("worker is ready", worker=worker.hostname, incarnation=incarnation.current())


def _say_what_this_pool_cannot(pool: str) -> None:
    if pool != "prefork":
        log.warning("this pool enforces no time limit, and a cancelled job ends at its own checkpoint", pool=pool)


def _keeper(consumer: Any, description: WorkerDescription) -> Keeper:
    consuming, vitals, held = _running.consuming or Consuming(consumer.app), Vitals(), HeldMessages()

    def report() -> WorkerReport:
        size = getattr(consumer.pool, "num_processes", None)
        return WorkerReport(
            concurrency=size, quiet_since=consuming.quiet_since, vitals=vitals.measure(), held=held.for_long()
        )

    return Keeper(
        description,
        Orders(consumer, consuming),
        report,
        stop_children=description.pool == FORKING,
        obey_pauses=partial(consuming.obey, consumer),
    )


def _describe(worker: Any) -> WorkerDescription:
    return WorkerDescription(
        name=worker.hostname,
        queues=sorted(worker.app.amqp.queues.consume_from),
        concurrency=worker.concurrency or None,
        pool=_pool_name(worker),
        versions={"slipway": VERSION, "celery": celery.__version__, "python": platform.python_version()},
    )


def _pool_name(worker: Any) -> str:
    name = worker.pool_cls if isinstance(worker.pool_cls, str) else worker.pool_cls.__module__
    known = name.partition(":")[0].rsplit(".", 1)[-1].lower()
    return FORKING if known in POOLS_WITH_CHILDREN else known
