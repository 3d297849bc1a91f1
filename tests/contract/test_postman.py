"""The Postman collection: up to date, complete, in the format that Postman reads; all of its requests succeed."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local.stack import LocalStack
from tools import postman
from tools import postman_flow as flow
from tools.openapi import document

pytestmark = pytest.mark.contract
ROOT = Path(__file__).parents[2]

DESCRIPTION = document.build()
COLLECTION = postman.collection(DESCRIPTION)

# The part of Postman's collection format, version 2.1, that is used here.
PAIR = {
    "type": "object",
    "required": ["key", "value"],
    "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
}
ESSENTIALS = {
    "type": "object",
    "required": ["info", "item"],
    "properties": {
        "info": {
            "required": ["name", "schema"],
            "properties": {"name": {"type": "string"}, "schema": {"const": postman.SCHEMA}},
        },
        "item": {"type": "array", "items": {"$ref": "#/$defs/folder"}},
        "variable": {"type": "array", "items": PAIR},
        "auth": {"$ref": "#/$defs/auth"},
    },
    "$defs": {
        "auth": {"required": ["type"], "properties": {"type": {"enum": ["bearer", "noauth"]}}},
        "folder": {
            "required": ["name", "item"],
            "properties": {"item": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/item"}}},
        },
        "item": {
            "required": ["name", "request", "response"],
            "properties": {
                "request": {
                    "required": ["method", "url", "header"],
                    "properties": {
                        "method": {"enum": ["GET", "POST", "PUT", "DELETE"]},
                        "header": {"type": "array", "items": PAIR},
                        "auth": {"$ref": "#/$defs/auth"},
                        "url": {
                            "required": ["raw", "host", "path"],
                            "properties": {
                                "raw": {"type": "string", "pattern": "^{{base_url}}/"},
                                "host": {"type": "array", "items": {"type": "string"}},
                                "path": {"type": "array", "items": {"type": "string"}},
                                "query": {"type": "array", "items": PAIR},
                                "variable": {"type": "array", "items": PAIR},
                            },
                        },
                        "body": {
                            "required": ["mode"],
                            "oneOf": [
                                {"required": ["raw"], "properties": {"mode": {"const": "raw"}}},
                                {"required": ["formdata"], "properties": {"mode": {"const": "formdata"}}},
                            ],
                        },
                    },
                },
                "response": {
                    "type": "array",
                    "items": {"required": ["name", "originalRequest", "code", "header", "body"]},
                },
            },
        },
    },
}


def _items() -> Iterator[dict[str, Any]]:
    for folder in COLLECTION["item"]:
        yield from folder["item"]


def test_the_committed_one_is_up_to_date() -> None:
    assert postman.OUTPUT.read_text(encoding="utf-8") == postman.text(DESCRIPTION), "run `make postman`"


def test_has_the_format_that_postman_reads() -> None:
    Draft202012Validator(ESSENTIALS).validate(COLLECTION)


def test_has_every_operation() -> None:
    described = {
        (method.upper(), re.sub(r"{(\w+)}", r":\1", path))
        for path, operations in DESCRIPTION["paths"].items()
        for method in operations
    }
    listed = [(item["request"]["method"], "/" + "/".join(item["request"]["url"]["path"])) for item in _items()]
    assert set(listed) == described
    assert len(listed) == len(described) + sum(map(len, flow.MORE.values()))


def test_every_step_belongs_to_an_operation() -> None:
    names = {operation["operationId"] for item in DESCRIPTION["paths"].values() for operation in item.values()}
    assert {*flow.STEPS, *flow.MORE, *flow.DESTRUCTIVE} <= names
    assert {*flow.FIRST_TAGS} <= {tag["name"] for tag in DESCRIPTION["tags"]}


def test_what_deletes_comes_last() -> None:
    *others, last = COLLECTION["item"]
    assert last["name"] == "Destructive"
    for folder in others:
        for item in folder["item"]:
            assert item["request"]["method"] != "DELETE", item["name"]
            assert not re.search(r"/(delete|remove|logout)", item["request"]["url"]["raw"]), item["name"]


def test_every_variable_that_is_used_is_declared() -> None:
    used = set(re.findall(r"{{(\w+)}}", json.dumps(COLLECTION)))
    assert used <= {variable["key"] for variable in COLLECTION["variable"]}


def test_only_public_calls_go_without_a_token() -> None:
    for item in _items():
        path = "/" + "/".join(re.sub(r"^:(\w+)$", r"{\1}", part) for part in item["request"]["url"]["path"])
        operation = DESCRIPTION["paths"][path][item["request"]["method"].lower()]
        assert (item["request"].get("auth") == {"type": "noauth"}) == (operation["security"] == []), path


def test_every_request_checks_its_answer() -> None:
    for item in _items():
        script = "\n".join(item["event"][0]["script"]["exec"])
        assert 'pm.test("Status"' in script
        assert 'pm.test("Shape"' in script or 'pm.test("Type"' in script or "[200" not in script, item["name"]


def test_all_requests_succeed_one_after_the_other(stack: LocalStack, request: pytest.FixtureRequest) -> None:
    stack.reset()  # the first two students must not know each other
    request.addfinalizer(stack.reset)  # it has changed a password, for one
    path = os.pathsep.join([str(ROOT / ".node" / "bin"), os.environ["PATH"]])

    done = subprocess.run(
        [
            *("node", str(ROOT / "node_modules" / "newman" / "bin" / "newman.js"), "run", str(postman.OUTPUT)),
            *("--working-dir", str(ROOT / "examples"), "--env-var", f"base_url={stack.base_url}"),
            *("--reporters", "cli", "--reporter-cli-no-success-assertions", "--color", "off", "--timeout", "240000"),
        ],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


def test_a_file_is_chosen_not_typed() -> None:
    upload = next(item for item in _items() if item["request"]["url"]["path"][-1] == "import-csv")
    fields = {field["key"]: field["type"] for field in upload["request"]["body"]["formdata"]}
    assert fields["csv_file"] == "file"


@pytest.mark.parametrize("checking", [True, False])
def test_checking_tells_and_writes_nothing(checking: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(postman, "OUTPUT", tmp_path / "postman" / "collection.json")
    monkeypatch.setattr("sys.argv", ["postman", *(["--check"] if checking else [])])

    assert postman.main() == (1 if checking else 0)
    assert postman.OUTPUT.exists() is not checking
