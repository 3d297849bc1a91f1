"""The rules of making an account and of giving it up."""

import contextlib
import re

from account.models import NewAccount
from smartexam.accounts import erasing_queue
from smartexam.accounts.authenticate import current
from smartexam.accounts.sign_up import LONGEST_NAME, person_name, register
from smartexam.accounts.store import accounts
from smartexam.accounts.store.identity import Taken, normalised
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Fault, InvalidFields, NotFound
from smartexam.platform.principal import Principal

# RFC 5321: the whole address at most 254 characters; ASCII, since that is what SES delivers to.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_LONGEST_ADDRESS = 254


def create_account(wanted: NewAccount, now: float) -> None:
    """Create an account and have its set-up link mailed.

    An address that is taken costs the same work, and its owner gets a mail too.

    Raises:
        InvalidFields: the address or a name cannot be one.
    """
    email, first_name, last_name = wanted.email.strip(), person_name(wanted.first_name), person_name(wanted.last_name)
    faults = [
        Fault(field, f"must be 1 to {LONGEST_NAME} characters, without control characters")
        for field, name in (("first_name", first_name), ("last_name", last_name))
        if name is None
    ]
    if not is_address(email):
        faults.insert(0, Fault("email", "is not an email address"))
    if faults or first_name is None or last_name is None:
        raise InvalidFields(faults)
    # If it is taken the answer is the same; the mail tells who can read it.
    with contextlib.suppress(Taken):
        register(first_name=first_name, last_name=last_name, email=email, now=now)
    mail.order("sign_up", normalised(email))


def request_password_reset(email: str) -> None:
    """Have a reset link mailed, if there is such an account: that is looked up where the mail is written."""
    mail.order("reset", normalised(email)[:_LONGEST_ADDRESS])


def delete_account(caller: Principal, confirm: str | None, now: float) -> None:
    """Delete the caller's account: nobody can sign in to it any more; the eraser removes what it leaves.

    Raises:
        BadRequest: not confirmed.
        Unauthorized: it is gone already, or its credentials are dead.
        Conflict: it is the last administrator's.
    """
    if confirm != "DELETE":
        raise BadRequest('To delete your account, confirm must be "DELETE"', code="not_confirmed")
    current(caller)
    # The order goes first: after a crash in between it finds the account alive and does nothing, while the other way
    # round nobody would ever remove the rest.
    erasing_queue.order(caller.user_id, now)
    try:
        accounts.erase(caller.user_id, now)
    except NotFound:
        # Another request of theirs was first: this one comes from nobody any more.
        current(caller)
        raise


def is_address(text: str) -> bool:
    """Whether mail can be sent to this."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None
