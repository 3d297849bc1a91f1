"""Handing work over to a queue.

The client is made for each message: messages are rare here, and a process that sends none should not pay for it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from smartexam.errors import Unavailable
from smartexam.settings import settings

LONGEST_DELAY = 900


def send(queue: str, message: Mapping[str, Any], *, delay: int = 0) -> None:
    """Put a message into a queue; it comes at least once, and not before `delay` seconds (at most 900) are over.

    Args:
        queue: the setting that holds the queue's address, such as `EXAM_ERASER_QUEUE_URL`.
        message: JSON values.
        delay: seconds.

    Raises:
        Unavailable: the queue did not take it.
    """
    known = settings()
    config = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3, "mode": "standard"})
    client = get_session().create_client("sqs", region_name=known.region, config=config)
    try:
        client.send_message(
            QueueUrl=known.required(queue), MessageBody=msgspec.json.encode(message).decode(), DelaySeconds=delay
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error
    finally:
        client.close()
