"""Finds the sections and passages that rows of a file name, and creates the missing ones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from question_files import ExportedQuestion, ImportedQuestion, Place
from smartexam.catalog.exam import Exam
from smartexam.catalog.paper import Passage
from smartexam.catalog.questions import MAX_QUESTION_TEXT, Question
from smartexam.catalog.store import exam_changes, passages
from smartexam.catalog.store.question_items import StoredQuestion
from smartexam.catalog.structure import Section, misplaced, with_sections
from smartexam.platform import ids

_MAX_SECTIONS = 20
_MAX_NAME = 200
_PASSAGES_AT_ONCE = 25


class Placement(NamedTuple):
    """The rows that can be added to an exam, the errors of the others by line, and what must be created first."""

    rows: list[ImportedQuestion]
    refused: list[tuple[int, str]]
    sections: list[str]
    passages: list[str]


def place(exam: Exam, rows: Sequence[ImportedQuestion]) -> Placement:
    """Plan how rows are added to an exam; changes nothing."""
    known = {section.name.casefold() for section in exam.structure.sections}
    texts = {passage.text for passage in _passages(exam, (row.passage for row in rows))}
    found = Placement([], [], [], [])
    for row in rows:
        reason = _reason(exam, row.place, known)
        if reason:
            found.refused.append((row.line, reason))
            continue
        found.rows.append(row)
        if row.section and row.section.casefold() not in known:
            known.add(row.section.casefold())
            found.sections.append(row.section)
        if row.passage and row.passage not in texts:
            texts.add(row.passage)
            found.passages.append(row.passage)
    return found


def carry_out(exam: Exam, placement: Placement, by: tuple[int, float]) -> list[Question]:
    """Create the missing sections and passages; returns the questions in them."""
    if placement.sections:
        wanted = placement.sections

        def change(current: Exam) -> Mapping[str, object]:
            there = {section.name.casefold() for section in current.structure.sections}
            new = [Section(0, name) for name in wanted if name.casefold() not in there]
            return {"structure": with_sections(current.structure, [*current.structure.sections, *new])}

        exam = exam_changes.edit_exam(exam.id, change, by)
    new = [Passage(id=ids.next_id("passage"), text=text) for text in placement.passages]
    for at in range(0, len(new), _PASSAGES_AT_ONCE):
        passages.save_passages(exam.id, new[at : at + _PASSAGES_AT_ONCE])
    sections = {section.name.casefold(): section.id for section in exam.structure.sections}
    by_text = {passage.text: passage.id for passage in _passages(exam, (row.passage for row in placement.rows))}
    return [
        replace(
            row.question,
            section_id=sections.get(row.section.casefold()) if row.section else None,
            passage_id=by_text.get(row.passage) if row.passage else None,
        )
        for row in placement.rows
    ]


def as_rows(exam: Exam, stored: Sequence[StoredQuestion]) -> list[ExportedQuestion]:
    """An exam's questions with the names of their sections and the texts of their passages."""
    with_passages = any(question.content.passage_id is not None for question in stored)
    texts = {passage.id: passage.text for passage in passages.list_passages(exam.id)} if with_passages else {}
    rows = []
    for question in stored:
        section = exam.structure.section_of(question.content)
        passage = "" if question.content.passage_id is None else texts.get(question.content.passage_id, "")
        rows.append(ExportedQuestion(exam.id, question.content, "" if section is None else section.name, passage))
    return rows


def _passages(exam: Exam, texts: Iterable[str]) -> list[Passage]:
    return passages.list_passages(exam.id) if any(texts) else []


def misplacement(exam: Exam, place: Place) -> str:
    """What does not fit an exam in a row, "" if nothing."""
    return _reason(exam, place, {section.name.casefold() for section in exam.structure.sections})


def _reason(exam: Exam, place: Place, known: Collection[str]) -> str:
    """Why a row cannot be added to an exam with sections of these names, "" if it can."""
    faults = [f"{fault.field}: {fault.message}" for fault in misplaced(None, None, place.languages, exam.structure, ())]
    if place.section and place.section.casefold() not in known:
        if len(place.section) > _MAX_NAME:
            faults.append(f"section: must have at most {_MAX_NAME} characters")
        elif exam.structure.is_timed:
            faults.append("section: there is no such section, and sections with minutes are not made by an import")
        elif len(known) >= _MAX_SECTIONS:
            faults.append(f"section: an exam has at most {_MAX_SECTIONS} sections")
    if len(place.passage) > MAX_QUESTION_TEXT:
        faults.append(f"passage: must have at most {MAX_QUESTION_TEXT} characters")
    return "; ".join(faults)
