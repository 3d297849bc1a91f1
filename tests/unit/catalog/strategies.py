"""Consistent questions, answers and numbers for property tests."""

from typing import Any

from hypothesis import strategies as st

from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.marks import MAX_MARKS, UNITS
from smartexam.catalog.numeric import MAX_LENGTH
from smartexam.catalog.paper import ExamPaper, ExamSnapshot, compile_paper
from smartexam.catalog.questions import MCQ, MSQ, NUMERIC, OPTION_LETTERS, Question

EXAM = ExamSnapshot(
    id=7,
    name="Physics mock",
    date="2025-01-15",
    start_time="10:00",
    duration=180,
    positive_marks=4 * UNITS,
    negative_marks=UNITS,
)

# Any text, with frequent characters that are special in CSV and spreadsheets.
_characters = st.one_of(
    st.sampled_from("\n\t \",;'=+-@|[]$\\0aé€ह🙂\u2028\u00a0"),
    st.characters(exclude_categories=("Cs", "Cc")),
)
texts = st.text(_characters, min_size=1, max_size=40).map(str.strip).filter(bool)

numbers = st.from_regex(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(?:[eE][+-]?[0-9]{1,2})?", fullmatch=True)
plain_numbers = st.from_regex(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,3})?", fullmatch=True)
tolerances = st.from_regex(r"[0-9](?:\.[0-9]{1,3})?", fullmatch=True)
marks = st.none() | st.fractions(0, MAX_MARKS, max_denominator=40)


image_paths = st.sampled_from(("", "questions/7/a b.png", "https://img.example/x.png?a=1,2"))
lines = texts.map(lambda text: " ".join(text.split())).filter(bool)
ranges = st.tuples(plain_numbers, plain_numbers).map(lambda ends: ":".join(sorted(ends, key=float)))
extras = st.fixed_dictionaries(
    {
        "solution": st.just("") | texts,
        "solution_image": image_paths,
        "topic": st.just("") | lines,
        "difficulty": st.sampled_from(("", "Easy", "Medium", "Hard")),
        "tags": st.lists(lines.filter(lambda tag: ";" not in tag), max_size=3, unique=True).map(tuple),
    }
)


@st.composite
def translations(draw: st.DrawFn, fields: set[str]) -> dict[str, dict[str, str]]:
    """Translations of some fields into some languages, in the order in which they are stored."""
    found = {}
    for language in sorted(draw(st.sets(st.sampled_from(("hi", "mr", "pt-BR")), max_size=2))):
        names = draw(st.sets(st.sampled_from(sorted(fields)), min_size=1))
        found[language] = {name: draw(texts) for name in sorted(names)}
    return found


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any consistent question."""
    question_type = draw(st.sampled_from((MCQ, MSQ, NUMERIC)))
    common: dict[str, Any] = {
        "question_type": question_type,
        "question_text": draw(texts),
        "image_path": draw(image_paths),
        **(draw(extras) if draw(st.booleans()) else {}),
    }
    translated = {"question_text", *(["solution"] if common.get("solution") else [])}
    positive, negative = draw(marks), draw(marks)
    if question_type == NUMERIC:
        tolerance = draw(tolerances)
        return Question(
            **common,
            correct_answer="|".join(dict.fromkeys(draw(st.lists(numbers | ranges, min_size=1, max_size=3)))),
            texts=draw(translations(translated)),
            tolerance=tolerance if float(tolerance) else "0",
            positive_marks=positive,
            negative_marks=negative,
        )
    filled = sorted(draw(st.sets(st.sampled_from(OPTION_LETTERS), min_size=2)))
    written: dict[str, Any] = {f"option_{letter.lower()}": draw(texts) for letter in filled}
    pictured = sorted(draw(st.sets(st.sampled_from(filled), max_size=2)))
    for letter in pictured:
        if draw(st.booleans()):
            del written[f"option_{letter.lower()}"]
    correct = st.sets(st.sampled_from(filled), min_size=1, max_size=1 if question_type == MCQ else None)
    alternatives = draw(st.lists(correct.map(lambda letters: ",".join(sorted(letters))), min_size=1, max_size=3))
    return Question(
        **common,
        **written,
        option_images={letter: draw(image_paths.filter(bool)) for letter in pictured},
        correct_answer="|".join(dict.fromkeys(alternatives)),
        fixed_options=draw(st.booleans()),
        texts=draw(translations(translated | set(written))),
        positive_marks=positive,
        negative_marks=negative,
    )


def compiled(*questions: Question, version: int = 1) -> tuple[ExamPaper, AnswerKey]:
    """Paper and key of questions that get the ids 101, 102, ..."""
    return compile_paper(EXAM, list(enumerate(questions, start=101)), version)


papers = st.lists(questions(), max_size=6).map(lambda some: compiled(*some))


@st.composite
def answers_to(draw: st.DrawFn, paper: ExamPaper) -> list[str]:
    """Canonical answers to a paper, some of them missing."""
    answers = []
    for question_type, filled in paper.answer_rules:
        if question_type == MCQ:
            answer = st.sampled_from(filled)
        elif question_type == MSQ:
            answer = st.sets(st.sampled_from(filled), min_size=1).map(lambda letters: "".join(sorted(letters)))
        else:
            answer = numbers.filter(lambda text: len(text) <= MAX_LENGTH)
        answers.append(draw(st.just("") | answer))
    return answers


# What JSON can express, and some of what it cannot.
hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.builds(lambda: 10**5000)
    | st.floats()
    | st.text(st.characters(), max_size=12)
    | st.sampled_from(["A", "a,c", "AC", "NaN", "1e999", "-0", "٣", "1_0", "1/0", "\ud800", "\x00", "0" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
