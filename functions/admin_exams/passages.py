"""Passages of exams: listing, saving, deleting."""

from collections.abc import Mapping
from typing import Any, Final

from admin_exams.models import PassageView
from smartexam.catalog.images import image_url
from smartexam.catalog.paper import Passage
from smartexam.catalog.questions import MAX_BYTES, Question, check
from smartexam.catalog.store import exams, passages
from smartexam.catalog.structure import misplaced
from smartexam.platform import audit, ids
from smartexam.platform.audit import Change
from smartexam.platform.errors import Fault, InvalidFields

_MAX_ID: Final = 2**53 - 1
# A passage follows the rules of a question's text, image and translations.
_PLACES: Final = {"question_text": "text", "image_path": "image"}


def list_passages(exam_id: int) -> list[PassageView]:
    """The passages of an exam.

    Raises:
        NotFound: there is no such exam.
    """
    exams.find_exam(exam_id)
    return [view(exam_id, passage) for passage in passages.list_passages(exam_id)]


def save_passage(exam_id: int, given: Mapping[str, Any], admin_id: int, now: float) -> PassageView:
    """Add a passage to an exam, or replace the one whose id is given.

    Raises:
        InvalidFields: a field is invalid.
        NotFound: there is no such exam, or no such passage in it.
    """
    exam = exams.find_exam(exam_id)
    faults: list[Fault] = []
    passage_id = _read_id(given.get("id"), faults)
    translated = given.get("texts")
    languages = [name for name in translated if isinstance(name, str)] if isinstance(translated, dict) else []
    faults += misplaced(None, None, languages, exam.structure, ())
    text, image, texts = _read(given, faults)
    is_known = passage_id is not None
    if passage_id is None:
        passage_id = ids.next_id("passage")
    passage = Passage(id=passage_id, text=text, image=image, texts=texts)
    logged = audit.entry(Change(admin_id, "passage.save", f"exam:{exam_id}", None, {"passage_id": passage_id}), now)
    passages.save_passages(exam_id, [passage], [logged], are_known=is_known)
    return view(exam_id, passage)


def delete_passage(passage_id: int, admin_id: int, now: float) -> None:
    """Delete a passage that no question uses.

    Raises:
        NotFound: there is no such passage.
        Conflict: questions use it.
    """
    logged = audit.entry(Change(admin_id, "passage.delete", f"passage:{passage_id}", None, None), now)
    passages.delete_passage(passage_id, [logged])


def view(exam_id: int, passage: Passage) -> PassageView:
    """A passage as admins see it."""
    return PassageView(passage.id, exam_id, passage.text, passage.image, image_url(passage.image), dict(passage.texts))


def _read(given: Mapping[str, Any], faults: list[Fault]) -> tuple[str, str, dict[str, str]]:
    fields: dict[str, Any] = {"question_text": given.get("text"), "image_path": given.get("image")}
    others = len(faults)
    translated = given.get("texts") or {}
    if not isinstance(translated, dict):
        faults.append(Fault("texts", "must be an object"))
        translated = {}
    # Also as the translations of questions are written, `{"hi": {"text": "..."}}`
    plain = {
        language: text["text"] if isinstance(text, dict) and text.keys() == {"text"} else text
        for language, text in translated.items()
    }
    fields["texts"] = {language: {"question_text": text} for language, text in plain.items()}
    read = check({**fields, "question_type": "NUMERIC", "correct_answer": "0"})
    if isinstance(read, Question):
        texts = {language: each["question_text"] for language, each in read.texts.items()}
        if not faults:
            return read.question_text, read.image_path, texts
    else:
        faults += [_renamed(fault) for fault in read]
    without_text = fields["question_text"] in (None, "")
    if without_text and fields["image_path"] and all(fault.field == "text" for fault in faults[others:]):
        # A passage may have only an image.
        again = check({**fields, "question_text": "-", "question_type": "NUMERIC", "correct_answer": "0"})
        if isinstance(again, Question):
            if not others:
                texts = {language: each["question_text"] for language, each in again.texts.items()}
                return "", again.image_path, texts
            del faults[others:]
    raise InvalidFields(faults)


def _renamed(fault: Fault) -> Fault:
    field = fault.field.removesuffix(".question_text")
    message = f"must have at most {MAX_BYTES} bytes" if "altogether" in fault.message else fault.message
    return Fault(_PLACES.get(field, field), message)


def _read_id(value: Any, faults: list[Fault]) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(_MAX_ID)):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_ID:
        return value
    faults.append(Fault("id", "must be the number of a passage"))
    return None
