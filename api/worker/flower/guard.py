"""Checks what Flower has understood, whoever told it: environment, flowerconfig.py, another file, command line."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tornado.options import OptionParser, options

from core.errors import AppError
from core.settings import ROOT, get_settings
from worker.flower import oauth
from worker.flower.command_line import check_words, opens_api, words_of
from worker.flower.credentials import with_ours
from worker.flower.probe import Door, watch
from worker.flower.refusal import FlowerRefused
from worker.flower.variables import adopt_env_file, check_variables

CONFIGURATION = ROOT / "flowerconfig.py"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN_API = "FLOWER_UNAUTHENTICATED_API"


def install(argv: Sequence[str]) -> None:
    """Does nothing unless the command is `flower`. Ends the process with one sentence when it should not start."""
    words = words_of(argv)
    if words is None:
        return
    adopt_env_file()
    with one_sentence():
        check_variables(os.environ, options)
        check_words(words, options)
    os.environ.setdefault("FLOWER_CONF", str(CONFIGURATION))
    options.add_parse_callback(Guard(words))


@contextmanager
def one_sentence() -> Iterator[None]:
    try:
        yield
    except AppError as error:
        raise SystemExit(f"Flower: {' '.join(error.message.split())}") from None


class Guard:
    """What Tornado calls each time it has read the command line, which Flower has it do before and after its file."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._before_file = True

    def __call__(self) -> None:
        with one_sentence():
            if self._before_file:
                self._before_file = False
                find_configuration(options)
                return
            is_open = seal(options, open_api=opens_api(self._words) or get_settings().flower_unauthenticated_api)
            if not is_open:
                watch(Door.of(options))


def find_configuration(options: OptionParser) -> None:
    """`--conf=flowerconfig.py` is ours wherever it is said: Flower would pass over a file that is not there."""
    path = Path(options.conf)
    if not path.exists() and path.name == CONFIGURATION.name:
        path = CONFIGURATION
    if not path.exists():
        raise FlowerRefused(f"there is no configuration file {path}.")
    options.conf = str(path)


def seal(options: OptionParser, *, open_api: bool) -> bool:
    """Makes the last changes and answers whether Flower is meant to be open. Raises FlowerRefused."""
    _check_surface(options)
    if options.broker_api:
        options.broker_api = options.broker_api.rstrip("/") + "/"
    if open_api:
        _check_open(options)
    elif oauth.is_wanted(options):
        oauth.check(options)
    else:
        options.basic_auth = with_ours(options.basic_auth or [])
    os.environ[OPEN_API] = "true" if open_api else "false"
    return open_api


def _check_surface(options: OptionParser) -> None:
    if options.unix_socket:
        raise FlowerRefused("it would make its socket open to every user of this machine: use an address and a port.")
    if options.debug and get_settings().production:
        raise FlowerRefused("--debug shows tracebacks and secrets, so not in production.")


def _check_open(options: OptionParser) -> None:
    if get_settings().production:
        raise FlowerRefused("an API without authentication is for development only: remove the flag or the variable.")
    if options.address not in LOOPBACK:
        raise FlowerRefused(
            f"an API without authentication must stay on this machine, not on {options.address or '*'}."
        )
    if options.basic_auth or oauth.is_wanted(options):
        raise FlowerRefused("a sign-in and an API without authentication contradict each other: remove one of them.")
    sys.stderr.write("Flower is open: any web page in a browser on this machine can read it and act with it.\n")
