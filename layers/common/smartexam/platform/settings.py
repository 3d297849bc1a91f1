"""The settings of a function, read once from its environment.

They contain no secrets: the environment names where a secret is stored, and `smartexam.platform.secret_store` reads it.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from smartexam.platform.clock import Clock, OffsetClock, SystemClock

SHORTEST_KEY = 32
TABLES = ("identity", "ephemeral", "catalog", "attempts", "messaging", "discussions")


class SettingsError(RuntimeError):
    """The environment is incomplete or contradictory, so the function must not start."""


class Settings(msgspec.Struct, frozen=True):
    """The settings that a function reads from its environment.

    Attributes:
        tables: the tables' names by context; only those of the function.
        jwt_secret: a signing key in the environment itself, for tests; `jwt_secret_arn` names the real one.
        app_base_url: where the web app is served, which may have a path; links in mails begin with it.
        app_origin: its scheme and host.
        allowed_origins: origins other than `app_origin` that may send cookie-authenticated changes.
        origin_secrets: secrets that the distribution in front of the API sends with each request; empty without one.
        requires_admin_mfa: whether admin routes are closed to accounts without a second factor.
        requires_everybodys_mfa: whether all accounts need a second factor.
        sync_grace_seconds: how long after an attempt's deadline answers are still accepted.
        sign_up_open: whether people may create accounts themselves; otherwise only administrators and rosters do.
        local_clock_file: only set on a developer's machine; see `smartexam.platform.clock.OffsetClock`.
    """

    stage: str
    region: str
    tables: Mapping[str, str]
    jwt_secret: str | None
    jwt_secret_arn: str | None
    exam_timezone: str
    app_base_url: str
    app_origin: str
    allowed_origins: frozenset[str]
    origin_secrets: tuple[str, ...]
    sync_grace_seconds: int
    requires_admin_mfa: bool
    requires_everybodys_mfa: bool
    sign_up_open: bool
    is_local: bool
    local_clock_file: str | None
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        # The environment and the key in it are secret.
        return f"Settings({self.stage} in {self.region})"

    def table(self, context: str) -> str:
        """The name of a context's table.

        Raises:
            SettingsError: the function was not given this table.
        """
        try:
            return self.tables[context]
        except KeyError:
            raise SettingsError(f"{context.upper()}_TABLE is not set") from None

    def required(self, name: str) -> str:
        """A variable that only some functions have, such as a queue's address.

        Raises:
            SettingsError: it is missing or empty.
        """
        value = self.environment.get(name, "")
        if not value:
            raise SettingsError(f"{name} is not set")
        return value

    def optional(self, name: str) -> str | None:
        """An optional variable; empty counts as missing."""
        return self.environment.get(name) or None

    def number(self, name: str, default: int) -> int:
        """A whole number; the default if the variable is missing or empty."""
        return int(self.environment.get(name) or default)

    def clock(self) -> Clock:
        """The clock of this function."""
        return OffsetClock(self.local_clock_file) if self.local_clock_file else SystemClock()


def parse(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables.

    Raises:
        SettingsError: no signing key, one too short, local mode outside a developer's machine, or an unknown value.
    """
    is_local = environment.get("SMARTEXAM_LOCAL") == "1"
    if is_local and not is_loopback(environment.get("AWS_ENDPOINT_URL", "")):
        raise SettingsError("local mode needs AWS_ENDPOINT_URL to be a loopback address")
    secret, secret_arn = environment.get("JWT_SECRET") or None, environment.get("JWT_SECRET_ARN") or None
    if secret is not None and len(secret) < SHORTEST_KEY:
        raise SettingsError(f"JWT_SECRET is shorter than {SHORTEST_KEY} characters")
    sign_up = environment.get("SIGN_UP") or "open"
    if sign_up not in {"open", "closed"}:
        raise SettingsError("SIGN_UP must be open or closed")
    second_factor = environment.get("SECOND_FACTOR") or "administrators"
    if second_factor not in {"administrators", "everybody"}:
        raise SettingsError("SECOND_FACTOR must be administrators or everybody")
    is_everybodys = second_factor == "everybody"
    stage, app_base_url = environment.get("STAGE", "dev"), environment.get("APP_BASE_URL", "").rstrip("/")
    origins = frozenset(origin.rstrip("/") for origin in _listed(environment.get("ALLOWED_ORIGINS", "")))
    if stage == "prod" and not all(url.startswith("https://") for url in (app_base_url, *origins)):
        raise SettingsError("production needs https addresses in APP_BASE_URL and ALLOWED_ORIGINS")
    return Settings(
        stage=stage,
        region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1",
        tables={name: environment[key] for name in TABLES if environment.get(key := f"{name.upper()}_TABLE")},
        jwt_secret=secret,
        jwt_secret_arn=secret_arn,
        exam_timezone=environment.get("EXAM_TIMEZONE") or "Asia/Kolkata",
        app_base_url=app_base_url,
        app_origin="/".join(app_base_url.split("/")[:3]),
        allowed_origins=origins,
        origin_secrets=tuple(_listed(environment.get("ORIGIN_SECRET", ""))),
        sync_grace_seconds=int(environment.get("SYNC_GRACE_SECONDS") or 30),
        sign_up_open=sign_up == "open",
        requires_admin_mfa=is_everybodys or environment.get("REQUIRE_ADMIN_MFA") in {"1", "true"},
        requires_everybodys_mfa=is_everybodys,
        is_local=is_local,
        local_clock_file=environment.get("LOCAL_CLOCK_FILE") if is_local else None,
        environment=dict(environment),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, parsed at the first call."""
    return parse(os.environ)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    try:
        return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}
    except ValueError:
        return False
