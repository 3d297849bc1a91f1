"""Files that clients send straight to S3, and the functions that take them from there."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from smartexam.errors import TooLarge, Unavailable
from smartexam.settings import settings

EXPIRES_SECONDS: Final = 600
PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a client posts a file to: the form's address and its fields, which go before the file."""

    url: str
    fields: dict[str, str]


def presigned_post(key: str, *, content_type: str, most_bytes: int) -> UploadForm:
    """A form that takes one file of a type and at most so many bytes, under this key and no other.

    Raises:
        Unavailable: there are no credentials to sign it with.
    """
    fields = {"Content-Type": content_type}
    conditions: list[Any] = [{"Content-Type": content_type}, ["content-length-range", 1, most_bytes]]
    try:
        post = _client().generate_presigned_post(
            Bucket=_bucket(), Key=key, Fields=fields, Conditions=conditions, ExpiresIn=EXPIRES_SECONDS
        )
    except BotoCoreError as error:
        raise Unavailable from error
    return UploadForm(post["url"], post["fields"])


def store(key: str, content: bytes, *, content_type: str) -> None:
    """Put a file there ourselves.

    Raises:
        Unavailable: S3 did not take it.
    """
    try:
        _client().put_object(Bucket=_bucket(), Key=key, Body=content, ContentType=content_type)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def load(bucket: str, key: str, *, most_bytes: int) -> bytes | None:
    """The bytes of a file in a bucket, None if there is none.

    Raises:
        TooLarge: it is larger than `most_bytes`.
        Unavailable: S3 cannot be reached.
    """
    try:
        answer = _client().get_object(Bucket=bucket, Key=key)
        if answer["ContentLength"] > most_bytes:
            answer["Body"].close()
            raise TooLarge(f"The file is larger than {most_bytes} bytes", code="file_too_large")
        content: bytes = answer["Body"].read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return content


def _bucket() -> str:
    return settings().required("UPLOADS_BUCKET")


@lru_cache(maxsize=1)
def _client() -> Any:  # botocore makes its clients at run time
    config = Config(
        connect_timeout=2,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 3},
        signature_version="s3v4",
        # The bucket's own address in its own region: the global one redirects for hours after a bucket is made.
        s3={"addressing_style": "virtual" if settings().optional("AWS_ENDPOINT_URL") is None else "path"},
    )
    return botocore.session.get_session().create_client("s3", settings().region, config=config)
