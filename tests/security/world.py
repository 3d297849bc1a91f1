"""A world to attack: users with resources of every kind, and snapshots of its whole state."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import msgspec
import pytest
from moto.s3.models import s3_backends

from account_eraser.app import lambda_handler as eraser
from language_model import client as model_client
from mailer import sender
from result_aggregator.app import lambda_handler as aggregator
from smartexam.accounts.erasing_queue import ErasureOrder
from smartexam.accounts.store import accounts, sessions
from smartexam.accounts.user import User
from smartexam.catalog.questions import Question
from smartexam.platform import opaque, queues, storage
from smartexam.platform.dynamodb import engine
from smartexam.talk.realtime import delivery
from smartexam.talk.store import sockets
from tests.conftest import REGION
from tests.dynamodb.database import MemoryDatabase, Place, Snapshot, StoredItem, table_names
from tests.dynamodb.installed import answering
from tests.factories.chat import Wire
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, sqs_event
from tests.factories.exams import create_exam
from tests.factories.google import CertificateServer, Key
from tests.factories.model_server import ModelServer, replies, serving
from tests.factories.post import PostOffice
from tests.factories.process import forget_processes_state
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import access_token, create_user, signed_in
from tests.security import gateway
from tests.security.belongings import Belongings, give
from tests.security.logged import Log
from tests.security.sentinels import Sentinel

ACCOUNT = "123456789012"
SUFFIX = "in-the-vault"
BUCKETS = {"IMAGES_BUCKET": "images-of-security", "UPLOADS_BUCKET": "uploads-of-security"}
QUEUES = ("mail", "invitation", "job", "account_eraser", "exam_eraser", "conversation_eraser", "statistics")
ENVIRONMENT = {
    "IMAGES_BASE_URL": "https://images.example.test",
    "SOCKETS_URL": "wss://sockets.example.test/test",
    "SOCKETS_ENDPOINT": "http://127.0.0.1:9/test",
    "GROQ_API_KEY": "the-key-of-the-model-service",
    "GOOGLE_CLIENT_ID": "a-client",
    "MAIL_FROM": "no-reply@example.test",
    **BUCKETS,
    **{f"{name.upper()}_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}" for name in QUEUES},
}
PEOPLE = {"user": "user", "other": "user", "admin": "admin", "dual": "user,admin"}
IDENTITIES = ("anonymous", *PEOPLE, "expired", "erased")
OLD_SECONDS = 4 * 3600

UNRELEASED = (
    Question(
        question_type="NUMERIC",
        question_text="A question that nobody has seen yet: how many?",
        correct_answer="9191824.7351",
        tolerance="0.0919183",
    ),
    Question(
        question_type="MSQ",
        question_text="Another question that nobody has seen yet?",
        option_a="an unseen option",
        option_b="2",
        correct_answer="A",
    ),
)


@dataclass(repr=False)
class World:
    """Users, what they own, and all stored state.

    Attributes:
        users: the living, by identity.
        owned: what belongs to each of them.
        sentinels: secrets that must not leak.
        logged: every line that functions log.
        unreleased: an exam that does not begin for years.
        tokens: an access token of each identity that has one, valid or not.
        sessions: a session's token likewise.
        pristine: the state to restore.
        wrote: whether there was a call since that may have changed it.
    """

    clock: FrozenClock
    environment: Mapping[str, str]
    database: MemoryDatabase
    post: PostOffice
    wire: Wire
    model: ModelServer
    users: dict[str, User] = field(default_factory=dict)
    owned: dict[str, Belongings] = field(default_factory=dict)
    sentinels: list[Sentinel] = field(default_factory=list)
    logged: Log = field(default_factory=Log)
    unreleased: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    pristine: Snapshot = field(default_factory=dict)
    wrote: bool = True

    def enter(self, patch: pytest.MonkeyPatch) -> None:
        """Make functions use this world until the patch is undone."""
        for name, value in self.environment.items():
            patch.setenv(name, value)
        patch.setattr(queues, "send", self.post.take)
        patch.setattr(sender, "send", self.post.take_mail)
        patch.setattr(delivery, "_post_to", self.wire.post)
        patch.setattr(delivery, "hang_up", self.wire.gone.add)
        patch.setattr("smartexam.platform.settings.SystemClock", lambda: self.clock)
        for api in gateway.apis():
            patch.setattr(api, "clock", self.clock)
        engine.connection().client.meta.events.register("before-call.dynamodb", self._notice, unique_id="world")
        self.logged.listen()
        # Another test may have used other table names.
        engine.table_connection.cache_clear()
        for client in (storage._client, model_client._client):
            client.cache_clear()
        forget_processes_state()

    def leave(self) -> None:
        """Make sure that no later test finds this world's tables."""
        self.logged.stop()
        engine.table_connection.cache_clear()

    def of(self, identity: str) -> Belongings:
        """What belongs to an identity; for an identity without an account, what it might try to reach."""
        return self.owned.get(identity, self.owned["user"])

    def not_of(self, identity: str) -> Belongings:
        """What belongs to somebody else."""
        return self.owned["other" if self.of(identity) is self.owned["user"] else "user"]

    def changes(self) -> list[str]:
        """The differences from the initial state: items, files, messages, frames to connections."""
        told = [f"message to {sent.queue}" for sent in self.post.sent]
        told += [f"frame to {connection}" for connection, frames in self.wire.posted.items() if frames]
        told += [f"file {key}" for bucket in BUCKETS.values() for key in _files(bucket)]
        return told + sorted("{}:{}:{}".format(*key) for key in self._changed())

    def changes_of_reading(self) -> list[str]:
        """Those that no GET may make: reading marks conversations as read, keeps sheets of results, and is counted."""
        may_be = ("MESSAGING_TABLE:USER#", "EPHEMERAL_TABLE:SHEETS#", "file sheets/")
        return [change for change in self.changes() if not change.startswith(may_be) and ":LIMIT#" not in change]

    def keep(self) -> None:
        """Make the present state the one to restore."""
        self.post.sent.clear()
        self.wire.posted.clear()
        self.pristine = self.database.snapshot()

    def restore(self) -> None:
        """Restore the state."""
        if self.wrote:
            self.database.restore(self.pristine)
        for bucket in BUCKETS.values():
            _files(bucket).clear()
        self.wrote = False
        self.post.sent.clear()
        self.wire.posted.clear()
        self.wire.gone.clear()
        self.logged.lines.clear()
        self.model.requests.clear()
        forget_processes_state()

    def _changed(self) -> set[Place]:
        if not self.wrote:
            # Only calls change anything, and comparing everything takes longer than most calls.
            return set()
        variables = {name: variable for variable, name in self.database.names.items()}
        return {
            (variables[name], pk, sk)
            for name, partitions in self.database.snapshot().items()
            for pk in partitions.keys() | self.pristine[name].keys()
            for sk in _different(partitions.get(pk, {}), self.pristine[name].get(pk, {}))
        }

    def _notice(self, model: Any, **_: object) -> None:
        self.wrote = self.wrote or not model.name.startswith(("Get", "Query", "BatchGet", "TransactGet"))


@contextmanager
def built() -> Iterator[World]:
    """The world on its own tables, within moto's mock; `World.enter` makes functions use it."""
    database = MemoryDatabase(table_names(SUFFIX))
    s3 = boto3.client("s3", region_name=REGION)
    for bucket in BUCKETS.values():
        s3.create_bucket(Bucket=bucket)
    model, certificates = ModelServer(replies("[FINAL ANSWER]\n42")), CertificateServer()
    with (
        serving(model) as model_url,
        certificates.serving(),
        answering(database),
        pytest.MonkeyPatch.context() as patch,
    ):
        certificates.keys.append(Key("google-1"))
        addresses = {"GROQ_BASE_URL": model_url, "GOOGLE_CERTS_URL": certificates.url}
        world = World(
            FrozenClock(), {**ENVIRONMENT, **addresses, **database.names}, database, PostOffice(), Wire(), model
        )
        world.enter(patch)
        _populate(world)
        patch.undo()
        yield world


def _populate(world: World) -> None:
    now = world.clock.now()
    stranger = create_user(username="a.stranger")
    for name, role in {**PEOPLE, "erased": "user,admin"}.items():
        user = create_user(username=name, email=f"private-{name}@example.org", role=role, first_name=name.title())
        world.users[name] = user
        world.tokens[name] = signed_in(user, now)
        world.sessions[name] = sessions.start_session(user, now)
        ticket = sockets.issue_ticket(user.principal(), now)
        secrets = {"access token": world.tokens[name], "session": world.sessions[name], "ticket": ticket}
        world.sentinels += [Sentinel(kind, value, name) for kind, value in secrets.items()]
        world.sentinels += [Sentinel(kind, opaque.digest(value), name) for kind, value in secrets.items()]
    dead = world.users.pop("erased")
    for name, user in world.users.items():
        world.owned[name] = give(name, user, stranger, now)
        world.sentinels += world.owned[name].sentinels
        sockets.connect(f"socket-of-{name}=", user.principal(), now)
    world.unreleased = create_exam(UNRELEASED, name="Final", status="upcoming", date="2030-01-01").id
    world.sentinels += [
        *(Sentinel("unreleased", question.question_text) for question in UNRELEASED),
        Sentinel("key of an unreleased exam", UNRELEASED[0].correct_answer),
        Sentinel("tolerance of an unreleased exam", UNRELEASED[0].tolerance),
        Sentinel("signing key", os.environ["JWT_SECRET"]),
        Sentinel("the model's key", ENVIRONMENT["GROQ_API_KEY"]),
    ]
    world.tokens["expired"] = access_token(world.users["dual"], now - OLD_SECONDS)
    world.sessions["expired"] = sessions.start_session(world.users["dual"], now - OLD_SECONDS)
    _erase(dead, now)
    assert aggregator(stream_event(stored_records()), FakeContext()) == {"batchItemFailures": []}
    world.keep()


def _erase(user: User, now: float) -> None:
    accounts.erase(user.id, now)
    order = msgspec.to_builtins(ErasureOrder(user.id, now, is_last_pass=True))
    done = eraser(sqs_event(order), FakeContext(remaining_ms=lambda: 600_000))
    assert done == {"batchItemFailures": []}


def _different(now: Mapping[str, StoredItem], before: Mapping[str, StoredItem]) -> set[str]:
    return {sk for sk in now.keys() | before.keys() if now.get(sk) != before.get(sk)}


def _files(bucket: str) -> Any:
    return s3_backends[ACCOUNT]["global"].buckets[bucket].keys
