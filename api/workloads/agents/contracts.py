"""What an agent's jobs are given. The context itself goes into rows of its own; the job keeps a reference."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from core.contracts import Contract, Payload
from core.queues import Queue
from workloads.agents import documents

TEXT_LIMIT = 256 * 1024  # bytes of UTF-8 in a context that is one text
DOCUMENTS_LIMIT = 2 * 1024 * 1024  # bytes of UTF-8 in all documents together
DOCUMENT_COUNT = 500
QUESTION_LIMIT = 8_000  # characters
CONTEXT_NAME = "context"  # the document's name when the context is one text

LINE = r"^[^\x00-\x1f\x7f]+$"  # no control characters; a pattern also refuses half a surrogate pair
TEXT = r"^[^\x00]+$"

ProjectId = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]
AgentName = Annotated[str, Field(min_length=1, max_length=60, pattern=LINE)]
ProfileName = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]


class NamedDocument(BaseModel):
    """One document of a context."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200, pattern=LINE)
    text: str


class DocumentsOf(BaseModel):
    """Stands in a stored payload where the context was: the documents that came with that job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    documents_of: str = Field(min_length=1, max_length=155, pattern=LINE)


def _kind(value: object) -> str | None:
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple):
        return "documents"
    return "reference" if isinstance(value, dict | DocumentsOf) else None


Context = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[tuple[NamedDocument, ...], Tag("documents")]
    | Annotated[DocumentsOf, Tag("reference")],
    Discriminator(
        _kind,
        custom_error_type="context",
        custom_error_message="The context is a text, or a list of documents {name, text}.",
    ),
]


class AgentInitialization(Payload):
    """The order of the fields is the order of `agent_initialization_task.delay(project_id, context, agent_name)`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"project_id": "acme", "context": "Acme sells solar roofs…", "agent_name": "researcher"},
                {
                    "project_id": "acme",
                    "context": [{"name": "brief.md", "text": "Acme sells solar roofs…"}],
                    "agent_name": "planner",
                    "profile": "claude-3-haiku",
                },
            ]
        }
    )

    project_id: ProjectId
    context: Context = Field(description="A text up to 256 KiB, or documents {name, text} up to 2 MiB in all.")
    agent_name: AgentName = Field(description="The name of an agent definition.")
    profile: ProfileName | None = Field(None, description="A model profile; else the definition's.")

    @field_validator("context")
    @classmethod
    def _fits(cls, value: Any) -> Any:
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, tuple):
            _check_documents(value)
        return value


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("context", "{sentence}", {"sentence": sentence})


def _size(text: str) -> int:
    if "\x00" in text:
        raise _refuse("The context holds a NUL character: it is not text.")
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise _refuse("The context holds half a surrogate pair, which is not valid text.") from None


def _check_text(text: str) -> None:
    if (size := _size(text)) > TEXT_LIMIT:
        raise _refuse(
            f"The context is {size:,} bytes of UTF-8; one text may have {TEXT_LIMIT:,}. "
            f"A list of named documents may have {DOCUMENTS_LIMIT:,} in all."
        )
    if not text.strip():
        raise _refuse("The context is empty: give the agent something to know.")


def _check_documents(given: tuple[NamedDocument, ...]) -> None:
    if len(given) > DOCUMENT_COUNT:
        raise _refuse(f"The context has {len(given):,} documents; at most {DOCUMENT_COUNT} are taken.")
    if (size := sum(_size(one.text) + _size(one.name) for one in given)) > DOCUMENTS_LIMIT:
        raise _refuse(f"The documents are {size:,} bytes of UTF-8 in all; at most {DOCUMENTS_LIMIT:,} are taken.")
    if not any(one.text.strip() for one in given):
        raise _refuse("The context is empty: give the agent something to know.")
    if len({one.name for one in given}) < len(given):
        raise _refuse("Two documents have the same name; answers name them, so the names must differ.")


class RunAgent(Payload):
    """One question to an agent that is ready."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agent_id": "0197…", "question": "What does Acme sell?"}]}
    )

    agent_id: str = Field(min_length=1, max_length=36, pattern=LINE)
    question: str = Field(min_length=1, max_length=QUESTION_LIMIT, pattern=TEXT)

    @field_validator("question")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise PydanticCustomError("question", "The question is empty.")
        return value


class ExpireDocuments(Payload):
    """Nothing to say: what has expired is in the rows."""


def externalize(session: Any, job_id: str, payload: Any) -> AgentInitialization:
    """Moves the context into rows of the submitting job; a reference (a job run again by hand) stays as it is."""
    order: AgentInitialization = payload
    if isinstance(order.context, DocumentsOf):
        return order
    texts = (
        [(CONTEXT_NAME, order.context)]
        if isinstance(order.context, str)
        else [(one.name, one.text) for one in order.context]
    )
    documents.store(session, job_id, project_id=order.project_id, agent_name=order.agent_name, texts=texts)
    return order.model_copy(update={"context": DocumentsOf(documents_of=job_id)})


AGENT_INITIALIZATION = Contract(
    name="agent_initialization_task",
    queue=Queue.AGENT_INITIALIZATION,
    payload=AgentInitialization,
    externalize=externalize,
)
RUN_AGENT = Contract(name="run_agent_task", queue=Queue.HIGH_PRIORITY, payload=RunAgent)
EXPIRE_DOCUMENTS = Contract(name="expire_documents", queue=Queue.BACKGROUND, payload=ExpireDocuments, internal=True)
