"""GET, POST, PATCH, DELETE /api/users: the people who may sign in, for admins."""

from datetime import datetime
from typing import Self

from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.db import writing
from core.errors import Conflict
from core.http import Listing, Read, Write, problems
from core.telling import Tell
from web.auth.passwords import Hashed, hash_in_turn, new_password
from web.auth.roles import Role
from web.auth.routes import CurrentCaller
from web.auth.users import add_user, get_user, list_users, remove_user, set_password, set_role

router = APIRouter(prefix="/api/users", tags=["users"])


class OwnAccount(Conflict):
    """One cannot remove oneself: ask another admin."""


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str = Field(examples=["olga"])
    role: Role
    created_at: datetime
    updated_at: datetime


class PasswordOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str | None = Field(None, max_length=1_000, description="Without it, one is made up and answered once.")


class UserOrder(PasswordOrder):
    name: str = Field(max_length=200, examples=["olga"])
    role: Role = Role.VIEWER


class RoleOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role


class UserWithPassword(UserOut):
    """The only answer that ever holds the password, and only one that was made up here."""

    password: str | None = None

    def with_password(self, made_up: str | None) -> Self:
        return self.model_copy(update={"password": made_up})


async def _password_of(body: PasswordOrder) -> tuple[str | None, Hashed]:
    """One that was made up, if so, and what is stored. Raises UnfitPassword."""
    made_up = None if body.password else new_password()
    return made_up, await hash_in_turn(body.password or made_up or "")


@router.get("", name="list_users")
def get_users(session: Read) -> Listing[UserOut]:
    """By name, on one page."""
    return Listing(items=[UserOut.model_validate(one) for one in list_users(session)])


@router.post("", name="create_user", status_code=201, responses=problems(409, 422))
async def post_user(body: UserOrder, tell: Tell, response: Response) -> UserWithPassword:
    """Adds a person. A password of their own is set later under Settings."""
    made_up, hashed = await _password_of(body)
    user = await run_sync(_add, body, hashed)
    tell(target=user.name, role=user.role)
    response.headers["Cache-Control"] = "no-store"
    return user.with_password(made_up)


def _add(body: UserOrder, hashed: Hashed) -> UserWithPassword:
    with writing(durable=True) as session:
        return UserWithPassword.model_validate(add_user(session, body.name, body.role, hashed))


@router.patch("/{name}", name="change_role", responses=problems(404, 409, 422))
def patch_user(name: str, body: RoleOrder, session: Write, tell: Tell) -> UserOut:
    """In force at the person's next request. The last admin stays one."""
    was = get_user(session, name).role
    user = set_role(session, name, body.role)
    tell(was=was, now=user.role)
    return UserOut.model_validate(user)


@router.post("/{name}/password", name="reset_password", responses=problems(404, 422))
async def post_password(name: str, body: PasswordOrder, response: Response) -> UserWithPassword:
    """Ends all of the person's sessions."""
    made_up, hashed = await _password_of(body)
    user = await run_sync(_reset, name, hashed)
    response.headers["Cache-Control"] = "no-store"
    return user.with_password(made_up)


def _reset(name: str, hashed: Hashed) -> UserWithPassword:
    with writing(durable=True) as session:
        return UserWithPassword.model_validate(set_password(session, name, hashed))


@router.delete("/{name}", name="remove_user", status_code=204, responses=problems(404, 409))
def delete_user(name: str, session: Write, caller: CurrentCaller, tell: Tell) -> None:
    """The person's sessions and API tokens end at once. Neither oneself nor the last admin."""
    user = get_user(session, name)
    if user.id == caller.user_id:
        raise OwnAccount
    tell(role=user.role)
    remove_user(session, name)
