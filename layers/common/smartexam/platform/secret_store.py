"""Reads secrets from Secrets Manager, cached for a few minutes so that a rotation reaches warm processes."""

from functools import lru_cache

from botocore.exceptions import BotoCoreError, ClientError

from smartexam.platform.aws.client import SECRETS_MANAGER, JsonClient
from smartexam.platform.errors import Unavailable
from smartexam.platform.settings import settings
from smartexam.platform.stopwatch import Stopwatch

CACHE_SECONDS = 300
# Requests with made-up key names must not cause a call to Secrets Manager each.
_SHORTEST_CACHE_SECONDS = 30

_cache: dict[str, tuple[Stopwatch, str]] = {}


def secret(arn: str, *, fresh: bool = False) -> str:
    """The text of a secret.

    Args:
        arn: the secret.
        fresh: accept only a copy of the last half minute, because a key may have been added since.

    Raises:
        Unavailable: Secrets Manager cannot be reached and nothing is cached.
    """
    cached = _cache.get(arn)
    accepted_age = _SHORTEST_CACHE_SECONDS if fresh else CACHE_SECONDS
    if cached is not None and cached[0].seconds() < accepted_age:
        return cached[1]
    asked = Stopwatch()
    try:
        text: str = _client().call("GetSecretValue", {"SecretId": arn})["SecretString"]
    except (BotoCoreError, ClientError) as error:
        if cached is not None:
            return cached[1]
        raise Unavailable from error
    _cache[arn] = (asked, text)
    return text


@lru_cache(maxsize=1)
def _client() -> JsonClient:
    return JsonClient(SECRETS_MANAGER, settings().region, connect_timeout=1, read_timeout=2, pool_size=1)
