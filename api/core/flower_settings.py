"""How Flower is reached and who may enter it. The web process and Flower read the same names."""

from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

OFF = "off"
PREFIX = "flower"  # under which the web process serves Flower, so also the one that Flower must be told
NOT_AN_ADDRESS = "say http://host:port or https://host, or off when there is no Flower"


class FlowerAddress(NamedTuple):
    """`credential` is `user:password`, if FLOWER_URL holds one; otherwise the derived one is sent."""

    origin: str
    credential: str | None


class FlowerSettings(BaseModel):
    flower_url: SecretStr = Field(SecretStr("http://127.0.0.1:5555"), alias="FLOWER_URL")
    panels_flower_url: str | None = Field(None, alias="VITE_FLOWER_URL")
    flower_url_prefix: str | None = Field(None, alias="FLOWER_URL_PREFIX", pattern=r"^[A-Za-z0-9_-]+$")
    flower_address: str = Field("127.0.0.1", alias="FLOWER_ADDRESS")
    flower_basic_auth: SecretStr | None = Field(None, alias="FLOWER_BASIC_AUTH")
    flower_unauthenticated_api: bool = Field(False, alias="FLOWER_UNAUTHENTICATED_API")
    flower_read_only: bool = Field(False, alias="FLOWER_READ_ONLY")
    flower_max_tasks: int = Field(20_000, alias="FLOWER_MAX_TASKS", ge=1)
    flower_purge_offline_workers: int = Field(3_600, alias="FLOWER_PURGE_OFFLINE_WORKERS", ge=1)  # seconds
    flower_cookie_secret: SecretStr | None = Field(None, alias="FLOWER_COOKIE_SECRET", min_length=32)
    flower_broker_api: SecretStr | None = Field(None, alias="FLOWER_BROKER_API")
    rabbitmq_management_url: SecretStr | None = Field(None, alias="RABBITMQ_MANAGEMENT_URL")
    flower_oauth_provider: Literal["google", "github", "gitlab", "okta"] | None = Field(
        None, alias="FLOWER_OAUTH_PROVIDER"
    )
    flower_auth: str | None = Field(None, alias="FLOWER_AUTH")
    flower_oauth2_key: str | None = Field(None, alias="FLOWER_OAUTH2_KEY")
    flower_oauth2_secret: SecretStr | None = Field(None, alias="FLOWER_OAUTH2_SECRET")
    flower_oauth2_redirect_uri: str | None = Field(None, alias="FLOWER_OAUTH2_REDIRECT_URI")
    flower_oauth2_okta_base_url: str | None = Field(None, alias="FLOWER_OAUTH2_OKTA_BASE_URL")

    @field_validator("flower_url")
    @classmethod
    def _check_url(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() != OFF and not _is_address(value.get_secret_value()):
            raise ValueError(NOT_AN_ADDRESS)
        return value

    @property
    def flower_upstream(self) -> FlowerAddress | None:
        """None when it is said to be off."""
        if self.flower_url.get_secret_value() == OFF:
            return None
        url = urlsplit(self.flower_url.get_secret_value())
        login, _, host = url.netloc.rpartition("@")
        return FlowerAddress(f"{url.scheme}://{host}", unquote(login) or None)

    @property
    def framed_origin(self) -> str | None:
        """Of the Flower that the panel was built to frame, when that is not ours."""
        url = urlsplit(self.panels_flower_url or "")
        return f"{url.scheme}://{url.netloc}" if url.scheme in ("http", "https") and url.netloc else None

    @property
    def flower_broker_api_url(self) -> str | None:
        """Of RabbitMQ's management API, with the slash at the end without which Flower asks for the wrong address."""
        given = self.flower_broker_api or self.rabbitmq_management_url
        return given.get_secret_value().rstrip("/") + "/" if given else None

    def flower_passwords(self) -> set[str]:
        given = self.flower_basic_auth.get_secret_value() if self.flower_basic_auth else ""
        return {pair.partition(":")[2] for pair in given.split(",")}

    def flower_secrets(self) -> set[str]:
        """What must not be shown anywhere."""
        held = (self.flower_basic_auth, self.flower_oauth2_secret, self.flower_cookie_secret)
        urls = [one.get_secret_value() for one in (self.flower_broker_api, self.rabbitmq_management_url) if one]
        passwords = [
            password for url in [*urls, self.flower_url.get_secret_value()] if (password := urlsplit(url).password)
        ]
        plain = {one.get_secret_value() for one in held if one}
        return {*plain, *self.flower_passwords(), *passwords, *map(unquote, passwords)}


def _is_address(text: str) -> bool:
    url = urlsplit(text)
    try:
        whole = url.scheme in ("http", "https") and url.hostname and (url.port or True)
    except ValueError:  # the port is no number
        return False
    return bool(whole) and not (url.query or url.fragment) and url.path.strip("/") in ("", PREFIX)
