"""Files in S3: images, and uploads that wait to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from smartexam.errors import Unavailable
from smartexam.settings import settings

# A file under its own name never changes.
_FOREVER = "public, max-age=31536000, immutable"
_MISSING = {"NoSuchKey", "404", "NotFound"}


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and with which form fields a client may send a file by itself."""

    url: str
    fields: Mapping[str, str]


def put_public(bucket: str, key: str, content: bytes, media_type: str) -> None:
    """Store a file that everybody may see, and keep.

    Raises:
        Unavailable: S3 did not take it.
    """
    _call(
        "put_object",
        Bucket=bucket,
        Key=key,
        Body=content,
        ContentType=media_type,
        CacheControl=_FOREVER,
    )


def get(bucket: str, key: str, *, most: int) -> bytes | None:
    """A file's content, up to one byte more than `most`; None if there is none.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    try:
        answer = _call("get_object", Bucket=bucket, Key=key)
    except FileNotFoundError:
        return None
    with answer["Body"] as body:
        content: bytes = body.read(most + 1)
    return content


def delete(bucket: str, key: str) -> None:
    """Remove a file, if it is there.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    _call("delete_object", Bucket=bucket, Key=key)


def presigned_upload(bucket: str, key: str, media_type: str, *, most: int, seconds: int) -> Upload:
    """Permission to upload one file of a type and of at most so many bytes, for a while."""
    made = _client().generate_presigned_post(
        bucket,
        key,
        Fields={"Content-Type": media_type},
        Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, most]],
        ExpiresIn=seconds,
    )
    return Upload(made["url"], made["fields"])


@lru_cache(maxsize=1)
def _client() -> Any:
    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"total_max_attempts": 3, "mode": "standard"},
        signature_version="s3v4",
        s3={"addressing_style": "path" if settings().is_local else "virtual"},
    )
    return get_session().create_client("s3", region_name=settings().region, config=config)


def _call(operation: str, **arguments: Any) -> Any:
    try:
        return getattr(_client(), operation)(**arguments)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise FileNotFoundError(arguments["Key"]) from None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
