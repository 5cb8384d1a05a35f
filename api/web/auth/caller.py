"""Who is calling, however they came in."""

from dataclasses import dataclass
from typing import Literal

from web.auth.roles import Role


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`name` is what the audit shows; `user_id` and `token_id` are None where there is none."""

    name: str
    role: Role
    via: Literal["session", "token"]
    user_id: str | None = None
    token_id: str | None = None
