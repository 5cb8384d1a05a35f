"""Finding the chunks that matter: FTS5 on SQLite, tsvector on PostgreSQL; the indexes are made by the migration."""

import re

from sqlalchemy import ColumnElement, Select, Text, cast, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from core.db import is_postgresql
from workloads.agents.documents import not_expired
from workloads.agents.models import Chunk, Document

MOST_TERMS = 64  # words of a query that are looked for; more would only slow it down
CONFIGURATION: ColumnElement[str] = literal_column("'english'")  # of the index too: another one would not use it
FTS = table("chunks_fts", column("rowid"))

_WORDS = re.compile(r"[^\W_]+")


def retrieve(session: Session, version_id: str, query: str, *, limit: int) -> list[Chunk]:
    """The version's chunks that share words with `query`, best first.

    Any text is a valid query: only its words are used, none of them as an operator.
    """
    words = list(dict.fromkeys(_WORDS.findall(query.lower())))[:MOST_TERMS]
    if not words:
        return []
    search = _postgresql if is_postgresql(session) else _sqlite
    return list(session.scalars(search(known(version_id), words).limit(limit)))


def known(version_id: str) -> Select[Chunk]:
    """What a version knows now; a document past its time is not known any more."""
    here = select(Chunk).join(Document, Document.id == Chunk.document_id)
    return here.where(Chunk.version_id == version_id, not_expired())


def leading(session: Session, version_id: str, *, limit: int) -> list[Chunk]:
    """The first chunks, for when no word of a query is found."""
    return list(session.scalars(known(version_id).order_by(Chunk.position).limit(limit)))


def _sqlite(chunks: Select[Chunk], words: list[str]) -> Select[Chunk]:
    """A quoted word is a string to FTS5, never syntax."""
    terms = " OR ".join(f'"{word}"' for word in words)
    found = text("chunks_fts MATCH :terms").bindparams(terms=terms)
    joined = chunks.join_from(Chunk, FTS, FTS.c.rowid == Chunk.number)
    return joined.where(found).order_by(text("bm25(chunks_fts)"), Chunk.position)


def _postgresql(chunks: Select[Chunk], words: list[str]) -> Select[Chunk]:
    """plainto_tsquery joins words by AND; any of them shall do. A lexeme of plain words holds no `&` itself."""
    every = cast(func.plainto_tsquery(CONFIGURATION, " ".join(words)), Text)
    some = cast(func.replace(every, "&", "|"), TSQUERY)
    vector = func.to_tsvector(CONFIGURATION, Chunk.text)
    matches: ColumnElement[bool] = vector.op("@@")(some)
    return chunks.where(matches).order_by(func.ts_rank(vector, some).desc(), Chunk.position)
