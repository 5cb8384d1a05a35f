"""A workflow as it is written down: jobs in chains, groups and chords, nested in each other."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.text import Name
from jobs.workflows.models import OnFailure

JOBS_LIMIT = 10_000
DEPTH_LIMIT = 20  # containers within each other

Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.:-]+$", examples=["summary"])]
KEY_HELP = "Unique in the workflow; made up when left out."


class JobNode(BaseModel):
    """One job. Anywhere in its payload, `{"$result": "key", "path": "a.0"}` stands for a result that is there before
    it starts, and `{"$results": "key of a group"}` or `{"$results": ["key", …]}` for a list of them."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["job"]
    key: Key | None = Field(None, description=KEY_HELP)
    task: Name = Field(description="A name from GET /api/tasks.", examples=["ping"])
    payload: dict[str, Any] = Field(default_factory=dict, examples=[{"value": {"$result": "first"}}])


class ChainNode(BaseModel):
    """One after the other; it stops at the first that does not succeed."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["chain"]
    key: Key | None = Field(None, description=KEY_HELP)
    steps: list["Node"] = Field(min_length=1)


class GroupNode(BaseModel):
    """Side by side. With `fail_fast` the first failure cancels the others; with `collect` they go on, and what comes
    after the group runs with what there is."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["group"]
    key: Key | None = Field(None, description=KEY_HELP)
    members: list["Node"] = Field(min_length=1)
    on_failure: OnFailure = OnFailure.FAIL_FAST


class ChordNode(BaseModel):
    """A group, and a body that runs after it."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["chord"]
    key: Key | None = Field(None, description="Names the group of its members: the body refers to their results by it.")
    members: list["Node"] = Field(min_length=1)
    body: "Node"
    on_failure: OnFailure = OnFailure.FAIL_FAST


Node = Annotated[JobNode | ChainNode | GroupNode | ChordNode, Field(discriminator="type")]


class WorkflowSpec(BaseModel):
    """What is submitted."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["nightly"])
    project_id: Name | None = Field(None, examples=["acme"])
    idempotency_key: Name | None = Field(None, description="The same key, project and content: the same workflow.")
    root: Node
