"""Multipart bodies as browsers send them."""

from collections.abc import Mapping
from typing import Any

_BOUNDARY = "----a-boundary-of-the-tests"


def multipart(
    fields: Mapping[str, str] | None = None, files: Mapping[str, tuple[str, bytes]] | None = None
) -> dict[str, Any]:
    """The body and its header for `http_event`; files are (filename, content) by field."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (fields or {}).items()
    ]
    parts += [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, (filename, content) in (files or {}).items()
    ]
    return {
        "body": b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()]),
        "headers": {"content-type": f"multipart/form-data; boundary={_BOUNDARY}"},
    }
