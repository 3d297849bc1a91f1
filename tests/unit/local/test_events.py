"""Events and answers are like API Gateway's."""

import base64
from typing import Any

import pytest

from local.gateway.events import MalformedResultError, build_event, decode_path, read_result
from local.gateway.messages import Request
from local.gateway.routes import Match, Route

MATCH = Match(Route("POST", "/exams/{exam_id}", "Exams"), {"exam_id": "a b"})


def event_of(
    *headers: tuple[str, str], body: bytes = b"", query: str = "", path: str = "/exams/a%20b", match: Match = MATCH
) -> dict[str, Any]:
    request = Request("POST", path, query, [("host", "127.0.0.1:3000"), *headers], body, "127.0.0.9", "1.1", "id-1")
    return build_event(request, match, api_id="api", port=3000, now=1_736_913_605.25)


def test_an_event_has_the_request_in_payload_format_2() -> None:
    event = event_of(("user-agent", "curl/8"), query="q=1")

    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /exams/{exam_id}"
    assert event["rawPath"] == "/exams/a b"
    assert event["rawQueryString"] == "q=1"
    assert event["pathParameters"] == {"exam_id": "a b"}
    assert event["requestContext"] == {
        "accountId": "000000000000",
        "apiId": "api",
        "domainName": "127.0.0.1",
        "domainPrefix": "127",
        "http": {
            "method": "POST",
            "path": "/exams/a b",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.9",
            "userAgent": "curl/8",
        },
        "requestId": "id-1",
        "routeKey": "POST /exams/{exam_id}",
        "stage": "$default",
        "time": "15/Jan/2025:04:00:05 +0000",
        "timeEpoch": 1_736_913_605_250,
    }


def test_what_a_request_has_not_the_event_has_not() -> None:
    event = event_of(match=Match(Route("ANY", None, "Docs"), {}))

    assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & event.keys()
    assert event["isBase64Encoded"] is False
    assert event["routeKey"] == "$default"


def test_repeated_headers_and_query_parameters_are_joined_with_commas() -> None:
    event = event_of(("accept", "a"), ("accept", "b"), query="x=1&y=&x=%C3%A9%2C2&z")

    assert event["headers"]["accept"] == "a,b"
    assert event["queryStringParameters"] == {"x": "1,é,2", "y": "", "z": ""}


def test_cookies_are_a_list_and_no_header() -> None:
    event = event_of(("cookie", "a=1; b=2"), ("cookie", "c=3"))

    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]


def test_the_source_address_is_the_peers_whatever_headers_say() -> None:
    event = event_of(("x-forwarded-for", "1.2.3.4"), ("x-real-ip", "1.2.3.4"))

    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.9"
    assert event["headers"]["x-forwarded-for"] == "1.2.3.4, 127.0.0.9"


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "text/csv", "application/xml"])
def test_text_arrives_as_text(kind: str) -> None:
    event = event_of(("content-type", kind), body="{é}".encode())

    assert (event["body"], event["isBase64Encoded"]) == ("{é}", False)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-type", "application/problem+json")],
        [("content-type", "application/json"), ("content-encoding", "gzip")],
    ],
)
def test_everything_else_arrives_in_base64(headers: list[tuple[str, str]]) -> None:
    event = event_of(*headers, body=b"a=1")

    assert (event["body"], event["isBase64Encoded"]) == (base64.b64encode(b"a=1").decode(), True)


def test_binary_bodies_arrive_in_base64() -> None:
    event = event_of(("content-type", "application/json"), body=b"\xff\x00")

    assert base64.b64decode(event["body"]) == b"\xff\x00"


@pytest.mark.parametrize(
    ("path", "decoded"),
    [("/a%2Fb", "/a/b"), ("/%E2%82%AC", "/€"), ("/a%252Fb", "/a%252Fb"), ("/%zz%", "/%zz%"), ("/%ff", "/\ufffd")],
)
def test_paths_are_decoded_as_the_service_decodes_them(path: str, decoded: str) -> None:
    assert decode_path(path) == decoded


def test_a_result_becomes_an_answer() -> None:
    answer = read_result(
        {
            "statusCode": 302,
            "headers": {"Location": "/result/42", "Content-Length": "9", "Connection": "close", "X-Count": 3},
            "cookies": ["a=1; HttpOnly", "b=2"],
            "body": "é",
        }
    )

    assert answer.status == 302
    assert list(answer.headers) == [
        ("location", "/result/42"),
        ("x-count", "3"),
        ("set-cookie", "a=1; HttpOnly"),
        ("set-cookie", "b=2"),
        ("content-type", "text/plain;charset=UTF-8"),
    ]
    assert answer.body == "é".encode()


def test_a_body_in_base64_is_sent_as_bytes() -> None:
    answer = read_result({"statusCode": "200", "body": "/wA=", "isBase64Encoded": True})

    assert answer.body == b"\xff\x00"


@pytest.mark.parametrize(
    ("result", "body"), [({"a": "é"}, '{"a":"é"}'), ([1], "[1]"), ("text", "text"), (None, "null"), (7, "7")]
)
def test_a_result_without_a_status_is_the_body_of_a_200(result: object, body: str) -> None:
    answer = read_result(result)

    assert (answer.status, answer.body.decode()) == (200, body)
    assert list(answer.headers) == [("content-type", "application/json")]


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "ok"},
        {"statusCode": 42},
        {"statusCode": True},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"location": "/a\r\nset-cookie: b=1"}},
        {"statusCode": 200, "cookies": ["a=1\nb"]},
    ],
)
def test_what_the_service_would_refuse_is_refused(result: dict[str, object]) -> None:
    with pytest.raises(MalformedResultError):
        read_result(result)
