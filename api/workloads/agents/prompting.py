"""The words an agent is addressed with."""

from collections.abc import Sequence

from capabilities.llm.prompts import Passage, Prompt
from workloads.agents.models import AgentDefinition, Chunk
from workloads.agents.outputs import Brief

BRIEF_TASK = (
    "Read the passages about a project that you are about to work on and write your brief: a summary, the goals, "
    "the open questions, and your first steps, all as seen from your role."
)
ANSWER_TASK = "Answer the question from the passages and name those your answer rests on."


def brief_prompt(definition: AgentDefinition, chunks: Sequence[Chunk]) -> Prompt:
    parts = {"task": BRIEF_TASK, "role": definition.role, "goal": definition.goal}
    if definition.artifacts:
        parts["artifacts"] = ", ".join(definition.artifacts)
    return Prompt(instructions=character(definition), parts=parts, passages=passages(chunks))


def answer_prompt(system_prompt: str, question: str, chunks: Sequence[Chunk]) -> Prompt:
    parts = {"task": ANSWER_TASK, "question": question}
    return Prompt(instructions=system_prompt, parts=parts, passages=passages(chunks))


def passages(chunks: Sequence[Chunk]) -> list[Passage]:
    """Numbered by their place in the version, so that a number means the same chunk in every attempt."""
    return [Passage(chunk.position, chunk.document, chunk.text) for chunk in chunks]


def character(definition: AgentDefinition) -> str:
    return f"You are the {definition.role} of a project.\nYour goal: {definition.goal}\n\n{definition.instructions}"


def system_prompt(definition: AgentDefinition, brief: Brief) -> str:
    """What a ready agent is told before each question."""
    goals = "\n".join(f"- {goal}" for goal in brief.goals)
    open_questions = "\n".join(f"- {question}" for question in brief.open_questions)
    return (
        f"{character(definition)}\n\nThe project in short: {brief.summary}\n\n"
        f"Its goals:\n{goals}\n\nStill open:\n{open_questions}"
    )
