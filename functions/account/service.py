"""The rules of creating and deleting an account."""

from account.models import NewAccount
from smartexam.accounts import erasing_queue
from smartexam.accounts.authenticate import current
from smartexam.accounts.names import REFUSAL, is_office, person_name
from smartexam.accounts.sign_up import LONGEST_ADDRESS, is_address, refuse_if_closed, sign_up
from smartexam.accounts.store import accounts, identity
from smartexam.accounts.store.identity import normalised
from smartexam.jobs import queue
from smartexam.jobs.queue import Accepted
from smartexam.limits import rate_limits
from smartexam.platform import mail
from smartexam.platform.errors import BadRequest, Fault, InvalidFields, NotFound
from smartexam.platform.principal import Principal

EXPORTS_A_DAY = 10


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
    email = wanted.email.strip()
    faults = [] if is_address(email) else [Fault("email", "is not an email address")]
    first_name, last_name = read_names(wanted.first_name, wanted.last_name, faults)
    # The answer is the same if the address is taken; only the mail to it tells.
    sign_up(first_name=first_name, last_name=last_name, email=normalised(email), now=now)
    mail.order("sign_up", normalised(email))


def export(caller: Principal, now: float) -> Accepted:
    """Ask for the export of the caller's account; while one is being written, for that one.

    Raises:
        RateLimited: there were too many today.
    """
    message = "You have exported your account too often. Please try again later."
    with rate_limits.use("export", caller.user_id, limit=EXPORTS_A_DAY, seconds=24 * 3600, now=now, message=message):
        return queue.ask("account_export", {}, created_by=caller.user_id, now=now, inputs="", is_private=True)


def change_names(caller: Principal, first_name: str, last_name: str, now: float) -> None:
    """Change the caller's display names; the username stays.

    Raises:
        InvalidFields: a name is not valid.
        Unauthorized: the account was deleted.
    """
    names = read_names(first_name, last_name, [])
    current(caller)
    accounts.rename(caller.user_id, *names, now)


def read_names(first_name: str, last_name: str, faults: list[Fault]) -> tuple[str, str]:
    """First and last name with single spaces; the last may be empty. `faults` are other errors of the request.

    Raises:
        InvalidFields: a name is not valid, or there are other faults.
    """
    first, last = person_name(first_name), person_name(last_name) if last_name.strip() else ""
    named = (("first_name", first), ("last_name", last))
    faults = faults + [Fault(field, REFUSAL) for field, name in named if name is None]
    if first and last and is_office(f"{first} {last}"):
        faults.append(Fault("first_name", REFUSAL))
    if faults or first is None or last is None:
        raise InvalidFields(faults)
    return first, last


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
        user = accounts.erase(caller.user_id, now)
    except NotFound:
        # Another request has deleted the account, so this caller no longer exists.
        current(caller)
        raise
    mail.notify("deleted", user.email)


def _has_no_admin() -> bool:
    return identity.statistics().admins == 0
