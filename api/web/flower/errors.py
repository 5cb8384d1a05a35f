"""What can be the matter with Flower, each with a sentence and a word for the panel."""

from core.errors import AppError, NotFound


class FlowerTrouble(AppError):
    """Flower does not work."""

    status = 502
    state = "down"


class FlowerDown(FlowerTrouble):
    """Flower does not answer. Is it running, and is FLOWER_URL its address? Jobs do not need it."""


class FlowerSlow(FlowerTrouble):
    """Flower took too long to answer. It may be busy with many events."""

    status = 504
    state = "slow"


class FlowerRefusedUs(FlowerTrouble):
    """Flower refused the panel's credentials. Start web and Flower with the same SECRET_KEY and the same FLOWER_OAUTH_*
    variables, or put user and password into FLOWER_URL."""

    state = "refused"


class FlowerElsewhere(FlowerTrouble):
    """Flower runs, but not under /flower/. Start it with FLOWER_URL_PREFIX=flower."""

    state = "elsewhere"


class FlowerOff(FlowerTrouble):
    """Flower is switched off here: FLOWER_URL is off."""

    status = 503
    state = "off"


class FlowerAsksItself(FlowerTrouble):
    """Flower has a sign-in of its own, of which the web process does not know. Give both the same FLOWER_OAUTH_*
    variables."""

    state = "refused"


class NotLetIn(AppError):
    """Flower's own sign-in ended without success."""

    status = 403


class SignInToFlower(AppError):
    """Flower wants its own sign-in."""

    status = 401


class NotOfFlower(NotFound):
    """There is nothing at this address, or it is not passed on."""
