"""Files in S3: images, and clients' direct uploads and downloads."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from smartexam.platform.errors import TooLarge, Unavailable
from smartexam.platform.settings import settings

# A file with a unique name never changes.
FOREVER = "public, max-age=31536000, immutable"
_MISSING = {"NoSuchKey", "404", "NotFound"}


class Upload(msgspec.Struct, frozen=True):
    """The form with which a client uploads a file directly: its address, and the fields that precede the file."""

    url: str
    fields: Mapping[str, str]


def put(bucket: str, key: str, content: bytes, media_type: str, *, cached: str | None = None) -> None:
    """Store a file.

    Args:
        bucket: the bucket.
        key: the key.
        content: its bytes.
        media_type: its media type.
        cached: its `Cache-Control`.

    Raises:
        Unavailable: S3 did not accept it.
    """
    headers = {} if cached is None else {"CacheControl": cached}
    try:
        _client().put_object(Bucket=bucket, Key=key, Body=content, ContentType=media_type, **headers)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def get(bucket: str, key: str, *, most: int) -> bytes | None:
    """The content of a file; None if it does not exist.

    Raises:
        TooLarge: it has more than `most` bytes.
        Unavailable: S3 cannot be reached.
    """
    try:
        answer = _client().get_object(Bucket=bucket, Key=key)
        with answer["Body"] as body:
            if answer["ContentLength"] > most:
                raise TooLarge(f"The file is larger than {most} bytes", code="file_too_large", max_size=most)
            content: bytes = body.read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return content


def exists(bucket: str, key: str) -> bool:
    """Whether there is a file.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    try:
        _client().head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        # An answer to HEAD has no body, so boto3 gives the status as the code.
        if error.response.get("Error", {}).get("Code") in {*_MISSING, "404"}:
            return False
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return True


def delete(bucket: str, key: str) -> None:
    """Delete a file, if it exists.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    try:
        _client().delete_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error


def presigned_upload(bucket: str, key: str, media_type: str, *, most: int, seconds: int) -> Upload:
    """Permission to upload one file of this type and at most this size, for some seconds.

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
    """An address that downloads one file under a name, valid for some seconds.

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
def _client() -> Any:  # botocore creates client classes at run time
    config = Config(
        # Short enough for a function that has used most of the gateway's time before it stores a file.
        connect_timeout=1,
        read_timeout=3,
        retries={"total_max_attempts": 2, "mode": "standard"},
        signature_version="s3v4",
        # The bucket's regional address, because the global one redirects for hours after a bucket is created.
        s3={"addressing_style": "path" if settings().is_local else "virtual"},
    )
    return get_session().create_client("s3", region_name=settings().region, config=config)
