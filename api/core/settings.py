"""All settings, read once from the environment (and `.env` at the repository's root) into one frozen object."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from core.audit_settings import AuditSettings
from core.broker_settings import BrokerSettings
from core.errors import AppError
from core.flower_settings import FlowerSettings
from core.history_settings import HistorySettings
from core.outbound_settings import OutboundSettings
from core.sign_in_settings import SignInSettings, Words

ROOT = Path(__file__).resolve().parents[2]
BROKER_NAMES = ("CLOUDAMQP_URL", "RABBITMQ_URL", "CELERY_BROKER_URL")
KNOWN_PASSWORDS = frozenset({"admin", "admin123", "password", "changeme", "secret", "slipway", "guest", "letmein"})


class SettingsError(AppError):
    """The settings are not usable."""


class Settings(AuditSettings, BrokerSettings, FlowerSettings, HistorySettings, OutboundSettings, SignInSettings):
    """Names are the environment's; docs/configuration.md lists them."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, case_sensitive=True, populate_by_name=True
    )

    env: Literal["development", "production"] = Field("development", alias="SLIPWAY_ENV")
    dyno: str | None = Field(None, alias="DYNO")
    var_dir: Path = Field(ROOT / "var", alias="SLIPWAY_VAR_DIR")
    database_url_value: SecretStr | None = Field(None, alias="DATABASE_URL")
    cloudamqp_url: SecretStr | None = Field(None, alias="CLOUDAMQP_URL")
    rabbitmq_url: SecretStr | None = Field(None, alias="RABBITMQ_URL")
    celery_broker_url: SecretStr | None = Field(None, alias="CELERY_BROKER_URL")
    celery_result_backend: str | None = Field(None, alias="CELERY_RESULT_BACKEND")
    broker_profile: Literal["default", "frugal"] = Field("default", alias="SLIPWAY_BROKER_PROFILE")
    soft_shutdown_seconds: float = Field(25.0, alias="SLIPWAY_SOFT_SHUTDOWN_SECONDS", ge=0)  # Heroku kills after 30
    slice_seconds: float = Field(900.0, alias="SLIPWAY_SLICE_SECONDS", gt=0, le=1200)
    log_format: Literal["auto", "json", "console"] = Field("auto", alias="SLIPWAY_LOG_FORMAT")
    secret_key: SecretStr | None = Field(None, alias="SECRET_KEY")
    admin_password: SecretStr | None = Field(None, alias="ADMIN_PASSWORD")
    session_hours: int = Field(24 * 7, alias="SESSION_HOURS", ge=1)
    llm_provider: Literal["simulated", "openai"] = Field("simulated", alias="LLM_PROVIDER")
    llm_base_url: str | None = Field(None, alias="LLM_BASE_URL")
    llm_api_key: SecretStr | None = Field(None, alias="LLM_API_KEY")
    llm_model: str = Field("gpt-4o-mini", alias="LLM_MODEL")
    llm_timeout_seconds: float = Field(60.0, alias="LLM_TIMEOUT_SECONDS", gt=0)
    llm_simulated_speedup: float = Field(1.0, alias="LLM_SIMULATED_SPEEDUP", gt=0)
    llm_simulated_failure_rate: float | None = Field(None, alias="LLM_SIMULATED_FAILURE_RATE", ge=0, le=1)
    llm_seed: int = Field(0, alias="LLM_SEED")
    document_days: int | None = Field(None, alias="DOCUMENT_DAYS", ge=1)
    cors_origins: Words = Field((), alias="CORS_ORIGINS")

    @field_validator("var_dir")
    @classmethod
    def _anchor(cls, value: Path) -> Path:
        return value if value.is_absolute() else ROOT / value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """One validator for all of them, since pydantic stops at the first that refuses."""
        wrong = [*self._clashes(), *self._known_passwords(), *self._sign_in_refusals(production=self.production)]
        wrong += self._refusals() if self.production else ()
        if wrong:
            raise ValueError("\n  ".join(wrong))
        return self

    def _clashes(self) -> list[str]:
        wrong = []
        if len({url for _, url in self._brokers()}) > 1:
            names = " and ".join(name for name, _ in self._brokers())
            wrong.append(f"{names} differ: set only one of them, so that web and workers meet on one broker")
        if self.celery_result_backend:
            wrong.append("CELERY_RESULT_BACKEND is set, but results live in the database: unset it")
        return wrong

    def _known_passwords(self) -> list[str]:
        held = {"ADMIN_PASSWORD": {_plain(self.admin_password)}, "FLOWER_BASIC_AUTH": self.flower_passwords()}
        known = [name for name, ones in held.items() if {one.lower() for one in ones} & KNOWN_PASSWORDS]
        return [f"{name} is a well-known password: choose another" for name in known]

    def _refusals(self) -> list[str]:
        wrong = []
        if self.secret_key is None or len(self.secret_key.get_secret_value()) < 32:
            wrong.append("SECRET_KEY must be set in production, with at least 32 characters")
        if self.flower_unauthenticated_api:
            wrong.append("FLOWER_UNAUTHENTICATED_API must not be set in production")
        if self.dyno and self.database_url.startswith("sqlite"):
            wrong.append("DATABASE_URL must name a PostgreSQL on Heroku, where dynos share no disk")
        return wrong

    def _brokers(self) -> list[tuple[str, str]]:
        values = (self.cloudamqp_url, self.rabbitmq_url, self.celery_broker_url)
        return [(n, v.get_secret_value()) for n, v in zip(BROKER_NAMES, values, strict=True) if v]

    @property
    def production(self) -> bool:
        return self.env == "production" or self.dyno is not None

    @property
    def has_broker(self) -> bool:
        return bool(self._brokers())

    @property
    def broker_url(self) -> str:
        """Raises SettingsError when none is set."""
        if not self.has_broker:
            raise SettingsError(
                "No broker: set CLOUDAMQP_URL or RABBITMQ_URL, for example amqp://user:password@127.0.0.1:5672/, "
                "or start everything with `make run` and say `. var/env.sh` here."
            )
        return self._brokers()[0][1]

    @property
    def database_url(self) -> str:
        """With the driver named, so that Heroku's `postgres://…` works as it is."""
        if self.database_url_value is None:
            return f"sqlite:///{self.var_dir / 'slipway.db'}"
        url = self.database_url_value.get_secret_value()
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return self._anchored(url)

    def _anchored(self, url: str) -> str:
        path = url.removeprefix("sqlite:///")
        if path == url or path.startswith("/"):
            return url
        return f"sqlite:///{ROOT / path}"

    def secrets(self) -> frozenset[str]:
        """Every value that must never be shown: the logs replace them."""
        held = (self.secret_key, self.admin_password, self.llm_api_key, self.oauth_client_secret, self.proxy_secret)
        urls = [url for _, url in self._brokers()] + [self.database_url]
        passwords = [password for url in urls if (password := urlsplit(url).password)]
        plain = {*map(_plain, held), *self.flower_secrets(), *passwords, *map(unquote, passwords)}
        return frozenset(plain - {""})


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def explain(error: ValidationError) -> str:
    """Every bad value in one sentence each, without the value, which may be a secret."""
    fields = {name: field.alias or name for name, field in Settings.model_fields.items()}
    lines = []
    for one in error.errors(include_input=False, include_url=False):
        name = ".".join(fields.get(str(part), str(part)) for part in one["loc"])
        text = one["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {text}" if name else text)
    return "The settings are not usable:\n  " + "\n  ".join(lines)


def env_file() -> str | None:
    return os.environ.get("SLIPWAY_ENV_FILE", str(ROOT / ".env")) or None


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Raises SettingsError that names everything that is wrong."""
    try:
        return Settings(_env_file=env_file())
    except ValidationError as error:
        raise SettingsError(explain(error)) from None


def shield_celery_from_environment() -> None:
    """Celery lets these variables override the code, so web and worker could end on two brokers."""
    get_settings()
    for name in ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL", "CELERY_RESULT_BACKEND"):
        os.environ.pop(name, None)
