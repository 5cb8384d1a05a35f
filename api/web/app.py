"""The web application, put together: settings, routes, and the layers that every request passes."""

import importlib
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from core.http import Problem
from core.log import configure_logging
from core.settings import Settings, get_settings
from core.version import VERSION
from web import docs, openapi, problems
from web.audit import routes as audit
from web.auth import account, user_routes, verify
from web.auth import routes as auth
from web.auth.door import Door
from web.auth.oauth import routes as oauth
from web.auth.throttle import Throttle
from web.body_limit import BodyLimit
from web.compressed import Compressed
from web.flower import proxy as flower
from web.flower import status as flower_status
from web.flower.pages import FlowerAnswers
from web.flower.upstream import Upstream
from web.headers import SecurityHeaders
from web.lifespan import lifespan
from web.loopback import LoopbackOnly
from web.panel import DIST, Panel
from web.peer import Peer
from web.routes import (
    about,
    bulk,
    dead_letters,
    dead_letters_bulk,
    doctor,
    health,
    job_logs,
    jobs,
    overview,
    projects,
    queue_control,
    queues,
    scheduled,
    tasks,
    views,
    waiting,
    workers,
    workflows,
)
from web.routes.straight import StraightOn
from web.stream import routes as stream
from workloads.manifest import install
from workloads.routers import ROUTERS

OF_ACCESS = (auth.auth, account.account, oauth.router, verify.router, auth.tokens, user_routes.router, audit.router)
OF_JOBS = (
    bulk.router,
    jobs.router,
    job_logs.router,
    scheduled.router,
    workflows.router,
    tasks.router,
    projects.router,
    views.router,
)
OF_DEAD_LETTERS = (dead_letters_bulk.router, dead_letters.router)
OWN_ROUTERS = (
    health.router,
    *OF_ACCESS,
    overview.router,
    *OF_JOBS,
    *OF_DEAD_LETTERS,
    workers.router,
    queues.router,
    queue_control.router,
    stream.router,
    about.router,
    doctor.router,
    docs.router,
)
FLOWER_ROUTERS = (flower_status.router, flower.router)


def create_app(*, panel_directory: Path = DIST) -> FastAPI:
    """Raises SettingsError. Nothing is started and no database is touched before the lifespan begins."""
    settings = get_settings()
    configure_logging()
    install()
    app = FastAPI(
        title="Slipway",
        version=VERSION,
        description="AI agents as background jobs.",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_id,
        responses={"default": {"model": Problem, "description": "Refused, or failed"}},
    )
    app.state.throttle = Throttle()
    app.state.flower = Upstream()
    for router in (*OWN_ROUTERS, *FLOWER_ROUTERS, *ROUTERS):
        app.include_router(router)
    problems.install(app)
    openapi.install(app)
    if settings.auth_mode == "oauth":
        importlib.import_module(oauth.WAY)
    _add_layers(app, settings, Panel(panel_directory))
    return app


def _add_layers(app: FastAPI, settings: Settings, panel: Panel) -> None:
    """Innermost first: what is added last sees a request first."""
    app.add_middleware(Compressed)
    app.add_middleware(StraightOn, routes=jobs.STRAIGHT, look=waiting.look_straight)
    app.add_middleware(Door, panel=panel)
    app.add_middleware(FlowerAnswers)
    app.add_middleware(BodyLimit)
    app.add_middleware(problems.CatchAll)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            expose_headers=["Location"],
        )
    if not settings.production:
        app.add_middleware(LoopbackOnly)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Peer, settings=settings)
