"""Settings about what leaves the installation: which addresses that users typed may be called."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, Field, IPvAnyNetwork, field_validator
from pydantic_settings import NoDecode

Network = IPv4Network | IPv6Network


class OutboundSettings(BaseModel):
    """Part of Settings."""

    fetch_allowed_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field((), alias="FETCH_ALLOWED_NETWORKS")
    fetch_allow_http: bool | None = Field(None, alias="FETCH_ALLOW_HTTP")  # None: outside production only

    @field_validator("fetch_allowed_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
