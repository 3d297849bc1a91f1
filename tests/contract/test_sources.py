"""Limits per source address over HTTP; the local header `X-Local-Source` names the source."""

import pytest

from tests.contract.client import Answer, Client

pytestmark = pytest.mark.contract

CALLS_AN_HOUR = 30


def ask(anonymous: Client, source: str | None = None) -> Answer:
    headers = {} if source is None else {"x-local-source": source}
    return anonymous.post("/api/request-password-reset", {"email": "nobody@example.com"}, headers=headers)


def test_a_source_that_used_up_its_calls_is_refused_and_others_are_heard(anonymous: Client) -> None:
    source, other = "198.51.100.7", "203.0.113.7"

    answers = [ask(anonymous, source) for _ in range(CALLS_AN_HOUR + 1)]

    assert {answer.status for answer in answers[:-1]} == {200}
    refused = answers[-1]
    assert (refused.status, refused.body["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert ask(anonymous, other).status == 200
    assert ask(anonymous).status == 200


def test_a_trusted_source_has_no_limit(anonymous: Client) -> None:
    assert {ask(anonymous).status for _ in range(CALLS_AN_HOUR + 1)} == {200}
