"""Which addresses are passed on at all. Only the path as it was sent counts: decoding it first would let `..%2f` by."""

import re
from urllib.parse import unquote

HOME = "/flower"
UNDER = f"{HOME}/"
ALLOWED = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*")
ENCODED_TRICKS = re.compile(r"%(2f|5c|[01][0-9a-f]|7f)", re.IGNORECASE)  # slash, backslash, control characters
UNDECODABLE = "\ufffd"


def below(raw_path: str) -> str | None:
    """What follows `/flower/`, still encoded; None when it must not be passed on. A query is not looked at."""
    path = raw_path.partition("?")[0]
    if not path.startswith(UNDER):
        return None
    rest = path.removeprefix(UNDER)
    return rest if _is_plain(rest) else None


def _is_plain(rest: str) -> bool:
    if not ALLOWED.fullmatch(rest) or ENCODED_TRICKS.search(rest):
        return False
    decoded = unquote(rest)
    if unquote(decoded) != decoded or UNDECODABLE in decoded:  # encoded twice, or no UTF-8
        return False
    return not rest.startswith("/") and "//" not in decoded and not any(map(_climbs, decoded.split("/")))


def _climbs(segment: str) -> bool:
    """`.`, `..` and what some servers read as one of them: `..;`, `...`."""
    return segment == "." or segment.startswith("..")
