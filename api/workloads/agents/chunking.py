"""Splitting a document into chunks: whole paragraphs where they fit, each chunk beginning with the last one's end."""

import re
from collections.abc import Iterator

SIZE = 1_200  # characters in a chunk at most: about 300 tokens, so that eight of them fit any model
OVERLAP = 150  # characters at most that a chunk repeats, so that a sentence on a border is found with its neighbour
SEPARATOR = "\n\n"

_PARAGRAPHS = re.compile(r"\n\s*\n")


def split(text: str) -> list[str]:
    """The chunks in their order; the same text always gives the same chunks, blank text gives none."""
    chunks: list[str] = []
    current = ""
    for piece in _pieces(text):
        joined = SEPARATOR.join(part for part in (current, piece) if part)
        if len(joined) <= SIZE:
            current = joined
            continue
        chunks.append(current)
        current = SEPARATOR.join(part for part in (_tail(current), piece) if part)
    return [*chunks, current] if current else chunks


def _pieces(text: str) -> Iterator[str]:
    """Paragraphs, and those too long cut at the end of a sentence, else of a word, else anywhere."""
    longest = SIZE - OVERLAP - len(SEPARATOR)
    for paragraph in _PARAGRAPHS.split(text.replace("\r\n", "\n")):
        rest = paragraph.strip()
        while len(rest) > longest:
            cut = _cut(rest, longest)
            yield rest[:cut].rstrip()
            rest = rest[cut:].lstrip()
        if rest:
            yield rest


def _cut(text: str, longest: int) -> int:
    """Not before half of what would fit, or one early full stop would make many tiny chunks."""
    head = text[:longest]
    for mark in (". ", "! ", "? ", "\n", " "):
        found = head.rfind(mark)
        if found >= longest // 2:
            return found + len(mark)
    return longest


def _tail(chunk: str) -> str:
    """The last words of a chunk, from the start of a sentence when one begins there."""
    end = chunk[-OVERLAP:]
    if len(end) == len(chunk):
        return ""
    sentence = re.search(r"[.!?]\s+(?=\S)", end)
    start = sentence or re.search(r"\s+", end)
    return end[start.end() :] if start else ""
