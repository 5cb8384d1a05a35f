"""From an exception of the model library to what the job does about it."""

from collections.abc import Iterator

from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    UnexpectedModelBehavior,
)

from capabilities.llm.calls import CallOutcome
from capabilities.llm.errors import ModelBusy, ModelMalformed, ModelRefused
from core.errors import AppError
from core.settings import get_settings

DETAIL_LIMIT = 500  # characters of the provider's own words

Explained = tuple[CallOutcome, str, AppError | None]

HINTS = {
    401: "check LLM_API_KEY",
    402: "the account has no credit left",
    403: "this key may not use the model",
    404: "check LLM_BASE_URL and LLM_MODEL",
}


def explain(error: BaseException) -> Explained:
    """How the call ended, in a sentence, and the error to raise instead; None lets the original through."""
    if isinstance(error, ModelAPIError):
        return _refused(error) if _is_final(error) else _busy(error)
    if isinstance(error, AgentRunError | UnexpectedModelBehavior):
        return _malformed(error)
    return CallOutcome.INTERRUPTED, f"{type(error).__name__}: {_clean(str(error))}", None


def _is_final(error: ModelAPIError) -> bool:
    if isinstance(error, ModelQuotaExceededError | ModelRequestRejectedError):
        return True
    status = _status(error)
    return status is not None and 400 <= status < 500 and status not in (408, 409, 425, 429)


def _status(error: ModelAPIError) -> int | None:
    return error.status_code if isinstance(error, ModelHTTPError) else None


def _busy(error: ModelAPIError) -> Explained:
    status = _status(error)
    what = f"answers {status}" if status else "cannot be reached or does not answer in time"
    sentence = f"The model {error.model_name!r} {what}: {_detail(error)}"
    return CallOutcome.BUSY, sentence, ModelBusy(sentence, retry_after=error.retry_after)


def _refused(error: ModelAPIError) -> Explained:
    status = _status(error)
    hint = f"; {HINTS[status]}" if status in HINTS else ""
    sentence = f"The provider of {error.model_name!r} refuses the call ({status}{hint}): {_detail(error)}"
    return CallOutcome.REFUSED, sentence, ModelRefused(sentence)


def _malformed(error: AgentRunError) -> Explained:
    """Permanent: the model was told what is wrong and failed again; another try would be paid for as well."""
    causes = " – ".join(_clean(str(one)) for one in _chain(error))
    sentence = f"The model's answer did not have the form that was asked for: {causes[:DETAIL_LIMIT]}"
    return CallOutcome.MALFORMED, sentence, ModelMalformed(sentence)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _detail(error: ModelAPIError) -> str:
    """The provider's own sentence where the body has one."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    return _clean(str(said or body or error))[:DETAIL_LIMIT]


def _clean(text: str) -> str:
    """Some providers repeat the key that they refuse."""
    for secret in get_settings().secrets():
        text = text.replace(secret, "[secret]")
    return text
