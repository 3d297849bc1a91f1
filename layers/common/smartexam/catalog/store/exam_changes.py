"""Creating, editing and deleting exams, with their list entries, counts and log entries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import structs, to_builtins
from pynamodb.expressions.update import Action

from smartexam.accounts.store import batches
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import number_or_text
from smartexam.catalog.store.categories import CategoryItem, category_key
from smartexam.catalog.store.exams import (
    CARD,
    REPLICAS,
    STORED,
    CardItem,
    ExamStatisticsItem,
    card_key,
    find_exam,
    get_exam,
    stored_value,
    update_cards,
)
from smartexam.catalog.store.listings import ListingItem, listed, listings
from smartexam.catalog.store.passages import list_passages
from smartexam.catalog.store.questions import questions_of
from smartexam.catalog.store.totals import totals_of
from smartexam.catalog.structure import Totals, encode_totals
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import Conflict, NotFound

# Fields that are part of the compiled paper.
_IN_PAPER = frozenset(
    {"name", "date", "start_time", "duration", "instructions", "positive_marks", "negative_marks", "category_id"}
    | {"max_attempts", "result_mode", "structure"}
)
# Fields that change the totals of one attempt.
_DECIDE_TOTALS = frozenset({"structure", "positive_marks"})
_EDITABLE = (
    _IN_PAPER
    | {"status", "result_delay", "allow_assistant", "is_released", "closes_at", "audience", "batch_ids", "access_code"}
    | {"counted_attempt", "discussion", "allow_chat"}
)


def create_exam(exam: Exam, admin_id: int | None = None) -> None:
    """Store a new exam with its list entries and counts, and log it for the administrator.

    Raises:
        NotFound: its category does not exist.
    """
    named = _batches_of(exam)
    _announce(exam, named)
    operations: list[Operation] = [Put(item, CardItem.pk.does_not_exist()) for item in _cards(exam)]
    operations += [Put(item) for item in listings(exam)]
    operations += _category_count(exam.category_id, +1)
    operations.append(_exam_total(+1))
    if admin_id is not None:
        states = None, _logged_state(exam)
        operations.append(entry(Change(admin_id, "exam.create", f"exam:{exam.id}", *states), exam.created_at))
    try:
        table.transact([batches.naming(batch_id) for batch_id in named] + operations)
    except TransactionRefused as refused:
        if any(refused.failed[: len(named)]):
            raise batches.no_batch() from None
        raise NotFound("Category not found", code="category_not_found") from None
    _list_for(exam, named)


def edit_exam(exam_id: int, change: Callable[[Exam], Mapping[str, Any]], by: tuple[int, float] | None = None) -> Exam:
    """Change an exam's own fields.

    Args:
        change: returns the changed fields, given the exam; called again if the exam changes meanwhile.
        by: the administrator and the time (epoch seconds), for the log.

    Raises:
        NotFound: the exam or the new category does not exist.
        Conflict: `section_in_use`, a section with questions would be removed; `language_in_use`, a language that
            questions or passages have texts in.
        BadRequest: `unequal_marks`.
    """

    def attempt() -> Exam:
        before = find_exam(exam_id)
        changes = {name: value for name, value in change(before).items() if getattr(before, name) != value}
        if not changes:
            return before
        if not _EDITABLE.issuperset(changes):
            raise ValueError(f"not editable: {sorted(set(changes) - _EDITABLE)}")
        after = structs.replace(before, **changes, edit_version=before.edit_version + 1)
        actions: list[Action] = [_set(name, value) for name, value in changes.items()]
        actions.append(CardItem.edit_version.set(after.edit_version))
        unchanged = CardItem.edit_version == before.edit_version
        depending = _by_content(before, after, changes)
        if depending is not None:
            actions += depending
            unchanged &= CardItem.content_version == before.content_version
        if _IN_PAPER.intersection(changes):
            actions.append(CardItem.content_version.add(1))
        if "closes_at" in changes:
            actions.append(CardItem.grants_version.add(1))
            after = structs.replace(after, grants_version=before.grants_version + 1)
        named = [batch_id for batch_id in _batches_of(after) if batch_id not in _batches_of(before)]
        _announce(after, named)
        moved = _category_moves(before, after)
        try:
            table.transact(
                [batches.naming(batch_id) for batch_id in named]
                + update_cards(exam_id, actions, unchanged)
                + _listing_moves(before, after)
                + _logged_edit(before, changes, by)
                + moved
            )
        except TransactionRefused as refused:
            if any(refused.failed[: len(named)]):
                raise batches.no_batch() from None
            if after.category_id is not None and moved and refused.failed[-1]:
                raise NotFound("Category not found", code="category_not_found") from None
            raise
        _list_for(after, named)
        batches.forget_exam(exam_id, set(_batches_of(before)) - set(_batches_of(after)), after.edit_version)
        return after

    return table.retried(attempt)


def remove_exam(exam_id: int, by: tuple[int, float] | None = None) -> bool:
    """Delete an exam from the catalog, so that no read finds it. What belongs to it is erased separately.

    `by` is the administrator and the time (epoch seconds), for the log. Returns False if there was no such exam.
    """

    def attempt() -> bool:
        exam = get_exam(exam_id)
        if exam is None:
            return False
        operations: list[Operation] = [
            Delete(CardItem, card_key(exam_id, replica), CARD, CardItem.edit_version == exam.edit_version)
            for replica in range(REPLICAS)
        ]
        operations += [Delete(ListingItem, item.pk, item.sk) for item in listings(exam)]
        operations += _category_count(exam.category_id, -1)
        operations.append(_exam_total(-1))
        if by is not None:
            operations.append(entry(Change(by[0], "exam.delete", f"exam:{exam_id}", _logged_state(exam), None), by[1]))
        table.transact(operations)
        batches.forget_exam(exam_id, _batches_of(exam), exam.edit_version + 1)
        return True

    return table.retried(attempt)


def _logged_state(exam: Exam) -> dict[str, Any]:
    return {name: _as_logged(name, getattr(exam, name)) for name in sorted(_EDITABLE)}


def _logged_edit(before: Exam, changes: Mapping[str, Any], by: tuple[int, float] | None) -> list[Operation]:
    if by is None:
        return []
    was = {name: _as_logged(name, getattr(before, name)) for name in changes}
    is_now = {name: _as_logged(name, value) for name, value in changes.items()}
    return [entry(Change(by[0], "exam.update", f"exam:{before.id}", was, is_now), by[1])]


def _as_logged(name: str, value: Any) -> Any:
    if name == "structure":
        return to_builtins(value)
    if name == "access_code":
        return bool(value)
    return number_or_text(value) if name in {"positive_marks", "negative_marks"} else value


def _set(name: str, value: Any) -> Action:
    attribute, stored = getattr(CardItem, name), stored_value(name, value)
    action: Action = attribute.remove() if stored is None else attribute.set(stored)
    return action


def _batches_of(exam: Exam) -> tuple[int, ...]:
    return exam.batch_ids if exam.audience == "batches" else ()


def _announce(exam: Exam, batch_ids: Sequence[int]) -> None:
    """Announce an exam to the batches that it is going to name.

    Raises:
        NotFound: `batch_not_found`.
    """
    if not batches.get_many(batch_ids).keys() >= set(batch_ids):
        raise batches.no_batch()
    for batch_id in batch_ids:
        batches.expect_exam(batch_id, exam.id, exam.edit_version)


def _list_for(exam: Exam, batch_ids: Iterable[int]) -> None:
    """List an exam for the batches that it names now. Until then whoever lists their exams looks at its card."""
    for batch_id in batch_ids:
        batches.list_exam(batch_id, listed(exam), exam.edit_version)


def _by_content(before: Exam, after: Exam, changes: Mapping[str, Any]) -> list[Action] | None:
    """Further actions of an edit that depends on the exam's questions, which must allow it; None for other edits."""
    removes_language = _require_languages_unused(before, after)
    if _DECIDE_TOTALS.intersection(changes) and (after.totals is not None or after.structure.decides_marks):
        return [CardItem.totals.set(encode_totals(_checked_totals(before, after)))]
    return [] if removes_language else None


def _checked_totals(before: Exam, after: Exam) -> Totals:
    """The totals of one attempt after an edit that the questions allow."""
    contents = [question.content for question in questions_of(before)]
    used = {section.id for section in map(before.structure.section_of, contents) if section is not None}
    kept = {section.id for section in after.structure.sections}
    if used - kept:
        names = ", ".join(section.name for section in before.structure.sections if section.id in used - kept)
        raise Conflict(f"Sections with questions cannot be removed: {names}", code="section_in_use")
    return totals_of(after, contents)


def _require_languages_unused(before: Exam, after: Exam) -> bool:
    """Refuse an edit that removes a language of texts, since such questions could not be changed any more.

    Returns whether the edit removes a language at all, so that it depends on the exam's content.
    """
    kept = set(after.structure.languages)
    if kept.issuperset(before.structure.languages):
        return False
    contents = [question.content.texts for question in questions_of(before)]
    in_questions = sum(not kept.issuperset(texts) for texts in contents)
    in_passages = sum(not kept.issuperset(passage.texts) for passage in list_passages(before.id))
    if in_questions or in_passages:
        raise Conflict(
            f"Texts in a language that would be removed: {in_questions} questions, {in_passages} passages",
            code="language_in_use",
            questions=in_questions,
            passages=in_passages,
        )
    return True


def _listing_moves(before: Exam, after: Exam) -> list[Operation]:
    old = {(item.pk, item.sk) for item in listings(before)}
    new = {(item.pk, item.sk): item for item in listings(after)}
    gone: list[Operation] = [Delete(ListingItem, *key) for key in sorted(old - new.keys())]
    has_changed = listed(before) != listed(after)
    moved = [Put(item) for key, item in sorted(new.items()) if has_changed or key not in old]
    return gone + moved + _batch_rows(before, after)


def _batch_rows(before: Exam, after: Exam) -> list[Operation]:
    if listed(before) == listed(after):
        return []
    kept = [batch_id for batch_id in _batches_of(after) if batch_id in _batches_of(before)]
    return [batches.listing_exam(batch_id, listed(after), after.edit_version) for batch_id in kept]


def _category_moves(before: Exam, after: Exam) -> list[Operation]:
    if before.category_id == after.category_id:
        return []
    return _category_count(before.category_id, -1) + _category_count(after.category_id, +1)


def _category_count(category_id: int | None, change: int) -> list[Operation]:
    if category_id is None:
        return []
    return [
        Update(
            CategoryItem,
            *category_key(category_id),
            [CategoryItem.exam_count.add(change)],
            CategoryItem.pk.exists(),
        )
    ]


def _exam_total(change: int) -> Update:
    return Update(ExamStatisticsItem, "STATISTICS", "EXAMS", [ExamStatisticsItem.exams.add(change)])


def _cards(exam: Exam) -> list[CardItem]:
    fields = {name: stored_value(name, getattr(exam, name)) for name in STORED}
    return [CardItem(card_key(exam.id, replica), CARD, exam_id=exam.id, **fields) for replica in range(REPLICAS)]
