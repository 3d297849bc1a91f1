"""The rules of creating and deleting an account."""

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
    """Create an account and order the mail with its set-up link.

    A taken address costs the same work, and its owner gets a mail too. If sign-up is closed, only the first
    administrator may create an account.

    Raises:
        Forbidden: sign-up is closed.
        InvalidFields: the address or a name is not valid.
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
    # The answer is the same if the address is taken; only the mail to it tells.
    with contextlib.suppress(Taken):
        register(first_name=first_name, last_name=last_name, email=email, now=now)
    mail.order("sign_up", normalised(email))


def request_password_reset(email: str) -> None:
    """Order a mail with a reset link; the mailer looks up whether there is an account."""
    mail.order("reset", normalised(email)[:LONGEST_ADDRESS])


def delete_account(caller: Principal, confirm: str | None, now: float) -> None:
    """Delete the caller's account, so that nobody can sign in to it; the eraser deletes its data.

    Raises:
        BadRequest: not confirmed.
        Unauthorized: it was deleted already, or its credentials were revoked.
        Conflict: it is the last administrator's.
    """
    if confirm != "DELETE":
        raise BadRequest('To delete your account, confirm must be "DELETE"', code="not_confirmed")
    current(caller)
    # The order is sent first: if the process dies before the deletion, the eraser finds the account and does nothing.
    # In the other order nobody would delete the data.
    erasing_queue.order(caller.user_id, now)
    try:
        accounts.erase(caller.user_id, now)
    except NotFound:
        # Another request has deleted the account, so this caller no longer exists.
        current(caller)
        raise


def _has_no_admin() -> bool:
    return identity.statistics().admins == 0
