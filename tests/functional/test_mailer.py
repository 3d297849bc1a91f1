"""Mails on their way to SES."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.ses.models import ses_backends

from mailer import letters, sender
from mailer.app import lambda_handler
from mailer.letters import Letter
from smartexam.platform import mail, queues
from smartexam.platform.errors import Unavailable
from tests.conftest import REGION
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, sqs_event
from tests.factories.users import create_user

pytestmark = pytest.mark.usefixtures("tables", "frozen_settings")


@pytest.fixture(autouse=True)
def ses(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """SES as moto has it, with our own address verified."""
    monkeypatch.setenv("MAIL_FROM", "SmartExam <no-reply@exams.example.test>")
    boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity="no-reply@exams.example.test")
    backend = ses_backends["123456789012"][REGION]
    backend.sent_messages.clear()
    return backend


class Refusing:
    """SES refusing mails."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.calls = 0

    def send_email(self, **_: Any) -> None:
        self.calls += 1
        raise ClientError({"Error": {"Code": self.code, "Message": "john@example.org is not verified"}}, "SendEmail")


def orders(*emails: str, occasion: str = "reset") -> dict[str, Any]:
    return sqs_event(*({"occasion": occasion, "email": email} for email in emails))


def test_a_mail_has_text_and_html_and_one_receiver(ses: Any) -> None:
    create_user(email="john@example.org", username="john.doe", first_name="John")

    assert lambda_handler(orders("john@example.org"), FakeContext()) == {"batchItemFailures": []}

    (message,) = ses.sent_messages
    assert message.source == "SmartExam <no-reply@exams.example.test>"
    assert message.destinations["ToAddresses"] == ["john@example.org"]
    assert message.subject == "Reset your SmartExam password"


@pytest.mark.parametrize("email", ["nobody@example.org", "", "no address"])
def test_no_receivers_is_no_error(ses: Any, email: str) -> None:
    assert lambda_handler(orders(email), FakeContext()) == {"batchItemFailures": []}

    assert ses.sent_messages == []


def test_what_ses_can_make_nothing_of_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = Refusing("BadRequestException")
    monkeypatch.setattr(sender, "_client", lambda: refusing)
    create_user(email="john@example.org")

    assert lambda_handler(orders("john@example.org"), FakeContext()) == {"batchItemFailures": []}
    assert refusing.calls == 1


def test_only_the_mails_that_failed_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    create_user(email="john@example.org")
    create_user(email="jane@example.org")
    sent: list[str] = []

    def send(address: str, letter: Letter) -> None:
        if address == "john@example.org":
            raise Unavailable
        sent.append(address)

    monkeypatch.setattr(sender, "send", send)
    answer = lambda_handler(orders("john@example.org", "jane@example.org"), FakeContext())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert sent == ["jane@example.org"]


@pytest.mark.parametrize("code", ["TooManyRequestsException", "MessageRejected", "MailFromDomainNotVerifiedException"])
def test_what_may_get_better_or_must_come_to_light_comes_again(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sender, "_client", lambda: Refusing(code))
    create_user(email="john@example.org")

    answer = lambda_handler(orders("john@example.org"), FakeContext())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert "john@example.org" not in capsys.readouterr().out + caplog.text


def test_ses_may_be_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9")
    sender._client.cache_clear()

    with pytest.raises(Unavailable):
        sender.send("john@example.org", letters.set_up("john.doe", "https://exams.example.test/x"))

    sender._client.cache_clear()


def test_mails_are_logged_without_addresses_or_links(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    create_user(email="john@example.org")

    lambda_handler(orders("john@example.org"), FakeContext())

    written = capsys.readouterr().out + caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "john@example.org" not in written
    assert "token=" not in written


def test_everything_in_html_is_escaped() -> None:
    letter = letters.reset('<script>"', "a&b", 'https://exams.example.test/?a="><img>&b')

    assert "<script>" not in letter.html
    assert "<img>" not in letter.html
    assert "&lt;script&gt;&quot;" in letter.html
    assert 'href="https://exams.example.test/?a=&quot;&gt;&lt;img&gt;&amp;b"' in letter.html
    assert '<script>"' in letter.text


def test_an_order_goes_through_a_real_queue(monkeypatch: pytest.MonkeyPatch, clock: FrozenClock) -> None:
    sqs = boto3.client("sqs", region_name=REGION)
    url = sqs.create_queue(QueueName="mail")["QueueUrl"]
    monkeypatch.setenv("MAIL_QUEUE_URL", url)

    mail.order("reset", "john@example.org")

    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == '{"occasion":"reset","email":"john@example.org"}'


def test_a_queue_that_is_down_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_QUEUE_URL", "http://127.0.0.1:9/queue")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")

    with pytest.raises(Unavailable):
        queues.send("http://127.0.0.1:9/queue", mail.MailOrder("reset", "john@example.org"))
