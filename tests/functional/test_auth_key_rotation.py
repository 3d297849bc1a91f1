"""Signing keys from Secrets Manager, changed while tokens are valid."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from auth import app
from smartexam.platform import secret_store, signing_keys
from smartexam.platform.settings import SettingsError, settings
from tests.conftest import REGION
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import PASSWORD, access_token, create_user

pytestmark = pytest.mark.usefixtures("tables")

OLD, NEW = "old-key-" * 8, "new-key-" * 8


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)


@pytest.fixture
def store(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts keys into the secret, and lets seconds pass for the function's cache."""
    client = boto3.client("secretsmanager", region_name=REGION)
    arn = client.create_secret(Name="signing", SecretString=json.dumps({"current": OLD}))["ARN"]

    def put(seconds: float = 0, **content: Any) -> None:
        client.put_secret_value(SecretId=arn, SecretString=json.dumps(content))
        clock.advance(seconds)

    monkeypatch.setenv("JWT_SECRET_ARN", arn)
    monkeypatch.delenv("JWT_SECRET")
    settings.cache_clear()
    secret_store._cache.clear()
    secret_store._client.cache_clear()
    yield put
    client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    secret_store._cache.clear()
    secret_store._client.cache_clear()


def me(token: str) -> Answer:
    return send(app.lambda_handler, "GET", "/api/auth/me", token=token)


def test_tokens_of_the_old_key_live_on_and_new_ones_have_the_new(store: Callable[..., None]) -> None:
    old = access_token(create_user(username="john.doe"))

    store(secret_store.CACHE_SECONDS, current=NEW, previous=OLD)

    assert me(old).status == 200
    body = {"username": "john.doe", "password": PASSWORD}
    new = send(app.lambda_handler, "POST", "/api/auth/login", body=body).body["data"]["access_token"]
    assert me(new).status == 200

    store(secret_store.CACHE_SECONDS, current=NEW)
    assert me(new).status == 200
    assert me(old).body["message"] == "token_expired_or_invalid"


def test_a_process_that_does_not_know_the_new_key_yet_asks_for_it(store: Callable[..., None]) -> None:
    user = create_user()
    assert me(access_token(user)).status == 200
    store(31, current=NEW, previous=OLD)
    signed_elsewhere = access_token_with(NEW, user)

    assert me(signed_elsewhere).status == 200


def access_token_with(key: str, user: Any) -> str:
    """A token signed by another process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smartexam.accounts.tokens.signing_keys", lambda **_: signing_keys.SigningKeys(key.encode()))
        return access_token(user)


@pytest.mark.parametrize("content", [{"current": "short"}, {"current": NEW, "previous": "short"}])
def test_a_short_key_stops_the_function(store: Callable[..., None], content: dict[str, str]) -> None:
    token = access_token(create_user())
    store(secret_store.CACHE_SECONDS, **content)

    with pytest.raises(SettingsError):
        signing_keys.signing_keys()
    assert me(token).status == 500
