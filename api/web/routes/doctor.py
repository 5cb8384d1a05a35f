"""GET /api/doctor: what is wrong with this installation, and what to do about it. It changes nothing."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from web.doctor.examine import examine
from web.doctor.finding import Severity

router = APIRouter(tags=["doctor"])


class FindingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    check: str = Field(examples=["queues"])
    severity: Severity
    what: str = Field(examples=["There is no queue crawl."])
    why: str = Field(description="Why it matters.")
    advice: str = Field(description="What to do.")


class Diagnosis(BaseModel):
    findings: list[FindingOut]
    errors: int
    warnings: int


@router.get("/api/doctor", name="doctor")
def get_diagnosis() -> Diagnosis:
    """Looks at settings, files, database, workers, broker and queues. Takes up to half a minute when much is away."""
    findings = examine()
    severities = [one.severity for one in findings]
    return Diagnosis(
        findings=[FindingOut.model_validate(one) for one in findings],
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
    )
