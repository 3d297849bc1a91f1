"""Forms: multipart and form-encoded, with any content type."""

from fuzz.requests import refused, request
from smartexam.platform.http.bodies import UploadedFile, read_form

_LIMIT = 64 * 1024
_PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n%s\r\n%s\r\n'
SEEDS = (
    b"multipart/form-data; boundary=b\n" + _PART % (b"name", b"", b"", b"x") + b"--b--\r\n",
    b"multipart/form-data; boundary=b\n"
    + _PART % (b"image", b'; filename="a.png"', b"Content-Type: image/png\r\n", b"\x89PNG")
    + _PART % (b"image", b"; filename*=UTF-8''%e2%82%ac", b"Content-Transfer-Encoding: base64\r\n", b"AAAA")
    + b"--b--\r\n",
    b'multipart/form-data; boundary="b"; charset=utf-16\n--b\r\n\r\n\r\n--b--',
    b"application/x-www-form-urlencoded\na=1&a=2&b=%ff&c=+%20&=",
    b"multipart/form-data\n--b--",
)


def read(data: bytes) -> None:
    """Text fields and files, within the given limit."""
    head, _, body = data.partition(b"\n")
    content_type = head.decode("latin-1")
    found = []
    refused(lambda: found.append(read_form(request(body, headers={"content-type": content_type}), limit=_LIMIT)))
    for fields, files in found:
        for name, value in fields.items():
            assert isinstance(value, str) or len(value) > 1
            name.encode("utf-8", "surrogatepass")
        for file in files.values():
            assert isinstance(file, UploadedFile)
            assert len(file.content) <= _LIMIT
