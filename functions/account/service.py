"""The rules of making an account and of giving it up."""

import contextlib

from account.models import NewAccount
from smartexam.accounts import erasing_queue
from smartexam.accounts.authenticate import current
from smartexam.accounts.sign_up import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    is_address,
    person_name,
    refuse_if_closed,
    register,
)
from smartexam.accounts.store import accounts, identity
from smartexam.accounts.store.identity import Taken, normalised
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Fault, InvalidFields, NotFound
from smartexam.platform.principal import Principal


def create_account(wanted: NewAccount, admin_email: str | None, now: float) -> None:
    """Create an account and have its set-up link mailed.

    An address that is taken costs the same work, and its owner gets a mail too. Where sign-up is closed, the first
    administrator still gets in.

    Raises:
        Forbidden: sign-up is closed.
        InvalidFields: the address or a name cannot be one.
    """
    if not (admin_email and normalised(wanted.email) == normalised(admin_email) and _has_no_admin()):
        refuse_if_closed()
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
    mail.order("reset", normalised(email)[:LONGEST_ADDRESS])


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


def _has_no_admin() -> bool:
    return identity.statistics().admins == 0
