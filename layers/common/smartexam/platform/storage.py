"""Files in S3: images, and what clients send straight there."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from smartexam.platform.errors import TooLarge, Unavailable
from smartexam.platform.settings import settings

# A file under its own name never changes.
FOREVER = "public, max-age=31536000, immutable"
_MISSING = {"NoSuchKey", "404", "NotFound"}


class Upload(msgspec.Struct, frozen=True):
    """The form by which a client sends a file itself: its address, and its fields, which go before the file."""

    url: str
    fields: Mapping[str, str]


def put(bucket: str, key: str, content: bytes, media_type: str, *, cached: str | None = None) -> None:
    """Store a file.

    Args:
        bucket: in which bucket.
        key: under which key.
        content: its bytes.
        media_type: what it is.
        cached: for how long those who see it may keep it, as in `Cache-Control`.

    Raises:
        Unavailable: S3 did not take it.
    """
    headers = {} if cached is None else {"CacheControl": cached}
    try:
        _client().put_object(Bucket=bucket, Key=key, Body=content, ContentType=media_type, **headers)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def get(bucket: str, key: str, *, most: int) -> bytes | None:
    """A file's content; None if there is none.

    Raises:
        TooLarge: it has more than `most` bytes.
        Unavailable: S3 cannot be reached.
    """
    try:
        answer = _client().get_object(Bucket=bucket, Key=key)
        with answer["Body"] as body:
            if answer["ContentLength"] > most:
                raise TooLarge(f"The file is larger than {most} bytes", code="file_too_large")
            content: bytes = body.read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return content


def delete(bucket: str, key: str) -> None:
    """Remove a file, if it is there.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    try:
        _client().delete_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def presigned_upload(bucket: str, key: str, media_type: str, *, most: int, seconds: int) -> Upload:
    """Permission to upload one file of a type and of at most so many bytes, for a while.

    Raises:
        Unavailable: there are no credentials to sign it with.
    """
    try:
        made = _client().generate_presigned_post(
            bucket,
            key,
            Fields={"Content-Type": media_type},
            Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, most]],
            ExpiresIn=seconds,
        )
    except BotoCoreError as error:
        raise Unavailable from error
    return Upload(made["url"], made["fields"])


def presigned_download(bucket: str, key: str, *, name: str, media_type: str, seconds: int) -> str:
    """An address at which one file can be downloaded for a while, under a name.

    Raises:
        Unavailable: there are no credentials to sign it with.
    """
    wanted = {
        "Bucket": bucket,
        "Key": key,
        "ResponseContentDisposition": f'attachment; filename="{name}"',
        "ResponseContentType": media_type,
    }
    try:
        url: str = _client().generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
    except BotoCoreError as error:
        raise Unavailable from error
    return url


@lru_cache(maxsize=1)
def _client() -> Any:  # botocore makes its clients at run time
    config = Config(
        # Within what a function has left that worked on a file until the gateway's patience was nearly spent.
        connect_timeout=1,
        read_timeout=3,
        retries={"total_max_attempts": 2, "mode": "standard"},
        signature_version="s3v4",
        # The bucket's own address in its own region: the global one redirects for hours after a bucket is made.
        s3={"addressing_style": "path" if settings().is_local else "virtual"},
    )
    return get_session().create_client("s3", region_name=settings().region, config=config)
