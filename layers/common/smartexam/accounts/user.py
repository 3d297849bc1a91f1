"""What an account is."""

import msgspec

from smartexam.platform.principal import Principal
from smartexam.platform.settings import settings


class User(msgspec.Struct, frozen=True):
    """An account.

    Attributes:
        password_hash: None until a password is set.
        google_sub: the Google account that signs in as this one.
        auth_version: incremented by every change of what earlier credentials allow: role, password, deletion.
        credentials_version: credentials with a lower auth version are revoked; a new role does not increment it.
        created_at: epoch seconds.
        roll_no: the institute's number of the student, as typed; also valid for signing in.
        rostered_at: when a roster created or confirmed an account that has no password yet.
        deactivated_at: when the account was deactivated; None for an active account.
        kept_session: the one session that the last revocation of all credentials left alive.
        mfa_secret: of the second factor, in base32; None without one.
        revision: incremented by every change, so that a write can depend on what was read.
    """

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    role: str
    password_hash: str | None
    google_sub: str | None
    auth_version: int
    credentials_version: int
    created_at: float
    roll_no: str | None = None
    rostered_at: float | None = None
    deactivated_at: float | None = None
    kept_session: str | None = None
    mfa_secret: str | None = None
    revision: int = 0

    @property
    def is_active(self) -> bool:
        """Whether its owner may sign in."""
        return self.deactivated_at is None

    @property
    def is_unconfirmed(self) -> bool:
        """Whether nobody has proved to own its address and no administrator has created it."""
        return self.password_hash is None and self.google_sub is None and self.rostered_at is None

    @property
    def is_findable(self) -> bool:
        """Whether others may find it to write to."""
        return self.password_hash is not None and self.is_active

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def must_enrol(self) -> bool:
        """Whether it lacks the second factor that this stack requires of everybody."""
        return self.mfa_secret is None and settings().requires_everybodys_mfa

    def principal(self, session: str = "") -> Principal:
        """The account as a caller who is signed in with a session."""
        return Principal(
            self.id,
            self.role,
            self.username,
            self.full_name,
            self.auth_version,
            session=session,
            must_enrol=self.must_enrol,
        )

    def accepts(self, version: int, session: str) -> bool:
        """Whether a credential of a session, issued with an auth version, is still valid."""
        is_kept = session != "" and session == self.kept_session
        return self.is_active and (version >= self.credentials_version or is_kept)
