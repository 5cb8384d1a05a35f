"""A list of tasks has an end: 100,000 of them are 84 MB, and Flower answers nobody else meanwhile."""

from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

MOST = 1_000  # tasks in one list
MOST_FIELDS = 1_000  # that a form has: reading more of them takes its time
FIELD_OF = {"api/tasks": "limit", "tasks/datatable": "length"}
DEFAULT = {"api/tasks": str(MOST)}  # of what Flower would send whole when nothing is asked for


def require_form(headers: Headers) -> None:
    """Raises HTTPException for the one other form that Flower reads: what is in it would be bounded and recorded by
    nobody."""
    if headers.get("content-type", "").lstrip().lower().startswith("multipart/"):
        raise HTTPException(415, "Flower's forms are sent as application/x-www-form-urlencoded.")


def bounded(path: str, query: bytes, body: bytes) -> tuple[bytes, bytes]:
    """Query and body for `path` (below /flower/), asking for no more than MOST tasks. Raises HTTPException."""
    field = FIELD_OF.get(path)
    if field is None:
        return query, body
    return _bounded(query, field, default=DEFAULT.get(path)), _bounded(body, field)


def _bounded(text: bytes, field: str, default: str | None = None) -> bytes:
    """Of several with one name Flower takes the last one."""
    pairs = _pairs(text)
    asked = dict(pairs).get(field, default)
    kept = [pair for pair in pairs if pair[0] != field]
    if asked is not None:
        kept.append((field, _at_most(asked)))
    return urlencode(kept, encoding="latin-1", quote_via=quote).encode()


def _at_most(value: str) -> str:
    return str(min(int(value), MOST)) if value.isdecimal() else str(MOST)


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1")
    except ValueError:
        raise HTTPException(400, f"A request to Flower has at most {MOST_FIELDS:,} fields.") from None
