"""Keeps the totals of one attempt on the exam's card when questions change.

The totals of a plain exam follow from counts, which a change increments. The totals of an exam with sections, a marking
scheme or marks that are no whole units depend on all questions: they are read, and the write is conditional on no other
change in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pynamodb.expressions.update import Action

from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import UNITS
from smartexam.catalog.questions import Question
from smartexam.catalog.store.exams import CardItem, update_cards
from smartexam.catalog.store.questions import questions_of
from smartexam.catalog.structure import Totals, encode_totals, totals
from smartexam.platform.dynamodb.table import Operation
from smartexam.platform.errors import BadRequest


class ContentChanged(Exception):
    """An exam's content is not that of the expected version any more."""


def counted(
    exam: Exam,
    *,
    added: Mapping[int, Question] | None = None,
    removed: Mapping[int, Question] | None = None,
    may_be_unequal: bool = False,
    as_of: int | None = None,
    actions: Sequence[Action] = (),
    condition: Any = None,
) -> list[Operation]:
    """The operations on an exam's card for added and removed questions by id; an edited question is both.

    Args:
        exam: as read; if it has changed since, the operations are refused.
        may_be_unequal: this is a step towards a state that was checked before.
        as_of: the only content version on which the change may be based.
        actions: other changes of the card.
        condition: a further condition.

    Raises:
        BadRequest: `unequal_marks`, questions that need equal marks would have different ones.
        ContentChanged: the exam has another version than `as_of`.
    """
    if as_of not in {None, exam.content_version}:
        raise ContentChanged
    added, removed = added or {}, removed or {}
    if exam.totals is None and not exam.structure.decides_marks and all(map(_in_units, added.values())):
        changes = _counts(added.values(), removed.values())
        required: Any = CardItem.totals.does_not_exist()
        if any(content.passage_id is not None or content.section_id is not None for content in added.values()):
            required &= CardItem.content_version == exam.content_version
        else:
            required &= _same_structure(exam)
    else:
        contents = {question.id: question.content for question in questions_of(exam)}
        kept = {question_id: content for question_id, content in contents.items() if question_id not in removed}
        after = totals_of(exam, (kept | dict(added)).values(), may_be_unequal=may_be_unequal)
        changes = [
            CardItem.content_version.add(1),
            CardItem.question_count.add(len(added) - len(removed)),
            CardItem.totals.set(encode_totals(after)),
        ]
        required = CardItem.content_version == exam.content_version
    if as_of is not None:
        required &= CardItem.content_version == as_of
    if condition is not None:
        required &= condition
    return update_cards(exam.id, [*changes, *actions], required)


def totals_of(exam: Exam, questions: Iterable[Question], *, may_be_unequal: bool = False) -> Totals:
    """The totals of one attempt at an exam with these questions.

    Raises:
        BadRequest: `unequal_marks`.
    """
    found = totals(exam.scheme, exam.structure, questions)
    if found.unequal and not may_be_unequal:
        names = ", ".join(section.name for section in exam.structure.sections if section.id in found.unequal)
        raise BadRequest(
            f"All questions must have equal marks where some are chosen or drawn: {names}", code="unequal_marks"
        )
    return found


def _same_structure(exam: Exam) -> Any:
    if exam.structure.is_plain:
        return CardItem.structure.does_not_exist()
    return CardItem.edit_version == exam.edit_version


def _in_units(question: Question) -> bool:
    return question.positive_marks is None or (question.positive_marks * UNITS).denominator == 1


def _counts(added: Iterable[Question], removed: Iterable[Question]) -> list[Action]:
    questions = own_marks = without_own_marks = 0
    for contents, sign in ((added, 1), (removed, -1)):
        for content in contents:
            questions += sign
            own_marks += sign * int((content.positive_marks or 0) * UNITS)
            without_own_marks += sign * (content.positive_marks is None)
    actions: list[Action] = [CardItem.content_version.add(1)]
    for attribute, change in (
        (CardItem.question_count, questions),
        (CardItem.own_marks, own_marks),
        (CardItem.without_own_marks, without_own_marks),
    ):
        if change:
            actions.append(attribute.add(change))
    return actions
