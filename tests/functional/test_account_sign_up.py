"""Creating an account: sign-up, the mailed link, the first password."""

import base64
import re
from typing import Any

import pytest

from account import app
from account_eraser.app import lambda_handler as eraser
from auth import app as auth_app
from smartexam.accounts.store import accounts, directory, identity
from smartexam.accounts.store.identity import PROFILE, UserItem
from smartexam.accounts.user import User
from smartexam.platform import audit, opaque
from smartexam.platform.dynamodb import table
from smartexam.platform.keys import user_key
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, send
from tests.factories.post import PostOffice
from tests.factories.users import PASSWORD, create_user

pytestmark = pytest.mark.usefixtures("tables")

DEAD_LINK = "link_invalid"


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr(auth_app.api, "clock", clock)
    monkeypatch.setenv("ADMIN_EMAIL", "Head@School.example")


def sign_up(email: Any = "john@example.org", first_name: Any = "John", last_name: Any = "Doe") -> Answer:
    body = {"email": email, "first_name": first_name, "last_name": last_name}
    return send(app.lambda_handler, "POST", "/create_account", body=body)


def set_password(token: Any, password: Any = PASSWORD) -> Answer:
    return send(app.lambda_handler, "POST", "/api/set-password", body={"token": token, "password": password})


def ask_reset(email: Any) -> Answer:
    return send(app.lambda_handler, "POST", "/api/request-password-reset", body={"email": email})


def login(username: str, password: str = PASSWORD) -> Answer:
    body = {"username": username, "password": password}
    return send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body)


class TestSignUp:
    def test_leads_by_the_mailed_link_to_a_signed_in_user(self, post: PostOffice) -> None:
        assert sign_up(" John@Example.org ").status == 200
        (mail,) = post.delivered()
        assert mail.to == "john@example.org"
        assert "john.doe" in mail.letter.text

        assert login("john.doe").status == 401
        answer = set_password(mail.token)
        assert answer.status == 200
        assert answer.body["success"] is True

        signed_in = login("john@example.org").body["data"]
        assert signed_in["user"]["username"] == "john.doe"
        assert signed_in["user"]["full_name"] == "John Doe"
        assert signed_in["available_portals"] == ["user"]

    def test_does_not_reveal_that_an_address_is_taken(self, post: PostOffice) -> None:
        create_user(email="john@example.org", username="old.name")

        taken, free = sign_up("JOHN@example.org"), sign_up("jane@example.org")

        assert taken.status == free.status == 200
        assert taken.body == free.body
        assert taken.body["success"] is True
        assert identity.find_user_id("john.doe") is not None
        first, second = post.delivered()
        assert first.letter.subject == "You already have a SmartExam account"
        assert "old.name" in first.letter.text
        assert "token=" not in first.letter.text
        assert second.to == "jane@example.org"

    def test_costs_the_same_round_trips_for_a_taken_address(
        self, post: PostOffice, caplog: pytest.LogCaptureFixture
    ) -> None:
        create_user(email="john@example.org")

        sign_up("john@example.org")
        sign_up("jane@example.org")

        taken, free = (vars(record)["database_calls"] for record in caplog.records)
        assert taken == free

    def test_again_before_the_first_password_takes_the_latest_names(self, post: PostOffice) -> None:
        sign_up(first_name="Mallory", last_name="Rude")
        sign_up(first_name="John", last_name="Doe")

        (only,) = post.delivered()

        assert identity.statistics().total == 1
        assert set_password(only.token).status == 200
        user = identity.get_user(identity.find_user_id("john@example.org") or 0)
        assert user is not None
        assert (user.full_name, user.username) == ("John Doe", "john.doe")
        assert identity.find_user_id("mallory.rude") is None
        assert [person.full_name for person in directory.search_users("john", limit=5)] == ["John Doe"]
        assert directory.search_users("mallory", limit=5) == []

    def test_again_does_not_rename_an_account_that_has_a_password_or_was_made_by_an_administrator(
        self, post: PostOffice
    ) -> None:
        create_user(email="john@example.org", first_name="John", last_name="Old")
        rostered("jane@example.org", MORNING)

        sign_up("john@example.org", "Mallory", "Rude")
        sign_up("jane@example.org", "Mallory", "Rude")

        for email in ("john@example.org", "jane@example.org"):
            user = identity.get_user(identity.find_user_id(email) or 0)
            assert user is not None
            assert user.first_name != "Mallory"
        assert len(post.delivered()) == 2

    def test_sends_one_set_up_link_a_day(self, post: PostOffice, clock: FrozenClock) -> None:
        sign_up()
        sign_up()
        assert len(post.delivered()) == 1
        clock.advance(24 * 3600 - 1)
        sign_up()
        assert post.delivered() == []

        clock.advance(1)
        sign_up()
        assert len(post.delivered()) == 1

    @pytest.mark.parametrize(
        ("first_name", "last_name"),
        [
            ("\u2800", "Doe"),
            ("\u3164\u3164", "Doe"),
            ("\u200d", "Doe"),
            ("John\u202e", "Doe"),
            ("\u2066John", "Doe"),
            ("John", "D\u200foe"),
            ("Admin", "Doe"),
            ("\uff21\uff24\uff2d\uff29\uff2e", "Doe"),
            ("\u0430dmin", ""),
            ("Adm1n", ""),
            ("Exam", "Controller"),
            ("Sup", "port"),
            ("John", "Support"),
        ],
    )
    def test_refuses_names_that_show_nothing_turn_direction_or_are_official(
        self, post: PostOffice, first_name: str, last_name: str
    ) -> None:
        answer = sign_up(first_name=first_name, last_name=last_name)

        assert answer.status == 400
        assert answer.body["errors"]
        assert not post.sent

    @pytest.mark.parametrize(("first_name", "last_name"), [("Adminath", "Rao"), ("Asha", ""), ("क्\u200dष", "राव")])
    def test_takes_names_that_only_look_for_a_moment_like_those(
        self, post: PostOffice, first_name: str, last_name: str
    ) -> None:
        assert sign_up(first_name=first_name, last_name=last_name).status == 200

    def test_puts_no_typed_name_into_a_mail_to_a_stranger(self, post: PostOffice) -> None:
        sign_up(first_name="<b>Win</b> at evil.example", last_name="now")

        (mail,) = post.delivered()

        assert "evil.example" not in mail.letter.text
        assert "evil.example" not in mail.letter.html

    @pytest.mark.parametrize(
        ("names", "username"),
        [
            (("John", "Doe"), "john.doe"),
            (("José María", "Núñez-Ortega"), "josemaria.nunezortega"),
            (("राम", "शर्मा"), "ram.sharma"),
            (("王", "小明"), "user"),
            (("Søren", "😀"), "soren"),
        ],
    )
    def test_makes_usernames_of_names(self, post: PostOffice, names: tuple[str, str], username: str) -> None:
        for number in range(3):
            sign_up(f"{number}@example.org", *names)

        made = [identity.get_user(identity.find_user_id(f"{number}@example.org") or 0) for number in range(3)]

        assert [user.username for user in made if user] == [username, f"{username}2", f"{username}3"]
        assert [user.first_name for user in made if user] == [names[0]] * 3

    def test_finds_a_username_for_who_is_a_moment_too_late_each_time(
        self, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_user(username="john.doe")
        monkeypatch.setattr(identity, "free_username", lambda _: "john.doe")

        assert sign_up().status == 200

        made = identity.get_user(identity.find_user_id("john@example.org") or 0)
        assert made is not None
        assert re.fullmatch(r"john\.doe[0-9]{6}", made.username)

    def test_finds_a_username_however_many_there_are(self, post: PostOffice) -> None:
        for number in range(23):
            assert sign_up(f"{number}@example.org").status == 200

        assert identity.statistics().user_role == 23

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"first_name": "A", "last_name": "B"}, "email"),
            ({"email": "a@example.org", "last_name": "B"}, "first_name"),
            ({"email": "a@example.org", "first_name": "A"}, "last_name"),
            ({"email": "a@example.org", "first_name": "  ", "last_name": "B"}, "first_name"),
            ({"email": "a@example.org", "first_name": "A", "last_name": "B\x00"}, "last_name"),
            ({"email": "a@example.org", "first_name": "A" * 101, "last_name": "B"}, "first_name"),
            ({"email": "nobody", "first_name": "A", "last_name": "B"}, "email"),
            ({"email": "a@b", "first_name": "A", "last_name": "B"}, "email"),
            ({"email": "a@example.org\nBcc: x@y.org", "first_name": "A", "last_name": "B"}, "email"),
            ({"email": "a" * 250 + "@example.org", "first_name": "A", "last_name": "B"}, "email"),
            ({"email": 7, "first_name": "A", "last_name": "B"}, "email"),
        ],
    )
    def test_refuses_invalid_addresses_and_names(self, post: PostOffice, body: dict[str, Any], field: str) -> None:
        answer = send(app.lambda_handler, "POST", "/create_account", body=body)

        assert answer.status == 400
        assert answer.body["errors"][0]["field"] == field
        assert post.sent == []
        assert identity.statistics().total == 0


class TestLinks:
    @pytest.fixture
    def token(self, post: PostOffice) -> str:
        sign_up()
        return post.delivered()[0].token

    def test_work_once(self, token: str) -> None:
        assert set_password(token).status == 200

        again = set_password(token, "another-Good-one-9")

        assert again.status == 400
        assert again.body["code"] == DEAD_LINK
        assert login("john.doe").status == 200

    def test_work_for_one_hour(self, token: str, clock: FrozenClock) -> None:
        clock.advance(3599)
        assert set_password(token, "short").body["errors"][0]["field"] == "password"
        clock.advance(1)

        assert set_password(token).body["code"] == DEAD_LINK

    def test_outlive_a_newer_one_for_five_minutes(self, token: str, post: PostOffice, clock: FrozenClock) -> None:
        clock.advance(299)
        ask_reset("john@example.org")
        clock.advance(1)
        (second,) = post.delivered()
        ask_reset("john@example.org")
        (third,) = post.delivered()

        assert set_password(token).body["code"] == DEAD_LINK
        assert set_password(second.token).status == 200
        assert set_password(third.token).body["code"] == DEAD_LINK

    def test_all_are_revoked_when_one_sets_the_password(self, token: str, post: PostOffice) -> None:
        ask_reset("john@example.org")
        (second,) = post.delivered()

        assert set_password(token).status == 200
        ask_reset("john@example.org")
        (third,) = post.delivered()

        assert set_password(second.token).body["code"] == DEAD_LINK
        assert set_password(third.token, "another-Good-one-9").status == 200

    @pytest.mark.parametrize(
        "token",
        ["", "nonsense", opaque.mint(1).token, opaque.mint(2**40).token, "é" * 10, "A" * 54],
        ids=["empty", "nonsense", "never_issued", "of_nobody", "no_ascii", "of_zeros"],
    )
    def test_that_were_never_mailed_do_not_work(self, token: str) -> None:
        create_user()

        assert set_password(token).status == 400

    @pytest.mark.parametrize("body", [{}, {"token": "x"}, {"password": PASSWORD}, {"token": 5, "password": PASSWORD}])
    def test_need_both_fields(self, body: dict[str, Any]) -> None:
        answer = send(app.lambda_handler, "POST", "/api/set-password", body=body)

        assert answer.status == 400
        assert answer.body["errors"]

    def test_are_stored_only_as_a_hash(self, token: str, tables: dict[str, str], dynamodb: Any) -> None:
        items = str(dynamodb.scan(TableName=tables["EPHEMERAL_TABLE"])["Items"])

        assert token not in items
        assert opaque.digest(token) in items

    def test_of_other_students_are_refused(self, token: str, post: PostOffice) -> None:
        other = create_user(email="jane@example.org", username="jane")
        raw = bytearray(base64.urlsafe_b64decode(token + "=="))
        raw[:8] = other.id.to_bytes(8, "big")
        forged = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")

        assert set_password(forged, "another-Good-one-9").status == 400
        assert login("jane").status == 200


class TestReset:
    def test_sets_another_password(self, post: PostOffice) -> None:
        create_user(username="john.doe", email="john@example.org", first_name="Jo<h>n", last_name="Doe")

        answer = ask_reset(" JOHN@example.org ")
        (mail,) = post.delivered()

        assert answer.status == 200
        assert answer.body == {
            "success": True,
            "message": "If an account exists with this email, a reset link has been sent.",
        }
        assert "Hello Jo<h>n Doe," in mail.letter.text
        assert "Jo&lt;h&gt;n" in mail.letter.html
        assert "<h>" not in mail.letter.html
        assert set_password(mail.token, "another-Good-one-9").status == 200
        assert login("john.doe").status == 401
        assert login("john.doe", "another-Good-one-9").status == 200

    @pytest.mark.parametrize("email", ["nobody@example.org", "no address", "", "x" * 1000, "a@b\nc"])
    def test_answers_the_same_for_an_unknown_account(self, post: PostOffice, email: str) -> None:
        create_user(email="john@example.org")

        unknown, known = ask_reset(email), ask_reset("john@example.org")

        assert unknown.status == known.status == 200
        assert unknown.body == known.body
        assert len(post.sent) == 2
        assert [mail.to for mail in post.delivered()] == ["john@example.org"]

    @pytest.mark.parametrize("body", [{}, {"email": None}, {"email": ["a"]}])
    def test_needs_an_address(self, body: dict[str, Any]) -> None:
        assert send(app.lambda_handler, "POST", "/api/request-password-reset", body=body).status == 400

    def test_ends_everything_that_was_signed_in(self, post: PostOffice, clock: FrozenClock) -> None:
        create_user(username="john.doe", email="john@example.org")
        tokens = login("john.doe").body["data"]
        web = send(auth_app.lambda_handler, "POST", "/login", body={"username": "john.doe", "password": PASSWORD})
        name, _, value = web.cookies[0].split(";")[0].partition("=")

        ask_reset("john@example.org")
        set_password(post.delivered()[0].token, "another-Good-one-9")
        clock.advance(5)

        refreshed = send(
            auth_app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": tokens["refresh_token"]}
        )
        assert refreshed.status == 401
        assert refreshed.body["message"] == "refresh_token_revoked"
        me = send(auth_app.lambda_handler, "GET", "/api/auth/me", token=tokens["access_token"])
        assert me.body["message"] == "token_expired_or_invalid"
        assert send(app.lambda_handler, "POST", "/_ping", cookies={name: value}).status == 401

    def test_mails_to_one_account_are_limited(self, post: PostOffice) -> None:
        create_user(email="john@example.org")

        answers = {ask_reset("john@example.org").status for _ in range(15)}

        assert answers == {200}
        assert len(post.delivered()) == 5


class TestPolicy:
    @pytest.fixture
    def token(self, post: PostOffice) -> str:
        sign_up("Maximiliane.Musterfrau@example.org", "Maximiliane", "Musterfrau")
        return post.delivered()[0].token

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "nine-char",
            "x" * 129,
            "password123",
            "PassWord123",
            "1234567890",
            "qwertyuiop",
            "iloveyou12345",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "maximiliane.musterfrau",
            "Maximiliane.Musterfrau@Example.org",
        ],
    )
    def test_refuses(self, token: str, password: str) -> None:
        answer = set_password(token, password)

        assert answer.status == 400
        assert answer.body["errors"][0]["field"] == "password"
        assert set_password(token).status == 200, "the link stays good"

    @pytest.mark.parametrize(
        "password", ["ten-chars!", "correct horse staple", "ऊँट पहाड़ के नीचे", "  spaces matter  ", str(2**420)]
    )
    def test_accepts(self, token: str, password: str) -> None:
        assert set_password(token, password).status == 200
        assert login("maximiliane.musterfrau", password).status == 200
        assert login("maximiliane.musterfrau", password.strip() + "x").status == 401


class TestAdminEmail:
    def test_becomes_admin_when_the_link_is_used(self, post: PostOffice) -> None:
        sign_up("head@school.example")
        assert identity.statistics().admins == 0
        (mail,) = post.delivered()

        set_password(mail.token)

        assert login("john.doe").body["data"]["available_portals"] == ["user", "admin"]
        assert identity.statistics() == identity.UserStatistics(0, 0, 1, 1)

        (logged,) = audit.list_entries(limit=5, after=None)[0]
        assert (logged.change.action, logged.change.after) == ("user.first_admin", {"role": "user,admin"})

    def test_is_ignored_once_there_is_an_administrator(self, post: PostOffice) -> None:
        create_user(role="admin")
        sign_up("head@school.example")

        assert set_password(post.delivered()[0].token).status == 200

        assert login("john.doe").body["data"]["available_portals"] == ["user"]
        assert audit.list_entries(limit=5, after=None) == ([], None)

    def test_who_was_demoted_and_deleted_signs_up_as_anybody(self, post: PostOffice, clock: FrozenClock) -> None:
        sign_up("head@school.example")
        set_password(post.delivered()[0].token)
        first = identity.find_user_id("head@school.example") or 0
        create_user(role="admin")
        accounts.erase(first, clock.now())

        sign_up("head@school.example")
        (mail,) = post.delivered()
        set_password(mail.token)

        assert login("john.doe").body["data"]["available_portals"] == ["user"]

    def test_nobody_else_gains_rights(self, post: PostOffice) -> None:
        for email in ("head@school.example.evil.org", "xhead@school.example", "head+1@school.example"):
            sign_up(email)
        for mail in post.delivered():
            set_password(mail.token)

        assert identity.statistics().admins == 0

    def test_one_who_was_demoted_does_not_come_back_by_a_reset(self, post: PostOffice) -> None:
        create_user(username="john.doe", email="head@school.example", role="user")

        ask_reset("head@school.example")
        set_password(post.delivered()[0].token, "another-Good-one-9")

        assert identity.statistics().admins == 0


def test_people_are_found_once_they_have_a_password(post: PostOffice) -> None:
    sign_up()
    assert directory.search_users("jo", limit=10) == []

    set_password(post.delivered()[0].token)

    assert [person.username for person in directory.search_users("jo", limit=10)] == ["john.doe"]


def rostered(email: str, now: float) -> User:
    """An account without a password that an administrator created."""
    user = create_user(email=email, password=None)
    table.update(UserItem, user_key(user.id), PROFILE, [UserItem.rostered_at.set(now)])
    return user


@pytest.mark.usefixtures("frozen_settings")
class TestUnconfirmed:
    def test_accounts_are_removed_after_seven_days_and_their_addresses_free(
        self, post: PostOffice, clock: FrozenClock
    ) -> None:
        sign_up()
        rostered("made@example.org", clock.now())
        clock.advance(7 * 24 * 3600 - 1)
        assert eraser({}, FakeContext()) == {"handled": 0}
        clock.advance(1)

        assert eraser({}, FakeContext()) == {"handled": 2}

        assert identity.find_user_id("john@example.org") is None
        assert identity.find_user_id("made@example.org") is not None
        assert identity.statistics().total == 1
        assert eraser({}, FakeContext()) == {"handled": 0}

    def test_accounts_with_a_password_or_a_google_account_stay(self, post: PostOffice, clock: FrozenClock) -> None:
        sign_up()
        sign_up("jane@example.org", "Jane", "Doe")
        set_password(post.delivered()[0].token)
        jane = identity.get_user(identity.find_user_id("jane@example.org") or 0)
        assert jane is not None
        accounts.link_google(jane, "google-4711")
        clock.advance(8 * 24 * 3600)

        eraser({}, FakeContext())

        assert identity.statistics().total == 2


def test_purposes_have_budgets_of_their_own(post: PostOffice) -> None:
    create_user(email="john@example.org")
    for _ in range(8):
        sign_up()
        ask_reset("john@example.org")

    subjects = [mail.letter.subject for mail in post.delivered()]

    assert subjects.count("You already have a SmartExam account") == 1
    assert subjects.count("Reset your SmartExam password") == 5


def test_a_mail_reports_a_password_that_was_changed_by_a_link(post: PostOffice) -> None:
    sign_up()
    set_password(post.delivered()[0].token)
    assert post.delivered() == []

    ask_reset("john@example.org")
    set_password(post.delivered()[0].token, "another-Good-one-9")

    (mail,) = post.delivered()
    assert mail.letter.subject == "Your SmartExam password was changed"
