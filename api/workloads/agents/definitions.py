"""The kinds of agents: found by name, edited over the API."""

from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from capabilities.llm.profiles import check_profile
from core import clock
from core.db import changed
from core.errors import Conflict, Invalid, NotFound, closest
from workloads.agents.models import AgentDefinition


class UnknownDefinition(NotFound):
    """There is no agent definition of that name."""


class DefinitionExists(Conflict):
    """There is an agent definition of that name already."""


class NameChanged(Invalid):
    """The name in the body differs from the name in the path; a definition keeps its name."""


def find(session: Session, name: str) -> AgentDefinition:
    """Raises UnknownDefinition, with the closest names."""
    found = session.get(AgentDefinition, name)
    if found is None:
        raise _unknown(session, name)
    return found


def _unknown(session: Session, name: str) -> UnknownDefinition:
    known = list(session.scalars(select(AgentDefinition.name)))
    return UnknownDefinition(f"There is no agent definition {name!r}. {closest(name, known)}")


def every() -> Select[AgentDefinition]:
    return select(AgentDefinition)


def create(session: Session, *, name: str, profile: str, **details: Any) -> AgentDefinition:
    """Raises DefinitionExists, UnknownProfile."""
    if session.get(AgentDefinition, name) is not None:
        raise DefinitionExists(f"There is an agent definition {name!r} already; change it with PUT.")
    now = clock.now()
    made = AgentDefinition(name=name, profile=check_profile(profile), created_at=now, updated_at=now, **details)
    session.add(made)
    return made


def replace(session: Session, path_name: str, *, name: str, profile: str, **details: Any) -> AgentDefinition:
    """Agents made before keep what they were made with. Raises UnknownDefinition, NameChanged, UnknownProfile."""
    found = find(session, path_name)
    if name != path_name:
        raise NameChanged
    for field, value in {**details, "profile": check_profile(profile), "updated_at": clock.now()}.items():
        setattr(found, field, value)
    return found


def remove(session: Session, name: str) -> None:
    """Agents made from it go on. Raises UnknownDefinition."""
    if not changed(session, delete(AgentDefinition).where(AgentDefinition.name == name)):
        raise _unknown(session, name)
