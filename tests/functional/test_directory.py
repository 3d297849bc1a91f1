"""Searching for people, and the items behind it."""

import pytest

from smartexam.accounts.store import accounts, directory
from smartexam.accounts.store.directory import search_users, terms
from smartexam.platform.dynamodb import table
from tests.factories.clock import MORNING
from tests.factories.users import create_user

pytestmark = pytest.mark.usefixtures("tables")


def found(prefix: str, limit: int = 10, but: int | None = None) -> list[str]:
    return [person.username for person in search_users(prefix, limit=limit, but=but)]


@pytest.mark.parametrize(
    "prefix", ["ma", "MARY", "mary-ann.si", "Ann", "singh", "Singh B", "bed", "Mary-Ann  Singh Bedi", "सु"]
)
def test_by_the_start_of_the_username_or_of_any_word(prefix: str) -> None:
    create_user(username="mary-ann.singh", first_name="Mary-Ann", last_name="Singh Bedi सुमन")

    assert found(prefix) == ["mary-ann.singh"]


@pytest.mark.parametrize("prefix", ["", "m", " m ", "ary", "nobody", "mary@", "asha"])
def test_by_nothing_else(prefix: str) -> None:
    create_user(username="mary", first_name="Mary", last_name="Singh", email="asha@example.org")

    assert found(prefix) == []


def test_accounts_without_a_password_are_not_listed() -> None:
    create_user(username="mary", password=None)

    assert found("mary") == []


def test_oneself_is_left_out_and_no_user_is_listed_twice() -> None:
    first = create_user(username="john.doe", first_name="Johnny", last_name="Johnson")
    create_user(username="john.roe", first_name="John", last_name="Roe")

    assert sorted(found("john")) == ["john.doe", "john.roe"]
    assert found("john", but=first.id) == ["john.roe"]


def test_at_most_as_many_as_wanted_in_one_round_trip() -> None:
    for number in range(30):
        create_user(username=f"john.doe{number}", first_name="John", last_name="Doe")

    assert len(found("john")) == 10
    assert len(found("john", limit=30)) == 30


def test_a_term_that_another_begins_with_is_left_out() -> None:
    assert terms(full_name="John  Doe", names=["john.doe"]) == ["doe", "john doe", "john.doe"]
    assert terms(full_name="John", names=["john", "john@example.org"]) == ["john@example.org"]


def test_rows_follow_the_role_and_go_with_the_account() -> None:
    create_user(role="admin")
    user = create_user(username="mary")
    member = f"{user.id:016d}"

    accounts.change_role(user.id, "admin", MORNING)

    assert table.get(directory.MemberItem, "USERS#user", member) is None
    assert table.get(directory.MemberItem, "USERS#admin", member) is not None
    match = table.get(directory.MatchItem, "MATCH#m", f"mary#{user.id}")
    assert match is not None
    assert match.role == "admin"

    accounts.erase(user.id, MORNING)

    assert found("mary") == []
    assert table.get(directory.MemberItem, "USERS#ALL", member) is None
    assert table.get(directory.MatchItem, "MATCH#m", f"mary#{user.id}") is None
