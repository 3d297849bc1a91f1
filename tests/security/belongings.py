"""Who owns what in the world of these tests."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from exams.models import SyncBody
from exams.saving import sync
from exams.starting import start
from exams.submitting import submit
from smartexam.accounts.store import access_requests, batches, credentials, refresh_tokens, sessions
from smartexam.accounts.store.batches import Batch
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.questions import Question
from smartexam.catalog.store import categories
from smartexam.catalog.store.categories import Category
from smartexam.catalog.structure import Shuffle, Structure
from smartexam.jobs.store import jobs
from smartexam.platform import audit, ids, opaque
from smartexam.sitting.store import attempts
from smartexam.talk.store import study
from smartexam.talk.store.discussions import writing
from smartexam.talk.store.messaging import connections, groups, sending
from smartexam.talk.store.study import Turn
from tests.factories.exams import MCQ, create_exam, create_passage, question_ids
from tests.factories.users import create_user
from tests.security.sentinels import Sentinel

GRACE = 30
TIMEZONE = "Asia/Kolkata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """One account and its resources; `sentinels` are their values that others must not read.

    Attributes:
        running: an exam that only this account is taking now; `sat` has a result of this account only, and the result
            of `pending` is not visible yet.
        conversation: with `friend`, who has no other connection; `group` has the same two members.
        message: this account's message in it; `heard` is the friend's.
        request: a request for a connection that waits for this account's answer.
        question: of `sat`; the discussion with `comment` is about it.
        spare: an exam that nobody sits, with one question `spare_question` and a passage `spare_passage`.
        access_request: waits for an admin's decision; made by this account's friend.
    """

    sentinels: tuple[Sentinel, ...]
    user_id: int
    username: str
    email: str
    role: str
    running: int
    running_question: int
    sat: int
    result: int
    question: int
    pending: int
    friend: int
    friend_username: str
    friend_email: str
    conversation: int
    message: int
    heard: int
    group: int
    request: int
    comment: int
    spare: int
    spare_question: int
    spare_passage: int
    category: int
    access_request: int
    job: int
    batch: int
    refresh_token: str
    session: str
    link: str


_FAR = 900_000_000_000
_GAINED = 17_329  # hundredths of marks, for a right answer
NOTHING = Belongings(
    sentinels=(),
    user_id=_FAR,
    username="nobody.at.all",
    email="nobody@example.org",
    role="user",
    running=_FAR,
    running_question=_FAR,
    sat=_FAR,
    result=_FAR,
    question=_FAR,
    pending=_FAR,
    friend=_FAR,
    friend_username="no.friend",
    friend_email="no.friend@example.org",
    conversation=_FAR,
    message=_FAR,
    heard=_FAR,
    group=_FAR,
    request=_FAR,
    comment=_FAR,
    spare=_FAR,
    spare_question=_FAR,
    spare_passage=_FAR,
    category=_FAR,
    access_request=_FAR,
    job=_FAR,
    batch=_FAR,
    refresh_token=opaque.mint(_FAR).token,
    session=opaque.mint(_FAR).token,
    link=opaque.mint(_FAR).token,
)


def give(name: str, user: User, stranger: User, now: float) -> Belongings:
    """Give an account one of everything; `stranger` asks it for a connection."""
    marker = f"private-{name}"
    friend = create_user(username=f"friend.of.{name}", email=f"{marker}.friend@example.org")
    spare = create_exam([MCQ], name=f"Exam {name} spare")
    sits = "user" in user.role.split(",")
    running, sat, pending = (_sittings if sits else _none)(user, spare, now)
    result = attempts.get_sitting(user.id, sat.id) if sits else None
    if sits:
        study.remember(user.id, Turn(f"asked {marker}", f"answered {marker}", now))
    category = Category(ids.next_id("category"), f"Category {name}", None)
    categories.create_category(category)
    job = ids.next_id("job")
    jobs.create(job, "question_generation", {"mode": "extract", "exam_id": spare.id}, created_by=user.id, now=now)
    batch = ids.next_id("batch")
    made = audit.entry(audit.Change(user.id, "batch.create", f"batch:{batch}", None, None), now)
    batches.create(Batch(batch, f"Batch {name}", 0, now), made)
    conversation = _befriend(user, friend, now)
    said, heard = (
        sending.send(sending.Draft(conversation, speaker.id, speaker.full_name, f"said {marker}"), now - 60).message
        for speaker in (user, friend)
    )
    group = groups.create(
        ids.next_id("conversation"), f"Group {marker}", (user.id, user.full_name), {friend.id: friend.full_name}, now
    )
    asked = connections.ask(stranger.principal(), user.id, user.full_name, now)
    refresh_token = refresh_tokens.issue(user, now).token
    session = sessions.start_session(user, now)
    link = credentials.issue_password_link(user.id, now)
    return Belongings(
        sentinels=(
            *secrets_of(name, marker, user, friend),
            *([Sentinel("seed", _seed(user, running), name)] if sits else []),
            *(
                Sentinel(kind, value, name)
                for kind, token in (("refresh token", refresh_token), ("session", session), ("link", link))
                for value in (token, opaque.digest(token))
            ),
        ),
        user_id=user.id,
        username=user.username,
        email=user.email,
        role=user.role,
        running=running.id,
        running_question=question_ids(running.id)[0],
        sat=sat.id,
        result=_FAR if result is None or result.last_result_id is None else result.last_result_id,
        question=question_ids(sat.id)[0],
        pending=pending.id,
        friend=friend.id,
        friend_username=friend.username,
        friend_email=friend.email,
        conversation=conversation,
        message=said.id,
        heard=heard.id,
        group=group.id,
        request=asked.connection_id,
        comment=_comment(user, question_ids(sat.id)[0], sat.id, now),
        spare=spare.id,
        spare_question=question_ids(spare.id)[0],
        spare_passage=create_passage(spare.id),
        category=category.id,
        access_request=access_requests.submit(friend, "admin", f"because {marker}", now),
        job=job,
        batch=batch,
        refresh_token=refresh_token,
        session=session,
        link=link,
    )


def _sittings(user: User, spare: Exam, now: float) -> tuple[Exam, Exam, Exam]:
    """An exam that an account is sitting, one that it has sat, and one whose result is pending."""
    name, time = user.username, ExamTime(now, GRACE, TIMEZONE)
    shuffled = Structure(shuffle=Shuffle(questions=True, options=True))
    running = create_exam([_secret_question(user, "1")], name=f"Exam {name} running", structure=shuffled)
    sat = create_exam([_secret_question(user, "2")], name=f"Exam {name} sat")
    pending = create_exam([_secret_question(user, "3"), MCQ], name=f"Exam {name} pending", result_mode="manual")
    for exam, answer in ((running, "4"), (sat, "5"), (pending, "3")):
        start(user.id, exam.id, time)
        given: dict[str, Any] = {str(question_ids(exam.id)[0]): _number(user, answer)}
        if exam is pending:
            given[str(question_ids(exam.id)[1])] = "A"
        sync(user.id, exam.id, SyncBody(answers=given), time)
    for exam in (sat, pending):
        submit(user.id, exam.id, time)
    return running, sat, pending


def _number(user: User, kind: str) -> str:
    """A number that occurs nowhere else: one for each account and kind."""
    return f"{user.id}{kind}391824.6157"


def _secret_question(user: User, kind: str) -> Question:
    return Question(
        question_type="NUMERIC",
        question_text="How many are there?",
        correct_answer=_number(user, kind),
        tolerance=f"0.0{user.id}{kind}83917",
        solution=_solution(user, kind),
        texts={"en": {"solution": f"Again: {_solution(user, kind)}"}},
        positive_marks=Fraction(_GAINED, 100),
        negative_marks=Fraction(0),
    )


def _solution(user: User, kind: str) -> str:
    return f"solved-as-{user.id}-{kind}-83917"


def secrets_of(name: str, marker: str, user: User, friend: User) -> tuple[Sentinel, ...]:
    """What only one account may read, or not even that one."""
    # Of the pending result: the first question right, the second wrong, of 177.29 marks.
    score = f"{(_GAINED - 100) / 100}"
    return (
        Sentinel("key of a running exam", _number(user, "1"), name),
        Sentinel("tolerance of a running exam", f"0.0{user.id}183917", name),
        Sentinel("solution of a running exam", _solution(user, "1"), name),
        Sentinel("solution", _solution(user, "2"), name),
        Sentinel("solution of a pending exam", _solution(user, "3"), name),
        Sentinel("key", _number(user, "2"), name),
        Sentinel("tolerance", f"0.0{user.id}283917", name),
        Sentinel("key of a pending exam", _number(user, "3"), name),
        Sentinel("tolerance of a pending exam", f"0.0{user.id}383917", name),
        Sentinel("draft", _number(user, "4"), name),
        Sentinel("answer", _number(user, "5"), name),
        Sentinel("score", score, name),
        Sentinel("hash", str(user.password_hash), name),
        Sentinel("address", user.email, name),
        Sentinel("address", friend.email, name),
        Sentinel("message", f"said {marker}", name),
        Sentinel("group", f"Group {marker}", name),
        Sentinel("study", f"asked {marker}", name),
        Sentinel("study", f"answered {marker}", name),
        Sentinel("reason", f"because {marker}", name),
    )


def _seed(user: User, exam: Exam) -> str:
    sitting = attempts.get_sitting(user.id, exam.id)
    assert sitting is not None
    assert sitting.seed
    return sitting.seed


def _none(user: User, spare: Exam, now: float) -> tuple[Exam, Exam, Exam]:
    """Of an account that sits nothing, an exam in place of each."""
    return spare, spare, spare


def _befriend(user: User, friend: User, now: float) -> int:
    asked = connections.ask(friend.principal(), user.id, user.full_name, now)
    accepted = connections.accept(user.principal(), asked.connection_id, now)
    assert accepted.conversation_id is not None
    return accepted.conversation_id


def _comment(user: User, question_id: int, exam_id: int, now: float) -> int:
    comment = writing.NewComment(
        id=ids.next_id("comment"),
        question_id=question_id,
        exam_id=exam_id,
        author_id=user.id,
        username=user.username,
        message="A comment that everybody may read",
        parent=None,
        now=now,
    )
    return writing.add(comment, is_first=True).id
