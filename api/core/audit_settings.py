"""How long the audit log is kept."""

from pydantic import BaseModel, Field


class AuditSettings(BaseModel):
    audit_days: int = Field(365, alias="AUDIT_DAYS", ge=1)
