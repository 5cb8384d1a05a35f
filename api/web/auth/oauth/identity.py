"""Who somebody is, in a provider's word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """`verified`: the provider has made sure that the address is that person's."""

    email: str
    verified: bool
    groups: tuple[str, ...] = ()
