"""Presets: duration, sections and marking of well-known papers, each with its source."""

from collections.abc import Mapping
from typing import Any, Final

_MCQ4 = {"positive": "4", "negative": "1"}
_JEE_MAIN: Final = {"MCQ": _MCQ4, "NUMERIC": {"positive": "4", "negative": "1"}}
_ADVANCED_SUBJECTS: Final = ("Mathematics", "Physics", "Chemistry")
_SCIENCES: Final = ("Physics", "Chemistry", "Mathematics")
_NEET_SUBJECTS: Final = ("Physics", "Chemistry", "Botany", "Zoology")


def _section(name: str, expected: Mapping[str, int], **fields: Any) -> dict[str, Any]:
    return {"name": name, **fields, "expected": dict(expected)}


def _advanced(subject: str) -> list[dict[str, Any]]:
    single = {"MCQ": {"positive": "3", "negative": "1"}}
    several = {"MSQ": {"positive": "4", "negative": "2", "partial": "per_option", "partial_marks": "1"}}
    return [
        _section(f"{subject}: Section 1", {"MCQ": 4}, marking=single),
        _section(f"{subject}: Section 2", {"MSQ": 3}, marking=several),
        _section(f"{subject}: Section 3", {"NUMERIC": 6}, marking={"NUMERIC": {"positive": "4", "negative": "0"}}),
        _section(f"{subject}: Section 4", {"MCQ": 4}, marking=single),
    ]


def _gate(mark: int) -> dict[str, Any]:
    return {
        "MCQ": {"positive": str(mark), "negative": f"{mark}/3"},
        "MSQ": {"positive": str(mark), "negative": "0", "partial": "none"},
        "NUMERIC": {"positive": str(mark), "negative": "0"},
    }


def _preset(preset_id: str, name: str, source: str, duration: int, sections: list[Any], marking: Any) -> dict[str, Any]:
    return {
        "id": preset_id,
        "name": name,
        "year": int(preset_id.split("-")[2 if preset_id.startswith("jee") else 1]),
        "source": source,
        "duration": duration,
        "sections": sections,
        "marking": marking,
    }


PRESETS: Final = (
    _preset(
        "jee-main-2025",
        "JEE (Main) 2025, Paper 1",
        "NTA, Information Bulletin JEE (Main) 2025: pattern and marking of Paper 1 (B.E./B.Tech.)",
        180,
        [_section(subject, {"MCQ": 20, "NUMERIC": 5}) for subject in ("Mathematics", "Physics", "Chemistry")],
        _JEE_MAIN,
    ),
    _preset(
        "jee-main-2024",
        "JEE (Main) 2024, Paper 1",
        "NTA, Information Bulletin JEE (Main) 2024: Section B has 10 questions of which 5 are to be answered",
        180,
        [
            section
            for subject in _SCIENCES
            for section in (
                _section(f"{subject}: Section A", {"MCQ": 20}),
                _section(f"{subject}: Section B", {"NUMERIC": 10}, choose=5),
            )
        ],
        _JEE_MAIN,
    ),
    _preset(
        "jee-advanced-2024-1",
        "JEE (Advanced) 2024, Paper 1",
        "JEE (Advanced) 2024, Paper 1, instructions and marking scheme printed on the paper",
        180,
        [section for subject in _ADVANCED_SUBJECTS for section in _advanced(subject)],
        {},
    ),
    _preset(
        "neet-2025",
        "NEET (UG) 2025",
        "NTA, Information Bulletin NEET (UG) 2025: 180 compulsory questions in 180 minutes",
        180,
        [_section("Physics", {"MCQ": 45}), _section("Chemistry", {"MCQ": 45}), _section("Biology", {"MCQ": 90})],
        {"MCQ": _MCQ4},
    ),
    _preset(
        "neet-2024",
        "NEET (UG) 2024",
        "NTA, Information Bulletin NEET (UG) 2024: per subject Section A of 35 and Section B, 10 of 15",
        200,
        [
            section
            for subject in _NEET_SUBJECTS
            for section in (
                _section(f"{subject}: Section A", {"MCQ": 35}),
                _section(f"{subject}: Section B", {"MCQ": 15}, choose=10),
            )
        ],
        {"MCQ": _MCQ4},
    ),
    _preset(
        "gate-2026",
        "GATE 2026",
        "GATE 2026, Information Brochure: General Aptitude 15 marks, subject 85 marks; MCQ -1/3 of the mark",
        180,
        [
            _section("General Aptitude, one mark each", {"MCQ": 5}, marking=_gate(1)),
            _section("General Aptitude, two marks each", {"MCQ": 5}, marking=_gate(2)),
            _section("Subject, one mark each", {"MCQ": 10, "MSQ": 7, "NUMERIC": 8}, marking=_gate(1)),
            _section("Subject, two marks each", {"MCQ": 10, "MSQ": 10, "NUMERIC": 10}, marking=_gate(2)),
        ],
        {},
    ),
)


NAMES: Final = tuple(preset["id"] for preset in PRESETS)


def find(preset_id: object) -> dict[str, Any] | None:
    """The fields of a preset; empty without an id, None if there is no such preset."""
    if preset_id is None:
        return {}
    for preset in PRESETS:
        if preset["id"] == preset_id:
            return {name: preset[name] for name in ("duration", "sections", "marking") if preset[name]}
    return None
