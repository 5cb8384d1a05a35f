"""What the simulated models say: any output schema is filled from the prompt's own words, never from thin air."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from capabilities.llm.prompts import Material
from capabilities.llm.sentences import Sentence, ranked, sentences, shared, topics, words

NOTHING = "The passages do not say anything about this."
INTENT = ("must", "should", "want", "need", "goal", "aim", "plan", "will ", "has to", "have to", "by the end")


class Composer:
    """Fills one output. The same material and the same random source give the same output."""

    def __init__(self, material: Material, rng: Random) -> None:
        self._rng = rng
        self._parts = material.parts
        self._wanted = " ".join(self._parts.get(part, "") for part in ("question", "goal", "role"))
        self._sentences = sentences(material.passages)
        self._topics = topics(material.passages, 6) or ["the project"]
        self._cited: list[Sentence] | None = None

    def text(self) -> str:
        return self._answer() if "question" in self._parts else self._summary()

    def fill(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A value for each property of a JSON schema of type object."""
        definitions = schema.get("$defs", {})
        properties = schema.get("properties", {})
        return {name: self._value(name, _resolved(of, definitions), definitions) for name, of in properties.items()}

    def _value(self, name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
        known = self._known().get(name)
        return known() if known else self._by_type(schema, definitions)

    def _known(self) -> dict[str, Callable[[], Any]]:
        """Outputs are written by the names of their fields."""
        return {
            "summary": self._summary,
            "goals": self._goals,
            "open_questions": self._questions,
            "first_steps": self._steps,
            "answer": self._answer,
            "passages": self._passages,
        }

    def _by_type(self, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
        if "enum" in schema:
            return self._rng.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self.fill({**schema, "$defs": definitions})
        if kind == "array":
            return [self._by_type(_resolved(schema.get("items", {}), definitions), definitions)]
        if kind in ("integer", "number"):
            return schema.get("minimum", 0)
        return False if kind == "boolean" else self._summary()

    def _summary(self) -> str:
        best = ranked(self._sentences, self._wanted)[:3]
        in_order = [one.text for one in self._sentences if one in best]
        return " ".join(_ended(text) for text in in_order) or NOTHING

    def _goals(self) -> list[str]:
        said = [one.text for one in self._sentences if not one.text.endswith("?")]
        meant = [text for text in said if any(word in text.lower() for word in INTENT)]
        templates = ("Make clear what “{}” has to achieve.", "Agree on how success of “{}” is measured.")
        own = [self._parts["goal"]] if self._parts.get("goal") else []
        found = [_ended(text) for text in meant[:3]] or self._about(templates, 2)
        return found + [_ended(text) for text in own]

    def _questions(self) -> list[str]:
        asked = [one.text for one in self._sentences if one.text.endswith("?")]
        templates = (
            "Who decides about “{}”?",
            "By when does “{}” have to be settled?",
            "Which numbers describe “{}” today?",
            "What has been tried about “{}” before, and how did it end?",
        )
        return (asked[:2] + self._about(templates, 3))[:4]

    def _steps(self) -> list[str]:
        sources = list(dict.fromkeys(one.passage.source for one in self._sentences))
        read = [f"Read “{source}” for everything it says about “{self._topics[0]}”." for source in sources[:1]]
        made = self._parts.get("artifacts", "").split(", ")
        drafts = [f"Prepare the {artifact} and mark what is still assumed." for artifact in made if artifact]
        templates = ("Collect what is known about “{}” in one list.", "Ask those who deal with “{}” every day.")
        return (read + self._about(templates, 2) + drafts)[:5]

    def _about(self, templates: tuple[str, ...], count: int) -> list[str]:
        order = self._rng.sample(templates, k=min(count, len(templates)))
        return [text.format(self._topics[i % len(self._topics)]) for i, text in enumerate(order)]

    def _answer(self) -> str:
        cited = self._chosen()
        if not cited:
            return NOTHING
        return " ".join(f"{_ended(one.text)} [{one.passage.number}]" for one in cited)

    def _passages(self) -> list[int]:
        return list(dict.fromkeys(one.passage.number for one in self._chosen()))

    def _chosen(self) -> list[Sentence]:
        """The sentences an answer is made of: those that share the most words with the question."""
        if self._cited is None:
            self._cited = self._matching(self._parts.get("question", self._wanted))
        return self._cited

    def _matching(self, question: str) -> list[Sentence]:
        if not words(question):  # "What is this about?"
            return self._sentences[:3]
        best = ranked(self._sentences, question)[:3]
        most = max((shared(one, question) for one in best), default=0)
        return [one for one in best if most and shared(one, question) * 2 >= most]


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follows a reference, and takes the first choice that is not null."""
    if "$ref" in schema:
        found: Mapping[str, Any] = definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return found
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return _resolved(choices[0], definitions) if choices else schema


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
