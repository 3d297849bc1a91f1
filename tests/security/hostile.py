"""Malformed ids, values, bodies and headers."""

import gzip
import json
from typing import Any

from tests.security.access_rules import Row

# In place of an id, as sent over the network; none is one.
NO_IDS = (
    *("abc", "0", "-1", "+1", "1.5", "1e3", "0x1", "01", "1_0", "null", "*", "$default"),
    *(str(2**53), "9" * 40, "9" * 2000),
    *("%201", "1%00", "1%0a", "1%0d%0aX-Injected:%20yes"),
    *("..", "..%2f..%2fetc%2fpasswd", "%252e%252e", "1%2f..", "%c0%ae%c0%ae"),
    *("1;jsessionid=2", "1,2", "1'--", "1%3Fadmin=1", "%7Bid%7D", "%EF%BC%91", "%F0%9F%92%A9", "%ed%a0%80"),
)
# Variants of a path that are different paths.
NO_PATHS = (
    *("/{path}", "{path}/", "/.{path}", "/x/..{path}", "{path}/..", "{path};x", "{path}%00", "{path}%0a", "{path}%20"),
    *("%2F{path}", "{PATH}", "{path}.json", "/admin/..{path}", "{path}%2F", "{path}%3Fx", "//evil.example{path}"),
)
NO_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**53,
    1e308,
    "",
    "\u0000\u202e\ufffe'; DROP TABLE users; --${7*7}{{7*7}}<script>",
    "A" * 5_000,
    ["A", {"$ne": None}],
)
_DEEP = 30_000
NO_BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"NaN",
    b"-Infinity",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"[" * _DEEP,
    b'{"a":' * _DEEP,
    b"[" * _DEEP + b"]" * _DEEP,
    b"{" + b",".join(b'"%d":%d' % (n, n) for n in range(5_000)) + b"}",
    b"=&=&%ff=%ff&" * 100,
    b"&".join(b"f%d=1" % n for n in range(1_000)),
    b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="' + b"n" * 70_000 + b'"\r\n\r\nx\r\n--b--\r\n',
    b"--b\r\n" * 1_000,
    b'--b\r\nContent-Disposition: form-data; name="\xff"; filename="../../etc/passwd"\r\n\r\n\xff\r\n--b--\r\n',
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
    gzip.compress(b"{}"),
)
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    'multipart/form-data; boundary="' + "b" * 300 + '"',
    "text/plain",
    "application/xml",
    "",
    "\u00ff/\u00ff; =;;;",
)
NO_HEADERS: tuple[dict[str, str], ...] = (
    {"authorization": ""},
    {"authorization": "Bearer"},
    {"authorization": "Bearer " + "." * 10_000},
    {"authorization": "Basic YWRtaW46YWRtaW4="},
    {"authorization": "bearer \u00ff\u0100"},
    {"cookie": "session=; session=x; =; ;;" + "a=b;" * 1_000},
    {"accept": "application/json, " + "*/*," * 2_000},
    {"accept-encoding": "gzip;q=x, br, *"},
    {"content-type": "application/json\u0000"},
    {"content-length": "-1", "transfer-encoding": "chunked", "expect": "100-continue"},
    {"if-none-match": '"' * 1_000, "range": "bytes=0-99999999999"},
    {"host": "evil.example.net", "x-forwarded-host": "evil.example.net", "forwarded": "for=127.0.0.1;host=evil"},
    {"x-forwarded-for": "127.0.0.1, ::1", "x-real-ip": "127.0.0.1", "x-original-url": "/admin/exams"},
    {"x-amzn-trace-id": "Root=1\r\nX-Injected: yes", "user-agent": "() { :; }; echo"},
    {"origin": "null", "sec-fetch-site": "x" * 5_000},
)


def bodies_like(valid: Any) -> list[bytes]:
    """JSON that is almost a valid body: a repeated key, an unknown field, invalid numbers and text."""
    if not isinstance(valid, dict) or not valid:
        return []
    name, text = next(iter(valid)), json.dumps(valid)
    head = json.dumps(name).encode()
    return [
        b"{" + head + b":null," + text[1:].encode(),
        text[:-1].encode() + b',"is_admin":true,"role":"admin","user_id":1,"__proto__":{"admin":true}}',
        *(
            b"{" + head + b":" + number + b"}"
            for number in (b"NaN", b"1e999", b"9" * 5_000, b"-0", b"1E400", b"0." + b"1" * 5_000, b"01", b"+1", b"1_0")
        ),
        *(b"{" + head + b':"' + half + b'"}' for half in (b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"\xed\xa0\x80")),
        b"{" + head + b":" + b"[" * _DEEP + b"]" * _DEEP + b"}",
        b'{"\\ud800":1}',
        text.encode("utf-16"),
        text.encode() + b"\x00",
        text.encode() + text.encode(),
    ]


def variants(row: Row, body: dict[str, Any]) -> list[dict[str, Any]]:
    """A valid body with each field left out, and with each invalid value in its place."""
    changed: list[dict[str, Any]] = []
    for name in body:
        changed.append({other: value for other, value in body.items() if other != name})
        changed += [{**body, name: value} for value in NO_VALUES]
    return changed
