"""Which role somebody has whom a provider or a proxy vouches for: the highest that any rule gives."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.settings import Settings, get_settings
from web.auth.roles import Role


def role_of(name: str, groups: Iterable[str] = ()) -> Role | None:
    """None when no rule gives one and ROLE_DEFAULT is `none`."""
    settings = get_settings()
    given = [*_by_group(settings, groups), *_by_list(settings, name.lower())]
    if given:
        return max(given, key=lambda role: role.rank)
    return None if settings.role_default == "none" else Role(settings.role_default)


def _by_group(settings: Settings, groups: Iterable[str]) -> list[Role]:
    """Without ROLE_MAP, groups that are called like our roles count as these."""
    roles = dict(settings.role_map) or {role.value: role.value for role in Role}
    return [Role(roles[group]) for group in groups if group in roles]


def _by_list(settings: Settings, name: str) -> list[Role]:
    lists = {Role.ADMIN: settings.role_admins, Role.OPERATOR: settings.role_operators}
    return [role for role, names in lists.items() if name in {one.lower() for one in names}]


def groups_in(claims: Mapping[str, Any], claim: str | None) -> list[str]:
    """The texts under a claim: its name as a whole (`https://example.com/roles`), or a path (`realm_access.roles`)."""
    if not claim:
        return []
    value: Any = claims[claim] if claim in claims else _at_path(claims, claim.split("."))
    found = [value] if isinstance(value, str) else value
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _at_path(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
