"""Settings: read once, refused with one sentence each, and never with a secret in the sentence."""

import os
from pathlib import Path

import pytest

from core.settings import ROOT, SettingsError, get_settings, shield_celery_from_environment
from tests.core.environments import refusal_of, settings_with

LONG_KEY = "k" * 32


def test_every_bad_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal_of(
        monkeypatch, SLIPWAY_ENV="staging", SESSION_HOURS="none", LLM_TIMEOUT_SECONDS="0", SLIPWAY_LOG_FORMAT="xml"
    )

    for name in ("SLIPWAY_ENV", "SESSION_HOURS", "LLM_TIMEOUT_SECONDS", "SLIPWAY_LOG_FORMAT"):
        assert f"{name}: " in said


def test_every_clash_between_values_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal_of(
        monkeypatch,
        CLOUDAMQP_URL="amqp://a/",
        RABBITMQ_URL="amqp://b/",
        CELERY_RESULT_BACKEND="redis://localhost",
        ADMIN_PASSWORD="changeme",
        SLIPWAY_ENV="production",
    )

    for name in ("CLOUDAMQP_URL and RABBITMQ_URL", "CELERY_RESULT_BACKEND", "ADMIN_PASSWORD", "SECRET_KEY"):
        assert name in said


def test_a_refusal_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "CLOUDAMQP_URL": "amqp://u:hidden-one@a/",
        "RABBITMQ_URL": "amqp://u:hidden-two@b/",
        "ADMIN_PASSWORD": "password",
        "SECRET_KEY": "hidden-three",
        "LLM_API_KEY": "hidden-four",
        "CELERY_RESULT_BACKEND": "db+postgresql://u:hidden-five@c/",
    }

    said = refusal_of(monkeypatch, SLIPWAY_ENV="production", **secrets)

    assert "hidden" not in said


def test_two_broker_urls_that_differ_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal_of(monkeypatch, CLOUDAMQP_URL="amqp://a/", CELERY_BROKER_URL="amqp://b/")

    assert "CLOUDAMQP_URL and CELERY_BROKER_URL differ" in said


def test_the_same_broker_under_two_names_is_one_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(monkeypatch, CLOUDAMQP_URL="amqp://a/", RABBITMQ_URL="amqp://a/")

    assert settings.broker_url == "amqp://a/"


@pytest.mark.parametrize("name", ["CLOUDAMQP_URL", "RABBITMQ_URL", "CELERY_BROKER_URL"])
def test_a_broker_is_found_under_each_of_its_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert settings_with(monkeypatch, **{name: "amqp://a/"}).broker_url == "amqp://a/"


def test_no_broker_is_one_sentence_that_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(monkeypatch)

    with pytest.raises(SettingsError, match="set CLOUDAMQP_URL or RABBITMQ_URL"):
        _ = settings.broker_url


def test_a_result_backend_is_refused_because_results_live_in_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal_of(monkeypatch, CELERY_RESULT_BACKEND="rpc://")

    assert "results live in the database" in said


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_url_gets_the_driver_that_is_installed(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    settings = settings_with(monkeypatch, DATABASE_URL=f"{scheme}://u:p@host:5432/name?sslmode=require")

    assert settings.database_url == "postgresql+psycopg://u:p@host:5432/name?sslmode=require"


def test_relative_paths_are_anchored_at_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(monkeypatch, SLIPWAY_VAR_DIR="elsewhere", DATABASE_URL="sqlite:///var/mine.db")

    assert settings.var_dir == ROOT / "elsewhere"
    assert settings.database_url == f"sqlite:///{ROOT}/var/mine.db"


def test_an_absolute_path_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = settings_with(monkeypatch, SLIPWAY_VAR_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/a.db")

    assert settings.var_dir == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/a.db"


def test_without_a_database_url_the_database_is_a_file_in_var(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert settings_with(monkeypatch).database_url == f"sqlite:///{tmp_path}/slipway.db"


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch, RABBITMQ_URL="", ADMIN_PASSWORD="").has_broker is False


PRODUCTION = {"SLIPWAY_ENV": "production", "SECRET_KEY": LONG_KEY}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param({"SLIPWAY_ENV": "production"}, "SECRET_KEY", id="no secret key"),
        pytest.param({**PRODUCTION, "SECRET_KEY": "short"}, "SECRET_KEY", id="a short secret key"),
        pytest.param({**PRODUCTION, "FLOWER_UNAUTHENTICATED_API": "true"}, "FLOWER_UNAUTHENTICATED_API", id="flower"),
        pytest.param({**PRODUCTION, "ADMIN_PASSWORD": "Admin123"}, "ADMIN_PASSWORD", id="a known password"),
        pytest.param({**PRODUCTION, "FLOWER_BASIC_AUTH": "admin:admin"}, "FLOWER_BASIC_AUTH", id="flower's password"),
        pytest.param({"DYNO": "web.1", "SECRET_KEY": LONG_KEY}, "DATABASE_URL", id="sqlite on heroku"),
        pytest.param({"DYNO": "web.1"}, "SECRET_KEY", id="heroku is production"),
    ],
)
def test_production_refuses(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    assert named in refusal_of(monkeypatch, **values)


def test_production_with_all_it_needs_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch, **PRODUCTION, FLOWER_BASIC_AUTH="me:long-and-random").production


def test_celery_finds_nothing_in_the_environment_that_overrides_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://a/")
    monkeypatch.setenv("CELERY_BROKER_READ_URL", "amqp://b/")

    shield_celery_from_environment()

    assert not [name for name in os.environ if name.startswith("CELERY_BROKER")]
    assert get_settings().broker_url == "amqp://a/"


def test_the_secrets_are_known_in_every_way_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(
        monkeypatch,
        RABBITMQ_URL="amqp://u:broker%2Fpass@host/",
        DATABASE_URL="postgresql://u:database-pass@host/name",
        FLOWER_BASIC_AUTH="me:flower-pass",
        LLM_API_KEY="llm-key",
    )

    known = settings.secrets()

    assert {"broker%2Fpass", "broker/pass", "database-pass", "flower-pass", "llm-key"} <= known
