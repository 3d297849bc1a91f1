"""The words of the API: what a field means that many shapes have, and an example of it, by the field's name.

A field that only one shape has, or that means something else there, is described under `Attributes:` in the docstring
of its shape, which comes first. `{it}` in a description is what the shape is about; see `SUBJECTS`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from smartexam.accounts.sign_up import LONGEST_ADDRESS
from smartexam.catalog import questions

NOW = "2026-01-05T04:30:00Z"
LATER = "2026-01-05T07:30:00Z"
QUESTION = "A body moves at $\\large 20\\ \\mathrm{m/s}$ for 3 s. How far does it get?"
_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiJ9.vK9y0nNsLm1qk7cR2Jm6T0aQ3oX8wH5dU4bE7fG1iZk"
_NONE = object()
_MOMENT = {"format": "date-time"}
_ROLE = {"enum": ["user", "admin", "user,admin"]}
_MARKS_AMOUNT = 'Up to two decimals or a fraction as text: `4`, `"0.25"`, `"1/3"`.'


class Word(NamedTuple):
    """What a field means.

    Attributes:
        description: a sentence with unit, range and default, as far as the schema does not tell them.
        example: a value that the server accepts, or answers.
        facets: further keywords of JSON Schema, for what the field's type does not say.
    """

    description: str
    example: Any = _NONE
    facets: Mapping[str, Any] = MappingProxyType({})

    @property
    def has_example(self) -> bool:
        """Whether there is an example, which may be None."""
        return self.example is not _NONE


def _option(letter: str, example: str) -> Word:
    return Word(
        f"Option {letter}, with mathematics as LaTeX between dollar signs; empty where there is no such option.",
        example,
        {"maxLength": questions.MAX_OPTION_TEXT},
    )


WORDS: dict[str, Word] = {
    "before": Word("Only what is older than this.", NOW, _MOMENT),
    "startDate": Word("First day.", "2026-01-01", {"format": "date"}),
    "endDate": Word("Last day.", "2026-01-31", {"format": "date"}),
    "dateFrom": Word("First day.", "2026-01-01", {"format": "date"}),
    "dateTo": Word("Last day.", "2026-01-31", {"format": "date"}),
    # In every list
    "cursor": Word("Where to continue: the `next_cursor` of the previous page. Left out, the first page."),
    "next_cursor": Word("Send it as `cursor` for the next page; null on the last page.", None),
    "limit": Word("Entries per page at most.", 50),
    "order": Word("`asc` or `desc`: up or down. A cursor belongs to the order that it was made in.", "asc"),
    "sort": Word("What to sort by. A cursor belongs to the order that it was made in.", "score"),
    "page": Word("Number of the page, from 1. A `cursor` is faster for pages far behind.", 1, {"minimum": 1}),
    "per_page": Word("Entries per page at most.", 50),
    "total": Word("Entries on all pages together.", 1),
    "total_pages": Word("Pages of `per_page` entries.", 1),
    "total_is_exact": Word(
        "False if more entries match than the search reads, so that `total` is a lower bound.", example=True
    ),
    "q": Word("Words to search for; without it, everything is listed.", "phy"),
    "success": Word("True in every success, false in every error.", example=True),
    "message": Word("What happened, for people; programs must not depend on its words.", "Done."),
    "status": Word("`error` in every error.", "error"),
    "code": Word(
        "What happened, for programs: see the error codes; absent where the status says it all.", "exam_not_found"
    ),
    # Ids
    "id": Word("Id of {it}.", 7),
    "user_id": Word("Id of the account.", 42),
    "user_ids": Word("Ids of the accounts, each once.", [42, 43]),
    "student_id": Word("Id of the student's account.", 42),
    "exam_id": Word("Id of the exam.", 7),
    "question_id": Word("Id of the question.", 101),
    "category_id": Word("Id of the exam's category; null where it has none.", 3),
    "attempt_id": Word("Id of the attempt.", 17),
    "result_id": Word("Id of the result, which is that of the graded attempt.", 17),
    "request_id": Word("Id of the request for another role.", 7),
    "batch_id": Word("Id of the batch.", 5),
    "batch_ids": Word("Ids of the batches that may sit the exam with `audience` `batches`, 50 at most.", [5]),
    "section_id": Word("Id of the section in its exam; null where the exam has no sections.", 1),
    "passage_id": Word("Id of the passage that the question belongs to; null where it has none.", 9),
    "conv_id": Word("Id of the conversation.", 12),
    "conn_id": Word("Id of the request for a connection.", 3),
    "comment_id": Word("Id of the comment.", 5),
    "job_id": Word("Id of the job.", 7),
    "override_id": Word("Id of the override.", 4),
    "question_ids": Word("Ids of questions.", [101, 102]),
    # People and roles
    "username": Word(
        "Name to sign in with, made as `first.last`; null or empty if the account was deleted.", "john.doe"
    ),
    "email": Word(
        "Email address, at most 254 characters; case does not count.",
        "john.doe@example.org",
        {"format": "email", "maxLength": LONGEST_ADDRESS},
    ),
    "first_name": Word("First name, at most 100 characters.", "John"),
    "last_name": Word("Last name, at most 100 characters; may be empty.", "Doe"),
    "full_name": Word("First and last name; empty if the account was deleted.", "John Doe"),
    "name": Word("Name of {it}.", "Physics mock test 3"),
    "roll_no": Word(
        "Roll number, 1 to 32 of `A-Za-z0-9/_-`, unique and kept as text (`007` stays); null where the student "
        "has none.",
        "JEE/2026-0042",
    ),
    "role": Word(
        "What the account may do: `user` sits exams, `admin` administers, `user,admin` does both.", "user", _ROLE
    ),
    "password": Word("The account's password.", "a-long-password"),
    "current_access": Word("The role that the account has, or had when it asked.", "user", _ROLE),
    "requested_access": Word("The role that is asked for.", "admin", _ROLE),
    "approved_access": Word("The role that is given; the requested one if it is left out.", "admin"),
    "user_reason": Word("Why the role is asked for, 1 to 1000 characters.", "I set the mock tests of class 12."),
    "available_portals": Word(
        "The role as a list: `user`, `admin` or both.",
        ["user"],
        {"items": {"type": "string", "enum": ["user", "admin"]}},
    ),
    "online": Word("Whether one of the user's WebSockets sent something within the last 120 seconds.", example=True),
    # Signing in
    "access_token": Word("JWT for the header `Authorization: Bearer <token>`, valid for `expires_in` seconds.", _JWT),
    "refresh_token": Word(
        "For `POST /api/auth/refresh`, valid for 30 days; keep it like a password.",
        "42.vN0kJ8xQ2mZrT5wYbL7cPfD1sHgE9uA3oIq6RtKe4Xw",
    ),
    "token_type": Word("How to send the access token: always `Bearer`.", "Bearer"),
    "expires_in": Word("Seconds from now until it expires.", 3600),
    "user": Word("The account that signed in.", None),
    "data": Word("The result, in the shape of the `/api/auth/` family.", None),
    "mfa_token": Word(
        "Stands for the sign-in that waits for its second factor; valid for 5 minutes and 5 codes.",
        "42.Zk3xQ9vT5wYbL7cPfD1sHgE9uA3oIq6R",
    ),
    "attempts_remaining": Word(
        "Attempts that the student may still start, a running one counting as used; -1 for any number.",
        1,
        {"minimum": -1},
    ),
    # Moments
    "created_at": Word("When {it} was created, UTC.", "2025-08-14T06:12:09Z", _MOMENT),
    "completed_at": Word("When the attempt ended, UTC.", LATER, _MOMENT),
    "available_at": Word(
        "When the result becomes visible, UTC; null while that depends on an administrator or a deadline.",
        LATER,
        _MOMENT,
    ),
    "server_time": Word("The server's clock, UTC, to set a countdown by.", NOW, _MOMENT),
    "deadline": Word("When the attempt ends, UTC; syncs are taken for 30 seconds longer.", LATER, _MOMENT),
    "opens_at": Word(
        "When the exam can be started, UTC, with the caller's own grants in answers to students.", NOW, _MOMENT
    ),
    "closes_at": Word(
        "When every attempt ends at the latest, UTC, and none can be started any more; null for no closing.",
        LATER,
        _MOMENT,
    ),
    "timezone": Word(
        "The institute's time zone, in which `date` and `start_time` are meant, by its IANA name.", "Asia/Kolkata"
    ),
    # Exams
    "date": Word("Day of the exam in the institute's time zone, `YYYY-MM-DD`.", "2026-01-05", {"format": "date"}),
    "start_time": Word(
        "Time of day at which the exam can be started, in the institute's time zone, `HH:MM` of 24 hours.",
        "10:00",
        {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    ),
    "duration": Word("Minutes from start to deadline, 1 to 1440; the sum of the sections where these are timed.", 180),
    "instructions": Word(
        "What students read before they start, at most 10,000 characters.",
        "Answer all questions. Wrong answers cost a mark.",
    ),
    "total_questions": Word("Questions of one attempt that count.", 75),
    "max_marks": Word("Marks that one attempt can get at most.", 300),
    "max_attempts": Word("Attempts that a student has, 0 to 1000; 0 for any number.", 3),
    "completed_count": Word("Attempts that the student has handed in, or that time closed.", 1),
    "has_active_attempt": Word("Whether an attempt of the student runs now.", example=True),
    "result_mode": Word(
        "When results become visible: `instant` at once, `delayed` some minutes (`result_delay`) after "
        "submission, `manual` when an "
        "administrator releases them, `after_close` once `closes_at` and every later deadline have passed.",
        "instant",
        {"enum": ["instant", "delayed", "manual", "after_close"]},
    ),
    "result_delay": Word(
        "Minutes from submission until a result with `result_mode` `delayed` becomes visible, 0 to 527,040.", 30
    ),
    "positive_marks": Word(
        "Marks of a right answer. " + _MARKS_AMOUNT + " Null where the exam's or section's apply.", 4
    ),
    "negative_marks": Word(
        "Marks that a wrong answer costs, as a positive number. "
        + _MARKS_AMOUNT
        + " Null where the exam's or section's apply.",
        1,
    ),
    "counted_attempt": Word(
        "Which of several attempts counts in ranks and exports.", "best", {"enum": ["best", "last", "first"]}
    ),
    "audience": Word(
        "Who may sit the exam: `everyone`, or the students of `batch_ids` with `batches`.",
        "everyone",
        {"enum": ["everyone", "batches"]},
    ),
    "discussion": Word(
        "Who may read and write comments on the questions: with `after_attempt` students who have submitted an "
        "attempt, and everybody after the exam; with `open` everybody except while sitting; with `off` nobody.",
        "after_attempt",
        {"enum": ["after_attempt", "open", "off"]},
    ),
    "allow_chat": Word("Whether students may chat while they sit the exam.", example=False),
    "allow_assistant": Word("Whether students may ask the study assistant while they sit the exam.", example=False),
    "access_code": Word("Code that students need to start, told to them in the hall, 4 to 64 characters.", "MANGO-42"),
    "needs_access_code": Word("Whether `POST /start-exam/{exam_id}` needs an `access_code`.", example=False),
    "languages": Word(
        "Languages of the paper by their codes; the plain fields of questions hold the first.", ["en", "hi"]
    ),
    "sections": Word("The sections in their order; empty where the exam has none.", None),
    "marking": Word(
        "Marks by type of question; what is missing comes from the section, then the exam, then `positive_marks` "
        "and `negative_marks`.",
        {"MCQ": {"positive": "4", "negative": "1"}},
    ),
    "shuffle": Word("What is put in a random order for each attempt.", {"questions": True, "options": True}),
    "minutes": Word("Minutes of the section; null where sections are not timed.", 60),
    "choose": Word(
        "Number of answers that count in the section; one more is rejected as `section_full`. Null where all count.",
        None,
    ),
    "draw": Word(
        "Which questions each attempt gets at random; empty where it gets all.", [{"count": 10, "difficulty": "Hard"}]
    ),
    "released": Word("Whether the results of an exam with `result_mode` `manual` are visible.", example=True),
    "exam_name": Word("Name of the exam.", "Physics mock test 3"),
    "image_url": Word(
        "Address of the image; null without one. It may expire: read it again rather than keep it.", None
    ),
    "image_path": Word(
        "Path of an image from `POST /admin/images`; empty without one.",
        "images/3b7e0f1c9a5d4e2f8b6c7d8e9f0a1b2c.png",
        {"maxLength": questions.MAX_IMAGE_PATH},
    ),
    # Questions
    "question_text": Word(
        "The question, with mathematics as LaTeX between dollar signs (`$\\\\large ...$`).",
        QUESTION,
        {"maxLength": questions.MAX_QUESTION_TEXT},
    ),
    "option_a": _option("A", "20 m"),
    "option_b": _option("B", "40 m"),
    "option_c": _option("C", "60 m"),
    "option_d": _option("D", "80 m"),
    "option_e": _option("E", ""),
    "option_f": _option("F", ""),
    "option_g": _option("G", ""),
    "option_h": _option("H", ""),
    "option_images": Word("Paths of the options' images by letter, as `POST /admin/images` gives them.", {}),
    "option_image_urls": Word("Addresses of the options' images by letter, for those that have one.", {}),
    "question_type": Word(
        "`MCQ` has one right letter, `MSQ` one or more, `NUMERIC` a number and no options.",
        "MCQ",
        {"enum": ["MCQ", "MSQ", "NUMERIC"]},
    ),
    "tolerance": Word("How far a NUMERIC answer may be from the key and still be right; 0 by default.", "0"),
    "correct_answer": Word(
        "The key: a letter (MCQ), letters as `A,C` or a list (MSQ), a number or a range such as `5.1:5.3` "
        "(NUMERIC); `|` separates "
        "alternatives that are all right.",
        "C",
        {"maxLength": questions.MAX_KEY_TEXT},
    ),
    "difficulty": Word("How hard it is; empty if not set.", "Medium"),
    "topic": Word(
        "What it is about, for search and random draws; empty if not set.",
        "Kinematics",
        {"maxLength": questions.MAX_TOPIC},
    ),
    "tags": Word("Words to find it by, at most 10.", ["mechanics"]),
    "solution": Word(
        "How to solve the question, shown with results and never in a paper; empty without one.",
        "$s = vt$",
        {"maxLength": questions.MAX_SOLUTION},
    ),
    "solution_image": Word(
        "Path of the solution's image; empty without one.", "", {"maxLength": questions.MAX_IMAGE_PATH}
    ),
    "solution_image_url": Word("Address of the solution's image; null without one.", None),
    "fixed_options": Word("Whether the options keep their order where the exam shuffles them.", example=False),
    "texts": Word(
        "Translations: for each further language of the exam, the translated fields by name.",
        {"hi": {"option_a": "20 मी"}},
    ),
    "passages": Word("Texts or images that several questions refer to by `passage_id`.", None),
    "questions": Word("The questions in their order.", None),
    "text": Word(
        "The text, with mathematics as LaTeX between dollar signs.", "Read the graph and answer the questions below."
    ),
    # Sitting
    "attempt_number": Word("Number of the attempt among the student's at this exam, from 1.", 2),
    "redirect_url": Word("Path of the page to show next, for web clients.", "/exam/7"),
    "answers": Word(
        "Answers by question id: a letter (MCQ), a list of letters (MSQ), a number as text (NUMERIC).",
        {"101": "C", "102": ["A", "C"], "103": "42.5"},
    ),
    "markedForReview": Word("Ids of questions that the student marked to come back to.", [104]),
    "revision": Word(
        "Number of the saved state, which grows with every change; send the last one seen with the next sync.", 12
    ),
    "remaining_seconds": Word(
        "Seconds until the attempt or the section ends; 0 during the grace after the deadline.", 8130
    ),
    "seconds": Word("Whole seconds that each question was on screen, by question id; they only grow.", {"101": 42}),
    "visited": Word("Ids of questions that the student has seen; they only grow.", [101, 102]),
    # Results
    "score": Word("Marks of the attempt, rounded to two decimals; may be negative.", 214.67),
    "max_score": Word("The highest possible marks.", 300),
    "percentage": Word("Score in percent of the maximum, rounded to two decimals; may be negative.", 71.56),
    "grade": Word(
        "Grade by the unrounded percentage: A+ from 90, A from 80, B from 70, C from 60, D from 50, else F.",
        "B",
    ),
    "time_taken_minutes": Word("Minutes from start to end, at least 0.", 164.5),
    "visible": Word("Whether the student may see the result now.", example=True),
    "attempts": Word("Attempts that were graded.", 12),
    "avgScore": Word("Mean score in percent.", 64.2),
    "passRate": Word("Share of results of at least 40 percent, in percent.", 78.5),
    # Changes of many
    "added": Word("How many were added.", 2),
    "changed": Word("How many have the requested state now.", 2),
    "updated": Word("How many have the new values now.", 2),
    "skipped": Word("Rows that were not imported; `errors` says why.", 1),
    "errors": Word(
        "What could not be done, and why; empty if everything was.",
        ["Row 5: correct_answer: D is not one of the filled options"],
    ),
    "index": Word("Place in the list that was sent, from 0.", 2),
    "action": Word("What to do.", "increase"),
    "amount": Word("How many attempts to add or take away.", 1),
    "reason": Word("Why, for the audit log.", "Power cut in hall 3."),
    # Jobs
    "status_url": Word("Path to poll for progress, every few seconds.", "/admin/api/jobs/7"),
    "percent": Word("Progress in percent, 0 to 100.", 40),
    "kind": Word("What kind of work it is.", "roster_import"),
    "url": Word("Address to send the file to.", "https://uploads.example.org/"),
    "fields": Word(
        "Fields of the form, to be sent in this order before the file.",
        {"key": "uploads/5f0c6a2b", "policy": "eyJleHBpcmF0aW9uIjoi"},
    ),
    "max_size": Word("Bytes that the file may have at most.", 5242880),
    "upload_id": Word("Id of the upload: 32 hexadecimal digits.", "5f0c6a2be8d94f7a9b1c3d5e7f90a1b2"),
    "job": Word("The job.", None),
    "download_url": Word(
        "Address of the result's file, valid for ten minutes.", "https://files.example.org/jobs/7.zip"
    ),
    "format": Word("Format of the file: text (`csv`) or a workbook (`xlsx`).", "csv"),
    "lang": Word("Language of the questions, one of the exam's, by its code; the exam's first by default.", "hi"),
    "csv_file": Word("The file, CSV or XLSX.", "students.csv"),
    # Question generation
    "mode": Word(
        "`extract` takes the questions that stand in the PDF, `mine` makes new ones from its text, `pure` makes "
        "them from `topic`.",
        "pure",
        {"enum": ["extract", "mine", "pure"]},
    ),
    "mcq_count": Word("MCQs wanted, 0 to 500; with `extract` the most to take.", 5),
    "msq_count": Word("MSQs wanted, 0 to 500; with `extract` the most to take.", 2),
    "numeric_count": Word("NUMERIC questions wanted, 0 to 500; with `extract` the most to take.", 2),
    "mcq_plus": Word("Marks of a right answer to an MCQ.", "4"),
    "mcq_minus": Word("Marks that a wrong answer to an MCQ costs.", "1"),
    "msq_plus": Word("Marks of a right answer to an MSQ.", "4"),
    "msq_minus": Word("Marks that a wrong answer to an MSQ costs.", "2"),
    "numeric_plus": Word("Marks of a right answer to a NUMERIC question; a wrong one costs nothing.", "3"),
    "numeric_tolerance": Word("How far an answer may be from the key and still be right.", "0.01"),
    "custom_instructions": Word(
        "Further instructions for the language model, at most 2000 characters.", "No questions about units."
    ),
    "warnings": Word("What a person should check before saving.", []),
    "number": Word("Number of the question in its paper; null where it has none.", 12),
    # Talk
    "is_own": Word("Whether the caller wrote it.", example=False),
    "is_edited": Word("Whether its text was changed after it was sent.", example=False),
    "is_pinned": Word("Whether it is pinned above the others.", example=False),
    "is_best_answer": Word("Whether it is the question's best answer.", example=False),
    "reply_to_id": Word("Id of the message that this one answers; null if none.", 87),
    "reply_to_text": Word("Text of the message that this one answers, cut after 100 characters.", "Which chapter?"),
    "reply_to_name": Word("Name of who wrote the message that this one answers.", "Asha Rao"),
    "sender_name": Word("Name of the sender.", "Asha Rao"),
    "from_name": Word("Name of the person who asked.", "Asha Rao"),
    "by_name": Word("Name of the person who accepted.", "Asha Rao"),
    "user_name": Word("Name of the person.", "Asha Rao"),
    "group_name": Word("Name of the group.", "Class 12 A"),
    "replies": Word("Replies to the comment.", []),
    "client_id": Word(
        "Text that the client makes up for a message, 1 to 100 characters: sent again with the same one, it is "
        "stored once.",
        "0f8e2f6c",
    ),
    "unread": Word("Messages that the caller has not read.", 3),
    "requests": Word("Requests that wait for the caller's answer.", None),
    "processed": Word("How many were changed.", 2),
    "saved": Word("Answers that were saved.", 3),
    "question_count": Word("Questions that an attempt gets.", 75),
    "correct_answers": Word("Questions answered right.", 55),
    "incorrect_answers": Word("Questions answered wrong.", 12),
    "partial_answers": Word("Questions answered partly right.", 3),
    "unanswered_questions": Word("Questions without an answer.", 5),
    "marks_obtained": Word("Marks for the answer, rounded to two decimals; negative where a wrong one costs.", 4),
    "image": Word("The image as a file.", "diagram.png"),
    "nonce": Word("The nonce with which the ID token was asked for.", "5f0c6a2be8d94f7a9b1c3d5e7f90a1b2"),
    "id_token": Word(
        "ID token from Google.", "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImpvaG4uZG9lQGV4YW1wbGUub3JnIn0.c2lnbmF0dXJl"
    ),
}

# Fields whose values in a shape are not those that the vocabulary tells.
OWN_FACETS: dict[str, frozenset[str]] = {
    "ActiveStatus": frozenset({"start_time"}),
    # Whatever is sent is answered alike.
    "ForgottenPassword": frozenset({"email"}),
}

# Messages of errors that the source builds from parts, by code.
MESSAGES = {
    "body_too_large": "The body is larger than 262144 bytes",
    "csv_unreadable": "The file is not encoded as UTF-8",
    "invalid_credentials": "Invalid credentials. 2 attempts remaining.",
    "max_attempts_reached": "Max attempts (3) reached",
    "out_of_time": "The questions could not be made in time",
    "pdf_in_progress": "Another PDF is being made for you. Please try again in a few seconds.",
    "result_pending": "The result will be available at 13:00",
    "sign_in_locked": "Too many failed attempts. Try again in 15 minutes.",
    "too_many_answers": "A sync takes at most 500 answers",
    "too_many_failures": "Too many failed sign-ins from your network. Try again in 15 minutes.",
    "too_many_questions": "A result of more than 1200 questions cannot be a PDF. Read it question by question.",
    "unsupported_media": "Unsupported content type: text/plain",
    "wrong_role": "This needs the role 'admin'",
}

_REPLY = {
    "id": 6,
    "username": "john.doe",
    "message": "Because the friction is static.",
    "parent_id": 5,
    "reply_to_id": 5,
    "replies": [],
    "is_own": False,
    "is_pinned": False,
    "is_best_answer": False,
    "is_edited": False,
    "is_deleted": False,
    "created_at": NOW,
}
_COMMENT = {**_REPLY, "id": 5, "message": "Why not C?", "parent_id": None, "reply_to_id": None, "replies": [_REPLY]}

_NOTE = "The file is not UTF-8 and was read as Windows-1252: check letters other than A to Z."
ROSTER = "name,email,roll_no,batch\nAsha Rao,asha.rao@example.org,JEE/2026-0041,Class 12 A;Evening\n"
QUESTIONS = (
    "exam_id,question_text,option_a,option_b,option_c,option_d,correct_answer,question_type,image_path,"
    "positive_marks,negative_marks,tolerance\n"
    '7,"How far does it get?",20 m,40 m,60 m,80 m,C,MCQ,,4,1,0\n'
    '7,"Which are vectors?",Velocity,Mass,Force,Energy,"A,C",MSQ,,4,2,0\n'
    "7,What is g?,,,,,9.8,NUMERIC,,4,0,0.05\n"
)
# Examples of texts, by media type and operation.
FILES: dict[str, str] = {
    "exportQuestions": QUESTIONS,
    "exportGeneratedQuestions": QUESTIONS,
    "exportRoster": ROSTER,
    "listAdminResults": "<table><tr><td>John Doe</td><td>214.67</td></tr></table>",
}

# Fields whose meaning differs in a shape; `*` is the shape as a whole.
SHAPES: dict[str, dict[str, Any]] = {
    "ActiveStatus": {"start_time": "2026-01-05 04:30:00"},
    "AdminExam": {"status": "upcoming", "state": "upcoming"},
    "AnalyticsView": {
        "total_exams": 10,
        "average_score": 64.2,
        "highest_score": 92.5,
        "lowest_score": 41,
        "grade_distribution": {"A+": 1, "A": 2, "B": 4, "C": 2, "D": 1, "F": 0},
        "improvement_trend": "improving",
    },
    "CheckedExam": {"status": "upcoming", "state": "upcoming"},
    "ExamDetail": {"status": "ongoing"},
    "ExamSummary": {"status": "ongoing"},
    "CategoryView": {"id": 3, "name": "Physics", "image_url": "https://files.example.org/categories/3.png"},
    "ClientQuestion": {"id": 101},
    "AssistantState": {
        "dailyLimit": 50,
        "questionsUsed": 12,
        "history": [
            {"text": "Why does a body fall?", "isUser": True, "timestamp": NOW},
            {"text": "[FINAL ANSWER]\nBecause the Earth attracts it.", "isUser": False, "timestamp": NOW},
        ],
    },
    "Cleared": {"message": "Chat history cleared."},
    "CommentView": {"*": _COMMENT},
    "CommentCounts": {"counts": {"101": 5, "102": 0}},
    "CountsBody": {"question_ids": [101, 102]},
    "DiscussionAnswer": {"count": 2, "comments": [_COMMENT]},
    "EditedText": {"message": "Why is it not C?"},
    "ExamQuery": {"category_id": 3, "status": "ongoing"},
    "Grant": {"available_portals": ["user"]},
    "HistoryView": {"id": 17},
    "NewComment": {"message": "Because the friction is static.", "parent_id": 5},
    "PendingAnswer": {"message": "The result will be available at 13:00"},
    "Profile": {"id": 42},
    "Posted": {"*": {"message": _REPLY, "success": True}},
    "ResultView": {"id": 17},
    "SignedInUser": {"id": 42},
    "StudyAnswer": {
        "response": "[FINAL ANSWER]\n$60\\,\\mathrm{m}$\n[GIVEN]\n$v = 20\\,\\mathrm{m/s}$, $t = 3\\,\\mathrm{s}$\n"
        "[SOLUTION]\n1. $s = vt = 60\\,\\mathrm{m}$\n[EXPLANATION]\nAt a constant speed, distance grows with time.",
        "questions_remaining": 37,
    },
    "StudyQuestion": {"message": "A body moves at 20 m/s for 3 s. How far does it get?"},
    "SignedOut": {"message": "Logged out"},
    "Submitted": {"redirect_url": "/result/7"},
    "WebSignedIn": {"redirect_url": "/dashboard"},
    "WebSignedOut": {"redirect_url": "/login"},
    "Accounts": {"user_ids": [42, 43]},
    "AnswerBody": {"action": "accept"},
    "AuditEntry": {
        "id": "01JGX5M8Q2",
        "action": "user.role",
        "target": "user:42",
        "before": {"role": "user"},
        "after": {"role": "user,admin"},
        "at": NOW,
    },
    "BatchFields": {"name": "Class 12 A"},
    "BatchView": {"name": "Class 12 A", "student_count": 60},
    "CategoryFields": {"name": "Physics"},
    "NewCategoryFields": {"name": "Physics"},
    "ChangedPassword": {"current_password": "a-long-password", "new_password": "another-long-password"},
    "CloneFields": {"name": "Physics mock test 4", "date": "2026-02-02", "start_time": "10:00"},
    "Confirmation": {"confirm": "DELETE"},
    "ConversationShape": {"name": "Asha Rao", "is_group": False, "other_id": 5},
    "DataQuery": {"timePeriod": "custom", "startDate": "2026-01-01", "endDate": "2026-01-31", "exam": 7},
    "Denial": {"reason": "Ask the head of your department first."},
    "EditBody": {"message": "Which chapter is it from?"},
    "FoundUser": {"connection_status": "accepted"},
    "GroupBody": {"name": "Class 12 A", "member_ids": [3, 5, 7]},
    "HistoryMessage": {"timestamp": NOW},
    "JobRow": {"status": "running", "message": "400 of 1,000 rows"},
    "JobStatus": {"status": "done", "percent": 100, "message": "Done.", "code": ""},
    "JobView": {"status": "done", "percent": 100, "message": "Done.", "result": {"created": 480, "updated": 20}},
    "LastMessageShape": {"message": "See you at ten."},
    "MemberShape": {"name": "Asha Rao", "is_admin": False},
    "MessageShape": {"message": "Which chapter is it from?", "sender_id": 5, "sender_name": "Asha Rao"},
    "MessagesQuery": {"before": NOW},
    "MfaCode": {"code": "492039"},
    "MfaRemoval": {"code": "492039"},
    "MfaSetup": {
        "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "otpauth_url": "otpauth://totp/Smart%20exam:john.doe?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Smart%20exam",
    },
    "Modification": {"action": "increase", "amount": 1},
    "Modifications": {"items": [{"student_id": 42, "exam_id": 7}], "action": "increase", "amount": 1},
    "NewPassword": {"token": "3nUQ2vT5wYbL7cPfD1sHgE9uA3oIq6RtKe4XwvN0kJ8"},
    "NewRecoveryCodes": {"recovery_codes": ["7FQK-2MZR", "T5WY-BL7C"]},
    "Notice": {"code": "unverified", "message": "The paper gives no answer to question 12.", "question": 12},
    "OnlineQuery": {"ids": "1,2,5"},
    "OnlineStatus": {"status": {"1": True, "2": False, "5": True}},
    "OverrideView": {"user_id": 42, "batch_id": None, "name": "John Doe", "extra_minutes": 20, "extra_percent": None},
    "PassageFields": {"id": None, "text": "Read the table and answer the questions below.", "image": "", "texts": {}},
    "Preset": {
        "id": "jee-main-2025",
        "name": "JEE Main 2025",
        "year": 2025,
        "source": "NTA, information bulletin 2025",
    },
    "Problem": {"code": "no_key", "message": "Question 3 has no key", "question_id": 101},
    "QuestionIds": {"ids": [101, 102]},
    "RefusedAccount": {"message": "The last admin cannot be deactivated", "code": "last_admin"},
    "RefusedChange": {"message": "No such user"},
    "RefusedModification": {"message": "This exam has no limit of attempts"},
    "RefusedQuestion": {
        "message": "correct_answer: D is not one of the filled options",
        "errors": [{"field": "correct_answer", "message": "D is not one of the filled options"}],
    },
    "RefusedStudent": {"message": "No such user", "code": "user_not_found"},
    "Rejected": {
        "question_id": "103",
        "code": "not_an_answer",
        "message": "Write the number without a comma: its meaning differs between countries.",
    },
    "RequestBody": {"recipient_id": 5},
    "RequestRow": {
        "status": "denied",
        "reason": "Ask the head of your department first.",
        "denial_reason": "Ask the head of your department first.",
        "approved_access": None,
        "processed_by": "asha.rao",
        "processed_date": LATER,
        "request_date": NOW,
    },
    "ResultsQuery": {"dateFrom": "2026-01-01", "dateTo": "2026-01-31", "user": 42, "exam": 7, "partial": True},
    "RosterUpload": {"csv_file": ROSTER, "batch_id": 5, "invite": "1"},
    "QuestionsUpload": {
        "csv_file": QUESTIONS,
        "exam_id": "7",
        "atomic": False,
        "dry_run": False,
        "skip_existing": False,
    },
    "CsvExportQuery": {"safe": True},
    "ImportQuery": {"atomic": True, "dry_run": True},
    "RoleChange": {"new_role": "user,admin"},
    "SecondFactor": {"code": "492039"},
    "SectionState": {"name": "Physics", "state": "open", "instructions": "", "question_ids": [101, 102, 103]},
    "SectionScore": {
        "name": "Physics",
        "score": 71,
        "max_score": 100,
        "correct": 18,
        "incorrect": 4,
        "partial": 1,
        "unanswered": 2,
    },
    "SendBody": {"message": "Which chapter is it from?", "reply_to_id": 87, "client_id": "0f8e2f6c"},
    "Series": {"labels": ["2026-01-05", "2026-01-06"], "data": [64.2, None]},
    "SessionRow": {
        "id": "5f0c6a2be8d94f7a9b1c3d5e7f90a1b2",
        "kind": "web",
        "last_seen_at": LATER,
        "user_agent": "Mozilla/5.0 (Android 14)",
        "current": True,
    },
    "StartBody": {"access_code": "MANGO-42"},
    "StudentFields": {"roll_no": "JEE/2026-0042", "first_name": "John", "last_name": "Doe"},
    "StudentIds": {"user_ids": [42, 43]},
    "Ticket": {
        "ticket": "Zk3xQ9vT5wYbL7cPfD1sHgE9uA3oIq6R",
        "expires_in": 60,
        "url": "wss://ws.example.org/prod?ticket=Zk3xQ9vT5wYbL7cPfD1sHgE9uA3oIq6R",
    },
    "UploadOffered": {"fields": {"key": "uploads/5f0c6a2b", "policy": "eyJleHBpcmF0aW9uIjoi"}},
    "UserRow": {"active": True},
    "UsersQuery": {"q": "asha", "role": "user"},
    "AttemptsQuery": {"q": "JEE/2026-0042", "status": "available"},
    "AttemptsRow": {"max_attempts": 3, "attempts_used": 2, "remaining": 1, "status": "available"},
    "RequestsQuery": {"status": "pending"},
    "ExamsQuery": {"category_id": 3, "status": "upcoming"},
    "Rebuilding": {"generation": 4, "building": None, "status": "done"},
    "Charts": {"scoreDistribution": [12, 20, 31, 9]},
    "DraftQuestion": {"tolerance": 0, "texts": {}},
    "Generated": {"count": 5},
    "InboxEntry": {"from_id": 5, "from_name": "Asha Rao", "from_username": "asha.rao"},
    "PassageView": {"image": ""},
    "PresetSection": {"choose": 5},
    "QuestionsDeleted": {"deleted": 2},
    "QuestionsImported": {
        "inserted": 3,
        "existing": 0,
        "notes": [_NOTE],
    },
    "QuestionsSaved": {"count": 5},
    "RandomDraw": {"count": 10},
    "ReportBody": {"reason": "Insults in a message.", "message_id": 88},
    "RequestStats": {"pending": 3, "completed": 12, "denied": 2, "total": 17},
    "Response": {"given_answer": "C"},
    "RosterImported": {
        "created": 480,
        "unchanged": 12,
        "notes": [_NOTE],
    },
    "SectionAverage": {"average_score": 52.4, "results": 60},
    "StudentsRemoved": {"removed": 2},
    "Summary": {
        "avgScore": 64.2,
        "totalAttempts": 72,
        "activeUsers": 60,
        "scoreChange": 2.5,
        "attemptsChange": 12.5,
        "passRateChange": -1.2,
        "usersChange": 5,
    },
    "Totals": {"total_users": 640, "total_exams": 12, "total_results": 4310, "total_responses": 323250},
    "TypeMarking": {"positive": 4, "negative": 1, "partial_marks": 1},
    "UnreadCount": {"requests": 2},
    "UserStats": {"total_users": 640, "user_role": 630, "admin_role": 4, "both_roles": 6},
    "SearchQuery": {"q": "asha"},
    "BatchesQuery": {"q": "12"},
    "Provenance": {"source": "extract", "verification": "answer_key", "page": 3, "number": 12, "section": "Physics"},
    "GoogleCredential": {"id_token": "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImpvaG4uZG9lQGV4YW1wbGUub3JnIn0.c2lnbmF0dXJl"},
    "NextSectionBody": {"from": 1},
    "Requestable": {"available_requests": ["admin", "user,admin"]},
    "RequesterFound": {"current_access": "user"},
}

_PLAIN_EXAM = {
    "name": "Physics mock test 3",
    "date": "2026-01-05",
    "start_time": "10:00",
    "duration": 180,
    "instructions": "Answer all questions. Wrong answers cost a mark.",
    "max_attempts": 1,
    "result_mode": "instant",
}
_MCQ = {
    "exam_id": 7,
    "question_type": "MCQ",
    "question_text": QUESTION,
    "option_a": "20 m",
    "option_b": "40 m",
    "option_c": "60 m",
    "option_d": "80 m",
    "correct_answer": "C",
}
_PURE = {"mode": "pure", "exam_id": 7, "topic": "Newton's laws of motion", "mcq_count": 5}
_PDF = "mechanics.pdf"
# Requests in several ways, by shape and by what each shows. The first is the one that tools send.
REQUESTS: dict[str, dict[str, dict[str, Any]]] = {
    "AddTime": {
        "students": {"minutes": 15, "user_ids": [42, 43], "reason": "Power cut in hall 3."},
        "everybody": {"minutes": 10, "all": True},
    },
    "BulkUpdate": {
        "marks": {"exam_id": 7, "question_type": "MCQ", "positive_marks": 4, "negative_marks": "1/3"},
        "tolerance": {"exam_id": 7, "question_type": "NUMERIC", "tolerance": "0.01"},
    },
    "Credentials": {
        "username": {"username": "john.doe", "password": "a-long-password"},
        "email": {"email": "john.doe@example.org", "password": "a-long-password"},
        "roll number": {"username": "JEE/2026-0042", "password": "a-long-password"},
    },
    "ExamFields": {
        "move": {"date": "2026-01-12", "start_time": "09:30"},
        "close": {"status": "completed"},
        "marks": {"positive_marks": 3, "negative_marks": "0.75"},
    },
    "NewExamFields": {
        "plain": _PLAIN_EXAM,
        "timed sections": {
            **_PLAIN_EXAM,
            "sections": [
                {"name": "Physics", "minutes": 60, "draw": [{"count": 10, "difficulty": "Hard"}]},
                {"name": "Chemistry", "minutes": 60, "choose": 5},
            ],
            "marking": {
                "MCQ": {"positive": 4, "negative": 1},
                "MSQ": {"positive": 4, "negative": 2, "partial": "per_option", "partial_marks": 1},
                "NUMERIC": {"positive": 4, "negative": 0},
            },
            "shuffle": {"questions": True, "options": True},
        },
        "batches and an access code": {
            **_PLAIN_EXAM,
            "audience": "batches",
            "batch_ids": [5],
            "access_code": "MANGO-42",
            "closes_at": LATER,
            "result_mode": "after_close",
        },
        "preset": {"name": "JEE Main mock 1", "date": "2026-01-05", "start_time": "09:00", "preset": "jee-main-2025"},
    },
    "ImageFields": {
        "upload elsewhere": {"content_type": "image/png"},
        "uploaded": {"upload_id": "5f0c6a2be8d94f7a9b1c3d5e7f90a1b2"},
    },
    "ImageFieldsForm": {"file": {"image": "diagram.png"}},
    "GenerationFields": {
        "pure": {
            "mode": "pure",
            "exam_id": 7,
            "topic": "Newton's laws of motion",
            "difficulty": "Medium",
            "mcq_count": 5,
        },
    },
    "GenerationFieldsForm": {
        "pure": {
            "mode": "pure",
            "exam_id": 7,
            "topic": "Newton's laws of motion",
            "difficulty": "Medium",
            "mcq_count": 5,
        },
        "extract": {"mode": "extract", "exam_id": 7, "pdf_file": _PDF, "mcq_count": 30},
        "mine": {
            "mode": "mine",
            "exam_id": 7,
            "pdf_file": _PDF,
            "mcq_count": 5,
            "numeric_count": 2,
            "difficulty": "Hard",
        },
    },
    "NewQuestionFields": {
        "MCQ": _MCQ,
        "MSQ": {
            **_MCQ,
            "question_type": "MSQ",
            "question_text": "Which of these are vectors?",
            "option_a": "Velocity",
            "option_b": "Mass",
            "option_c": "Force",
            "option_d": "Energy",
            "correct_answer": "A,C",
            "positive_marks": 4,
            "negative_marks": 2,
        },
        "NUMERIC": {
            "exam_id": 7,
            "question_type": "NUMERIC",
            "question_text": "What is $\\large g$ in m/s², to one decimal?",
            "correct_answer": "9.8",
            "tolerance": "0.05",
        },
    },
    "OverrideBody": {
        "student": {"user_id": 42, "extra_percent": 33.3, "reason": "Scribe."},
        "batch": {"batch_id": 5, "opens_at": "2026-01-05T06:30:00Z", "closes_at": "2026-01-05T09:30:00Z"},
    },
    "QuestionBatch": {"two questions": {"exam_id": 7, "questions": [_MCQ, {**_MCQ, "correct_answer": "B"}]}},
    "QuestionFields": {"key": {"correct_answer": "B"}, "marks": {"positive_marks": "1/3", "negative_marks": 0}},
    "ReleaseBody": {"release": {"released": True}, "withdraw": {"released": False}},
    "RefreshRequest": {
        "access token": {"refresh_token": "42.vN0kJ8xQ2mZrT5wYbL7cPfD1sHgE9uA3oIq6RtKe4Xw"},
        "both tokens": {"refresh_token": "42.vN0kJ8xQ2mZrT5wYbL7cPfD1sHgE9uA3oIq6RtKe4Xw", "rotate": True},
    },
    "SyncBody": {
        "changes": {"answers": {"101": "C", "102": None}, "partial": True, "revision": 11},
        "whole state": {
            "answers": {"101": "C", "102": ["A", "C"], "103": "42.5"},
            "markedForReview": [104],
            "revision": 11,
            "visited": [101, 102, 103, 104],
            "seconds": {"101": 42, "102": 90},
        },
    },
    "UploadRequest": {
        "extract": {"mode": "extract", "exam_id": 7, "filename": _PDF, "size": 7340032},
        "mine": {"mode": "mine", "exam_id": 7, "filename": _PDF, "size": 7340032, "mcq_count": 5},
    },
}


# What shapes are about, for `{it}`.
SUBJECTS: dict[str, str] = {
    "ActiveStatus": "the attempt",
    "Actor": "the administrator",
    "AdminCategory": "the category",
    "AdminExam": "the exam",
    "AdminQuestion": "the question",
    "AuditEntry": "the change",
    "BatchFields": "the batch",
    "BatchView": "the batch",
    "CategoryFields": "the category",
    "CategoryView": "the category",
    "CheckedExam": "the exam",
    "ClientPassage": "the passage",
    "ClientQuestion": "the question",
    "CloneFields": "the copy",
    "CommentView": "the comment",
    "ConversationShape": "the conversation",
    "ExamDetail": "the exam",
    "ExamFields": "the exam, at most 200 characters",
    "ExamSection": "the section",
    "ExamStatistics": "the exam",
    "ExamSummary": "the exam",
    "FoundUser": "the account",
    "GrantedUser": "the account",
    "GroupBody": "the group, 1 to 100 characters",
    "HistoryView": "the result",
    "InboxEntry": "the request",
    "JobRow": "the job",
    "JobView": "the job",
    "LastMessageShape": "the message",
    "MemberShape": "the member",
    "MessageShape": "the message",
    "NewExamFields": "the exam, at most 200 characters",
    "OverrideView": "the override",
    "PassageView": "the passage",
    "Preset": "the preset",
    "Profile": "the account",
    "ResultRow": "the result",
    "ResultView": "the result",
    "PaperExam": "the exam",
    "PresetSection": "the section",
    "SectionFields": "the section",
    "SectionScore": "the section",
    "SectionState": "the section",
    "SessionRow": "the session",
    "UserRow": "the account",
}

# Parameters of paths; others are ids of what they are called.
_IN_PATHS: dict[str, Word] = {
    "chat_id": Word("Id of the conversation; for `DELETE` and `/edit` that of the message.", 12),
    "conv_id": Word("Id of the conversation.", 12),
    "conn_id": Word("Id of the request for a connection.", 3),
    "other_id": Word("Id of the other person's account.", 5),
    "user_id": Word("Id of the account.", 42),
    "session_id": Word("Id of the session, from `GET /api/account/sessions`.", "5f0c6a2be8d94f7a9b1c3d5e7f90a1b2"),
}


def path_parameter(name: str) -> str:
    """What a parameter of paths means."""
    return (
        _IN_PATHS[name].description if name in _IN_PATHS else f"Id of the {name.removesuffix('_id').replace('_', ' ')}."
    )


def path_example(name: str) -> Any:
    """An example of a parameter of paths."""
    words = (_IN_PATHS.get(name), WORDS.get(name))
    return next((word.example for word in words if word is not None and word.has_example), 7)


def description(shape: str, field: str) -> str | None:
    """What the field of a shape means, None if the vocabulary does not know."""
    word = WORDS.get(field)
    if word is None or ("{it}" in word.description and shape not in SUBJECTS):
        return None
    return word.description.replace("{it}", SUBJECTS.get(shape, ""))


def facets(shape: str, field: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Keywords of JSON Schema that the type of a field does not say, where they fit the type."""
    word = WORDS.get(field)
    kind = schema.get("type", ())
    kinds = {kind} if isinstance(kind, str) else set(kind)
    if word is None or field in OWN_FACETS.get(shape, ()) or not kinds:
        return {}
    by_kind = {
        "string": {"enum", "format", "pattern", "maxLength"},
        "integer": {"minimum", "maximum"},
        "array": {"items"},
    }
    fitting = by_kind.get(next(iter(kinds - {"null"})), set()) if len(kinds - {"null"}) == 1 else set()
    return {name: value for name, value in word.facets.items() if name in fitting and name not in schema}
