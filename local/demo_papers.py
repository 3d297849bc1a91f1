"""Demo data: one short exam for each family of presets. The pictures are drawn here."""

import struct
import zlib
from collections.abc import Callable
from typing import Any, Final, TypeAlias

Question: TypeAlias = dict[str, Any]

# Names of pictures in questions and passages; loading replaces them by the paths of the uploaded images.
CIRCUIT: Final = "demo/circuit.png"
GRAPH: Final = "demo/graph.png"
SQUARE: Final = "demo/square.png"
TRIANGLE: Final = "demo/triangle.png"

_SIZE = 160
_UNITS = ("Joule", "Newton", "Watt", "Pascal")


def _options(*texts: str) -> dict[str, str]:
    return {f"option_{letter}": text for letter, text in zip("abcdefgh", texts, strict=False)}


def _mcq(text: str, options: tuple[str, ...], correct: str, **fields: Any) -> Question:
    return {"question_type": "MCQ", "question_text": text, **_options(*options), "correct_answer": correct, **fields}


def _msq(text: str, options: tuple[str, ...], correct: str, **fields: Any) -> Question:
    return {**_mcq(text, options, correct, **fields), "question_type": "MSQ"}


def _number(text: str, correct: str, **fields: Any) -> Question:
    return {"question_type": "NUMERIC", "question_text": text, "correct_answer": correct, **fields}


def _hindi(question_text: str) -> dict[str, dict[str, str]]:
    return {"hi": {"question_text": question_text}}


# Per exam: its fields, its passages, and its questions by the name of their section; `passage` is a passage's index.
PAPERS: Final[list[dict[str, Any]]] = [
    {
        "exam": {
            "name": "JEE Main pattern, short",
            "preset": "jee-main-2025",
            "duration": 30,
            "languages": ["en", "hi"],
            "shuffle": {"questions": True, "options": True},
        },
        "passages": [],
        "questions": {
            "Mathematics": [
                _mcq(
                    "What is the sum of the first ten odd numbers?",
                    ("81", "90", "100", "110"),
                    "C",
                    solution="The sum of the first $n$ odd numbers is $n^2$.",
                    topic="Sequences",
                    difficulty="Easy",
                    texts={
                        "hi": {
                            "question_text": "पहली दस विषम संख्याओं का योग क्या है?",
                            "solution": "पहली $n$ विषम संख्याओं का योग $n^2$ होता है।",
                        }
                    },
                ),
                _number(
                    r"How many diagonals does a regular octagon have?",
                    "20",
                    solution=r"$\frac{8 \cdot 5}{2} = 20$",
                    topic="Geometry",
                    texts={"hi": {"question_text": "एक समअष्टभुज में कितने विकर्ण होते हैं?"}},
                ),
            ],
            "Physics": [
                _mcq(
                    "Which of the pictures shows the figure with the larger number of axes of symmetry?",
                    ("", "", "Both have as many", "Neither has any"),
                    "A",
                    option_images={"A": SQUARE, "B": TRIANGLE},
                    fixed_options=True,
                    texts={
                        "hi": {
                            "question_text": "किस चित्र की आकृति में सममिति के अक्ष अधिक हैं?",
                            "option_c": "दोनों में बराबर",
                            "option_d": "किसी में नहीं",
                        }
                    },
                ),
                _number(
                    r"A car travels $150\,\text{m}$ in $6\,\text{s}$ at a constant speed. What is the speed in m/s?",
                    "25",
                    texts={"hi": {"question_text": "एक कार समान चाल से 6 s में 150 m चलती है। m/s में चाल कितनी है?"}},
                ),
            ],
            "Chemistry": [
                _mcq(
                    "How many atoms does a molecule of sulphuric acid have?",
                    ("5", "6", "7", "8"),
                    "C",
                    solution="$H_2SO_4$: two, one and four.",
                    texts={"hi": {"question_text": "सल्फ्यूरिक अम्ल के एक अणु में कितने परमाणु होते हैं?"}},
                ),
                _number(
                    "How many electrons does a neutral carbon atom have?",
                    "6",
                    texts={"hi": {"question_text": "एक उदासीन कार्बन परमाणु में कितने इलेक्ट्रॉन होते हैं?"}},
                ),
            ],
        },
    },
    {
        "exam": {"name": "JEE Advanced pattern, short", "preset": "jee-advanced-2024-1", "duration": 40},
        "passages": [
            {
                "text": "In the circuit of the picture, three equal resistors of 6 ohms are joined to a battery of "
                "12 volts.",
                "image": CIRCUIT,
            }
        ],
        "questions": {
            "Mathematics: Section 1": [
                _mcq("What is the remainder of $7^{100}$ divided by 5?", ("1", "2", "3", "4"), "A")
            ],
            "Mathematics: Section 2": [
                _msq(
                    "Which of these numbers are prime?",
                    ("91", "97", "101", "103"),
                    "B,C,D",
                    solution="$91 = 7 \\cdot 13$; the others have no divisors but themselves.",
                )
            ],
            "Physics: Section 1": [
                _mcq("All three in series: what current flows?", ("0.33 A", "0.67 A", "2 A", "6 A"), "B", passage=0),
                _mcq("All three in parallel: what current flows?", ("0.67 A", "2 A", "3 A", "6 A"), "D", passage=0),
            ],
            "Physics: Section 2": [
                _msq(
                    "Which quantities have a direction?",
                    ("Force", "Energy", "Momentum", "Temperature"),
                    "A,C",
                    topic="Vectors",
                )
            ],
            "Physics: Section 3": [
                _number("What is the root of two, to at least two decimals?", "1.41:1.42", topic="Numbers")
            ],
            "Chemistry: Section 3": [_number("What is the pH of pure water at 25 °C?", "7|6.99:7.01")],
        },
    },
    {
        "exam": {
            "name": "NEET pattern with a choice, short",
            "preset": "neet-2024",
            "languages": ["en", "hi"],
            "sections": [
                {"name": "Physics: Section A", "minutes": 10},
                {"name": "Physics: Section B", "minutes": 10, "choose": 1},
                {"name": "Biology", "minutes": 15, "draw": [{"count": 2, "difficulty": "Easy"}]},
            ],
        },
        "passages": [
            {
                "text": "A leaf takes in carbon dioxide through small pores and makes sugar from it in the light.",
                "image": "",
                "texts": {"hi": "पत्ती छोटे छिद्रों से कार्बन डाइऑक्साइड लेती है और प्रकाश में उससे शर्करा बनाती है।"},
            }
        ],
        "questions": {
            "Physics: Section A": [
                _mcq(
                    "The picture shows distance over time. What does a straight line mean?",
                    ("Rest", "Constant speed", "Constant acceleration", "Free fall"),
                    "B",
                    image_path=GRAPH,
                    solution="The slope is the speed, and a straight line has one slope.",
                    solution_image=GRAPH,
                    texts={
                        "hi": {
                            "question_text": "चित्र में समय के साथ दूरी दिखाई गई है। सीधी रेखा का क्या अर्थ है?",
                            "option_a": "विराम",
                            "option_b": "समान चाल",
                            "option_c": "समान त्वरण",
                            "option_d": "मुक्त पतन",
                            "solution": "ढाल चाल है, और सीधी रेखा की ढाल एक ही होती है।",
                        }
                    },
                )
            ],
            "Physics: Section B": [
                _mcq(
                    "What is the unit of power?",
                    ("Joule", "Newton", "Watt", "Pascal"),
                    "C",
                    texts=_hindi("शक्ति का मात्रक क्या है?"),
                ),
                _mcq(
                    "What is the unit of pressure?",
                    ("Joule", "Newton", "Watt", "Pascal"),
                    "D",
                    texts=_hindi("दाब का मात्रक क्या है?"),
                ),
            ],
            "Biology": [
                _mcq(
                    "Which part of a cell holds most of its DNA?",
                    ("Nucleus", "Membrane", "Vacuole", "Wall"),
                    "A",
                    texts=_hindi("कोशिका का कौन सा भाग अधिकांश DNA रखता है?"),
                ),
                _mcq(
                    "Through what does the leaf of the passage take in the gas?",
                    ("Pores", "Roots", "Veins", "Bark"),
                    "A",
                    passage=0,
                    texts=_hindi("गद्यांश की पत्ती गैस किससे लेती है?"),
                ),
                _mcq(
                    "What does the leaf of the passage make?",
                    ("Salt", "Sugar", "Fat", "Water"),
                    "B",
                    passage=0,
                    texts=_hindi("गद्यांश की पत्ती क्या बनाती है?"),
                ),
            ],
        },
    },
    {
        "exam": {"name": "GATE pattern, short", "preset": "gate-2026", "duration": 20},
        "passages": [],
        "questions": {
            "General Aptitude, one mark each": [
                _mcq("Which word means the opposite of 'scarce'?", ("Rare", "Plentiful", "Small", "Late"), "B")
            ],
            "Subject, one mark each": [
                _msq("Which sorting methods are stable?", ("Merge sort", "Heap sort", "Insertion sort"), "A,C")
            ],
            "Subject, two marks each": [
                _number("How many edges does a tree with 20 vertices have?", "19"),
                _mcq(
                    "How long does a binary search in $n$ sorted entries take?",
                    ("$O(1)$", r"$O(\log n)$", "$O(n)$", r"$O(n \log n)$", "$O(n^2)$"),
                    "B",
                ),
            ],
        },
    },
]
for _question in PAPERS[2]["questions"]["Biology"]:
    _question["difficulty"] = "Easy"


def pictures() -> dict[str, bytes]:
    """The pictures by name, as PNG."""
    low, high, middle = 30, 130, 80
    stroke = 4

    def near(a: int, b: int) -> bool:
        return abs(a - b) < stroke

    def frame(x: int, y: int) -> bool:
        inside = low <= x <= high and low <= y <= high
        return inside and (near(x, low) or near(x, high) or near(y, low) or near(y, high))

    def side(x: int, y: int) -> bool:
        return low <= y <= high and near(abs(x - middle) * 2, y - low)

    def resistor(x: int, y: int) -> bool:
        return abs(y - low) < 2 * stroke and abs(x - middle) < middle - low

    drawn: dict[str, Callable[[int, int], bool]] = {
        SQUARE: frame,
        TRIANGLE: lambda x, y: side(x, y) or (near(y, high) and low <= x <= high),
        GRAPH: lambda x, y: near(x, low) or near(y, high) or (low <= x <= high and near(x + y, low + high)),
        CIRCUIT: lambda x, y: frame(x, y) or resistor(x, y),
    }
    return {name: _png(ink) for name, ink in drawn.items()}


def _png(ink: Callable[[int, int], bool]) -> bytes:
    rows = b"".join(b"\0" + bytes(0 if ink(x, y) else 255 for x in range(_SIZE)) for y in range(_SIZE))
    head = struct.pack(">IIBBBBB", _SIZE, _SIZE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
