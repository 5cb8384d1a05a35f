"""What Flower is started with. Flower alone is open by default and drops unknown options; here it is shut by default
and refuses to start on what would leave a door open."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.errors import AppError
from core.flower_credential import derived, our_credential
from core.settings import KNOWN_PASSWORDS, get_settings

OPEN_API_FLAG = "--unauthenticated_api"  # a flag of the documents; Flower itself does not know it
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CREDENTIAL = re.compile(r"^[A-Za-z0-9_.-]+:[A-Za-z0-9_.~+/=-]{8,}$")


class FlowerRefused(AppError):
    """Flower does not start like this."""


class FlowerOptions(NamedTuple):
    address: str
    basic_auth: list[str]
    cookie_secret: str
    broker_api: str | None
    url_prefix: str | None
    unauthenticated_api: bool


def flower_options(argv: Sequence[str], environ: Mapping[str, str]) -> FlowerOptions:
    """Ends the process with one sentence when the door would be open."""
    try:
        return _options(argv, environ)
    except AppError as error:
        raise SystemExit(f"Flower: {error.message}") from None


def _options(argv: Sequence[str], environ: Mapping[str, str]) -> FlowerOptions:
    address = _command_line(argv, "address") or environ.get("FLOWER_ADDRESS") or "127.0.0.1"
    open_api = OPEN_API_FLAG in argv or get_settings().flower_unauthenticated_api
    if open_api:
        _check_open_api(address)
    return FlowerOptions(
        address=address,
        basic_auth=[] if open_api else _credentials(argv, environ),
        cookie_secret=derived("cookie"),
        broker_api=environ.get("RABBITMQ_MANAGEMENT_URL") or None,
        url_prefix=environ.get("FLOWER_URL_PREFIX") or None,
        unauthenticated_api=open_api,
    )


def _command_line(argv: Sequence[str], option: str) -> str | None:
    names = (f"--{option}=", f"--{option.replace('_', '-')}=")
    return next((word.split("=", 1)[1] for word in argv if word.startswith(names)), None)


def _check_open_api(address: str) -> None:
    if get_settings().production:
        raise FlowerRefused("an API without authentication is for development only: remove the flag or the variable.")
    if address not in LOOPBACK:
        raise FlowerRefused(f"an API without authentication must stay on this machine, not on {address}.")


def _credentials(argv: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Ours is always among them, because the panel's proxy signs in with it."""
    given = _command_line(argv, "basic_auth")
    if given is None:
        given = environ.get("FLOWER_BASIC_AUTH")
    ours = our_credential()
    if given is None:
        return [ours]
    return [*(_checked(one) for one in given.split(",")), ours]


def _checked(credential: str) -> str:
    """An empty one, from a trailing comma for instance, would let everybody in."""
    password = credential.partition(":")[2]
    if not CREDENTIAL.match(credential) or password.lower() in KNOWN_PASSWORDS:
        raise FlowerRefused(
            "each of FLOWER_BASIC_AUTH's user:password pairs needs a user and at least 8 plain ASCII characters of "
            "password that is not a well-known one, without spaces, and between two pairs stands one comma."
        )
    return credential
