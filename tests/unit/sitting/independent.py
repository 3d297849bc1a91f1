"""Grading by the words of the rules, in fractions and sets, written apart from the product's."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from smartexam.catalog.questions import Question

Scheme = Mapping[str, Mapping[str, str]]


def gained(
    question: Question, given: str, positive: Fraction, negative: Fraction, scheme: Mapping[str, str]
) -> Fraction:
    """What an answer gains; `given` are letters, or a number."""
    if not given:
        return Fraction(0)
    results = []
    for key in question.correct_answer.split("|"):
        if question.question_type == "NUMERIC":
            low, colon, high = key.partition(":")
            slack = Fraction(0) if colon else Fraction(question.tolerance)
            inside = Fraction(low) - slack <= Fraction(given) <= Fraction(high if colon else low) + slack
            results.append(positive if inside else -negative)
        else:
            results.append(_by_set(set(given), set(key) - {","}, positive, negative, scheme))
    return max(results)


def _by_set(
    chosen: set[str], key: set[str], positive: Fraction, negative: Fraction, scheme: Mapping[str, str]
) -> Fraction:
    partial = scheme.get("partial", "none")
    if partial == "proportional":
        share = Fraction(len(chosen & key) - len(chosen - key), len(key))
        return positive * max(Fraction(0), share)
    if chosen == key:
        return positive
    if partial == "per_option" and not chosen - key:
        return len(chosen) * Fraction(scheme.get("partial_marks", "1"))
    return -negative


def total(
    questions: Sequence[Question], answers: Sequence[str], exam: tuple[Fraction, Fraction], marking: Scheme
) -> Fraction:
    """The score of a paper whose marks are its questions' own, else its scheme's by type, else the exam's."""
    score = Fraction(0)
    for question, given in zip(questions, answers, strict=True):
        scheme = marking.get(question.question_type, {})
        positive = Fraction(scheme["positive"]) if "positive" in scheme else exam[0]
        negative = Fraction(scheme["negative"]) if "negative" in scheme else exam[1]
        if question.positive_marks is not None:
            positive = question.positive_marks
        if question.negative_marks is not None:
            negative = question.negative_marks
        if question.question_type != "MSQ":
            scheme = {}
        score += gained(question, given, positive, negative, scheme)
    return score
