"""The mails of functions, which the emulator's SES keeps instead of sending."""

import re
from collections.abc import Mapping
from typing import Any

# Up to white space, quotes or brackets, without a full stop or comma that ends a sentence.
_LINK = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")


def read_mails(kept: Mapping[str, Any], recipient: str | None) -> list[dict[str, Any]]:
    """Mails, the newest first.

    Args:
        kept: the content of the emulator's page `/_ministack/ses/messages`.
        recipient: only mails to this address, in any case; None for all.

    Returns:
        `{"to", "subject", "text", "links", "sent_at"}` each: the first recipient, and the time in epoch seconds.
    """
    messages = [message for account in kept.get("messages", {}).values() for message in account]
    wanted = recipient.strip().lower() if recipient is not None else None
    mails: list[dict[str, Any]] = []
    for message in reversed(messages):
        to = [_address(one) for one in message.get("To") or ()]
        if wanted is not None and wanted not in {one.lower() for one in to}:
            continue
        text = message.get("BodyText") or ""
        html = message.get("BodyHtml") or ""
        mails.append(
            {
                "to": to[0] if to else "",
                "subject": message.get("Subject", ""),
                "text": text,
                "links": list(dict.fromkeys(_LINK.findall(text or html))),
                "sent_at": message.get("Timestamp"),
            }
        )
    return mails


def _address(written: str) -> str:
    """The address `a@b` in `Name <a@b>`."""
    return written.rpartition("<")[2].rstrip("> ").strip()
