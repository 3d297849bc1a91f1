"""How the requests of the Postman collection follow each other: who sends them, with what, and what they hand on.

All of it works with the demo data of `make run`. What is not named here is sent as described, and must succeed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

NEW_EXAM: Document = {
    "name": "Made with Postman",
    "date": "2026-01-05",
    "start_time": "09:00",
    "duration": 60,
    "max_attempts": 3,
    "status": "ongoing",
    "positive_marks": 4,
    "negative_marks": 1,
    "discussion": "open",
    "allow_chat": True,
    "category_id": "{{category_id}}",
}
NEW_QUESTION: Document = {
    "exam_id": "{{exam_id}}",
    "question_type": "MCQ",
    "question_text": "A body moves at 20 m/s for 3 s. How far does it get?",
    "option_a": "20 m",
    "option_b": "40 m",
    "option_c": "60 m",
    "correct_answer": "C",
}


@dataclass(frozen=True)
class Step:
    """A request.

    Attributes:
        caller: whose token it is sent with, if not that of whom the route is for.
        body: instead of the example.
        path: variables for parameters of the path, where their names are not the variables'.
        query: parameters that are sent.
        keeps: variables, and where the answer has their values.
        expects: statuses, if not those of success.
        pause: milliseconds to wait before, because of a rate limit.
    """

    caller: str | None = None
    body: Any = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    expects: tuple[int, ...] = ()
    pause: int = 0


# Values of the local stack's demo data, and variables that steps keep.
VARIABLES = {
    "base_url": "http://127.0.0.1:3000",
    "username": "student1",
    "password": "Student@2025demo",
    "other_username": "student2",
    "other_password": "Student@2025demo",
    "admin_username": "admin",
    "admin_password": "Admin@2025demo",
    "confirm_deletion": "no",
}
# Folders in the order in which they can be run; those of other tags follow in the description's order.
FIRST_TAGS = (
    "Signing in",
    "Account",
    "Admin: categories",
    "Admin: exams",
    "Admin: questions",
    "Exams",
    "Results",
    "Discussions",
)
# Further requests of operations, after their first.
MORE = {
    "login": {
        "Sign in as an administrator": Step(
            body={"username": "{{admin_username}}", "password": "{{admin_password}}"},
            keeps={"admin_token": "data.access_token"},
        ),
        "Sign in as another student": Step(
            body={"username": "{{other_username}}", "password": "{{other_password}}"},
            keeps={"other_token": "data.access_token", "other_id": "data.user.id"},
        ),
    },
    "createGroup": {
        "Create another group, to leave it": Step(
            body={"name": "Made with Postman too", "member_ids": ["{{other_id}}"]},
            keeps={"left_group_id": "conv_id"},
        ),
    },
    "deleteExam": {"Delete the copy": Step(path={"exam_id": "copy_id"})},
}
_WRONG_CODE = {"code": "123456"}

STEPS = {
    "login": Step(
        body={"username": "{{username}}", "password": "{{password}}"},
        keeps={
            "student_token": "data.access_token",
            "refresh_token": "data.refresh_token",
            "user_id": "data.user.id",
        },
    ),
    "refresh": Step(body={"refresh_token": "{{refresh_token}}"}, keeps={"student_token": "data.access_token"}),
    "logout": Step(body={"refresh_token": "{{refresh_token}}"}),
    "getMe": Step(keeps={"own_username": "data.username", "own_email": "data.email"}),
    "webLogin": Step(body={"username": "{{username}}", "password": "{{password}}"}),
    "adminLogin": Step(body={"username": "{{admin_username}}", "password": "{{admin_password}}"}),
    "completeMfa": Step(body={"mfa_token": "of-a-sign-in", **_WRONG_CODE}, expects=(401,)),
    "signInWithGoogle": Step(body={"id_token": "of-google"}, expects=(401, 503)),
    "getGoogleClient": Step(),
    "webLoginWithGoogle": Step(body={"id_token": "of-google", "nonce": "of-the-page"}, expects=(401, 503)),
    # Account
    "createAccount": Step(
        body={"email": "new.student.{{$timestamp}}@example.org", "first_name": "New", "last_name": "Student"}
    ),
    "setPassword": Step(body={"token": "of-the-mail", "password": "a-long-passphrase"}, expects=(400,)),
    "requestPasswordReset": Step(body={"email": "{{own_email}}"}),
    "validateUserForRequest": Step(body={"username": "{{own_username}}", "email": "{{own_email}}"}),
    "submitAccessRequest": Step(
        body={
            "username": "{{own_username}}",
            "email": "{{own_email}}",
            "current_access": "user",
            "requested_access": "user,admin",
            "user_reason": "I set the mock tests of class 12.",
        },
        keeps={"request_id": "request_id"},
    ),
    "changeProfile": Step(body={"first_name": "Ravi", "last_name": "Kumar"}),
    "listSessions": Step(keeps={"session_id": "sessions[0].id"}),
    "confirmMfa": Step(body=_WRONG_CODE, expects=(400, 403)),
    "disableMfa": Step(body={"password": "{{password}}", **_WRONG_CODE}, expects=(400, 403, 409)),
    # What the administrator makes
    "createCategory": Step(body={"name": "Made with Postman {{$timestamp}}"}, keeps={"category_id": "category.id"}),
    "updateCategory": Step(body={"name": "Made with Postman {{$timestamp}}"}),
    "createExam": Step(body=NEW_EXAM, keeps={"exam_id": "exam_id"}),
    "editExam": Step(body={**NEW_EXAM, "duration": 90}),
    "cloneExam": Step(
        body={"name": "A copy", "date": "2026-01-06", "start_time": "09:00"}, keeps={"copy_id": "exam_id"}
    ),
    "savePassage": Step(
        body={"text": "A lift of 300 kg moves upwards at a constant speed."}, keeps={"passage_id": "passage.id"}
    ),
    "addQuestion": Step(body=NEW_QUESTION, keeps={"question_id": "question_id"}),
    "editQuestion": Step(body=NEW_QUESTION),
    "addQuestions": Step(
        body={
            "exam_id": "{{exam_id}}",
            "questions": [
                {"question_type": "NUMERIC", "question_text": "sqrt(2)?", "correct_answer": "1.41", "tolerance": "0.01"}
            ],
        },
    ),
    "updateQuestions": Step(body={"exam_id": "{{exam_id}}", "question_type": "MCQ", "positive_marks": 4}),
    "listQuestions": Step(query={"exam_id": "{{exam_id}}"}),
    "importQuestions": Step(body={"csv_file": "physics_mock.csv", "exam_id": "{{exam_id}}"}),
    "addImage": Step(body={"content_type": "image/png"}),
    # A sitting
    "startExam": Step(body={}),
    "getPaper": Step(keeps={"revision": "revision"}),
    "nextSection": Step(body={"from": 1}, expects=(400,)),
    "syncAnswers": Step(
        body={"answers": {"{{question_id}}": "C"}, "partial": True, "revision": "{{revision}}"},
        keeps={"revision": "revision"},
    ),
    "submitExam": Step(keeps={"result_id": "result_id"}),
    # People
    "listComments": Step(query={"exam_id": "{{exam_id}}"}),
    "postComment": Step(
        body={"message": "Because the speed is constant.", "exam_id": "{{exam_id}}"},
        keeps={"comment_id": "message.id"},
    ),
    "editComment": Step(body={"message": "Because the speed does not change."}, pause=10_500),
    "countComments": Step(body={"question_ids": ["{{question_id}}"]}),
    "searchPeople": Step(query={"q": "{{other_username}}"}),
    "requestConnection": Step(body={"recipient_id": "{{other_id}}"}),
    "listConnectionRequests": Step(caller="other", keeps={"conn_id": "requests[0].conn_id"}),
    "answerConnectionRequest": Step(
        caller="other", body={"action": "accept"}, keeps={"conv_id": "conv_id", "chat_id": "conv_id"}
    ),
    "sendMessage": Step(
        body={"message": "Good luck!", "client_id": "{{$guid}}"}, keeps={"message_id": "message.id"}, pause=2_100
    ),
    "editMessage": Step(body={"message": "Good luck for today!"}, path={"chat_id": "message_id"}, pause=2_100),
    "createGroup": Step(
        body={"name": "Made with Postman", "member_ids": ["{{other_id}}"]}, keeps={"group_id": "conv_id"}
    ),
    "addGroupMember": Step(body={"user_id": "{{other_id}}"}, path={"conv_id": "group_id"}, expects=(200, 400, 409)),
    "reportPerson": Step(body={"user_id": "{{other_id}}", "reason": "Only a test."}),
    "getOnlineStatus": Step(query={"ids": "{{other_id}}"}),
    # Administration
    "createBatch": Step(body={"name": "Made with Postman {{$timestamp}}"}, keeps={"batch_id": "batch.id"}),
    "updateBatch": Step(body={"name": "Made with Postman {{$timestamp}}"}),
    "addBatchStudents": Step(body={"user_ids": ["{{user_id}}"]}),
    "updateStudent": Step(body={"first_name": "Ravi", "last_name": "Kumar"}),
    "importRoster": Step(body={"csv_file": "postman/roster.csv"}, query={"dry_run": "1"}),
    "updateRole": Step(body={"user_id": "{{other_id}}", "new_role": "user"}, expects=(200, 400, 409)),
    "updateRoles": Step(body={"updates": [{"user_id": "{{other_id}}", "new_role": "user"}]}),
    "denyRequest": Step(body={"reason": "Ask the head of your department first."}),
    "approveRequest": Step(body={"approved_access": "user,admin"}, expects=(400, 404, 409)),
    "modifyAttempts": Step(
        body={"student_id": "{{user_id}}", "exam_id": "{{exam_id}}", "action": "increase", "amount": 1}
    ),
    "bulkModifyAttempts": Step(
        body={
            "items": [{"student_id": "{{user_id}}", "exam_id": "{{exam_id}}"}],
            "action": "decrease",
            "amount": 1,
        }
    ),
    "setOverride": Step(
        body={"user_id": "{{user_id}}", "extra_minutes": 10, "reason": "A power cut."},
        keeps={"override_id": "override.id"},
    ),
    "addTime": Step(body={"minutes": 5, "all": True, "reason": "A power cut."}),
    "generateQuestions": Step(
        body={"mode": "pure", "exam_id": "{{exam_id}}", "topic": "Friction", "mcq_count": 1}, expects=(200, 503)
    ),
    "createGenerationUpload": Step(
        body={"mode": "extract", "exam_id": "{{exam_id}}", "filename": "paper.pdf", "size": 100_000}
    ),
    "getGenerationJob": Step(expects=(200, 404)),
    "saveGeneratedQuestions": Step(body={"questions": [NEW_QUESTION]}),
    "exportGeneratedQuestions": Step(body={"questions": [NEW_QUESTION]}),
    "getJob": Step(expects=(200, 404)),
    "getOwnJob": Step(expects=(200, 404)),
    # What ends or deletes
    "endSession": Step(expects=(200, 404)),
    "deleteMessage": Step(path={"chat_id": "message_id"}),
    "removeGroupMember": Step(path={"conv_id": "group_id", "user_id": "other_id"}),
    "leaveGroup": Step(path={"conv_id": "left_group_id"}),
    "endGroup": Step(path={"conv_id": "group_id"}),
    "removeFriend": Step(path={"other_id": "other_id"}),
    "blockPerson": Step(path={"user_id": "other_id"}),
    "unblockPerson": Step(path={"user_id": "other_id"}),
    "deleteQuestions": Step(body={"ids": ["{{question_id}}"]}, expects=(200, 404)),
    "deactivateUsers": Step(body={"user_ids": ["{{other_id}}"]}),
    "reactivateUsers": Step(body={"user_ids": ["{{other_id}}"]}),
    "withdrawAccessRequest": Step(expects=(200, 404)),
    "removeBatchStudents": Step(body={"user_ids": ["{{user_id}}"]}),
    "changePassword": Step(body={"current_password": "{{password}}", "new_password": "a new password {{$timestamp}}"}),
    "deleteAccount": Step(body={"confirm": "{{confirm_deletion}}"}, expects=(200, 400)),
}

# They delete, or end what other requests need: sent last, in this order.
DESTRUCTIVE = (
    "clearAssistantHistory",
    "deleteComment",
    "deleteMessage",
    "clearConversation",
    "removeGroupMember",
    "leaveGroup",
    "endGroup",
    "blockPerson",
    "unblockPerson",
    "removeFriend",
    "deleteOverride",
    "deletePassage",
    "deleteQuestion",
    "deleteQuestions",
    "deleteExam",
    "deleteCategory",
    "removeBatchStudents",
    "deleteBatch",
    "approveRequest",
    "withdrawAccessRequest",
    "deactivateUsers",
    "reactivateUsers",
    "endOtherSessions",
    "endSession",
    "webLogout",
    "logout",
    "changePassword",
    "deleteAccount",
)
