"""What models are asked to answer with; the field descriptions are part of the prompt."""

from pydantic import BaseModel, Field


class Brief(BaseModel):
    """What an agent understood of its project."""

    summary: str = Field(description="What this project is about, in three sentences at most.")
    goals: list[str] = Field(description="What has to be reached, the most important first; five at most.")
    open_questions: list[str] = Field(description="What the passages leave open and somebody has to answer.")
    first_steps: list[str] = Field(description="What to do first, in order; five at most.")


class Answer(BaseModel):
    """An answer that says what it rests on."""

    answer: str = Field(description="The answer, with the numbers of the passages in brackets, like [3].")
    passages: list[int] = Field(description="The numbers of the passages that the answer rests on.")
