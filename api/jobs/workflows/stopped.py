"""The parts of a workflow that do not go on, but whose jobs are not all cancelled yet.

Many are cancelled a part at a time, and meanwhile some others end: what has not begun in such a part must not start.
"""

import sys
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.portions import ROWS_PER_STATEMENT, portions
from jobs.workflows.models import Workflow
from jobs.workflows.nodes import BAD, CHAINED, COLLECTS, COLUMNS, OPEN, N, Node


class Stopped:
    """Of a workflow whose row the caller has locked."""

    def __init__(self, session: Session, workflow: Workflow) -> None:
        self._session = session
        self._workflow = workflow
        self._ours = N.workflow_id == workflow.id

    def groups(self) -> Sequence[Node]:
        """Those that a member has broken, and that are open."""
        found = select(*COLUMNS).where(self._ours, OPEN, N.broken_by.is_not(None))
        return self._session.execute(found.order_by(N.number)).all()

    def chains(self) -> Sequence[tuple[Node, Node]]:
        """Those that are open although a step of theirs has not succeeded, with the first such step."""
        found = select(*COLUMNS).where(self._ours, BAD, ~COLLECTS, N.parent.is_not(None)).order_by(N.number)
        steps: dict[int, Node] = {}
        for step in self._session.execute(found):
            steps.setdefault(step.parent, step)
        chains = self._open_chains(set(steps))
        return [(chains[parent], step) for parent, step in steps.items() if parent in chains]

    def _open_chains(self, numbers: set[int]) -> dict[int, Node]:
        """By their numbers alone: PostgreSQL would join a table that it has not analysed yet row by row."""
        chains: dict[int, Node] = {}
        for some in portions(sorted(numbers), ROWS_PER_STATEMENT):
            found = select(*COLUMNS).where(self._ours, N.number.in_(some), OPEN, N.kind.in_(CHAINED))
            chains |= {chain.number: chain for chain in self._session.execute(found)}
        return chains

    def before(self, chain: Node, step: Node) -> Node | None:
        """The earlier step at which the chain has stopped, where it did before this one ended."""
        if not self._any:
            return None
        earlier = self._ours & (N.parent == chain.number) & (N.number < step.number)
        found = select(*COLUMNS).where(earlier, BAD, ~COLLECTS).order_by(N.number)
        return self._session.execute(found.limit(1)).one_or_none()

    def why(self, number: int) -> str | None:
        """Why nothing begins any more at this node; of several reasons the one that reaches furthest."""
        if self._workflow.cancel_requested_at is not None:
            return f"the workflow was cancelled by {self._workflow.cancelled_by}"
        around = (group for group in self.groups() if group.number < number <= group.last) if self._any else ()
        return next((group.broken_by for group in around), None)

    def ranges(self) -> list[tuple[int, int]]:
        """The first and the last node of each part in which no job may start."""
        if not self._any:
            return []
        if self._workflow.cancel_requested_at is not None:
            return [(0, sys.maxsize)]
        groups = [(group.number, group.last) for group in self.groups()]
        return groups + [(step.last + 1, chain.last) for chain, step in self.chains()]

    @property
    def _any(self) -> bool:
        """Whoever leaves something to be cancelled asks for a look; most workflows never do."""
        return self._workflow.look_at is not None
