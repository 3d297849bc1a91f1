"""Sends mails with SES."""

from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from mailer.letters import Letter
from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import logger
from smartexam.platform.settings import settings

# SES will never accept this mail. Other rejections may mean that our own address is not verified, and must be seen.
_REFUSED = "BadRequestException"


def send(address: str, letter: Letter) -> None:
    """Send a letter; it is dropped if SES refuses the address for good.

    Raises:
        Unavailable: SES is unreachable, throttles or is not configured; worth another try.
    """
    content = {
        "Simple": {
            "Subject": {"Data": letter.subject, "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": letter.text, "Charset": "UTF-8"},
                "Html": {"Data": letter.html, "Charset": "UTF-8"},
            },
        }
    }
    try:
        _client().send_email(
            FromEmailAddress=settings().required("MAIL_FROM"),
            Destination={"ToAddresses": [address]},
            Content=content,
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code != _REFUSED:
            # Without SES's own message, which contains the address.
            raise Unavailable(f"SES answered {code}") from None
        logger().warning("mail refused", extra={"error_code": code})
    except BotoCoreError as error:
        raise Unavailable("SES is unreachable") from error


@lru_cache(maxsize=1)
def _client() -> Any:  # botocore creates client classes at run time
    config = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return botocore.session.get_session().create_client("sesv2", settings().region, config=config)
