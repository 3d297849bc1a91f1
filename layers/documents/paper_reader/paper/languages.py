"""Papers in two languages: recognises languages, and where one ends and the other begins."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

ENGLISH: Final = "en"
# Unicode blocks by the language of question papers that uses them.
_BLOCKS: Final = (
    ("\u0900", "\u097f", "hi"), ("\u0980", "\u09ff", "bn"), ("\u0a00", "\u0a7f", "pa"), ("\u0a80", "\u0aff", "gu"),
    ("\u0b00", "\u0b7f", "or"), ("\u0b80", "\u0bff", "ta"), ("\u0c00", "\u0c7f", "te"), ("\u0c80", "\u0cff", "kn"),
    ("\u0d00", "\u0d7f", "ml"), ("\u0600", "\u06ff", "ur"),
)  # fmt: skip
_LATIN: Final = re.compile("[A-Za-z]")
_OTHER: Final = re.compile("[\u0600-\u06ff\u0904-\u0939\u0958-\u0961\u0980-\u0d7f]")
_LAST_LATIN: Final = re.compile(".*" + _LATIN.pattern, re.DOTALL)
_LAST_OTHER: Final = re.compile(".*" + _OTHER.pattern, re.DOTALL)
_FORMULA: Final = re.compile(r"\$[^$]*\$")
_WORD: Final = re.compile(r"\S+")
_SENTENCE_END: Final = (".", "?", ":", "।", "!")
_PURITY: Final = 0.93  # of the letters on either side
_FEWEST_WORDS: Final = 3
_FEWEST_LETTERS: Final = 10

# A name or a formula that is the same in both languages, with or without a slash in between.
_TWICE: Final = re.compile(r"(\S{1,60}(?: \S{1,60}){0,3})\s+(?:[/|]\s+)?\1")
_NUMBER_AT_END: Final = re.compile(r"\s(\d\S*)$")

# The language of a text and the text, twice.
Divided = tuple[str, str, str, str]


@lru_cache(1024)
def language(text: str) -> str:
    """The language of most of a text, by its script; "" without letters."""
    # Cached, because a question's text is compared with each repetition that it may have.
    latin = len(_LATIN.findall(text))
    if text.isascii():
        return ENGLISH if latin else ""
    other = _OTHER.findall(text)
    if len(other) <= latin:
        return ENGLISH if latin else ""
    first = other[len(other) // 2]
    return next((name for low, high, name in _BLOCKS if low <= first <= high), "")


def differ(one: str, other: str) -> bool:
    """Whether two texts are in different languages."""
    first, second = language(one), language(other)
    return bool(first and second) and first != second


def divided(text: str, *, fewest: int = _FEWEST_WORDS, letters: int = _FEWEST_LETTERS) -> Divided | None:
    """A text that says the same in two languages in sequence, as both; None if it does not.

    Args:
        text: rendered.
        fewest: the fewest words of each, with `letters` letters together.
    """
    if text.isascii() or _LATIN.search(text) is None or _OTHER.search(text) is None:
        return None
    if letters > 1 and min(len(_LATIN.findall(text)), len(_OTHER.findall(text))) < letters:
        return None
    if (slashed := _slashed(text)) is not None and min(len(slashed[1].split()), len(slashed[3].split())) >= fewest:
        return slashed
    masked = _FORMULA.sub(lambda found: "$" * len(found[0]), text) if "$" in text else text
    ends = _at_once(masked) or _mostly(masked)
    if ends is None:
        return None
    last, first = ends
    at = _begin(masked, last, first)
    one, other = text[:at].rstrip(" \t\n/|–—-"), text[at:].lstrip(" \t\n/|–—-")
    if min(len(one.split()), len(other.split())) < fewest:
        return None
    return language(masked[:at]), one, language(masked[at:]), other


def _slashed(text: str) -> Divided | None:
    """The same for two texts with one slash between them."""
    one, slash, other = text.partition(" / ")
    if not slash or " / " in other or not differ(one, other):
        return None
    return language(one), one.strip(), language(other), other.strip()


def _at_once(text: str) -> tuple[int, int] | None:
    """The last letter of one script and the first of the other, if neither occurs again."""
    for one, last_of_one, other in ((_LATIN, _LAST_LATIN, _OTHER), (_OTHER, _LAST_OTHER, _LATIN)):
        first = other.search(text)
        if first is None:
            return None
        if one.search(text, first.start()) is None:
            last = last_of_one.match(text, 0, first.start())
            return (last.end() - 1, first.start()) if last else None
    return None


def _mostly(text: str) -> tuple[int, int] | None:
    """The same if some words of the other language occur, such as names and units."""
    places: list[tuple[int, bool, int]] = []  # where a word begins, whether it is Latin, how many letters it has
    for found in _WORD.finditer(text):
        latin, other = len(_LATIN.findall(found[0])), len(_OTHER.findall(found[0]))
        if latin or other:
            places.append((found.start(), latin > other, max(latin, other)))
    total = sum(count for *_, count in places)
    best, cut = 0, 0
    for is_first_latin in (True, False):
        count = sum(size for _, is_latin, size in places if is_latin != is_first_latin)
        for at, (_, is_latin, size) in enumerate(places, 1):
            count += size if is_latin == is_first_latin else -size
            if count > best:
                best, cut = count, at
    return (places[cut - 1][0], places[cut][0]) if best >= _PURITY * total and 0 < cut < len(places) else None


def _begin(text: str, last: int, first: int) -> int:
    """Where the second language begins: its first word, or the number before it that begins its sentence."""
    begin = first
    for found in _WORD.finditer(text, last, first):
        if found.start() > last and text[last : found.start()].rstrip().endswith(_SENTENCE_END):
            begin = found.start()
    return begin if any(map(str.isalnum, text[begin:first])) else first


def divided_options(options: Sequence[str], first: str) -> tuple[list[str], list[str]] | None:
    """Options given in two languages, `first` that of the plain ones; None if they are not.

    Text in neither language, such as a number, is the same in both.
    """
    ones: list[str] = []
    others: list[str] = []
    is_any = False
    for option in options:
        found = divided(option, fewest=1, letters=1)
        if found is None:
            twice = _TWICE.fullmatch(option)
            if twice is None and not (option.isascii() and _LATIN.search(option) is None):
                return None
            is_any = is_any or twice is not None
            ones.append(option if twice is None else twice[1])
            others.append(ones[-1])
            continue
        is_any = True
        language_, one, _, other = found
        number = _NUMBER_AT_END.search(one)
        if number is not None and one.startswith(f"{number[1]} "):
            one, other = one[: number.start()], f"{number[1]} {other}"
        pair = (one, other) if language_ == first else (other, one)
        ones.append(_bare(pair[0]))
        others.append(_bare(pair[1]))
    return (ones, others) if is_any else None


def _bare(text: str) -> str:
    """A text without its separator from the other language, such as a slash or one of two brackets."""
    text = text.strip(" \t\n/|–—-")
    if text[:1] == "(" and text.endswith(")") and text.count("(") == 1:
        return text[1:-1].strip()
    if text.endswith("(") or (text.endswith(")") and "(" not in text):
        return text.rstrip("()").strip()
    return text
