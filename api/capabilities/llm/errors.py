"""How a model call can fail, as a job needs to know it: worth another try, or not."""

from core.errors import AppError, Unavailable


class ModelBusy(Unavailable):
    """The model does not answer at the moment."""

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds the provider asked for; the back-off never undercuts it


class ModelRefused(AppError):
    """The model's provider refuses the call; sending it again would not help."""

    status = 502


class ModelMalformed(AppError):
    """The model's answer did not have the form that was asked for."""

    status = 502


class BudgetExceeded(AppError):
    """The budget is used up."""

    status = 402
