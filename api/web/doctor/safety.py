"""Settings that are allowed and still unwise. What is refused at the start never comes so far."""

import os
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from core.settings import KNOWN_PASSWORDS, Settings, get_settings
from web.doctor.finding import Finding, fine, note, warning

CHECK = "settings"
HEROKU_KILLS_AFTER = 30.0  # seconds
SHORTEST_PASSWORD, SHORTEST_KEY, FEWEST_CHARACTERS = 12, 32, 10
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", None, ""})


def look() -> Iterator[Finding]:
    settings = get_settings()
    found = [*_secrets(settings), *_addresses(settings), *_stopping(settings)]
    yield from found or [fine(CHECK, "The settings are sound.")]


def _secrets(settings: Settings) -> Iterator[Finding]:
    if settings.secret_key is None:
        yield note(CHECK, "SECRET_KEY is not set.", why="Production needs it.", advice="Set 48 random characters.")
    elif is_weak_key(settings.secret_key.get_secret_value()):
        yield _weak("SECRET_KEY", "Set 48 random characters, for example by `python -c 'import secrets; "
                    "print(secrets.token_urlsafe(48))'`.")  # fmt: skip
    if is_short(settings.admin_password):
        yield _weak("ADMIN_PASSWORD", "Choose a longer one, and take it out of the environment once the user exists.")


def _weak(name: str, advice: str) -> Finding:
    return warning(CHECK, f"{name} is easy to guess.", why="Whoever guesses it is an admin.", advice=advice)


def is_weak_key(key: str) -> bool:
    return len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS


def is_short(password: SecretStr | None) -> bool:
    return password is not None and len(password.get_secret_value()) < SHORTEST_PASSWORD


def _addresses(settings: Settings) -> Iterator[Finding]:
    """Of servers on other machines."""
    urls = {"the broker": settings.broker_url if settings.has_broker else "", "the database": settings.database_url}
    for what, url in urls.items():
        parts = urlsplit(url)
        if parts.hostname in LOCAL:
            continue
        if unquote(parts.password or "").lower() in KNOWN_PASSWORDS | {""}:
            yield warning(
                CHECK,
                f"The password of {what} is well known, or empty.",
                why="Whoever reaches it can read and send everything.",
                advice="Give its user a password of its own.",
            )
        if parts.scheme == "amqp":
            yield warning(
                CHECK,
                "The way to the broker is not encrypted.",
                why="Its password goes over the network as it is.",
                advice="Use an `amqps://` address, unless the network between is your own.",
            )


def _stopping(settings: Settings) -> Iterator[Finding]:
    remap = os.environ.get("REMAP_SIGTERM")
    if remap not in (None, "SIGQUIT"):
        yield warning(
            CHECK,
            "REMAP_SIGTERM is set to something other than SIGQUIT.",
            why="On SIGTERM a worker then waits for its jobs without end, until it is killed.",
            advice="Unset it, or set it to SIGQUIT.",
        )
    if settings.dyno and settings.soft_shutdown_seconds >= HEROKU_KILLS_AFTER:
        yield warning(
            CHECK,
            "SLIPWAY_SOFT_SHUTDOWN_SECONDS is longer than Heroku waits.",
            why="Heroku kills after 30 s: jobs are lost to their worker instead of being given back.",
            advice="Leave it at 25.",
        )
