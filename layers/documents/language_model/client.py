"""Calls the language model.

The service is Groq's, or one with its HTTP API at `GROQ_BASE_URL`. Its SDK is the most expensive import of a cold
start, so it is imported at the first call, in the functions that have its layer. The model's output is untrusted text,
which the caller must check.

Settings: `GROQ_SECRET_ARN` (a secret with `{"api_key": "..."}`) or `GROQ_API_KEY`, `GROQ_BASE_URL`, `GROQ_MODEL`.
"""

import json as json_codec
import random
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import note
from smartexam.platform.secret_store import secret
from smartexam.platform.settings import settings

if TYPE_CHECKING:
    from groq import Groq

DEFAULT_MODEL: Final = "llama-3.3-70b-versatile"
# Enough to connect and to read the first byte of a refusal; with less time a second try is pointless.
_LEAST_SECONDS = 2.0
_CONNECT_SECONDS = 3.0
_DEFAULT_PAUSE = 0.5
_TEMPERATURE = 0.2
_BUSY = 429
_SERVER_FAULT = 500

Message = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Completion:
    """The model's answer.

    Attributes:
        text: the answer.
        model: the model that the service names.
        is_cut: the answer is incomplete because it reached `max_tokens`.
        tokens: how many were paid for, prompt and answer together.
    """

    text: str
    model: str
    is_cut: bool
    tokens: int


def is_configured() -> bool:
    """Whether there is a key for the model.

    Raises:
        Unavailable: the secret cannot be read.
    """
    return bool(_api_key())


def model_name() -> str:
    """The configured model."""
    return settings().optional("GROQ_MODEL") or DEFAULT_MODEL


def complete(messages: Sequence[Message], *, json: bool = False, max_tokens: int, timeout: float) -> Completion:
    """Ask the model once; a busy or failing service is asked a second time if `timeout` allows.

    Args:
        messages: the conversation as `{"role": "system"|"user"|"assistant", "content": text}`.
        json: ask for one JSON object as the answer; the prompt must ask for it too.
        max_tokens: the longest answer.
        timeout: seconds in total, including waiting and the second try.

    Raises:
        Unavailable: `model_not_configured` without a key; `model_unavailable` if the model cannot be reached, refuses
            or
            takes too long.
    """
    key = _api_key()
    if not key:
        raise Unavailable("No language model is configured", code="model_not_configured", retry_after=3600)
    import groq  # noqa: PLC0415 - see the module's docstring

    client = _client(key, settings().optional("GROQ_BASE_URL"))
    ends_at = time.monotonic() + timeout
    for last_try in (False, True):
        try:
            return _ask(client, messages, json=json, max_tokens=max_tokens, seconds=ends_at - time.monotonic())
        except groq.APIStatusError as error:
            if error.status_code != _BUSY and error.status_code < _SERVER_FAULT:
                # Our own mistake or a revoked key, so another try would fail too.
                raise _unavailable(error) from error
            pause = _retry_after(error.response.headers)
            if last_try or time.monotonic() + pause + _LEAST_SECONDS > ends_at:
                raise _unavailable(error, retry_after=pause) from error
        except groq.APITimeoutError as error:
            raise _unavailable(error) from error
        except groq.APIConnectionError as error:
            pause = _DEFAULT_PAUSE
            if last_try or time.monotonic() + pause + _LEAST_SECONDS > ends_at:
                raise _unavailable(error) from error
        except (groq.APIError, ValueError, AttributeError, TypeError) as error:
            raise _unavailable(error) from error
        time.sleep(pause)  # noqa: TID251 - the service named the time, and it is within the caller's
    raise AssertionError  # the second try has returned or raised


def _ask(client: "Groq", messages: Sequence[Message], *, json: bool, max_tokens: int, seconds: float) -> Completion:
    options: dict[str, Any] = {"response_format": {"type": "json_object"}} if json else {}
    import groq  # noqa: PLC0415

    seconds = max(0.4, seconds)
    connecting = min(_CONNECT_SECONDS, seconds / 4)
    answer = client.chat.completions.create(
        model=model_name(),
        messages=[dict(message) for message in messages],  # type: ignore[misc]  # the SDK's own per-role shapes
        max_tokens=max_tokens,
        temperature=_TEMPERATURE,
        timeout=groq.Timeout(seconds - connecting, connect=connecting),
        **options,
    )
    if not getattr(answer, "choices", None):
        # The SDK does not check its input, so a proxy's error page arrives here as text.
        raise _unavailable(ValueError("no completion"))
    choice, usage = answer.choices[0], answer.usage
    completion = Completion(
        text=choice.message.content or "",
        model=answer.model or model_name(),
        is_cut=choice.finish_reason == "length",
        tokens=usage.total_tokens if usage else 0,
    )
    note(model_tokens=completion.tokens)
    return completion


@lru_cache(maxsize=2)
def _client(key: str, base_url: str | None) -> "Groq":
    from groq import DefaultHttpxClient, Groq  # noqa: PLC0415

    # The SDK would wait up to a minute and try twice again, but the gateway's limit is 30 s. It would also take prompts
    # and the key wherever a redirect leads.
    http_client = DefaultHttpxClient(follow_redirects=False)
    client = Groq(api_key=key, base_url=base_url, max_retries=0, http_client=http_client)
    weakref.finalize(client, http_client.close)  # the SDK closes only what it made itself
    return client


def _api_key() -> str:
    """The key, "" if there is none."""
    given = settings().optional("GROQ_API_KEY")
    arn = settings().optional("GROQ_SECRET_ARN")
    if given or not arn:
        return given or ""
    try:
        value = json_codec.loads(secret(arn))
    except ValueError:
        return ""
    return str(value.get("api_key") or "").strip() if isinstance(value, dict) else ""


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return _DEFAULT_PAUSE + random.uniform(0, _DEFAULT_PAUSE)  # noqa: S311 - spreads retries, hides nothing
    return min(max(seconds, 0.0), 3600.0)


def _unavailable(error: Exception, *, retry_after: float = 5) -> Unavailable:
    note(model_error=type(error).__name__)
    return Unavailable(
        "The language model cannot be reached. Please try again.", code="model_unavailable", retry_after=retry_after
    )
