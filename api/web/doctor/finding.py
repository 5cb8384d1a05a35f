"""What the doctor found: in one sentence what, in another why it matters, and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import structlog

log = structlog.get_logger(__name__)


class Severity(StrEnum):
    """`note`: worth knowing; `warning`: will hurt some day; `error`: hurts now."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`check` is the same for the same matter every time; `queue` is set where --repair may help."""

    check: str
    severity: Severity
    what: str
    why: str = ""
    advice: str = ""
    queue: str | None = None


def fine(check: str, what: str) -> Finding:
    return Finding(check=check, severity=Severity.OK, what=what)


def note(check: str, what: str, *, why: str = "", advice: str = "") -> Finding:
    return Finding(check=check, severity=Severity.NOTE, what=what, why=why, advice=advice)


def warning(check: str, what: str, *, why: str, advice: str) -> Finding:
    return Finding(check=check, severity=Severity.WARNING, what=what, why=why, advice=advice)


def error(check: str, what: str, *, why: str, advice: str, queue: str | None = None) -> Finding:
    return Finding(check=check, severity=Severity.ERROR, what=what, why=why, advice=advice, queue=queue)


def looked_at(check: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check that fails is a finding itself, and keeps no other from being made."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as failure:
        log.warning("a check failed", check=check, error_class=type(failure).__name__)
        found.append(
            warning(
                check,
                f"This could not be looked at to its end ({type(failure).__name__}).",
                why="What was not looked at may be wrong.",
                advice="Ask again; if it stays so, see the log.",
            )
        )
    return found
