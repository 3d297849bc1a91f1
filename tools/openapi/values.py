"""What each value of an enumeration means, once for all fields that have the same values."""

from typing import Any

from admin_exams.presets import PRESETS

# The extension that Redoc and others show beside the values
KEYWORD = "x-enumDescriptions"
MEANINGS: tuple[dict[str, str], ...] = (
    {preset["id"]: f"{preset['name']}." for preset in PRESETS},
    {
        "1": "Mails links.",
        "0": "Mails nothing.",
    },
    {
        "upcoming": "Cannot be started yet.",
        "ongoing": "Can be started.",
        "completed": "Cannot be started any more.",
    },
    {
        "instant": "Results are visible at once.",
        "delayed": "Results are visible `result_delay` minutes after handing in.",
        "manual": "Results are visible once an administrator releases them.",
        "after_close": "Results are visible once the exam has closed for everybody.",
    },
    {
        "MCQ": "One option is right; answered by its letter.",
        "MSQ": "One or more options are right; answered by a list of letters.",
        "NUMERIC": "The answer is a number.",
    },
    {
        "user": "A student: sits exams.",
        "admin": "An administrator: manages exams and accounts, and sits none.",
        "user,admin": "Both.",
    },
    {
        "user": "Students who are not administrators.",
        "admin": "Administrators who are not students.",
        "user,admin": "Those who are both.",
        "both": "The same as `user,admin`.",
    },
    {
        "best": "The attempt with the highest score.",
        "last": "The latest attempt.",
        "first": "The first attempt.",
    },
    {
        "everyone": "All students.",
        "batches": "Students of the batches in `batch_ids`.",
    },
    {
        "after_attempt": "Open to who has handed in an attempt and has none running, and to all once it is over.",
        "open": "Open to everybody who does not sit the exam just then.",
        "off": "Closed to students.",
    },
    {
        "extract": "Takes the questions that stand in the PDF.",
        "mine": "Makes new questions from the text of the PDF.",
        "pure": "Makes new questions from `topic` alone.",
    },
    {
        "answer_key": "The paper itself has the key.",
        "blind_solve": "A second answer, made without the first, is the same.",
        "none": "Nothing: a person has to check it.",
    },
    {
        "none": "Full marks for exactly the right letters, otherwise the negative marks.",
        "per_option": "`partial_marks` for each right letter if none is wrong.",
        "proportional": "The share of right letters less wrong ones; never negative.",
    },
    {
        "asc": "Upwards: the earliest, the lowest, or the first of the alphabet comes first.",
        "desc": "Downwards: the latest, the highest, or the last of the alphabet comes first.",
    },
    {
        "time": "When the attempt ended.",
        "score": "The share of the marks.",
    },
    {
        "position": "The exam's own order.",
        "text": "The question's text.",
        "type": "The question's type.",
        "topic": "The question's topic; those without one first.",
        "difficulty": "From easy to hard; those without one first.",
    },
    {
        "increase": "Grants `amount` further attempts.",
        "decrease": "Takes `amount` attempts back, but none that was used.",
        "reset": "Makes used attempts no longer count; their results stay.",
    },
    {
        "Easy": "Easy, as its author judges.",
        "Medium": "Neither easy nor hard, as its author judges.",
        "Hard": "Hard, as its author judges.",
    },
    {
        "accept": "Connects the two, who then have a conversation.",
        "reject": "Refuses; the other person may ask once more within a day.",
    },
    {
        "pending": "Waits for an answer.",
        "accepted": "The two are connected.",
        "rejected": "Was refused.",
    },
    {
        "pending": "Waits for a decision.",
        "completed": "Was approved.",
        "denied": "Was denied.",
    },
    {
        "unlimited": "The exam allows any number of attempts.",
        "available": "The student has attempts left.",
        "exhausted": "The student has used all attempts.",
    },
    {
        "today": "The present day.",
        "week": "The last 7 days, today included.",
        "month": "The last 30 days, today included.",
        "custom": "From `startDate` to `endDate`, both included.",
        "all": "From the beginning.",
    },
    {
        "web": "A browser with the session cookie.",
        "token": "An app with a refresh token.",
        "socket": "A WebSocket connection.",
    },
    {
        "running": "In progress.",
        "done": "Finished.",
    },
    {
        "queued": "Waits for its turn.",
        "running": "Is being worked on.",
        "done": "Has its result.",
        "failed": "Ended without a result; `message` says why.",
    },
    {
        "open": "Accepts answers.",
        "upcoming": "Opens later.",
        "closed": "Accepts no answers any more.",
    },
    {
        "improving": "At least one percentage point better.",
        "declining": "At least one percentage point worse.",
        "stable": "Less than one percentage point apart.",
        "insufficient_data": "Too few results to compare.",
    },
    {
        "csv": "Text in UTF-8, with a header row.",
        "xlsx": "A workbook of Excel.",
    },
    {
        "authentication_required": "No credentials were sent.",
        "token_expired_or_invalid": "The access token has run out, was revoked or is not one.",
    },
    {
        "image/png": "PNG.",
        "image/jpeg": "JPEG.",
        "image/gif": "GIF.",
        "image/webp": "WebP.",
    },
)


def described(node: Any) -> Any:
    """A document with the meaning of each value beside every enumeration.

    Raises:
        ValueError: an enumeration of several values is not described here.
    """
    if isinstance(node, list):
        return [described(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {name: described(value) for name, value in node.items()}
    values = node.get("enum")
    named = [value for value in values if value not in {"", None}] if isinstance(values, list) else []
    # Conditions such as `if` have no type: their values are among those of the field itself.
    if len(named) > 1 and "type" in node:
        found[KEYWORD] = _meanings(named)
    return found


def _meanings(values: list[str]) -> dict[str, str]:
    for meanings in MEANINGS:
        if set(meanings) == set(values):
            return {value: meanings[value] for value in values}
    raise ValueError(f"the values {values} are not described in {__name__}")
