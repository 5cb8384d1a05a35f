"""What requests say in their headers, for those who look into every request: the door, and what stands before it."""

from starlette.types import Scope


def header_of(scope: Scope, name: bytes) -> str | None:
    """The first one of that name, given in small letters. It needs no object around all of them."""
    for one, value in scope["headers"]:
        if one == name:
            return str(value.decode("latin-1"))
    return None
