"""Signatures equal AWS's published ones and botocore's."""

import time
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from smartexam.platform.aws.signing import Signer

LASTING = ReadOnlyCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)
PASSING = ReadOnlyCredentials("ASIAEXAMPLE", "another/secret+key", "a-session-token==")


def at(monkeypatch: pytest.MonkeyPatch, timestamp: str) -> None:
    moment = time.strptime(timestamp, "%Y%m%dT%H%M%SZ")
    monkeypatch.setattr("smartexam.platform.aws.signing.time.gmtime", lambda: moment)


def signature(sent: dict[str, str]) -> str:
    return sent["Authorization"].rpartition("Signature=")[2]


def by_botocore(
    credentials: ReadOnlyCredentials, service: str, method: str, url: str, sent: dict[str, str], body: bytes
) -> str:
    signer = SigV4Auth(credentials, service, "us-east-1")
    headers = {name: value for name, value in sent.items() if name != "Authorization"}
    request = AWSRequest(method, url, headers, body)
    request.context["timestamp"] = sent["X-Amz-Date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    found: str = signer.signature(text, request)
    return found


def test_the_vector_of_the_published_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "20150830T123600Z")

    sent = Signer("service", "us-east-1").signed("POST", "example.amazonaws.com", "/", {}, b"", LASTING)

    assert sent["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )


@given(
    body=st.binary(max_size=200),
    target=st.text("abcXYZ_.019", min_size=1, max_size=40),
    segments=st.lists(st.text(min_size=1, max_size=12), max_size=3),
    credentials=st.sampled_from([LASTING, PASSING]),
    method=st.sampled_from(["POST", "DELETE"]),
)
def test_it_signs_as_botocore_does(
    body: bytes, target: str, segments: list[str], credentials: ReadOnlyCredentials, method: str
) -> None:
    path = "/" + "/".join(
        quote(segment, safe="") for segment in ["@connections", *segments] if segment not in {".", ".."}
    )
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}

    sent = Signer("execute-api", "us-east-1").signed(method, "example.com:8000", path, headers, body, credentials)

    url = f"http://example.com:8000{path}"
    assert signature(sent) == by_botocore(credentials, "execute-api", method, url, sent, body)


def test_a_new_day_or_new_credentials_have_a_key_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer("dynamodb", "us-east-1")
    for credentials in (LASTING, PASSING):
        for timestamp in ("20260105T235959Z", "20260106T000000Z"):
            at(monkeypatch, timestamp)
            sent = signer.signed("POST", "example.com", "/", {}, b"{}", credentials)
            assert signature(sent) == by_botocore(credentials, "dynamodb", "POST", "http://example.com/", sent, b"{}")


def test_a_session_token_is_sent_and_signed() -> None:
    sent = Signer("dynamodb", "us-east-1").signed("POST", "example.com", "/", {}, b"{}", PASSING)

    assert sent["X-Amz-Security-Token"] == "a-session-token=="
    assert "x-amz-security-token" in sent["Authorization"]
