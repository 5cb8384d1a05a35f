"""What the sign-in routes take and give."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.clock import Moment
from web.auth.caller import Via
from web.auth.roles import Role


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=200, examples=["admin"])
    password: str = Field(max_length=1_000, examples=["correct horse battery staple"])


class SignedIn(BaseModel):
    username: str = Field(examples=["admin"])
    role: Role


class Me(SignedIn):
    via: Via


class AuthMode(BaseModel):
    mode: Literal["basic", "oauth", "proxy"]
    provider: str | None = Field(None, description="Who signs people in when the mode is oauth.", examples=["Google"])
    sign_out_url: str | None = Field(None, description="Where to go after signing out, when the mode is proxy.")


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")

    old: str = Field(max_length=1_000)
    new: str = Field(max_length=1_000, description="10 to 200 characters.")


class SessionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    current: bool = Field(False, description="The one that asks.")
    address: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime = Field(description="To within five minutes.")
    expires_at: datetime


class TokenOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, examples=["deploy pipeline"])
    role: Role = Field(examples=["operator"])
    expires_at: Moment | None = Field(None, description="With its zone; null: never.")


class TokenOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class TokenMade(BaseModel):
    """The only answer that ever holds the token itself."""

    id: str
    token: str = Field(examples=["slip_…"])
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
