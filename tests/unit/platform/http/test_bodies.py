"""Bodies as typed shapes."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec
import pytest
import urllib3

from smartexam.platform.errors import AppError, BadRequest, InvalidFields, TooLarge, UnsupportedMedia
from smartexam.platform.http.bodies import UploadedFile, convert_query, read_body
from smartexam.platform.http.request import Request
from tests.factories.events import http_event


class Shape(msgspec.Struct):
    name: str
    letters: str | list[str] = ""
    count: int = 0
    file: UploadedFile | None = None
    short: Annotated[str, msgspec.Meta(max_length=5, pattern="^[a-z]*$")] = ""
    share: Annotated[float, msgspec.Meta(le=1)] = 0
    choice: Literal["a", "b"] = "a"


def request(body: Any, content_type: str = "application/json") -> Request:
    event = http_event("POST", "/", body=body, headers={"content-type": content_type} if content_type else {})
    return Request.from_event(event, 0.0)


def read(body: Any, content_type: str = "application/json", **options: Any) -> Shape:
    return read_body(request(body, content_type), Shape, **options)


def test_json_is_read_and_unknown_fields_are_passed_over() -> None:
    assert read({"name": "x", "count": 3, "other": 1}) == Shape("x", "", 3)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/merge+json", "APPLICATION/JSON"]
)
def test_json_has_many_names(content_type: str) -> None:
    assert read('{"name":"x"}', content_type).name == "x"


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "name", "This field is required"),
        ({"name": 5}, "name", "must be text"),
        ({"name": "x", "count": "3"}, "count", "must be a whole number"),
        ({"name": "x", "letters": ["A", 5]}, "letters[1]", "must be text"),
        ({"name": "x", "letters": 5}, "letters", "must be text or an array"),
        ({"name": "x", "file": 5}, "file", "must be an object or null"),
        ({"name": "x", "short": "too long"}, "short", "must be text of length at most 5"),
        ({"name": "x", "short": "a b"}, "short", "must be text of the expected form"),
        ({"name": "x", "share": 2}, "share", "must be a number at most 1.0"),
        ({"name": "x", "choice": "c"}, "choice", "must be one of a, b"),
        ({"name": "x", "file": {"filename": "a"}}, "file.content_type", "This field is required"),
        ("[]", "", "The body must be an object"),
    ],
)
def test_what_is_wrong_is_named(body: Any, field: str, reason: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read(body)

    assert refused.value.details["errors"] == [{"field": field, "message": reason}]


def test_all_that_is_missing_is_named() -> None:
    class Wide(msgspec.Struct):
        first: str
        second: str = msgspec.field(name="other")
        third: int
        fourth: int = 0

    with pytest.raises(InvalidFields) as refused:
        read_body(request({"first": "x"}), Wide)

    assert [fault["field"] for fault in refused.value.details["errors"]] == ["other", "third"]


def test_what_was_sent_cannot_pretend_to_be_another_field() -> None:
    with pytest.raises(InvalidFields) as refused:
        read({"name": "x", "choice": " - at `$.password`"})

    (fault,) = refused.value.details["errors"]
    assert fault["field"] == "choice"


def test_what_was_sent_is_not_repeated_at_any_length() -> None:
    with pytest.raises(InvalidFields) as refused:
        read({"name": "x", "choice": "long" * 10_000})

    assert refused.value.details["errors"][0]["field"] == "choice"
    assert len(refused.value.message) < 300


@pytest.mark.parametrize("body", ["{", "", "nul", b"\xff", "[" * 100_000, '{"name":"\\ud800"}'])
def test_invalid_json_is_400(body: Any) -> None:
    with pytest.raises(BadRequest):
        read(body)


def test_too_much_is_413() -> None:
    with pytest.raises(TooLarge):
        read({"name": "x" * 100}, limit=50)


@pytest.mark.parametrize("content_type", ["text/xml", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_media_type_that_is_not_read_is_415(content_type: str) -> None:
    with pytest.raises(UnsupportedMedia):
        read("name=x", content_type)


class TestForms:
    def test_text_becomes_what_the_shape_says(self) -> None:
        assert read("name=x+y&count=3", "application/x-www-form-urlencoded", forms=True) == Shape("x y", "", 3)

    def test_a_repeated_field_is_a_list(self) -> None:
        read_twice = read("name=x&letters=A&letters=C", "application/x-www-form-urlencoded", forms=True)

        assert read_twice.letters == ["A", "C"]

    def test_words_are_those_of_forms(self) -> None:
        with pytest.raises(InvalidFields) as refused:
            read("name=x&file=y", "application/x-www-form-urlencoded", forms=True)

        assert refused.value.details["errors"] == [{"field": "file", "message": "must be a file"}]

    def test_a_repeated_field_that_may_come_once_is_refused(self) -> None:
        with pytest.raises(InvalidFields):
            read("name=x&name=y", "application/x-www-form-urlencoded", forms=True)

    def test_multipart_has_fields_and_files(self) -> None:
        body, content_type = urllib3.encode_multipart_formdata(
            [("name", "x"), ("letters", "A"), ("letters", "C"), ("file", ("a.txt", b"\x00\xff", "text/plain"))]
        )

        assert read(body, content_type, forms=True) == Shape(
            "x", ["A", "C"], 0, UploadedFile("a.txt", "text/plain", b"\x00\xff")
        )

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
            (b"--b\r\n\r\n\r\n--b--", "multipart/form-data"),
            (
                b'--b\r\ncontent-disposition: form-data; name="name"\r\n\r\n\xff\r\n--b--\r\n',
                "multipart/form-data; boundary=b",
            ),
            (b"name=%FF\xff", "application/x-www-form-urlencoded"),
            (b"&".join(b"a=1" for _ in range(500)), "application/x-www-form-urlencoded"),
        ],
    )
    def test_broken_forms_are_400(self, body: bytes, content_type: str) -> None:
        with pytest.raises(AppError) as refused:
            read(body, content_type, forms=True)

        assert refused.value.status == 400


class Filter(msgspec.Struct):
    """A query with words and numbers."""

    status: Literal["open", "closed"] | None = None
    number: int | Literal[""] | None = None
    items: list[Literal["a", "b"]] = []


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"status": "ajar"}, "status", "must be one of closed, open"),
        ({"number": "x"}, "number", "must be a whole number"),
        ({"items": ["a", "c"]}, "items[1]", "must be one of a, b"),
        ({"status": "null"}, "status", "must be a value, or be left out"),
        ({"number": "NULL"}, "number", "must be a value, or be left out"),
    ],
)
def test_a_query_names_what_it_takes(values: Any, field: str, reason: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        convert_query(values, Filter)

    assert refused.value.details["errors"] == [{"field": field, "message": reason}]


def test_of_a_repeated_parameter_the_last_one_counts() -> None:
    event = {"rawQueryString": "number=1&number=2&status=open", "queryStringParameters": {"number": "1,2"}}

    assert Request.from_event(event, 0.0).query == {"number": "2", "status": "open"}


class Mended(msgspec.Struct):
    mends_text: ClassVar[bool] = True

    name: str


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (r"a\ud83d", "a\ufffd"),
        (r"\uDE00b", "\ufffdb"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\\ud83d\ud83d", r"\ud83d" + "\ufffd"),
        (r"\u0041", "A"),
    ],
)
def test_half_of_a_pair_of_surrogates_may_be_replaced(sent: str, name: str) -> None:
    assert read_body(request(f'{{"name":"{sent}"}}'), Mended) == Mended(name)


def test_what_is_malformed_otherwise_stays_so() -> None:
    with pytest.raises(BadRequest):
        read_body(request(r'{"name":"\ud83d"'), Mended)
