"""Generate the Postman collection from the API's description: `make postman`.

With `--check` nothing is written: the exit status tells whether the file is up to date.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools import postman_flow as flow
from tools.postman_flow import Step

Document = dict[str, Any]

ROOT = Path(__file__).parents[1]
DESCRIPTION = ROOT / "functions" / "docs" / "openapi.json"
OUTPUT = ROOT / "examples" / "postman" / "collection.json"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
JSON, MULTIPART = "application/json", "multipart/form-data"
BAD_REQUEST = HTTPStatus.BAD_REQUEST
# Variables that are numbers: in JSON they stand without quotation marks.
_NUMBERS = re.compile(r'"({{(?:\w+_id|revision)}})"(?!:)')


def collection(description: Document) -> Document:
    """The collection: a folder per tag, a request per operation, in an order in which all of them can be sent.

    A request checks status and shape of its answer. What deletes is in a folder of its own, the last.
    """
    operations = {operation["operationId"]: (path, method) for method, path, operation in _operations(description)}
    about = {tag["name"]: tag["description"] for tag in description["tags"]}
    names = [*flow.FIRST_TAGS, *(name for name in about if name not in flow.FIRST_TAGS)]
    folders: dict[str, list[Document]] = {name: [] for name in names}
    variables = dict(flow.VARIABLES)
    for method, path, operation in _operations(description):
        name = operation["operationId"]
        for step in _steps(name).values():
            variables |= dict.fromkeys(step.keeps, "1")
            for parameter in re.findall(r"{(\w+)}", path):
                variables.setdefault(step.path.get(parameter, parameter), "1")
        if name not in flow.DESTRUCTIVE:
            folders[operation["tags"][0]] += _items(description, method, path, operation)
    last: list[Document] = []
    for name in flow.DESTRUCTIVE:
        path, method = operations[name]
        last += _items(description, method, path, description["paths"][path][method.lower()])
    return {
        "info": {
            "name": description["info"]["title"],
            "description": f"{description['info']['summary']}\n\n{_HOW_TO}",
            "version": description["info"]["version"],
            "schema": SCHEMA,
        },
        "auth": _bearer("student"),
        "variable": [_pair(name, value) for name, value in variables.items()],
        "event": [_script("test", _ERROR_SHAPE)],
        "item": [
            *({"name": name, "description": about[name], "item": items} for name, items in folders.items() if items),
            {"name": "Destructive", "description": "Requests that delete, or that end sessions.", "item": last},
        ],
    }


_HOW_TO = (
    "Run the whole collection, or send the requests of *Signing in* first: their tokens are kept for all others. Ids "
    "are variables that earlier requests set. `base_url` is the stack that `make run` starts; for a deployed one, set "
    "it, names and passwords. The folder *Destructive* comes last. The account is only deleted if the variable "
    "`confirm_deletion` is `DELETE`."
)
_ERROR_SHAPE = (
    "if (pm.response.code >= 400) {",
    '  pm.test("Errors have the one shape", () => {',
    "    const error = pm.response.json();",
    '    pm.expect(error).to.include({ status: "error", success: false });',
    '    pm.expect(error.message).to.be.a("string").that.is.not.empty;',
    "  });",
    "}",
)


def text(description: Document) -> str:
    """The collection as it is committed."""
    return json.dumps(collection(description), indent=1, ensure_ascii=False) + "\n"


def _operations(description: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def _steps(name: str) -> dict[str, Step]:
    """The operation's requests, by title; "" for the operation's own."""
    return {"": flow.STEPS.get(name, Step()), **flow.MORE.get(name, {})}


def _items(description: Document, method: str, path: str, operation: Document) -> Iterator[Document]:
    for title, step in _steps(operation["operationId"]).items():
        item = _item(description, method, path, operation, step)
        yield {**item, "name": title or item["name"]}


def _item(description: Document, method: str, path: str, operation: Document, step: Step) -> Document:
    request: Document = {
        "method": method,
        "header": [_pair("Accept", "application/json")],
        "url": _url(path, [_resolved(description, each) for each in operation.get("parameters", [])], step),
        "description": operation.get("description", operation["summary"]),
    }
    if not operation["security"]:
        request["auth"] = {"type": "noauth"}
    elif (caller := step.caller or {"admin": "admin"}.get(operation["x-access"], "student")) != "student":
        request["auth"] = _bearer(caller)
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        request["body"] = _body(description, content, step.body)
        if request["body"]["mode"] == "raw":
            request["header"].append(_pair("Content-Type", JSON))
    events = [_script("test", _checks(description, operation, step))]
    if step.pause:
        events.append(_script("prerequest", [f"setTimeout(() => {{}}, {step.pause}); // a rate limit"]))
    behaviour = {"protocolProfileBehavior": {"followRedirects": False}} if "200" not in operation["responses"] else {}
    return {
        "name": operation["summary"],
        **behaviour,
        "event": events,
        "request": request,
        "response": list(_answers(operation, request)),
    }


def _checks(description: Document, operation: Document, step: Step) -> Iterator[str]:
    """The script that checks the answer, and keeps what later requests need of it."""
    successes = [status for status in operation["responses"] if status < "3"]
    expected = step.expects or tuple(map(int, successes)) or (302,)
    yield f'pm.test("Status", () => pm.expect(pm.response.code).to.be.oneOf({list(expected)}));'
    if step.expects and min(step.expects) >= BAD_REQUEST:
        return
    media = operation["responses"].get("200", {}).get("content", {})
    keys = sorted(_required(description, media[JSON]["schema"])) if JSON in media else []
    yield "if (pm.response.code === 200) {"
    if keys:
        yield '  pm.test("Shape", () => {'
        yield f"    pm.expect(pm.response.json()).to.include.all.keys({json.dumps(keys)});"
        yield "  });"
    elif media:
        yield '  const type = pm.response.headers.get("Content-Type").split(";")[0];'
        yield f'  pm.test("Type", () => pm.expect(type).to.be.oneOf({json.dumps(list(media))}));'
    if step.keeps:
        yield "  const answer = pm.response.json();"
    for name, place in step.keeps.items():
        yield f'  pm.collectionVariables.set("{name}", answer.{place});'
    if operation["operationId"] == "changePassword":
        yield '  pm.collectionVariables.set("password", JSON.parse(pm.request.body.raw).new_password);'
    yield "}"


def _required(description: Document, schema: Document) -> set[str]:
    """Fields that every answer of the schema has."""
    schema = _resolved(description, schema)
    found = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        found |= _required(description, part)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        found |= set.intersection(*(_required(description, choice) for choice in choices))
    return found


def _url(path: str, parameters: list[Document], step: Step) -> Document:
    # Postman writes `:name` for a path's parameter and wants its value beside it.
    segments = [re.sub(r"^{(\w+)}$", r":\1", segment) for segment in path.strip("/").split("/")]
    query = [
        {
            **_pair(parameter["name"], step.query.get(parameter["name"], _written(parameter.get("example", "")))),
            "description": parameter.get("description", ""),
            "disabled": not parameter.get("required", False) and parameter["name"] not in step.query,
        }
        for parameter in parameters
        if parameter["in"] == "query"
    ]
    wanted = "&".join(f"{each['key']}={quote(each['value'], safe='{}')}" for each in query if not each["disabled"])
    url: Document = {
        "raw": f"{{{{base_url}}}}/{'/'.join(segments)}" + (f"?{wanted}" if wanted else ""),
        "host": ["{{base_url}}"],
        "path": segments,
    }
    if query:
        url["query"] = query
    names = [segment[1:] for segment in segments if segment.startswith(":")]
    if names:
        url["variable"] = [_pair(name, f"{{{{{step.path.get(name, name)}}}}}") for name in names]
    return url


def _body(description: Document, content: Document, given: Any) -> Document:
    if JSON in content:
        example = _example(content[JSON]) if given is None else given
        raw = _NUMBERS.sub(r"\1", json.dumps(example, indent=2, ensure_ascii=False))
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    schema = _resolved(description, content[MULTIPART]["schema"])
    example = _example(content[MULTIPART]) if given is None else given
    fields = []
    for name, of in schema["properties"].items():
        if _is_file(of):
            # Below Postman's working directory: the folder `examples/`.
            fields.append({"key": name, "type": "file", "src": example.get(name, [])})
        else:
            written = _pair(name, _written(example.get(name, "")))
            fields.append({**written, "type": "text", "disabled": name not in example})
    return {"mode": "formdata", "formdata": fields}


def _answers(operation: Document, request: Document) -> Iterator[Document]:
    for status, answer in operation["responses"].items():
        media = answer.get("content", {}).get(JSON)
        if not media or not status.startswith("2"):
            continue
        yield {
            "name": answer["description"].split(".")[0],
            "originalRequest": {"method": request["method"], "header": [], "url": request["url"]},
            "code": int(status),
            "status": "OK" if status == "200" else "Accepted",
            "_postman_previewlanguage": "json",
            "header": [_pair("Content-Type", JSON)],
            "body": json.dumps(_example(media), indent=2, ensure_ascii=False),
        }


def _example(media: Document) -> Any:
    if "example" in media:
        return media["example"]
    return next((each["value"] for each in media.get("examples", {}).values()), {})


def _resolved(description: Document, part: Document) -> Document:
    while "$ref" in part:
        found: Any = description
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _is_file(schema: Document) -> bool:
    text_of = json.dumps(schema)
    return '"format": "binary"' in text_of


def _script(listen: str, lines: Iterable[str]) -> Document:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}}


def _bearer(caller: str) -> Document:
    return {"type": "bearer", "bearer": [_pair("token", f"{{{{{caller}_token}}}}")]}


def _pair(key: str, value: str) -> Document:
    return {"key": key, "value": value}


def _written(value: Any) -> str:
    """An example as a query or a form has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> int:
    """Write or check; returns 1 if the checked file is outdated."""
    current = text(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
    if "--check" in sys.argv[1:]:
        if OUTPUT.is_file() and OUTPUT.read_text(encoding="utf-8") == current:
            return 0
        print(f"{OUTPUT} is out of date: run `make postman`", file=sys.stderr)
        return 1
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(current, encoding="utf-8")
    print(f"{OUTPUT}: {len(current):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
