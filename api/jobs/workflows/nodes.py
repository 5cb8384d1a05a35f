"""What is read of a node, and said of it, wherever a workflow moves on."""

from typing import Any

from jobs.workflows.models import NodeKind, NodeState, OnFailure, WorkflowNode

N = WorkflowNode
Node = Any  # a row with COLUMNS
COLUMNS = (N.number, N.last, N.parent, N.after, N.key, N.kind, N.on_failure, N.state, N.broken_by)
OPEN = N.state == NodeState.OPEN
BAD = N.state.in_((NodeState.FAILED, NodeState.CANCELLED))
COLLECTS = N.on_failure.is_not_distinct_from(OnFailure.COLLECT)
PASSED = ~OPEN & (COLLECTS | (N.state == NodeState.SUCCEEDED))  # what comes after it in a chain may start
CHAINED = (NodeKind.CHAIN, NodeKind.CHORD)
