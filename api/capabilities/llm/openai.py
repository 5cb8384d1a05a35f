"""Any OpenAI-compatible endpoint. Loaded only where it is used: the SDK takes half a second to import."""

import os
import threading

from openai import AsyncOpenAI
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from core.settings import Settings
from core.settings import SettingsError as NotConfigured

# None: the SDK would sleep through the provider's retry-after with the worker's slot held, and its failed calls
# would leave no row. The job's own back-off waits as long, in the table.
SDK_RETRIES = 0

_made = threading.local()  # a client belongs to one thread's event loop


def _forget_after_fork() -> None:
    global _made
    _made = threading.local()


os.register_at_fork(after_in_child=_forget_after_fork)


def openai_model(settings: Settings) -> OpenAIChatModel:
    """This thread's model, made when it is first needed. Raises SettingsError when no key and no URL is set."""
    key = (settings.llm_base_url, settings.llm_api_key, settings.llm_model, settings.llm_timeout_seconds)
    if getattr(_made, "key", None) != key:
        _made.key, _made.model = key, _make(settings)
    model: OpenAIChatModel = _made.model
    return model


def _make(settings: Settings) -> OpenAIChatModel:
    if settings.llm_api_key is None and settings.llm_base_url is None:
        raise NotConfigured("LLM_PROVIDER is openai, but neither LLM_API_KEY nor LLM_BASE_URL is set.")
    client = AsyncOpenAI(
        base_url=settings.llm_base_url,
        # a local server often wants no key, but the SDK insists on one
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none",
        timeout=settings.llm_timeout_seconds,
        max_retries=SDK_RETRIES,
    )
    return OpenAIChatModel(settings.llm_model, provider=OpenAIProvider(openai_client=client))
