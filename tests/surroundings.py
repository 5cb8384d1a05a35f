"""The settings that a test runs under: none of the developer's shell or `.env`."""

import os
from pathlib import Path

import pytest

from core import engine
from core.settings import get_settings

SERVICES = ("CLOUDAMQP_", "RABBITMQ_", "CELERY_", "DATABASE_", "FETCH_", "FLOWER_", "LLM_")
KEPT = ("HISTORY_", "RESULT_", "WORKER_HISTORY_")
SIGN_IN = ("ADMIN_", "AUDIT_", "AUTH_", "FORWARDED_", "OAUTH_", "OIDC_", "PROXY_", "PUBLIC_", "ROLE_", "TRUSTED_")
OURS = ("SLIPWAY_", "SECRET_", *SERVICES, *KEPT, *SIGN_IN)


def use_no_settings_but_ours(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    for name in [one for one in os.environ if one.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SLIPWAY_VAR_DIR", str(directory))
    monkeypatch.setenv("SLIPWAY_ENV_FILE", "")
    get_settings.cache_clear()


def use_database(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    engine.dispose()
    return url


def use_broker(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    monkeypatch.setenv("RABBITMQ_URL", url)
    get_settings.cache_clear()
    return url
