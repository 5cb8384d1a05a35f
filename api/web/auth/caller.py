"""Who is calling, however they came in."""

from dataclasses import dataclass
from typing import Literal

from web.auth.roles import Role

Via = Literal["session", "proxy", "token"]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`name` is what the audit shows; the ids are None where there is none."""

    name: str
    role: Role
    via: Via
    user_id: str | None = None
    session_id: str | None = None
    token_id: str | None = None
    owner: str | None = None  # whose token it is

    @property
    def needs_origin_proof(self) -> bool:
        """A browser sends cookies, and a proxy its headers, with whatever page asks; a token is sent on purpose."""
        return self.via != "token"
