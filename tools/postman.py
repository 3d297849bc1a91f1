"""Generate the Postman collection from the API's description: `make postman`.

With `--check` nothing is written: the exit status tells whether the file is up to date.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

Document = dict[str, Any]

ROOT = Path(__file__).parents[1]
DESCRIPTION = ROOT / "functions" / "docs" / "openapi.json"
OUTPUT = ROOT / "examples" / "postman" / "collection.json"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE_URL = "http://127.0.0.1:3000"
JSON, MULTIPART = "application/json", "multipart/form-data"
# Values that later calls need, by their place in the answer.
_KEPT = {
    "POST /api/auth/login": {"access_token": "data.access_token", "refresh_token": "data.refresh_token"},
    "POST /api/auth/google": {"access_token": "data.access_token", "refresh_token": "data.refresh_token"},
    "POST /api/auth/refresh": {"access_token": "data.access_token"},
}
# Values of the local stack's demo data, and variables that `_KEPT` sets.
_VARIABLES = {
    "base_url": BASE_URL,
    "username": "student1",
    "password": "Student@2025demo",
    "access_token": "",
    "refresh_token": "",
}
_FROM_VARIABLES = {
    "POST /api/auth/login": {"username": "{{username}}", "password": "{{password}}"},
    "POST /api/auth/refresh": {"refresh_token": "{{refresh_token}}"},
    "POST /api/auth/logout": {"refresh_token": "{{refresh_token}}"},
}


def collection(description: Document) -> Document:
    """The collection: a folder per tag, a request per operation, with the described examples as bodies and answers."""
    folders: dict[str, list[Document]] = {tag["name"]: [] for tag in description["tags"]}
    parameters: set[str] = set()
    for method, path, operation in _operations(description):
        folders[operation["tags"][0]].append(_item(description, method, path, operation))
        parameters.update(re.findall(r"{(\w+)}", path))
    about = {tag["name"]: tag["description"] for tag in description["tags"]}
    variables = {**_VARIABLES, **dict.fromkeys(sorted(parameters), "1")}
    return {
        "info": {
            "name": description["info"]["title"],
            "description": f"{description['info']['summary']}\n\n{_HOW_TO}",
            "version": description["info"]["version"],
            "schema": SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": [_pair("token", "{{access_token}}")]},
        "variable": [_pair(name, value) for name, value in variables.items()],
        "item": [{"name": name, "description": about[name], "item": items} for name, items in folders.items() if items],
    }


_HOW_TO = (
    "Send *Signing in / Sign in* first: its token is kept for all other calls. Ids in paths are variables of the "
    "collection. Set `base_url` to the address of a deployed stack, or leave it for the one that `make run` starts."
)


def text(description: Document) -> str:
    """The collection as it is committed."""
    return json.dumps(collection(description), indent=1, ensure_ascii=False) + "\n"


def _operations(description: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def _item(description: Document, method: str, path: str, operation: Document) -> Document:
    request: Document = {
        "method": method,
        "header": [_pair("Accept", "application/json")],
        "url": _url(path, operation.get("parameters", [])),
        "description": operation.get("description", operation["summary"]),
    }
    if not operation["security"]:
        request["auth"] = {"type": "noauth"}
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        if JSON in content:
            request["header"].append(_pair("Content-Type", JSON))
        request["body"] = _body(description, content, _FROM_VARIABLES.get(f"{method} {path}", {}))
    item: Document = {"name": operation["summary"], "request": request}
    if kept := _KEPT.get(f"{method} {path}"):
        item["event"] = [{"listen": "test", "script": {"type": "text/javascript", "exec": _keeping(kept)}}]
    item["response"] = list(_answers(operation, request))
    return item


def _url(path: str, parameters: list[Document]) -> Document:
    # Postman writes `:name` for a path's parameter and wants its value beside it.
    segments = [re.sub(r"^{(\w+)}$", r":\1", segment) for segment in path.strip("/").split("/")]
    query = [
        {
            **_pair(parameter["name"], str(parameter.get("example", ""))),
            "description": parameter.get("description", ""),
            "disabled": not parameter.get("required", False),
        }
        for parameter in parameters
        if parameter.get("in") == "query"
    ]
    wanted = "&".join(f"{each['key']}={quote(each['value'])}" for each in query if not each["disabled"])
    url: Document = {
        "raw": f"{{{{base_url}}}}/{'/'.join(segments)}" + (f"?{wanted}" if wanted else ""),
        "host": ["{{base_url}}"],
        "path": segments,
    }
    if query:
        url["query"] = query
    names = [segment[1:] for segment in segments if segment.startswith(":")]
    if names:
        url["variable"] = [_pair(name, f"{{{{{name}}}}}") for name in names]
    return url


def _body(description: Document, content: Document, given: Mapping[str, str]) -> Document:
    if JSON in content:
        example = {**_example(content[JSON]), **given}
        raw = json.dumps(example, indent=2, ensure_ascii=False)
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    schema = _resolved(description, content[MULTIPART]["schema"])
    example = _example(content[MULTIPART])
    fields = []
    for name, of in schema["properties"].items():
        if _is_file(of):
            fields.append({"key": name, "type": "file", "src": []})
        else:
            fields.append({**_pair(name, str(example.get(name, ""))), "type": "text"})
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


def _resolved(description: Document, schema: Document) -> Document:
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _is_file(schema: Document) -> bool:
    text_of = json.dumps(schema)
    return '"format": "binary"' in text_of


def _keeping(kept: Mapping[str, str]) -> list[str]:
    lines = [f'  pm.collectionVariables.set("{name}", pm.response.json().{place});' for name, place in kept.items()]
    return ["if (pm.response.code === 200) {", *lines, "}"]


def _pair(key: str, value: str) -> Document:
    return {"key": key, "value": value}


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
