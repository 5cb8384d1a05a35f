"""What an action in Flower is told, for the audit log: only what is known to be no secret, and short."""

from urllib.parse import parse_qsl

KNOWN = frozenset({"n", "min", "max", "queue", "terminate", "signal", "workername", "hard", "soft", "ratelimit"})
LONGEST = 100  # characters of a value
MOST = 1_000  # fields that are looked at


def arguments_of(query: bytes, body: bytes) -> dict[str, str]:
    """From the address and a form, the last one of a name, which is the one that Flower takes."""
    found: dict[str, str] = {}
    for text in (query, body):
        found |= {name: value[:LONGEST] for name, value in _fields(text) if name in KNOWN}
    return found


def _fields(text: bytes) -> list[tuple[str, str]]:
    """Nothing where there is no form: Flower says what is wrong with it."""
    try:
        return parse_qsl(text.decode("latin-1"), max_num_fields=MOST)
    except ValueError:
        return []
