"""The functions that serve routes, in the order of the reference."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smartexam.api import Api

ROOT = Path(__file__).parents[2]
# Titles for readers, in the order of the reference; functions that are missing here follow under their own names.
_TITLES = {
    "auth": "Signing in",
    "auth_google": "Signing in",
    "account": "Account",
    "exams": "Exams",
    "results": "Results",
    "result_pdf": "Results",
    "study": "Study assistant",
    "chat": "Chat",
    "discussions": "Discussions",
    "jobs": "Jobs",
    "admin_exams": "Admin: exams",
    "admin_questions": "Admin: questions",
    "admin_images": "Admin: images",
    "admin_categories": "Admin: categories",
    "admin_students": "Admin: students",
    "admin_users": "Admin: users",
    "admin_requests": "Admin: access requests",
    "admin_attempts": "Admin: attempts",
    "admin_analytics": "Admin: analytics",
    "admin_ai": "Admin: question generation",
    "admin_audit": "Admin: audit log",
}
_ADMIN = "admin_"
_DECLARATION = re.compile(r"^api = Api\(", re.MULTILINE)
_LAST = {"docs": "Reference"}


@dataclass(frozen=True, slots=True)
class Group:
    """A function's routes."""

    name: str
    title: str
    description: str
    api: Api


def groups() -> Iterator[Group]:
    """Every function with an `api`, imported."""
    files = (ROOT / "functions").glob("*/app.py")
    folders = {path.parent.name for path in files if _DECLARATION.search(path.read_text(encoding="utf-8"))}
    known = [name for name in _TITLES if name in folders]
    others = sorted(folders - _TITLES.keys() - _LAST.keys())
    for name in (*known, *others, *(_LAST.keys() & folders)):
        module = importlib.import_module(f"{name}.app")
        api: Api = module.api
        title = (_TITLES | _LAST).get(name) or _title(name)
        yield Group(name, title, (module.__doc__ or "").strip(), api)


def _title(name: str) -> str:
    topic = name.removeprefix(_ADMIN).replace("_", " ")
    return f"Admin: {topic}" if name.startswith(_ADMIN) else topic.capitalize()
