"""Small tasks for checks by people and tests."""

from pydantic import ConfigDict, Field, JsonValue

from core.contracts import LONGEST_DELIVERY, Contract, Payload
from core.queues import Queue

LONGEST_SLEEP = 3600.0  # seconds


class Ping(Payload):
    """Sleeps, says as much as it is told meanwhile, fails as often as it is told, then answers with `value`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"value": "hello", "sleep_s": 1.5}, {"fail_times": 2}]},
    )

    value: JsonValue = Field(None, description="Anything: it comes back in the result.")
    sleep_s: float = Field(0, ge=0, le=LONGEST_SLEEP, description="Seconds to sleep.")
    log_lines: int = Field(
        0, ge=0, le=10_000, description="How many log lines it writes: one at each look while it sleeps."
    )
    fail_times: int = Field(0, ge=0, le=20, description="How many tries fail before one succeeds.")


PING = Contract(
    name="ping",
    queue=Queue.DEFAULT,
    payload=Ping,
    soft_time_limit=LONGEST_DELIVERY - 60,
    time_limit=LONGEST_DELIVERY,
)
