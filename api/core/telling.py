"""What a route adds to its own audit entry: on what it acted, and what changed."""

from typing import Annotated, Any

from fastapi import Depends, Request


class Telling:
    """`tell(target=…, was=…, now=…)`. Never with a secret: the audit log shows it as it is."""

    def __init__(self) -> None:
        self.target: str | None = None
        self.detail: dict[str, Any] = {}

    def __call__(self, *, target: str | None = None, **detail: Any) -> None:
        self.target = target if target is not None else self.target
        self.detail |= detail


async def telling_of(request: Request) -> Telling:
    """One that nobody reads where the request is not recorded."""
    telling: Telling = getattr(request.state, "telling", None) or Telling()
    return telling


Tell = Annotated[Telling, Depends(telling_of)]
