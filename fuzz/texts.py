"""Texts that people write: names, messages, addresses, passwords."""

from account import passwords
from discussions import service as discussions
from fuzz.requests import refused
from smartexam.accounts.names import person_name
from smartexam.accounts.sign_up import is_address
from smartexam.accounts.store import directory
from smartexam.accounts.store.identity import normalised
from smartexam.accounts.user import User
from smartexam.accounts.usernames import username_base
from smartexam.platform.texts import read_text
from smartexam.talk import messenger

SEEDS = (
    "\u0905\u0928\u093f\u0924\u093e O'Brien-\u00c5str\u00f6m \ufb01\u017f\u212a".encode(),
    b"mary.singh+exam@example.org",
    b"  \x00\x1b[31m red \xe2\x80\xae\xed\xa0\x80 ",
    b"aaaaaaaaaaaa",
)
_USER = User(1, "mary.singh", "mary@example.org", "Mary", "Singh", "user", None, None, 1, 1, 0.0)


def read(data: bytes) -> None:
    """Accepted texts are short, visible and encodable; a username is plain ASCII."""
    text = data.decode("utf-8", "replace")
    name = person_name(text)
    if name is not None:
        assert name == name.strip()
        name.encode()
    base = username_base(text, text[::-1])
    assert base.isascii()
    assert 1 <= len(base) <= 61
    kept: list[str] = []
    refused(lambda: kept.append(messenger.message_text(text)))
    refused(lambda: kept.append(read_text(text, "name", longest=100)))
    for each in kept:
        assert each.strip()
        each.encode()
    refused(lambda: kept.append(discussions.read_message(text)))
    assert normalised(normalised(text)) == normalised(text)
    assert not is_address(text) or text.isascii()
    passwords.refusal(text, _USER)
    for term in directory.terms(full_name=text, names=[text]):
        assert 0 < len(term) <= directory.LONGEST_TERM
