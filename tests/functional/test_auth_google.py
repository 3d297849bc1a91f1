"""Signing in with Google, verified by google-auth against a provider on loopback."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from account import app as account_app
from auth import app as auth_app
from auth_google import app, verification
from smartexam.accounts import totp
from smartexam.accounts.store import identity, second_factors
from smartexam.accounts.store.identity import UserStatistics
from smartexam.platform import stopwatch
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.google import CLIENT_ID, CertificateServer, Key, claims, id_token
from tests.factories.post import PostOffice
from tests.factories.process import forget_processes_state
from tests.factories.users import PASSWORD, create_user

pytestmark = pytest.mark.usefixtures("tables")

KEY, SECOND_KEY, FOREIGN_KEY = Key("first"), Key("second"), Key("first")


@pytest.fixture(scope="module")
def provider() -> Iterator[CertificateServer]:
    with CertificateServer().serving() as server:
        yield server


@pytest.fixture(autouse=True)
def google(provider: CertificateServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[CertificateServer]:
    """A provider with one key, and a process that has fetched nothing yet."""
    provider.keys, provider.requests, provider.status, provider.max_age = [KEY], 0, 200, 3600
    monkeypatch.setenv("GOOGLE_CERTS_URL", provider.url)
    monkeypatch.setenv("GOOGLE_CLIENT_ID", f"{CLIENT_ID}, android-client.apps.googleusercontent.com")
    verification.certificates.cache_clear()
    yield provider
    verification.certificates()._http.clear()
    verification.certificates.cache_clear()


def sign_in(token: Any) -> Answer:
    return send(app.lambda_handler, "POST", "/api/auth/google", body={"id_token": token})


def refused(token: str) -> None:
    answer = sign_in(token)
    assert answer.status == 401, answer.body
    assert answer.body["status"] == "error"
    assert identity.statistics() == UserStatistics(0, 0, 0, 0)


class TestAccounts:
    def test_a_new_one_is_created(self) -> None:
        answer = sign_in(id_token(KEY, claims()))

        assert answer.status == 200
        data = answer.body["data"]
        assert answer.body["status"] == "success"
        assert data["is_new_user"] is True
        assert data["token_type"] == "Bearer"
        assert data["expires_in"] == 3600
        assert data["available_portals"] == ["user"]
        assert data["user"]["username"] == "mary.singh"
        assert data["user"]["full_name"] == "Mary Singh"
        me = send(auth_app.lambda_handler, "GET", "/api/auth/me", token=data["access_token"])
        assert me.body["data"]["email"] == "mary.singh@gmail.com"
        refreshed = send(
            auth_app.lambda_handler, "POST", "/api/auth/refresh", body={"refresh_token": data["refresh_token"]}
        )
        assert refreshed.status == 200

    def test_the_second_time_it_is_the_same(self) -> None:
        first = sign_in(id_token(KEY, claims())).body["data"]
        second = sign_in(id_token(KEY, claims(email="married@gmail.com"))).body["data"]

        assert second["is_new_user"] is False
        assert second["user"] == first["user"]
        assert identity.statistics().total == 1

    def test_one_with_the_verified_address_is_linked(self) -> None:
        user = create_user(username="mary", email="mary.singh@gmail.com", role="user,admin")

        data = sign_in(id_token(KEY, claims())).body["data"]

        assert data["is_new_user"] is False
        assert data["user"]["id"] == user.id
        assert data["available_portals"] == ["user", "admin"]
        changed = sign_in(id_token(KEY, claims(email="other@gmail.com"))).body["data"]
        assert changed["user"]["id"] == user.id
        body = {"username": "mary", "password": PASSWORD}
        assert send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body).status == 200

    def test_an_address_that_has_another_owner_now_goes_with_the_mailbox(self) -> None:
        old = sign_in(id_token(KEY, claims())).body["data"]
        new = sign_in(id_token(KEY, claims(sub="another-person"))).body["data"]

        assert new["user"]["id"] == old["user"]["id"]
        again = sign_in(id_token(KEY, claims(email="moved@gmail.com"))).body["data"]
        assert again["is_new_user"] is True

    @pytest.mark.parametrize("email", ["mary@\u212aiosk.example", "\u017fam@example.org", "x@stra\u00dfe.example"])
    def test_an_address_that_only_case_folds_to_another_is_not_linked(self, email: str) -> None:
        """The Kelvin sign, the long s, the sharp s: different letters that case folding equates."""
        for taken in ("mary@kiosk.example", "sam@example.org", "x@strasse.example"):
            create_user(email=taken)

        assert sign_in(id_token(KEY, claims(email=email))).status == 401

    def test_it_has_no_password_until_one_is_set(
        self, post: PostOffice, monkeypatch: pytest.MonkeyPatch, frozen_settings: FrozenClock
    ) -> None:
        frozen_settings.set(time.time())
        sign_in(id_token(KEY, claims()))
        body = {"username": "mary.singh", "password": PASSWORD}
        assert send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body).status == 401

        email = {"email": "mary.singh@gmail.com"}
        send(account_app.lambda_handler, "POST", "/api/request-password-reset", body=email)
        (mail,) = post.delivered()
        link = {"token": mail.token, "password": PASSWORD}
        assert send(account_app.lambda_handler, "POST", "/api/set-password", body=link).status == 200

        assert send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body).status == 200
        assert sign_in(id_token(KEY, claims())).body["data"]["is_new_user"] is False

    @pytest.mark.parametrize(
        ("names", "full_name"),
        [
            ({"given_name": ..., "family_name": ..., "name": "Mary Singh"}, "Mary Singh"),
            ({"given_name": ..., "family_name": ..., "name": ...}, "mary.singh"),
            ({"given_name": "Mary", "family_name": ...}, "Mary"),
            ({"given_name": "M" * 500, "family_name": "S\x00"}, "M" * 100),
        ],
    )
    def test_names_may_be_missing_or_odd(self, names: dict[str, Any], full_name: str) -> None:
        assert sign_in(id_token(KEY, claims(**names))).body["data"]["user"]["full_name"] == full_name

    def test_the_address_of_the_admin_gives_no_rights_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ADMIN_EMAIL", "mary.singh@gmail.com")

        assert sign_in(id_token(KEY, claims())).body["data"]["available_portals"] == ["user"]


@pytest.mark.parametrize("path", ["/api/auth/google", "/login/google"])
def test_the_second_factor_of_an_account_is_asked_for_as_well(path: str) -> None:
    user = create_user(username="asha", email="asha@example.org")
    secret = totp.new_secret()
    second_factors.begin_setup(user, secret)
    second_factors.enable(user, secret, 1, ["recovery"])
    body = {"id_token": id_token(KEY, claims(email="asha@example.org", nonce="of-the-page")), "nonce": "of-the-page"}

    answer = send(app.lambda_handler, "POST", path, body=body)

    assert (answer.status, answer.body["code"]) == (401, "mfa_required")
    assert answer.body["mfa_token"]
    assert not answer.cookies
    assert "access_token" not in json.dumps(answer.body)


class TestVerification:
    @pytest.mark.parametrize("body", [{}, {"id_token": ""}, {"id_token": None}, {"id_token": 5}])
    def test_a_token_is_needed(self, body: dict[str, Any]) -> None:
        assert send(app.lambda_handler, "POST", "/api/auth/google", body=body).status == 400

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "another-client.apps.googleusercontent.com"},
            {"aud": ...},
            {"aud": [CLIENT_ID]},
            {"iss": "https://evil.example"},
            {"iss": "http://accounts.google.com"},
            {"iss": ...},
            {"exp": int(time.time()) - 60},
            {"exp": ...},
            {"iat": int(time.time()) + 86_400},
            {"iat": ...},
            {"iat": "now"},
            {"email_verified": False},
            {"email_verified": "true"},
            {"email_verified": ...},
            {"email": ...},
            {"email": "nobody"},
            {"sub": ...},
            {"sub": ""},
            {"sub": 5},
        ],
    )
    def test_every_claim_counts(self, changes: dict[str, Any]) -> None:
        refused(id_token(KEY, claims(**changes)))

    @pytest.mark.parametrize("issuer", ["accounts.google.com", "https://accounts.google.com"])
    @pytest.mark.parametrize("audience", [CLIENT_ID, "android-client.apps.googleusercontent.com"])
    def test_both_issuers_and_all_our_clients_count(self, issuer: str, audience: str) -> None:
        assert sign_in(id_token(KEY, claims(iss=issuer, aud=audience))).status == 200

    def test_a_foreign_signature_is_refused(self) -> None:
        refused(id_token(FOREIGN_KEY, claims()))
        refused(id_token(SECOND_KEY, claims()))
        head, body, _ = id_token(KEY, claims()).split(".")
        refused(f"{head}.{body}.")
        refused(f"{head}.{body}.{'A' * 342}")

    def test_the_certificate_is_no_secret(self) -> None:
        head = {"alg": "HS256", "typ": "JWT", "kid": KEY.id}
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims())]
        signature = hmac.digest(KEY.certificate.encode(), ".".join(parts).encode(), hashlib.sha256)
        refused(".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")]))

    @pytest.mark.parametrize("algorithm", ["none", "", None, "RS512", ["RS256"], {}])
    def test_no_other_algorithm_is_looked_at(self, algorithm: Any) -> None:
        refused(id_token(KEY, claims(), alg=algorithm))

    @pytest.mark.parametrize(
        "token", ["x", "a.b.c", "..", "é.é.é", "a" * 9000, "e30.e30.e30", "W10.W10.W10", "MQ.MQ.MQ"]
    )
    def test_noise_is_refused(self, token: str) -> None:
        refused(token)

    def test_the_clock_of_the_rules_counts_too(self, frozen_settings: FrozenClock) -> None:
        token = id_token(KEY, claims())

        frozen_settings.set(time.time() + 1800)
        assert sign_in(token).status == 200
        frozen_settings.set(time.time() + 7200)
        assert sign_in(token).status == 401
        assert sign_in(id_token(KEY, claims(iat=int(time.time()) + 7200, exp=int(time.time()) + 9000))).status == 200

    def test_where_sign_up_is_closed_only_known_addresses_get_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SIGN_UP", "closed")

        answer = sign_in(id_token(KEY, claims()))
        assert (answer.status, answer.body["code"]) == (403, "sign_up_closed")

        create_user(email=claims()["email"])
        assert sign_in(id_token(KEY, claims())).status == 200

    def test_without_a_client_id_it_is_not_available(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GOOGLE_CLIENT_ID")

        answer = sign_in(id_token(KEY, claims()))

        assert answer.status == 503
        assert answer.body["code"] == "google_not_configured"
        refused("noise")


class TestWeb:
    """A page sends the browser to Google, which sends it back with a token."""

    def sign_in(self, nonce: str = "of-the-page", **request: Any) -> Answer:
        body = {"id_token": id_token(KEY, claims(nonce="of-the-page")), "nonce": nonce}
        return send(app.lambda_handler, "POST", "/login/google", body=body, **request)

    def test_a_session_begins(self) -> None:
        answer = self.sign_in()

        assert answer.body == {"success": True, "available_portals": ["user"], "redirect_url": "/dashboard"}
        (cookie,) = answer.cookies
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        session = dict([cookie.split(";")[0].split("=", 1)])
        assert send(account_app.lambda_handler, "POST", "/_ping", cookies=session).status == 204

    def test_the_former_session_of_the_browser_ends(self) -> None:
        former = dict([self.sign_in().cookies[0].split(";")[0].split("=", 1)])
        self.sign_in(cookies=former, headers={"origin": "https://exams.example.test"})

        assert send(account_app.lambda_handler, "POST", "/_ping", cookies=former).status == 401

    def test_a_token_that_another_page_got_is_refused(self) -> None:
        """Otherwise an attacker's page could sign its visitor in as the attacker."""
        answer = self.sign_in(nonce="of-another-page")
        assert (answer.status, answer.body["code"], answer.cookies) == (401, "google_token_invalid", [])

        answer = self.sign_in(headers={"origin": "https://elsewhere.example"})
        assert (answer.status, answer.body["code"]) == (403, "foreign_origin")

        token = id_token(KEY, claims(nonce="of-the-page"))
        assert send(app.lambda_handler, "POST", "/login/google", body={"id_token": token}).status == 400

    def test_pages_learn_the_first_client_id(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def client() -> Any:
            return send(app.lambda_handler, "GET", "/api/auth/google/client").body["data"]["client_id"]

        assert client() == CLIENT_ID
        monkeypatch.setenv("GOOGLE_CLIENT_ID", "")
        forget_processes_state()
        assert client() is None


class TestCertificates:
    def test_are_fetched_once_for_many_sign_ins(self, google: CertificateServer) -> None:
        for _ in range(5):
            assert sign_in(id_token(KEY, claims())).status == 200

        assert google.requests == 1

    def test_are_fetched_again_when_they_are_out_of_date(
        self, google: CertificateServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_in(id_token(KEY, claims()))

        monkeypatch.setattr(stopwatch, "time", lambda: MORNING + 3601)
        sign_in(id_token(KEY, claims()))

        assert google.requests == 2

    def test_are_fetched_again_for_a_new_key_but_not_for_every_made_up_one(
        self, google: CertificateServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_in(id_token(KEY, claims()))
        google.keys.append(SECOND_KEY)
        assert sign_in(id_token(SECOND_KEY, claims())).status == 401
        assert google.requests == 1

        monkeypatch.setattr(stopwatch, "time", lambda: MORNING + 31)
        assert sign_in(id_token(SECOND_KEY, claims())).status == 200
        for number in range(5):
            assert sign_in(id_token(KEY, claims(), kid=f"made-up-{number}")).status == 401

        assert google.requests == 2

    def test_that_cannot_be_fetched_make_it_unavailable(self, google: CertificateServer) -> None:
        google.status = 500

        answer = sign_in(id_token(KEY, claims()))

        assert answer.status == 503
        assert answer.body["code"] == "google_unavailable"
        google.status = 200
        assert sign_in(id_token(KEY, claims())).status == 200

    def test_are_kept_while_the_server_is_down(
        self, google: CertificateServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_in(id_token(KEY, claims()))
        google.status = 500

        monkeypatch.setattr(stopwatch, "time", lambda: MORNING + 3601)

        assert sign_in(id_token(KEY, claims())).status == 200


def test_no_other_sign_in_pays_for_it() -> None:
    root = Path(__file__).parents[2]
    paths = [str(root / "layers/common"), str(root / "functions")]
    program = f"import sys; sys.path[:0] = {paths}; import auth.app; print('google.auth' in sys.modules)"

    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert seen.stdout.strip() == "False"
