"""Settings about what the broker's plan allows."""

from typing import Literal

from pydantic import BaseModel, Field

LEMUR_CONNECTIONS, LEMUR_QUEUES = 20, 100  # CloudAMQP's free plan


class BrokerSettings(BaseModel):
    """Part of Settings."""

    cloudamqp_plan: Literal["lemur"] | None = Field(None, alias="CLOUDAMQP_PLAN")
    broker_max_connections: int | None = Field(None, alias="BROKER_MAX_CONNECTIONS", ge=1)
    broker_max_queues: int | None = Field(None, alias="BROKER_MAX_QUEUES", ge=1)

    @property
    def max_connections(self) -> int | None:
        return self.broker_max_connections or (LEMUR_CONNECTIONS if self.cloudamqp_plan else None)

    @property
    def max_queues(self) -> int | None:
        return self.broker_max_queues or (LEMUR_QUEUES if self.cloudamqp_plan else None)
