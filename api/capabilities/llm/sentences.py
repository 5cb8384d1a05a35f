"""Sentences and topics of a text, by counting words: what the simulator knows about language."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from capabilities.llm.prompts import Passage

SHORTEST, LONGEST = 20, 280  # characters of a sentence worth quoting

COMMON = """
    a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing down during each few for from further had has have having he her here hers him his
    how i if in into is it its itself just me more most must my no nor not now of off on once only or other our out
    over own per same shall she should so some such than that the their them then there these they this those through
    to too under until up very was we were what when where which while who whom why will with would you your
"""
STOP_WORDS = frozenset(COMMON.split())

_WORD = re.compile(r"[^\W\d_][\w'-]*")
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARK = re.compile(r"^\s*(?:[-*•>#]+|\d+[.)])\s+")


@dataclass(frozen=True)
class Sentence:
    text: str
    passage: Passage


def words(text: str) -> list[str]:
    """The words that carry meaning, in lower case."""
    return [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS and len(word) > 2]


def sentences(passages: Sequence[Passage]) -> list[Sentence]:
    """In their order, without headings' marks, each only once although chunks overlap."""
    found: dict[str, Sentence] = {}
    for passage in passages:
        for part in _END.split(passage.text):
            text = _MARK.sub("", part).strip()
            if SHORTEST <= len(text) <= LONGEST:
                found.setdefault(text.lower(), Sentence(text, passage))
    return list(found.values())


def ranked(given: Sequence[Sentence], wanted: str) -> list[Sentence]:
    """Those that share the most words with `wanted` first; equal ones stay in their order."""
    asked = set(words(wanted))
    return sorted(given, key=lambda sentence: -_shared(sentence.text, asked))


def shared(sentence: Sentence, wanted: str) -> int:
    return _shared(sentence.text, set(words(wanted)))


def _shared(text: str, asked: set[str]) -> int:
    said = set(words(text))
    return sum(1 for word in said if word in asked or any(_same_stem(word, other) for other in asked))


def _same_stem(one: str, other: str) -> bool:
    return len(one) > 4 and len(other) > 4 and one[:5] == other[:5]


def topics(passages: Sequence[Passage], most: int) -> list[str]:
    """What the passages speak of most: names and phrases first, then frequent words."""
    text = " ".join(passage.text for passage in passages)
    phrases = Counter(re.findall(r"\b[A-Z][\w-]+(?: [A-Z][\w-]+)+\b", text))
    single = Counter(words(text))
    names = [phrase for phrase, count in phrases.most_common() if count > 1]
    frequent = [word for word, _ in single.most_common(most * 3)]
    fresh = [word for word in frequent if not any(word in name.lower() for name in names)]
    return (names + fresh)[:most]
