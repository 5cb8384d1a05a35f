"""The built-in provider: no key, no network, and the same code path as a real one, failures included."""

import asyncio
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from pydantic_ai.exceptions import ModelHTTPError, ModelRateLimitError, ModelUnavailableError
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from capabilities.llm.composing import Composer
from capabilities.llm.profiles import Profile
from capabilities.llm.prompts import read

TOKENS_PER_SECOND = 150.0  # of a profile with speed 1.0: a brief takes two or three seconds
CHARACTERS_PER_TOKEN = 4
RETRY_AFTER = 1.0  # seconds that a simulated 429 asks for
SHARE_OF_429 = 0.3  # of the failures; the others are 503


@dataclass(frozen=True, kw_only=True)
class Draw:
    """`said` seeds what is written, the same in every attempt; `luck` seeds failures, another in each."""

    said: str
    luck: str
    failure_rate: float
    speedup: float = 1.0


class SimulatedModel(Model):
    def __init__(self, profile: Profile, draw: Draw) -> None:
        super().__init__()
        self._played = profile
        self._draw = draw
        self._luck = Random(draw.luck)

    @property
    def model_name(self) -> str:
        return self._played.name

    @property
    def system(self) -> str:
        return "simulated"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Raises ModelHTTPError (503 or 429) as often as the failure rate says."""
        _, parameters = self.prepare_request(model_settings, model_request_parameters)
        self._maybe_fail()
        prompt = _prompt_of(messages)
        part, length = self._write(prompt, parameters)
        usage = RequestUsage(input_tokens=_tokens(len(prompt)), output_tokens=_tokens(length))
        await asyncio.sleep(self._seconds(usage.output_tokens))
        return ModelResponse(parts=[part], usage=usage, model_name=self.model_name, provider_name=self.system)

    def _seconds(self, tokens: int) -> float:
        return tokens / (TOKENS_PER_SECOND * self._played.speed * self._draw.speedup)

    def _maybe_fail(self) -> None:
        if self._luck.random() >= self._draw.failure_rate:
            return
        body = {"simulated": True}
        if self._luck.random() < SHARE_OF_429:
            raise ModelHTTPError.for_category(
                ModelRateLimitError, status_code=429, model_name=self.model_name, body=body, retry_after=RETRY_AFTER
            )
        raise ModelHTTPError.for_category(ModelUnavailableError, status_code=503, model_name=self.model_name, body=body)

    def _write(self, prompt: str, parameters: ModelRequestParameters) -> tuple[TextPart | ToolCallPart, int]:
        composer = Composer(read(prompt), Random(self._draw.said))
        if not parameters.output_tools:
            text = composer.text()
            return TextPart(text), len(text)
        tool = parameters.output_tools[0]
        filled: dict[str, Any] = composer.fill(tool.parameters_json_schema)
        return ToolCallPart(tool.name, filled), len(json.dumps(filled))


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def _prompt_of(messages: list[ModelMessage]) -> str:
    """What the user said last."""
    for message in reversed(messages):
        if isinstance(message, ModelRequest):
            for part in reversed(message.parts):
                if isinstance(part, UserPromptPart) and isinstance(part.content, str):
                    return part.content
    return ""
