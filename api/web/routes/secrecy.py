"""Who sees the fields that a contract marks as secret: those who may act on jobs."""

from typing import Annotated

from fastapi import Depends, Request

from web.auth.roles import Role


async def sees_secrets(request: Request) -> bool:
    """By the role that the access check found."""
    role: Role = request.state.caller.role
    return role.covers(Role.OPERATOR)


SeesSecrets = Annotated[bool, Depends(sees_secrets)]
