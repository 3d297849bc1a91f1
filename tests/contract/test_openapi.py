"""The API's description agrees with the code, the deployment, the contract and its standard."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

import smartexam.platform.errors
from smartexam.api import Reply
from smartexam.api.app import Route
from smartexam.platform.errors import AppError
from tests.infrastructure import stack
from tools.openapi import document, error_shapes, errors, functions, prose, shapes, values, vocabulary
from tools.openapi.advice import ADVICE

CONTRACT = Path(__file__).with_name("routes.csv")
HIGHEST_ID = 2**53 - 1
SHORTEST_SENTENCE = len("The job.")
# Of what an operation says beyond its summary and who may call it
FEWEST_WORDS = 6

# Routes beyond the contract, and who may call them.
ADDED = {
    "GET /asyncapi.json": "public",
    "GET /admin/api/audit": "admin",
    "GET /admin/api/analytics/rebuild": "admin",
    "POST /admin/api/analytics/rebuild": "admin",
    "DELETE /api/account/access-request": "auth",
    "GET /api/auth/google/client": "public",
    "POST /login/google": "public",
}


# What a description says of a text's length
LENGTHS = re.compile(r"(?:([0-9]+) to|at most) ([0-9,]+) characters")
# Only a body's size limits these: a password, token or code that is too long is just wrong, the rest is ignored.
AS_LONG_AS_A_BODY = {
    "Credentials.password",
    "Credentials.username",
    "DraftFigure.image_url",
    "DraftQuestion.model",
    "GoogleCredential.id_token",
    "GoogleCredential.nonce",
    "GoogleWebCredential.id_token",
    "GoogleWebCredential.nonce",
    "PresentedRefreshToken.refresh_token",
    "Provenance.model",
    "Provenance.repaired_by",
    "Provenance.section",
    "Provenance.span",
    "RefreshRequest.refresh_token",
    "SendBody.reply_to_name",
    "SendBody.reply_to_text",
    "StartBody.access_code",
}

# Parameters of paths that are no numbers.
NAMES_IN_PATHS = {"session_id"}


class Described(NamedTuple):
    """An operation of the description, with a name that does not depend on the names of its parameters."""

    name: str
    path: str
    operation: dict[str, Any]


DOCUMENT = document.build()
ROUTES = [(group, route) for group in functions.groups() for route in group.api.routes]


def anonymous(method: str, path: str) -> str:
    return f"{method.upper()} {re.sub(r'{[^}]*}|<[^>]*>|:[a-z_]+', '{}', path)}"


OPERATIONS = [
    Described(anonymous(method, path), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
each_operation = pytest.mark.parametrize("described", OPERATIONS, ids=[described.name for described in OPERATIONS])
each_route = pytest.mark.parametrize("route", [route for _, route in ROUTES], ids=lambda route: route.handler.__name__)


def contract() -> dict[str, str]:
    """Who may call each route of the contract."""
    with CONTRACT.open(encoding="utf-8", newline="") as rows:
        return {anonymous(row["method"], row["path"]): row["access"] for row in csv.DictReader(rows)}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = DOCUMENT
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def examples(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """(schema, example) of a body's or an answer's media types."""
    for media in content.values():
        if "example" in media:
            yield media["schema"], media["example"]
        for named in media.get("examples", {}).values():
            yield media["schema"], named["value"]


def may_be_text(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type", ())
    return "string" in ([kinds] if isinstance(kinds, str) else kinds) and "enum" not in schema


def requested() -> Iterator[tuple[str, dict[str, Any]]]:
    """("<shape>.<field>", schema) of all fields that bodies have, however deep."""
    waiting = [operation["requestBody"] for _, _, operation in OPERATIONS if "requestBody" in operation]
    seen: set[str] = set()
    while waiting:
        for name in set(re.findall(r"#/components/schemas/(\w+)", json.dumps(waiting.pop()))) - seen:
            seen.add(name)
            shape = DOCUMENT["components"]["schemas"][name]
            waiting.append(shape)
            for field, schema in shape.get("properties", {}).items():
                yield f"{name}.{field}", schema


def check(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    assert [error.message for error in Draft202012Validator(whole).iter_errors(value)] == []


class TestTheFile:
    def test_is_up_to_date(self) -> None:
        assert document.OUTPUT.read_text(encoding="utf-8") == document.text(), "run `make openapi`"

    def test_is_the_same_in_every_process(self) -> None:
        paths = os.pathsep.join(
            str(functions.ROOT / folder)
            for folder in ("layers/common", "layers/documents", "layers/media", "functions")
        )
        command = [sys.executable, "-m", "tools.openapi", "--check"]
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "7"}
        done = subprocess.run(command, cwd=functions.ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def test_is_openapi(self) -> None:
        validate(DOCUMENT)

    def test_holds_no_trace_of_python(self) -> None:
        assert not re.search(r"msgspec|dataclass|<class|functions/|layers/", json.dumps(DOCUMENT))


class TestTheContract:
    def test_every_route_is_built(self) -> None:
        built = {described.name for described in OPERATIONS}
        assert set(contract()) - built == set()

    def test_nothing_is_served_beyond_it_but_what_is_known(self) -> None:
        assert {described.name for described in OPERATIONS} - set(contract()) == set(ADDED)

    @each_operation
    def test_access_is_what_it_says(self, described: Described) -> None:
        assert described.operation["x-access"] == {**contract(), **ADDED}[described.name]

    def test_what_is_deployed_is_what_is_described(self) -> None:
        """By path: that the methods of each are served is checked at the template."""
        deployed = {path for function in stack.function_ids() for _, path in stack.routes(function)}
        assert deployed - {"$default"} == set(DOCUMENT["paths"])


class TestEveryOperation:
    @each_operation
    def test_says_what_it_does(self, described: Described) -> None:
        assert 8 < len(described.operation["summary"]) < 120
        told = described.operation["description"].rpartition("\n\n")[0]
        assert len(told.split()) >= FEWEST_WORDS, "Say in the handler's docstring what clients should know"

    def test_has_a_name_of_its_own(self) -> None:
        names = [described.operation["operationId"] for described in OPERATIONS]
        assert len(names) == len(set(names))

    @each_operation
    def test_asks_for_credentials_unless_it_is_public(self, described: Described) -> None:
        is_public = described.operation["x-access"] == "public"
        assert described.operation["security"] == ([] if is_public else [{"bearer": []}, {"session": []}])
        assert ("401" in described.operation["responses"]) or is_public

    @each_operation
    def test_takes_ids_in_its_path(self, described: Described) -> None:
        parameters = {
            each["name"]: each
            for each in map(resolved, described.operation.get("parameters", []))
            if each["in"] == "path"
        }
        assert set(parameters) == set(re.findall(r"{(\w+)}", described.path))
        for name, parameter in parameters.items():
            if name not in NAMES_IN_PATHS:
                assert parameter["schema"] == {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID}

    @each_operation
    def test_has_the_one_error_shape(self, described: Described) -> None:
        failures = {int(status): resolved(a) for status, a in described.operation["responses"].items() if status >= "4"}
        assert {500, 503} <= set(failures)
        for answer in failures.values():
            schema = answer["content"]["application/json"]["schema"]
            for shape in schema.get("anyOf", [schema]):
                assert {"status", "success", "message"} <= set(resolved(shape)["required"])

    @each_operation
    def test_lists_the_codes_of_its_errors(self, described: Described) -> None:
        for answer in map(resolved, described.operation["responses"].values()):
            for code in answer.get("x-error-codes", ()):
                assert code in DOCUMENT["x-error-codes"]
                assert answer["content"]["application/json"]["examples"][code]["value"]["code"] == code

    @each_operation
    def test_has_one_kind_of_success_or_a_redirect(self, described: Described) -> None:
        successes = {int(status) for status in described.operation["responses"] if status < "4"}
        assert successes
        assert successes <= {200, 202, 204, 302, 304}

    @each_operation
    def test_has_examples_that_fit(self, described: Described) -> None:
        bodies = described.operation.get("requestBody", {}).get("content", {})
        answers = [resolved(answer).get("content", {}) for answer in described.operation["responses"].values()]
        for content in (bodies, *answers):
            for schema, example in examples(content):
                check(schema, example)
        for parameter in map(resolved, described.operation.get("parameters", [])):
            if "example" in parameter:
                check(parameter["schema"], parameter["example"])

    @each_operation
    def test_shows_an_example_of_all_json(self, described: Described) -> None:
        answers = [resolved(answer).get("content", {}) for answer in described.operation["responses"].values()]
        for content in (described.operation.get("requestBody", {}).get("content", {}), *answers):
            for kind, media in content.items():
                # The description itself has no example of its own.
                is_json = kind == "application/json" and media["schema"] != {"type": "object"}
                assert not is_json or {"example", "examples"} & set(media)


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of every shape, by shape and name, those of nested objects included."""
    waiting = list(DOCUMENT["components"]["schemas"].items())
    while waiting:
        name, schema = waiting.pop()
        for field, inner in schema.get("properties", {}).items():
            yield f"{name}.{field}", inner
            waiting.append((f"{name}.{field}", inner))


class TestEveryField:
    def test_says_what_it_means(self) -> None:
        silent = [name for name, field in properties() if len(field.get("description", "")) < SHORTEST_SENTENCE]
        assert silent == [], (
            "Describe them under `Attributes:` in the shape's docstring, or in tools/openapi/vocabulary.py"
        )

    def test_of_requests_has_an_example_that_fits(self) -> None:
        for name, field in properties():
            for example in field.get("examples", ()):
                assert example not in ("text", None), name
                check(field, example)

    def test_has_a_type_and_no_null_default(self) -> None:
        for name, field in properties():
            is_anything = set(field) <= {"description", "examples"}
            assert is_anything or {"type", "$ref", "anyOf"} & set(field), name
            assert field.get("default", 0) is not None, name
            assert field.get("type") != "array" or "items" in field, name

    def test_of_requests_says_how_long_a_text_may_be(self) -> None:
        unlimited = {
            name
            for name, schema in requested()
            if may_be_text(schema) and not {"maxLength", "const", "pattern", "format"} & set(schema)
        }
        assert unlimited == AS_LONG_AS_A_BODY

    def test_says_the_same_lengths_in_words(self) -> None:
        for name, schema in requested():
            if told := LENGTHS.search(schema["description"]):
                shortest, longest = (int(text.replace(",", "")) if text else None for text in told.groups())
                assert schema.get("maxLength") == longest, name
                # An empty text may be allowed beside those that have a length.
                assert shortest in {schema.get("minLength"), None} or "empty" in schema["description"], name

    def test_is_described_in_one_place(self) -> None:
        for group, route in ROUTES:
            for shape in filter(None, (route.takes, route.query)):
                for name, told in prose.fields(shape)[1].items():
                    assert told != vocabulary.description(shape.__name__, name), (
                        f"{group.name}: {shape.__name__}.{name}"
                    )


class TestEveryParameter:
    @each_operation
    def test_says_what_it_means(self, described: Described) -> None:
        for parameter in map(resolved, described.operation.get("parameters", [])):
            assert len(parameter["description"]) >= SHORTEST_SENTENCE, parameter["name"]
            assert ("example" in parameter) != (parameter["name"] == "cursor"), parameter["name"]


class TestEveryRoute:
    @each_route
    def test_takes_its_own_example(self, route: Route) -> None:
        if route.takes is None or shapes.has_files(route.takes):
            return
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        content = DOCUMENT["paths"][path][route.method.lower()]["requestBody"]["content"]
        for _, example in examples({"application/json": content["application/json"]}):
            msgspec.convert(example, route.takes)

    @each_route
    def test_declares_what_it_answers(self, route: Route) -> None:
        returned = route.handler.__annotations__["return"]
        if returned is not None:
            assert route.answers is not None or route.also, "a Reply says nothing about its body: declare `answers`"
        if returned is Reply or Reply in getattr(returned, "__args__", ()):
            assert route.also or isinstance(route.answers, str) or route.answers is not None

    @each_route
    def test_names_errors_that_exist(self, route: Route) -> None:
        for name in prose.read(route.handler).raises:
            assert issubclass(getattr(smartexam.platform.errors, name), AppError)


class TestTheErrorCodes:
    def test_are_those_of_the_source(self) -> None:
        text = "".join(
            path.read_text(encoding="utf-8")
            for folder in ("layers", "functions")
            for path in (functions.ROOT / folder).rglob("*.py")
        )
        named = set(re.findall(r'\bcode(?:: str)? ?= ?"(\w+)"', text))
        assert named <= set(DOCUMENT["x-error-codes"])

    def test_have_a_status_and_words(self) -> None:
        for code, meaning in DOCUMENT["x-error-codes"].items():
            assert 400 <= meaning["status"] <= 503, code
            assert meaning["message"].strip("… "), f"{code}: give its message an example in tools/openapi/vocabulary.py"

    def test_tell_a_client_what_to_do(self) -> None:
        known = set(DOCUMENT["x-error-codes"])
        assert known == set(ADVICE), "Say in tools/openapi/advice.py what a client does about a code"

    def test_with_further_fields_have_shapes_of_their_own(self) -> None:
        for code, fields in errors.further_fields().items():
            assert fields <= error_shapes.fields_of(code), code

    def test_missing_words_are_noticed(self) -> None:
        assert errors.codes()["stale_revision"].status == 409


class TestTheEnumerations:
    def test_say_what_each_value_means(self) -> None:
        missing = [
            schema
            for schema in _schemas(DOCUMENT)
            if len(schema.get("enum", ())) > 1 and "type" in schema
            if set(schema.get(values.KEYWORD, ())) != set(schema["enum"]) - {""}
        ]
        assert missing == []

    def test_are_those_that_are_described(self) -> None:
        used = {frozenset(schema[values.KEYWORD]) for schema in _schemas(DOCUMENT) if values.KEYWORD in schema}
        assert used == {frozenset(meanings) for meanings in values.MEANINGS}

    def test_without_a_meaning_are_noticed(self) -> None:
        with pytest.raises(ValueError, match="not described"):
            values.described({"type": "string", "enum": ["north", "south"]})


class TestTheRulesOfBodies:
    @pytest.mark.parametrize(
        ("shape", "body", "fits"),
        [
            ("Credentials", {"username": "john.doe", "password": "a"}, True),
            ("Credentials", {"email": "john.doe", "password": "a"}, True),
            ("Credentials", {"password": "a"}, False),
            ("Credentials", {"username": " ", "password": "a"}, False),
            ("Credentials", {"username": "john.doe", "password": ""}, False),
            ("Credentials", {"username": "john.doe", "password": None}, False),
            ("Credentials", {"username": None, "email": "john.doe", "password": "a"}, True),
            ("NewExamFields", {"name": "A", "date": "2026-01-05", "start_time": "10:00"}, False),
            ("NewExamFields", {"name": "A", "date": "2026-01-05", "start_time": "10:00", "duration": 60}, True),
            ("NewExamFields", {"name": "A", "date": "2026-01-05", "start_time": "10:00", "preset": "neet-2025"}, True),
            ("GenerationFields", {"mode": "pure", "exam_id": 7, "topic": "Motion"}, False),
            ("GenerationFields", {"mode": "pure", "exam_id": 7, "topic": "Motion", "mcq_count": 0}, False),
            ("GenerationFields", {"mode": "pure", "exam_id": 7, "topic": "Motion", "mcq_count": "5"}, True),
            ("GenerationFields", {"mode": "extract", "exam_id": 7}, True),
            ("ImageFields", {}, False),
            ("AddTime", {"minutes": 10}, False),
            ("AddTime", {"minutes": 10, "user_ids": [42], "all": True}, False),
            ("AddTime", {"minutes": 10, "all": True}, True),
            ("AddTime", {"minutes": 10, "user_ids": [42]}, True),
            ("OverrideBody", {"extra_minutes": 10}, False),
            ("OverrideBody", {"user_id": 42, "batch_id": 5}, False),
            ("OverrideBody", {"user_id": 42, "batch_id": None}, True),
            ("OverrideBody", {"batch_id": 5}, True),
            ("MfaCode", {"code": ""}, False),
            ("MfaCode", {"code": "012345"}, True),
            ("QuestionIds", {"ids": [0]}, False),
            ("BulkUpdate", {"exam_id": 7, "question_type": "MCQ", "positive_marks": "1/3"}, True),
            ("BulkUpdate", {"exam_id": 7, "question_type": "MCQ", "positive_marks": "four"}, False),
        ],
    )
    def test_are_said_as_far_as_a_schema_can(self, shape: str, body: dict[str, Any], fits: bool) -> None:
        schema = {"$ref": f"#/components/schemas/{shape}", "components": DOCUMENT["components"]}
        assert Draft202012Validator(schema).is_valid(body) == fits


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every object within a document that may be a schema."""
    if isinstance(node, list):
        for each in node:
            yield from _schemas(each)
    elif isinstance(node, dict):
        if not isinstance(node.get("enum"), dict):
            yield node
        for each in node.values():
            yield from _schemas(each)
