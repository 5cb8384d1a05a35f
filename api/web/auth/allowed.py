"""Who may sign in through a provider: e-mail addresses and domains, compared whole, never by pattern."""

from core.settings import get_settings


def is_allowed(email: str) -> bool:
    """The part before the @ counts as it is written, the domain in any case."""
    local, at, domain = email.rpartition("@")
    if not local or not at or "@" in local or not domain:
        return False
    settings = get_settings()
    if domain.lower() in settings.oauth_allowed_domains:
        return True
    return (local, domain.lower()) in {_parts(one) for one in settings.oauth_allowed_emails}


def is_still_allowed(name: str) -> bool:
    """For a user's name, which is the address in lower case."""
    settings = get_settings()
    domain = name.rpartition("@")[2]
    return domain in settings.oauth_allowed_domains or name in {one.lower() for one in settings.oauth_allowed_emails}


def _parts(email: str) -> tuple[str, str]:
    local, _, domain = email.rpartition("@")
    return local, domain.lower()
