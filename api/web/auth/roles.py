"""Three roles, each of which may do what the ones before it may."""

from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return RANKS[self]

    def covers(self, needed: "Role") -> bool:
        return self.rank >= needed.rank


RANKS = {role: rank for rank, role in enumerate(Role)}
