"""Many at once at the sign-in, on an engine whose writes are atomic."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from auth import app
from smartexam.accounts.store import refresh_tokens, second_factors
from smartexam.limits import sign_in, source_limits
from smartexam.limits.sources import Source
from smartexam.limits.store import once
from smartexam.platform.errors import RateLimited
from smartexam.platform.settings import settings
from tests.factories.clock import MORNING
from tests.factories.events import Answer, send
from tests.factories.users import PASSWORD, create_user

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]

THREADS = 30


@pytest.fixture
def compared_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of `THREADS` sign-ins at once, all passwords are compared before the first is counted."""
    compared = Barrier(THREADS, timeout=60)

    def together(stored: str | None, given: str) -> bool:
        compared.wait()
        return bool(stored) and given == PASSWORD

    monkeypatch.setattr("auth.service.verify_password", together)


def attempt(identifier: str, password: str, **request: Any) -> Answer:
    body = {"username": identifier, "password": password}
    return send(app.lambda_handler, "POST", "/api/auth/login", body=body, **request)


def at_once(passwords: list[str], identifiers: list[str]) -> list[Answer]:
    barrier = Barrier(len(passwords))

    def one(pair: tuple[str, str]) -> Answer:
        barrier.wait()
        return attempt(*pair)

    with ThreadPoolExecutor(len(passwords)) as pool:
        return list(pool.map(one, zip(identifiers, passwords, strict=True)))


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.usefixtures("compared_together")
def test_of_thirty_parallel_guesses_three_count(exists: bool) -> None:
    """Two hear that they were wrong, and the third that it locked; the others learn nothing."""
    if exists:
        create_user(username="john.doe", email="john@example.org")

    names = ["john.doe", "john@example.org"] * (THREADS // 2) if exists else ["john.doe"] * THREADS
    answers = at_once([f"guess-{number}" for number in range(THREADS)], names)

    assert sorted(answer.status for answer in answers) == [401] * 2 + [429] * (THREADS - 2)
    assert sorted(answer.body["attempts_remaining"] for answer in answers if answer.status == 401) == [1, 2]
    assert attempt("john.doe", PASSWORD).body["code"] == "sign_in_locked"


def test_the_right_password_among_many_wrong_ones_gives_no_further_guesses() -> None:
    create_user(username="john.doe")
    for _ in range(3):
        attempt("john.doe", "wrong")

    answers = at_once([PASSWORD] * 10, ["john.doe"] * 10)

    assert {answer.status for answer in answers} == {429}


@pytest.mark.usefixtures("compared_together")
def test_a_right_password_among_parallel_guesses_is_let_in_only_before_the_lock() -> None:
    create_user(username="john.doe")

    answers = at_once([f"guess-{number}" for number in range(THREADS - 1)] + [PASSWORD], ["john.doe"] * THREADS)

    wrong = [answer.status for answer in answers[:-1]].count(401)
    if answers[-1].status == 200:
        # It forgot what had been counted, at most two, and three more lock.
        assert 2 <= wrong <= 4
    else:
        assert answers[-1].body["code"] == "sign_in_locked"
        assert wrong == 2


def test_many_right_passwords_at_once_are_all_let_in() -> None:
    create_user(username="john.doe")

    answers = at_once([PASSWORD] * 8, ["john.doe"] * 8)

    assert [answer.status for answer in answers] == [200] * 8


def test_of_many_calls_at_once_a_source_has_its_thirty() -> None:
    source = Source("198.51.100.7", is_trusted=False)
    barrier = Barrier(40)

    def one(_: int) -> bool:
        barrier.wait()
        try:
            source_limits.take_call(source, "create_account", MORNING)
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(one, range(40))) == 30


@pytest.mark.usefixtures("compared_together")
def test_parallel_guesses_at_many_accounts_do_not_pass_the_limit_of_their_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIGN_IN_FAILURES_PER_SOURCE", "10")
    settings.cache_clear()

    answers = at_once(
        [f"guess-{number}" for number in range(THREADS)], [f"nobody{number}" for number in range(THREADS)]
    )

    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * (THREADS - 10)
    assert {answer.body["code"] for answer in answers if answer.status == 429} == {"too_many_failures"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status == 429)


def test_parallel_guesses_from_many_sources_do_not_pass_the_limit_of_their_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_user(username="john.doe")
    monkeypatch.setattr(sign_in, "ACCOUNT_FAILURES", 10)
    barrier = Barrier(THREADS)

    def guess(number: int) -> Answer:
        barrier.wait()
        return attempt("john.doe", f"guess-{number}", source_ip=f"198.51.100.{number + 1}")

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(guess, range(THREADS)))

    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * (THREADS - 10)
    assert attempt("john.doe", PASSWORD, source_ip="198.51.100.99").status == 429


def test_right_passwords_of_many_at_once_use_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGN_IN_FAILURES_PER_SOURCE", "5")
    settings.cache_clear()
    names = [create_user(username=f"student{number}").username for number in range(16)]

    answers = at_once([PASSWORD] * 16, names)

    # More are in progress than may fail.
    assert [answer.status for answer in answers] == [200] * 16
    assert attempt(names[0], PASSWORD).status == 200


def test_of_one_key_at_once_one_request_is_carried_out() -> None:
    barrier = Barrier(20)

    def one(_: int) -> bool:
        barrier.wait()
        return isinstance(once.claim(42, "key", "a request", MORNING), once.Claim)

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(20))) == 1


def test_of_one_code_at_once_one_use_counts() -> None:
    user = create_user()
    second_factors.begin_setup(user, "A" * 32)
    second_factors.enable(user, "A" * 32, 1, ["spare"])
    barrier = Barrier(20)

    def one(number: int) -> bool:
        barrier.wait()
        return second_factors.use_step(user.id, 2) if number % 2 else second_factors.use_recovery_code(user.id, "spare")

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(20))) == 2


def test_one_refresh_token_rotated_at_once_leads_to_one_sign_in() -> None:
    user = create_user()
    first = refresh_tokens.issue(user, MORNING)
    barrier = Barrier(8)

    def one(_: int) -> str:
        barrier.wait()
        return refresh_tokens.rotate(first.token, user, MORNING).token

    with ThreadPoolExecutor(8) as pool:
        successors = list(pool.map(one, range(8)))

    found = [refresh_tokens.find(token, MORNING) for token in successors]
    assert [known is not None and not known.is_reused and known.session == first.session for known in found] == [
        True
    ] * 8
    late = refresh_tokens.find(first.token, MORNING + 31)
    assert late is not None
    assert late.is_reused
