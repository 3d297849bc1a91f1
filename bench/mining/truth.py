"""Questions that are known exactly, to make papers from and to compare results with.

Text is a list of words, a word a list of (text, level) with level 0, "^" or "_", or a fraction.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

Atom = tuple[str, str]
Word = list[Atom]

MATHS: Final = ("none", "scripts", "fractions")
LANGUAGES: Final = ("en", "hi", "both")

_ENGLISH = [
    "body",
    "mass",
    "moves",
    "with",
    "uniform",
    "velocity",
    "along",
    "smooth",
    "horizontal",
    "surface",
    "while",
    "force",
    "acts",
    "upon",
    "block",
    "through",
    "string",
    "over",
    "pulley",
    "energy",
    "stored",
    "capacitor",
    "charge",
    "potential",
    "difference",
    "resistance",
    "current",
    "flows",
    "circuit",
    "magnetic",
    "field",
    "induction",
    "wire",
    "length",
    "radius",
    "cross",
    "section",
    "density",
    "liquid",
    "gas",
    "pressure",
    "volume",
    "temperature",
    "process",
    "heat",
    "capacity",
    "entropy",
    "reaction",
    "acid",
    "base",
    "solution",
    "molar",
    "concentration",
    "oxidation",
    "number",
    "electron",
    "orbital",
    "atom",
    "element",
    "compound",
    "structure",
    "bond",
    "angle",
    "matrix",
    "determinant",
    "function",
    "continuous",
    "derivative",
    "integral",
    "curve",
    "tangent",
    "normal",
    "line",
    "plane",
    "vector",
    "probability",
    "event",
    "sequence",
    "series",
    "root",
    "equation",
    "circle",
    "parabola",
    "cell",
    "membrane",
    "enzyme",
    "gene",
    "protein",
    "species",
    "plant",
    "tissue",
    "organ",
]
_HINDI = [
    "एक",
    "पिण्ड",
    "का",
    "द्रव्यमान",
    "वेग",
    "से",
    "गति",
    "करता",
    "है",
    "बल",
    "चुम्बकीय",
    "क्षेत्र",
    "विद्युत",
    "धारा",
    "प्रतिरोध",
    "ऊर्जा",
    "संधारित्र",
    "दाब",
    "आयतन",
    "ताप",
    "ऊष्मा",
    "अभिक्रिया",
    "अम्ल",
    "क्षार",
    "विलयन",
    "सान्द्रता",
    "ऑक्सीकरण",
    "संख्या",
    "परमाणु",
    "तत्व",
    "यौगिक",
    "आव्यूह",
    "फलन",
    "अवकलज",
    "वक्र",
    "रेखा",
    "समतल",
    "सदिश",
    "प्रायिकता",
    "समीकरण",
    "वृत्त",
    "कोशिका",
    "झिल्ली",
    "जीन",
    "जाति",
    "पादप",
    "ऊतक",
    "अंग",
]
_HINDI_STARTS = ("निम्नलिखित में से कौन सा", "यदि", "जब", "किसी", "दिए गए")
_STARTS = (
    "A",
    "The",
    "Two",
    "If the",
    "Consider a",
    "In the given",
    "Which of the following",
    "Find the",
    "When a",
    "An",
)
_ENDS = ("is equal to", "is", "will be", "is given by", "can be written as", "must be", "?", "is :")
_TRAPS = (
    "where det(A) = 5 and f(1) = 2.",
    "as given in Fig. 3. It takes 12. seconds",
    "for the points A, B and C of section (B) above",
    "in 1947. Then by 2. the limit",
    "of the values 1, 2, 3 and 4.",
    "(see Q. 4) and (1) above",
)


@dataclass(slots=True)
class Question:
    """A question: words of the stem and of each option, the answer as the platform writes it."""

    stem: list[Word]
    options: list[list[Word]]
    kind: str
    answer: str
    tolerance: str = "0"
    range_shown: tuple[str, str] | None = None
    passage: str = ""
    list_items: list[list[Word]] = field(default_factory=list)


def text_of(words: list[Word]) -> str:
    """The words as the extraction should give them."""
    return " ".join(_shown(word) for word in words)


def _shown(word: Word) -> str:
    if all(level == "" for _, level in word):
        return "".join(text for text, _ in word)
    inner = "".join(_latex(text, level) for text, level in word)
    trailing = ""
    while inner[-1] in ".,;:?":
        inner, trailing = inner[:-1], inner[-1] + trailing
    return f"$\\large {inner}${trailing}"


def _latex(text: str, level: str) -> str:
    text = text.replace("−", "-")  # noqa: RUF001
    if level == "/":
        top, bottom = text.split("|")
        return f"\\frac{{{top}}}{{{bottom}}}"
    return f"{level}{{{text}}}" if level else text


def plain(text: str) -> list[Word]:
    """Words without mathematics."""
    return [[(word, "")] for word in text.split()]


class Author:
    """Writes questions; equal seeds write equal questions."""

    def __init__(self, seed: int, language: str, maths: str) -> None:
        self._random = random.Random(seed)
        self._language = language
        self._maths = maths
        self._seen: set[str] = set()

    def question(self, kind: str) -> Question:
        """A question of a type, unlike those before it."""
        while True:
            stem = self._stem()
            key = text_of(stem)
            if key not in self._seen:
                self._seen.add(key)
                break
        if kind == "NUMERIC":
            return self._numeric(stem)
        options = self._options()
        if kind == "MSQ":
            letters = sorted(self._random.sample("ABCD", self._random.choice((2, 3))))
        else:
            letters = [self._random.choice("ABCD")]
        return Question(stem, options, kind, ",".join(letters))

    def passage(self) -> str:
        """A text for several questions."""
        return " ".join(self._words(self._random.randint(30, 60))).capitalize() + "."

    def _numeric(self, stem: list[Word]) -> Question:
        value = self._random.choice(
            [str(self._random.randint(1, 99)), f"{self._random.uniform(0, 50):.2f}", f"-{self._random.randint(1, 20)}"]
        )
        if self._random.random() < 0.3:
            low = self._random.randint(1, 40)
            return Question(stem, [], "NUMERIC", f"{low}.6", "0.1", range_shown=(f"{low}.5", f"{low}.7"))
        return Question(stem, [], "NUMERIC", value)

    def _words(self, count: int) -> list[str]:
        return [self._random.choice(_ENGLISH) for _ in range(count)]

    def _stem(self) -> list[Word]:
        pick = self._random
        language = self._language if self._language != "both" else "en"
        if language == "hi":
            words = plain(pick.choice(_HINDI_STARTS)) + plain(" ".join(pick.choices(_HINDI, k=pick.randint(5, 22))))
        else:
            words = plain(pick.choice(_STARTS)) + plain(" ".join(self._words(pick.randint(4, 26))))
            if pick.random() < 0.25:
                words += plain(pick.choice(_TRAPS))
        if self._maths != "none":
            for _ in range(pick.randint(0, 3)):
                words.insert(pick.randint(1, len(words)), self._formula())
        words += plain("होगा ?" if language == "hi" else pick.choice(_ENDS))
        if self._language == "both":
            words += plain(" ".join(pick.choices(_HINDI, k=pick.randint(5, 12))))
        return words

    def _formula(self) -> Word:
        pick = self._random
        shapes: list[Callable[[], Word]] = [
            lambda: [("10", ""), (f"−{pick.randint(1, 19)}", "^")],  # noqa: RUF001
            lambda: [("x", ""), ("2", "^")],
            lambda: [("H", ""), ("2", "_"), ("O", "")],
            lambda: [("v", ""), ("0", "_"), ("=5", "")],
            lambda: [("(x", ""), ("n+1", "^"), ("+y)", "")],
            lambda: [("CO", ""), ("3", "_"), ("2−", "^")],  # noqa: RUF001
        ]
        if self._maths == "fractions":
            shapes += [lambda: [(f"{pick.randint(1, 9)}|{pick.randint(2, 40)}", "/")], lambda: [("a+b|c", "/")]]
        return pick.choice(shapes)()

    def _options(self) -> list[list[Word]]:
        pick = self._random
        style = pick.random()
        hindi = self._language == "hi"
        found: list[list[Word]] = []
        texts: set[str] = set()
        while len(found) < 4:
            if style < 0.35:
                words = plain(f"{pick.randint(1, 900)} {pick.choice(('m/s', 'J', 'kg', 'cm', 'N'))}")
            elif style < 0.6:
                words = plain(" ".join(pick.choices(_HINDI if hindi else _ENGLISH, k=pick.randint(1, 4))))
            elif style < 0.75:
                words = plain(" ".join(pick.choices(_HINDI if hindi else _ENGLISH, k=pick.randint(9, 20))))
            elif style < 0.9 and self._maths != "none":
                words = [self._formula(), *plain(pick.choice(("m", "units", "J")) + f" {pick.randint(1, 99)}")]
            else:
                words = plain(
                    pick.choice(("Both (A) and (R) are true", "only (i) and (ii)", "A-P, B-Q, C-R, D-S", "f(1) = 3"))
                )
                words += plain(str(pick.randint(1, 99)))
            if self._language == "both" and style < 0.75:
                words = [*words, *plain("/ " + pick.choice(_HINDI))]
            if text_of(words) not in texts:
                texts.add(text_of(words))
                found.append(words)
        return found
