"""Why a sign-in through the provider did not work. The panel has the sentence for each: no text travels in URLs."""

from enum import StrEnum


class Reason(StrEnum):
    CANCELLED = "cancelled"  # at the provider, by the person or by its rules
    EXPIRED = "expired"  # begun too long ago, in another browser, or never
    FAILED = "failed"  # the provider's answer did not hold
    NO_ROLE = "no-role"
    NOT_ALLOWED = "not-allowed"
    PROVIDER_AWAY = "provider-away"
    UNVERIFIED = "unverified"


class SignInFailed(Exception):
    """`detail` is for the log only, and holds nothing that the provider keeps secret."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail
