"""How long results and jobs are kept."""

from pydantic import BaseModel, Field


class HistorySettings(BaseModel):
    """A zero keeps: results as long as their job, jobs for ever."""

    result_seconds: int = Field(3600, alias="RESULT_SECONDS", ge=0)
    history_days_succeeded: int = Field(7, alias="HISTORY_DAYS_SUCCEEDED", ge=0)
    history_days_failed: int = Field(30, alias="HISTORY_DAYS_FAILED", ge=0)
    history_days_cancelled: int = Field(7, alias="HISTORY_DAYS_CANCELLED", ge=0)
    worker_history_days: int = Field(30, alias="WORKER_HISTORY_DAYS", ge=1)
