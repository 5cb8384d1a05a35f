"""How a call to an address that a user typed can fail: worth another try, or not."""

from core.errors import Invalid, Unavailable


class AddressRefused(Invalid):
    """This address is not one that may be called."""


class Unreachable(Unavailable):
    """The other side does not answer at the moment."""
