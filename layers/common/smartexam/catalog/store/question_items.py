"""How questions are stored."""

from collections.abc import Sequence

import msgspec
from msgspec import structs
from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute

from smartexam.catalog.questions import Question
from smartexam.catalog.store.marks_attribute import MarksAttribute
from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item

PREFIX = "Q#"


# Stored only if a question has them, which is rare.
_SELDOM = frozenset(
    {"option_e", "option_f", "option_g", "option_h", "option_images", "section_id", "passage_id", "solution"}
    | {"solution_image", "topic", "difficulty", "tags", "fixed_options", "texts"}
)


class QuestionItem(Item):
    """A question in its exam."""

    class Meta:
        context = "catalog"

    question_id = IntAttribute()
    question_type = UnicodeAttribute()
    question_text = UnicodeAttribute()
    option_a = UnicodeAttribute(default="")
    option_b = UnicodeAttribute(default="")
    option_c = UnicodeAttribute(default="")
    option_d = UnicodeAttribute(default="")
    option_e = UnicodeAttribute(null=True)
    option_f = UnicodeAttribute(null=True)
    option_g = UnicodeAttribute(null=True)
    option_h = UnicodeAttribute(null=True)
    option_images = JSONAttribute(null=True)
    correct_answer = UnicodeAttribute()
    image_path = UnicodeAttribute(default="")
    positive_marks = MarksAttribute(null=True)
    negative_marks = MarksAttribute(null=True)
    tolerance = UnicodeAttribute()
    section_id = IntAttribute(null=True)
    passage_id = IntAttribute(null=True)
    solution = UnicodeAttribute(null=True)
    solution_image = UnicodeAttribute(null=True)
    topic = UnicodeAttribute(null=True)
    difficulty = UnicodeAttribute(null=True)
    tags = JSONAttribute(null=True)
    fixed_options = BooleanAttribute(null=True)
    texts = JSONAttribute(null=True)
    created_at = FloatAttribute()
    revision = IntAttribute()
    batch = IntAttribute(null=True)


class PointerItem(Item):
    """The exam and the sort key of a question."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()
    question_sk = UnicodeAttribute()


class ArrivalItem(Item):
    """A question that was moved to an exam from another one.

    It finds what belongs to the question but is listed under its first exam.
    """

    class Meta:
        context = "catalog"


class StoredQuestion(msgspec.Struct, frozen=True):
    """A question of an exam.

    Attributes:
        place: its sort key, which orders the exam's questions.
        revision: incremented by every edit; edits compare it.
        batch: the number of the batch that added it, None if it was added in one transaction.
    """

    id: int
    exam_id: int
    content: Question
    place: str
    revision: int
    created_at: float
    batch: int | None = None


def questions_key(exam_id: int) -> str:
    """The partition of an exam's questions."""
    return f"EXAM#{exam_id}"


def arrivals_key(exam_id: int) -> str:
    """The partition that lists the questions that were moved to an exam."""
    return f"ARRIVALS#{exam_id}"


def pointer_key(question_id: int) -> tuple[str, str]:
    """The keys of a question's pointer."""
    return f"QUESTION#{question_id}", "POINTER"


def place_prefix(now: float, first_id: int) -> str:
    """The sort key prefix of questions that are added together: after all earlier ones, and unique."""
    return f"{PREFIX}{int(now * 1000):013d}#{first_id:016d}#"


def new_questions(
    exam_id: int, questions: Sequence[tuple[int, Question]], now: float, batch: int | None = None
) -> list[StoredQuestion]:
    """Questions, given with their ids, with sort keys at the end of an exam."""
    prefix = place_prefix(now, questions[0][0])
    return [
        StoredQuestion(question_id, exam_id, content, f"{prefix}{index:05d}", 1, now, batch)
        for index, (question_id, content) in enumerate(questions)
    ]


def edited(before: StoredQuestion, content: Question) -> StoredQuestion:
    """The next revision of a question."""
    return structs.replace(before, content=content, revision=before.revision + 1)


def to_item(question: StoredQuestion) -> QuestionItem:
    """The item of a question."""
    return QuestionItem(
        questions_key(question.exam_id),
        question.place,
        question_id=question.id,
        created_at=question.created_at,
        revision=question.revision,
        batch=question.batch,
        **{
            name: value
            for name in Question.__struct_fields__
            if (value := getattr(question.content, name)) or name not in _SELDOM
        },
    )


def to_pointer(question: StoredQuestion) -> PointerItem:
    """The pointer of a question."""
    return PointerItem(*pointer_key(question.id), exam_id=question.exam_id, question_sk=question.place)


def from_item(item: QuestionItem) -> StoredQuestion:
    """A stored question."""
    fields = {name: getattr(item, name) for name in Question.__struct_fields__}
    content = Question(**{name: value for name, value in fields.items() if value is not None or name not in _SELDOM})
    if item.tags:
        content = structs.replace(content, tags=tuple(item.tags))
    exam_id = int(item.pk.removeprefix("EXAM#"))
    return StoredQuestion(item.question_id, exam_id, content, item.sk, item.revision, item.created_at, item.batch)
