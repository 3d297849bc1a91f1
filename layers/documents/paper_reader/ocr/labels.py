"""Labels of options and numbers of questions that were misread: what counts on tells what was printed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from paper_reader.layout.line import GAP, Line

_ALPHABETS: Final = ("ABCDEFGH", "abcdefgh", "12345678")
_FEWEST: Final = 6  # labels that were read well, to tell how the paper's look
_FEWEST_IN_SERIES: Final = 3  # two labels are a pair of statements as well
_MOST_DOUBTFUL: Final = 7  # labels in a row
_MOST_MISSING: Final = 5  # numbers in a row
_MOST_BETWEEN: Final = 60  # other numbers at the beginnings of lines
_HOME: Final = 12.0  # points that the beginnings of numbers may differ
# At the start of a word: an opening bracket or none, up to three characters, and a closing bracket.
_LABEL: Final = re.compile(r"(?<!\S)([(\[{<]?)([^\s()\[\]{}<>]{0,2})([)\]}]{1,2})|(?<!\S)([©®¢])(?=\s)")
_OPEN: Final = re.compile(r"(?<!\S)[(\[{]([^\W_]|[¢€©®£&])(?=\s)")  # its closing bracket was not seen
_DOTTED: Final = re.compile(r"(?<!\S)()([^\s\w]|[^\W_]{1,2})(\.)(?=\s)")
_NUMBER: Final = re.compile(r"(Q\.?\s?|)([1-9]\d{0,2})([.)])(?=\s|[^\W\d])")
_MAYBE_NUMBER: Final = re.compile(
    r"\W{0,2}[QOo0©]{0,2}[.\s]?\s?[\dA-Za-z|&?§£]{1,4}?\s?[.,:;)]+(?=\s)|\W{0,2}[Q0]{1,2}\d{1,3}(?=\s)"
)


class _Label(NamedTuple):
    line: int
    start: int
    end: int
    position: int  # -1 if it cannot be told


def repair(lines: Sequence[Line]) -> None:
    """Correct the labels and numbers between those of recognised lines that count on.

    Between A and C stands B, and between 11 and 13 stands 12, whatever was recognised, if as many places look like
    labels as are missing. What is not certain so stays as it was recognised.
    """
    recognised = [line for line in lines if line.is_recognised]
    _repair_labels(recognised)
    _repair_numbers(recognised)


def _repair_labels(lines: Sequence[Line]) -> None:
    style = _style_of(lines)
    if style is None:
        return
    opening, alphabet, closing = style
    found = list(_labels(lines, opening, alphabet, closing))
    count = _usual_count(found)
    if count < _FEWEST_IN_SERIES:
        return
    named: dict[int, list[tuple[_Label, int]]] = {}
    certain = [at for at, label in enumerate(found) if 0 <= label.position < count]
    for before, after in pairwise([*certain, len(found)]):
        last = found[before].position
        following = found[after].position if after < len(found) else 0
        between = found[before + 1 : after]
        for doubtful in (between, [label for label in between if _begins(lines, label)]):
            if 0 < len(doubtful) <= _MOST_DOUBTFUL and len(doubtful) % count == (following - last - 1) % count:
                for place, label in enumerate(doubtful, last + 1):
                    named.setdefault(label.line, []).append((label, place % count))
                break
    for at, labels in named.items():
        text = lines[at].text
        for label, position in sorted(labels, reverse=True):
            rest = text[label.end :]
            text = f"{text[: label.start]}{opening}{alphabet[position]}{closing} {rest.lstrip(' ')}"
        lines[at].text = text


def _style_of(lines: Sequence[Line]) -> tuple[str, str, str] | None:
    """The brackets and the alphabet of most labels that count up."""
    styles: Counter[tuple[str, str, str]] = Counter()
    positions: dict[tuple[str, str, str], set[int]] = {}
    for line in lines:
        for match in (*_LABEL.finditer(line.text), *_DOTTED.finditer(line.text)):
            opening, label, closing = match[1], match[2], match[3]
            for alphabet in _ALPHABETS:
                if (
                    label
                    and label in alphabet[:5]
                    and (opening, closing) in {("(", ")"), ("", ")"), ("[", "]"), ("", ".")}
                ):
                    style = opening, alphabet, closing
                    styles[style] += 1
                    positions.setdefault(style, set()).add(alphabet.index(label))
    for style, count in styles.most_common(3):
        if count >= _FEWEST and len(positions[style]) >= _FEWEST_IN_SERIES:
            return style
    return None


def _labels(lines: Sequence[Line], opening: str, alphabet: str, closing: str) -> Iterator[_Label]:
    """What may be labels, in the order of the lines."""
    numbered = {at for at, _, _ in _counting_on(lines)}
    for at, line in enumerate(lines):
        text = line.text
        matches = list((_DOTTED if closing == "." else _LABEL).finditer(text))
        if opening:
            matches = sorted([*matches, *_OPEN.finditer(text)], key=lambda match: match.start())
        for match in matches:
            label = match[0].strip("()[]{}<>.")
            is_well_read = match[0] == f"{opening}{label}{closing}" and len(label) == 1 and label in alphabet
            if is_well_read:
                yield _Label(at, match.start(), match.end(), alphabet.index(label))
            elif not (closing == "." and len(label) > 1) and (match.start() or at not in numbered):
                yield _Label(at, match.start(), match.end(), -1)


def _usual_count(labels: Sequence[_Label]) -> int:
    """How many options most series have: how often a series ends with each label."""
    lasts = Counter(
        before.position + 1
        for before, after in pairwise([label for label in labels if label.position >= 0])
        if after.position == 0
    )
    return max(lasts, key=lambda count: (lasts[count], count), default=0)


def _begins(lines: Sequence[Line], label: _Label) -> bool:
    """Whether a label is at the start of a line or behind a gap."""
    return not label.start or lines[label.line].text[label.start - 1] == GAP


def _repair_numbers(lines: Sequence[Line]) -> None:
    certain = _counting_on(lines)
    if len(certain) < _FEWEST // 2:
        return
    styles = Counter((match[1].strip(), match[3]) for _, _, match in certain)
    word, closing = styles.most_common(1)[0][0]
    for (first, low, _), (last, high, _) in pairwise(certain):
        missing = high - low - 1
        if not 0 < missing <= _MOST_MISSING:
            continue
        home = lines[first].x0 - lines[first].left
        doubtful = [
            (at, match)
            for at in range(first + 1, last)
            if (match := _MAYBE_NUMBER.match(lines[at].text)) is not None
            and abs(lines[at].x0 - lines[at].left - home) < _HOME
            and not _LABEL.match(lines[at].text)
        ]
        if len(doubtful) == missing:
            for number, (at, match) in enumerate(doubtful, low + 1):
                lines[at].text = f"{word}{number}{closing} {lines[at].text[match.end() :].lstrip()}"


def _counting_on(lines: Sequence[Line]) -> list[tuple[int, int, re.Match[str]]]:
    """The longest series of growing numbers at the beginnings of lines, in which each step is small."""
    found = [
        (at, int(match[2]), match) for at, line in enumerate(lines) if (match := _NUMBER.match(line.text)) is not None
    ]
    best: list[tuple[int, int]] = []  # the length of the series up to each, and the one before
    for index, (_, number, _) in enumerate(found):
        length, link = 1, -1
        for before in range(max(0, index - _MOST_BETWEEN), index):
            step = number - found[before][1]
            if 0 < step <= _MOST_MISSING + 1 and best[before][0] + 1 > length:
                length, link = best[before][0] + 1, before
        best.append((length, link))
    chain = []
    at = max(range(len(best)), key=lambda index: best[index][0], default=-1)
    while at >= 0:
        chain.append(found[at])
        at = best[at][1]
    return chain[::-1]
