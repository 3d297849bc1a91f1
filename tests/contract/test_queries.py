"""Query parameters: what is not meant is refused after authentication, unknown names are passed over."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.client import Client, is_error
from tools.openapi import document

pytestmark = pytest.mark.contract

LISTS = {"limit", "per_page"}
NO_NUMBERS = ("abc", "null", "NaN", "1.5", "9" * 41)


def _parameters() -> Iterator[Any]:
    """(path, whether only administrators may call it, name, schema) of every query parameter of a GET."""
    for path, item in document.build()["paths"].items():
        operation = item.get("get", {})
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                address, name = path.replace("{", "").replace("}", ""), parameter["name"]
                yield pytest.param(path, operation["x-access"], name, parameter["schema"], id=f"{address}-{name}")


def _refused(name: str, schema: dict[str, Any]) -> tuple[str, ...]:
    """Values that a parameter must refuse."""
    if "enum" in schema:
        return ("unheard-of", "null", "5")
    if schema.get("type") == "integer":
        return (*NO_NUMBERS, "0", "-1", *(("101",) if name in LISTS else ()))
    return ("null",) if name == "cursor" else ()


@pytest.fixture(scope="module")
def ids(admin: Client, new_exam: Callable[..., int]) -> dict[str, int]:
    """Something that exists, by the name of the path's parameter; 1 where only the query matters."""
    exam_id = new_exam()
    found = {
        "exam_id": exam_id,
        "question_id": admin.get("/admin/questions", query={"exam_id": exam_id}).body["questions"][0]["id"],
        "batch_id": admin.post("/admin/batches/create", {"name": f"Queries {time.time()}"}).body["batch"]["id"],
    }
    return defaultdict(lambda: 1, found)


@pytest.mark.parametrize(("path", "access", "name", "schema"), list(_parameters()))
def test_only_what_is_meant_is_taken(
    path: str, access: str, name: str, schema: dict[str, Any], ids: dict[str, int], admin: Client, student: Client
) -> None:
    client = student if access == "user" else admin
    path = path.format_map(ids)
    for value in _refused(name, schema):
        answer = client.get(path, query={name: value})
        assert answer.status == 400, (value, answer)
        assert is_error(answer)
        if name != "cursor" or "errors" in answer.body:
            (fault,) = answer.body["errors"]
            assert fault["field"] == name
            assert value == "null" or all(str(word) in fault["message"] for word in schema.get("enum", ())), fault
        assert Client(client.base_url).get(path, query={name: value}).status == 401
    for value in ("1", "100") if name in LISTS else ():
        assert client.get(path, query={name: value, "no_such_parameter": "\x00", "": "x"}).status in {200, 403}, value


def test_every_list_takes_the_size_of_its_pages() -> None:
    taken: dict[str, set[str]] = {}
    for parameter in _parameters():
        path, _, name, _ = parameter.values
        taken.setdefault(path, set()).add(name)
    assert [path for path, names in taken.items() if "cursor" in names and "limit" not in names] == []
    assert [path for path, names in taken.items() if "page" in names and "per_page" not in names] == []
