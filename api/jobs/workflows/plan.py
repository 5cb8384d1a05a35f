"""From what was written down to numbered nodes; everything that can be wrong with it is found here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from core.contracts import Contract, Payload, catalog
from core.errors import AppError, FieldError, Invalid, closest
from jobs.workflows.models import NodeKind, OnFailure
from jobs.workflows.references import BadReference, Reference, references_in
from jobs.workflows.spec import DEPTH_LIMIT, JOBS_LIMIT, ChainNode, ChordNode, GroupNode, JobNode, Node

T = TypeVar("T")

MOST_COMPARED = 1_000  # keys, when one is looked for that is like another
CHAINED = {NodeKind.CHAIN, NodeKind.CHORD}


class TooManyNodes(Invalid):
    """A workflow has at most 10,000 jobs."""

    status = 413


class TooDeep(Invalid):
    """Chains, groups and chords are nested too deeply."""


class KeyTwice(Invalid):
    """Two nodes have the same key."""


@dataclass(kw_only=True)
class PlannedNode:
    """`payload` is what was written; `parsed` is there when nothing in it refers to a result."""

    number: int
    kind: NodeKind
    key: str
    parent: int | None
    after: int | None
    at: str
    last: int = 0
    on_failure: OnFailure | None = None
    contract: Contract | None = None
    payload: Any = None
    parsed: Payload | None = None
    references: Sequence[Reference] = field(default=())


def plan(root: Node) -> list[PlannedNode]:
    """In preorder. Raises TooManyNodes, TooDeep, KeyTwice, UnknownTask, InvalidPayload, BadReference."""
    nodes = _Planner().planned(root)
    checker = _Checker(nodes)
    for node in nodes:
        _blaming(node.at, partial(checker.check, node))
    return nodes


class _Planner:
    def __init__(self) -> None:
        self._nodes: list[PlannedNode] = []
        self._written: dict[str, str] = {}
        self._jobs = 0

    def planned(self, root: Node) -> list[PlannedNode]:
        self._add(root, None, None, "root", 0)
        taken = set(self._written)
        for node in self._nodes:
            node.key = node.key or _made_up(node, taken)
        return self._nodes

    def _add(self, node: Node, parent: int | None, after: int | None, at: str, depth: int) -> PlannedNode:
        if depth > DEPTH_LIMIT:
            raise TooDeep(f"{at}: containers are nested more than {DEPTH_LIMIT} levels deep.")
        made = self._made(NodeKind(node.type), node.key, parent, after, at)
        if isinstance(node, JobNode):
            self._fill(made, node)
        elif isinstance(node, ChainNode):
            self._add_steps(made, node, depth)
        elif isinstance(node, GroupNode):
            self._add_members(made, node, at, depth)
        else:
            self._add_chord(made, node, depth)
        made.last = len(self._nodes) - 1
        return made

    def _made(self, kind: NodeKind, key: str | None, parent: int | None, after: int | None, at: str) -> PlannedNode:
        if kind is NodeKind.CHORD:
            key = None  # it names the members
        self._take(key, at)
        made = PlannedNode(number=len(self._nodes), kind=kind, key=key or "", parent=parent, after=after, at=at)
        self._nodes.append(made)
        return made

    def _take(self, key: str | None, at: str) -> None:
        if key is None:
            return
        if key in self._written:
            raise KeyTwice(f"{at}: the key {key!r} is used by {self._written[key]} already.")
        self._written[key] = at

    def _fill(self, made: PlannedNode, node: JobNode) -> None:
        self._jobs += 1
        if self._jobs > JOBS_LIMIT:
            raise TooManyNodes
        made.contract, made.payload = _blaming(made.at, lambda: catalog.get(node.task)), node.payload

    def _add_steps(self, chain: PlannedNode, node: ChainNode, depth: int) -> None:
        after = chain.after
        for index, step in enumerate(node.steps):
            after = self._add(step, chain.number, after, f"{chain.at}.steps.{index}", depth + 1).number

    def _add_members(self, group: PlannedNode, node: GroupNode | ChordNode, at: str, depth: int) -> None:
        group.on_failure = node.on_failure
        for index, member in enumerate(node.members):
            self._add(member, group.number, group.after, f"{at}.members.{index}", depth + 1)

    def _add_chord(self, chord: PlannedNode, node: ChordNode, depth: int) -> None:
        group = self._made(NodeKind.GROUP, node.key, chord.number, chord.after, chord.at)
        self._add_members(group, node, chord.at, depth)
        group.last = len(self._nodes) - 1
        self._add(node.body, chord.number, group.number, f"{chord.at}.body", depth + 1)


def _made_up(node: PlannedNode, taken: set[str]) -> str:
    key = f"{node.contract.name if node.contract else node.kind.value}-{node.number}"
    while key in taken:
        key += "_"
    taken.add(key)
    return key


def _blaming(at: str, work: Callable[[], T]) -> T:
    """The same refusal, saying at which node."""
    try:
        return work()
    except AppError as error:
        fields = [FieldError(f"{at}.{one.field}", one.message) for one in error.fields]
        raise type(error)(f"{at}: {error.message}", fields=fields or [FieldError(at, error.message)]) from None


class _Checker:
    """Looks at one job node after the other."""

    def __init__(self, nodes: list[PlannedNode]) -> None:
        self._nodes = nodes
        self._by_key = {node.key: node for node in nodes}
        self._secretive: dict[int, bool] = {}

    def check(self, node: PlannedNode) -> None:
        """Fills in what was parsed, or the references. Raises BadReference, InvalidPayload."""
        if node.contract is None:
            return
        node.references = list(references_in(node.payload))
        for reference in node.references:
            for key in reference.named:
                self._check_reference(node, reference, key)
        if not node.references:
            node.parsed = node.contract.parse(node.payload)
        elif all("." in one.at for one in node.references):  # else all of it is a result
            node.contract.parse_around(node.payload, {one.at.split(".")[1] for one in node.references})

    def _check_reference(self, node: PlannedNode, reference: Reference, key: str) -> None:
        target = self._by_key.get(key)
        if target is None:
            near = closest(key, list(self._by_key)[:MOST_COMPARED])
            raise BadReference(f"{reference.at}: there is no node {key!r}. {near}")
        if not comes_before(target, node, self._nodes):
            raise BadReference(f"{reference.at}: {key!r} is not certain to have ended when this node starts.")
        if reference.many and isinstance(reference.keys, str) and target.kind is not NodeKind.GROUP:
            raise BadReference(f"{reference.at}: {key!r} is no group; for one result write {{'$result': {key!r}}}.")
        if self._has_secrets(target) and not _is_secret(node, reference):
            raise BadReference(f"{reference.at}: the result of {key!r} holds secrets, and this field is not secret.")

    def _has_secrets(self, target: PlannedNode) -> bool:
        """It would be shown to everybody in a field that is not secret."""
        if target.number not in self._secretive:
            contracts = (one.contract for one in self._nodes[target.number : target.last + 1])
            self._secretive[target.number] = any(one is not None and one.has_secret_result for one in contracts)
        return self._secretive[target.number]


def _is_secret(node: PlannedNode, reference: Reference) -> bool:
    paths = node.contract.hide_payload(node.payload).paths if node.contract is not None else []
    return any(reference.at == path or reference.at.startswith(f"{path}.") for path in paths)


def comes_before(target: PlannedNode, node: PlannedNode, nodes: Sequence[PlannedNode]) -> bool:
    """In some chain around both, the target stands in an earlier step."""
    return any(chain.number < target.number < step.number for step, chain in _chains_around(node, nodes))


def _chains_around(node: PlannedNode, nodes: Sequence[PlannedNode]) -> Iterator[tuple[PlannedNode, PlannedNode]]:
    while node.parent is not None:
        parent = nodes[node.parent]
        if parent.kind in CHAINED:
            yield node, parent
        node = parent
