from core.errors import AppError


class FlowerRefused(AppError):
    """Flower does not start like this."""
