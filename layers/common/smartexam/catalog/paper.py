"""The paper of an exam as students see it, and its compilation from the exam's questions.

A paper is immutable: editing an exam compiles a new version, and an attempt keeps the version it started with. The
paper does not reveal any answer; the answers are in the `AnswerKey` that is compiled with it, by the same positions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import UNSET, Struct, UnsetType

from smartexam.catalog.answer_key import AnswerKey, KeyEntry
from smartexam.catalog.marks import display
from smartexam.catalog.questions import Question, filled_letters

_SOLUTION = "solution"


class ExamSnapshot(Struct, frozen=True, kw_only=True):
    """An exam's own fields when its paper was compiled; marks in units, `duration` in minutes."""

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    positive_marks: int
    negative_marks: int
    instructions: str = ""
    category_id: int | None = None
    max_attempts: int = 0
    result_mode: str = "instant"


class ExamPaperQuestion(Struct, frozen=True, gc=False):
    """A question without its answer and solution. Marks are in units; `option_images` are paths."""

    id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    image_path: str
    positive_marks: int
    negative_marks: int
    option_e: str = ""
    option_f: str = ""
    option_g: str = ""
    option_h: str = ""
    option_images: Mapping[str, str] = {}
    section_id: int | None = None
    passage_id: int | None = None
    fixed_options: bool = False
    texts: Mapping[str, Mapping[str, str]] = {}

    @property
    def options(self) -> tuple[str, ...]:
        """The texts of the options in the order of their letters, "" where there is none."""
        return (
            *(self.option_a, self.option_b, self.option_c, self.option_d),
            *(self.option_e, self.option_f, self.option_g, self.option_h),
        )


class ClientQuestion(Struct, frozen=True, gc=False):
    """A question in the shape of `GET /exam/:id`; marks rounded to two decimals, `image_url` null without an image.

    Options from E on are present if they are not empty, `option_image_urls` are by letter, `texts` by language and
    field.
    """

    id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    image_url: str | None
    positive_marks: float
    negative_marks: float
    option_image_urls: dict[str, str]
    section_id: int | None
    passage_id: int | None
    texts: dict[str, dict[str, str]]
    option_e: str | UnsetType = UNSET
    option_f: str | UnsetType = UNSET
    option_g: str | UnsetType = UNSET
    option_h: str | UnsetType = UNSET


class ExamPaper:
    """A compiled exam paper.

    Attributes:
        exam: the exam's fields at the time of compilation.
        version: the version that attempts keep.
        questions: in the order in which students get them.
        positions: position by question id as text, in the paper's order.
        answer_rules: question type and letters of the filled options, by position.
    """

    __slots__ = ("answer_rules", "exam", "positions", "questions", "version")

    def __init__(self, exam: ExamSnapshot, version: int, questions: Sequence[ExamPaperQuestion]) -> None:
        self.exam = exam
        self.version = version
        self.questions = tuple(questions)
        self.positions: Mapping[str, int] = {str(q.id): position for position, q in enumerate(self.questions)}
        self.answer_rules = tuple((q.question_type, filled_letters(q.options, q.option_images)) for q in self.questions)
        if len(self.positions) != len(self.questions):
            raise ValueError("a paper with a question twice")

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def max_units(self) -> int:
        """The highest possible score, in units."""
        return sum(question.positive_marks for question in self.questions)

    def client_questions(self, image_url: Callable[[str], str | None]) -> list[ClientQuestion]:
        """The questions for a student; `image_url` gives the address of an image's path.

        The paper stores paths because addresses may expire or move, while a version of a paper must not change.
        """
        return [
            ClientQuestion(
                q.id,
                q.question_text,
                q.option_a,
                q.option_b,
                q.option_c,
                q.option_d,
                q.question_type,
                image_url(q.image_path) if q.image_path else None,
                display(q.positive_marks),
                display(q.negative_marks),
                {letter: image_url(path) or "" for letter, path in q.option_images.items()},
                q.section_id,
                q.passage_id,
                {language: dict(texts) for language, texts in q.texts.items()},
                *(text or UNSET for text in q.options[4:]),
            )
            for q in self.questions
        ]

    def client_exam(self) -> dict[str, object]:
        """The exam's fields in the API's shape, with the paper's totals. The status is left out because it changes."""
        exam = self.exam
        return {
            "id": exam.id,
            "name": exam.name,
            "date": exam.date,
            "start_time": exam.start_time,
            "duration": exam.duration,
            "category_id": exam.category_id,
            "total_questions": len(self.questions),
            "max_marks": display(self.max_units),
            "max_attempts": exam.max_attempts,
            "result_mode": exam.result_mode,
            "instructions": exam.instructions,
            "positive_marks": display(exam.positive_marks),
            "negative_marks": display(exam.negative_marks),
        }


def compile_paper(
    exam: ExamSnapshot, questions: Iterable[tuple[int, Question]], version: int
) -> tuple[ExamPaper, AnswerKey]:
    """The paper and the key of an exam's questions, given as (id, question) in the order in which students get them.

    Raises ValueError if an id occurs twice.
    """
    shown: list[ExamPaperQuestion] = []
    keyed: list[KeyEntry] = []
    for question_id, question in questions:
        positive = exam.positive_marks if question.positive_marks is None else question.positive_marks
        negative = exam.negative_marks if question.negative_marks is None else question.negative_marks
        shown.append(
            ExamPaperQuestion(
                question_id,
                question.question_text,
                question.option_a,
                question.option_b,
                question.option_c,
                question.option_d,
                question.question_type,
                question.image_path,
                positive,
                negative,
                question.option_e,
                question.option_f,
                question.option_g,
                question.option_h,
                question.option_images,
                question.section_id,
                question.passage_id,
                question.fixed_options,
                _shown(question.texts),
            )
        )
        # A draft writes the letters of an MSQ without commas.
        correct = question.correct_answer.replace(",", "")
        keyed.append(KeyEntry(question.question_type, correct, question.tolerance, positive, negative))
    return ExamPaper(exam, version, shown), AnswerKey(version, keyed)


def _shown(texts: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """Translations without their solutions."""
    kept = {
        language: {name: text for name, text in translated.items() if name != _SOLUTION}
        for language, translated in texts.items()
    }
    return {language: translated for language, translated in kept.items() if translated}
