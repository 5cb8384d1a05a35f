"""GET /api/flower: how Flower is, for the page around its frame."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from web.flower.errors import FlowerTrouble
from web.flower.headers import headers_up
from web.flower.proxy import Flower
from web.flower.upstream import Upstream, flower_address

router = APIRouter(prefix="/api/flower", tags=["flower"])

SMALL = "api/task/types"  # behind Flower's door, and made without asking any worker


class FlowerStatus(BaseModel):
    """`ready`, or what is the matter, with a sentence about it."""

    state: Literal["ready", "down", "slow", "refused", "elsewhere", "off"]
    message: str | None = None


@router.get("", name="get_flower")
async def get_flower(request: Request, flower: Flower) -> FlowerStatus:
    try:
        await _ask(request, flower)
    except FlowerTrouble as trouble:
        return FlowerStatus.model_validate({"state": trouble.state, "message": trouble.message})
    return FlowerStatus(state="ready")


async def _ask(request: Request, flower: Upstream) -> None:
    headers = headers_up(request.headers, {}, flower_address())
    answer = await flower.send("GET", SMALL, query="", headers=headers)
    await answer.aclose()
