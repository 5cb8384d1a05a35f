"""What makes the dispatcher of this process look at once, for routes that have made something due."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request


async def wake_dispatcher(request: Request) -> Callable[[], None]:
    wake: Callable[[], None] = request.app.state.wake_dispatcher
    return wake


WakeDispatcher = Annotated[Callable[[], None], Depends(wake_dispatcher)]
