"""Reads request bodies and query strings as typed shapes, with errors that name the field.

Shapes are `msgspec.Struct`s: decoding and checking are one step of microseconds, and only msgspec is imported.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec

from smartexam.platform.errors import BadRequest, InvalidFields, TooLarge, UnsupportedMedia
from smartexam.platform.http import faults, numbers
from smartexam.platform.http.request import Request

ShapeT = TypeVar("ShapeT")
Forms: TypeAlias = bool | Literal["only"]

DEFAULT_LIMIT = 256 * 1024
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_MOST_FIELDS = 200
# An escaped backslash, a pair of surrogates, or half of a pair (group 1), such as of an emoji that a field cut off. A
# shape with `mends_text` takes a replacement character for such a half, so that the rest of the body is not lost.
_HALF = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class UploadedFile(msgspec.Struct, frozen=True):
    """A file from a multipart body."""

    filename: str
    content_type: str
    content: bytes


def read_body(request: Request, shape: type[ShapeT], *, limit: int = DEFAULT_LIMIT, forms: Forms = False) -> ShapeT:
    """The body as a shape.

    Args:
        request: the request.
        shape: a msgspec-compatible type.
        limit: the most bytes.
        forms: whether form-encoded and multipart bodies are read as well, or only these; their values are text and are
            converted, their files are `UploadedFile`s.

    Raises:
        InvalidFields: a field is missing or of the wrong type.
        BadRequest: malformed JSON or form.
        TooLarge: more than `limit` bytes.
        UnsupportedMedia: a media type that the route does not read.
    """
    body = request.body
    if len(body) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes", code="body_too_large")
    kind = request.content_type
    if forms and kind in {_FORM, _MULTIPART}:
        fields, files = read_form(request, limit=limit)
        return convert({**fields, **files}, shape)
    if forms == "only":
        raise _no_form()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMedia(f"Unsupported content type: {kind[:80]}", code="unsupported_media")
    return decode(body or b"{}", shape)


def decode(content: bytes, shape: type[ShapeT]) -> ShapeT:
    """JSON as a shape.

    Raises:
        InvalidFields: a field is missing or of the wrong type.
        BadRequest: malformed JSON.
    """
    is_special = numbers.may_be_special(content)
    try:
        decoded = _parse(content, shape) if is_special else _decode(content, shape)
    except (msgspec.DecodeError, ValueError, RecursionError):
        mended = _HALF.sub(_mend, content) if getattr(shape, "mends_text", False) else content
        if mended == content:
            raise BadRequest("Malformed JSON", code="malformed_json") from None
        return decode(mended, shape)
    if is_special:
        numbers.refuse_huge(decoded)
    return decoded


def _mend(found: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if found[1] else found[0]


def convert(values: Mapping[str, Any], shape: type[ShapeT]) -> ShapeT:
    """Text values (of a form or a query string) as a shape.

    Raises:
        InvalidFields: a field is missing or cannot be read as its type.
    """
    try:
        converted = msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        raise faults.invalid(error, shape, values, of_text=True) from None
    numbers.refuse_huge(converted)
    return converted


def convert_query(values: Mapping[str, str], shape: type[ShapeT]) -> ShapeT:
    """A query string's values as a shape.

    Raises:
        InvalidFields: a parameter is missing or cannot be read as its type. The text `null` is no value: a program that
            sends it means a value that it does not have.
    """
    converted = convert(values, shape)
    missing = [
        (field.encode_name, "must be a value, or be left out")
        for field in msgspec.structs.fields(shape)  # type: ignore[arg-type]
        if field.encode_name in values and getattr(converted, field.name) is None
    ]
    if missing:
        raise InvalidFields(missing)
    return converted


def convert_json(value: Any, shape: type[ShapeT]) -> ShapeT:
    """A part of a JSON body, such as a member of a list, as a shape.

    Raises:
        InvalidFields: a field is missing or of the wrong type.
    """
    try:
        converted = msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise faults.invalid(error, shape, value if isinstance(value, dict) else None) from None
    numbers.refuse_huge(converted)
    return converted


FormFields = dict[str, str | list[str]]


def read_form(request: Request, *, limit: int) -> tuple[FormFields, dict[str, UploadedFile]]:
    """The text fields and the files of a form-encoded or multipart body.

    A field that is sent more than once, like ticked boxes, becomes a list.

    Raises:
        BadRequest: it is malformed.
        TooLarge: more than `limit` bytes.
        UnsupportedMedia: it is not a form.
    """
    if len(request.body) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes", code="body_too_large")
    if request.content_type == _FORM:
        try:
            pairs = parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise BadRequest("Malformed form", code="malformed_form") from None
        return _gathered(pairs), {}
    if request.content_type == _MULTIPART:
        return _multipart(request.body, request.headers["content-type"], limit)
    raise _no_form()


def _decode(content: bytes, shape: type[ShapeT]) -> ShapeT:
    try:
        decoded: ShapeT = _decoder(shape).decode(content)
    except msgspec.ValidationError as error:
        given = msgspec.json.decode(content)
        raise faults.invalid(error, shape, given if isinstance(given, dict) else None) from None
    return decoded


def _parse(content: bytes, shape: type[ShapeT]) -> ShapeT:
    given = numbers.parse(content)
    try:
        return msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        raise faults.invalid(error, shape, given if isinstance(given, dict) else None) from None


def _multipart(body: bytes, content_type: str, limit: int) -> tuple[FormFields, dict[str, UploadedFile]]:
    # Imported here because only uploads need it.
    from multipart import MultipartError, MultipartParser, parse_options_header  # noqa: PLC0415

    boundary = parse_options_header(content_type)[1].get("boundary", "")
    pairs: list[tuple[str, str]] = []
    files: dict[str, UploadedFile] = {}
    try:
        if not boundary:
            raise BadRequest("Malformed form", code="malformed_form")
        parser = MultipartParser(
            io.BytesIO(body),
            boundary,
            content_length=len(body),
            disk_limit=0,
            memory_limit=limit,
            spool_limit=limit,
            part_limit=_MOST_FIELDS,
        )
        for part in parser:
            if part.filename is None:
                pairs.append((part.name, part.raw.decode()))
            else:
                files.setdefault(part.name, UploadedFile(part.filename, part.content_type, part.raw))
    except (MultipartError, UnicodeDecodeError):
        raise BadRequest("Malformed form", code="malformed_form") from None
    return _gathered(pairs), files


def _gathered(pairs: Iterable[tuple[str, str]]) -> FormFields:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else list(found) for name, found in values.items()}


def _no_form() -> UnsupportedMedia:
    return UnsupportedMedia("The body must be a form", code="unsupported_media")


_decoder: Callable[[Any], msgspec.json.Decoder[Any]] = lru_cache(maxsize=64)(msgspec.json.Decoder)
