"""What may be spent: asked before every call, so that a job stops at the step that would go beyond it."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

Rule = Callable[[Session, str | None], None]

# A rule gets the project's id and raises BudgetExceeded. There is none yet: no limit can be right for everybody.
RULES: Sequence[Rule] = ()


def check_budget(session: Session, project_id: str | None) -> None:
    """Raises BudgetExceeded."""
    for rule in RULES:
        rule(session, project_id)
