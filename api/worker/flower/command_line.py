"""The words after `flower`. Flower drops those that it does not know, and `--basicauth=admin:pw` leaves it open."""

from collections.abc import Sequence

from tornado.options import OptionParser

from core.errors import closest
from worker.flower.refusal import FlowerRefused

OPEN_API_FLAG = "--unauthenticated_api"  # of the documents; Flower itself does not know it


def words_of(argv: Sequence[str]) -> list[str] | None:
    """What stands after `flower`; None when it is another command."""
    return list(argv[argv.index("flower") + 1 :]) if "flower" in argv[1:] else None


def check_words(words: Sequence[str], options: OptionParser) -> None:
    """Raises FlowerRefused; never with a value in it, which may be a password."""
    for word in words:
        name, has_value, _ = word.partition("=")
        if not word.startswith("--") or word == "--":
            raise FlowerRefused("every word after `flower` is an option with its value: --port=5555, not --port 5555.")
        if not _is_open_api_flag(word):
            _check_option(name.removeprefix("--").replace("-", "_"), bool(has_value), options)


def opens_api(words: Sequence[str]) -> bool:
    return any(map(_is_open_api_flag, words))


def _is_open_api_flag(word: str) -> bool:
    return word.replace("-", "_") == OPEN_API_FLAG.replace("-", "_")


def _check_option(name: str, has_value: bool, options: OptionParser) -> None:
    known = {one.replace("-", "_"): options[one] for one in options}
    if name not in known:
        raise FlowerRefused(f"it has no option --{name} and would silently drop it. {closest(name, list(known))}")
    if not has_value and not isinstance(known[name], bool):
        raise FlowerRefused(f"--{name} needs a value: --{name}=….")
