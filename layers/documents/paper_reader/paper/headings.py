"""Recognises lines outside of questions: headings, instructions, passages, answers, solutions."""

import re
from functools import lru_cache
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import Line

KEY: Final = re.compile(
    r"\W*(?:(?:final|official|provisional|correct)\s+)?(?:answers?[\s\-]*(?:key|keys|sheet)s?|answer\s+key\s+.{0,40}|answers"
    r"|answers?\s+section|gabarito(?:\s+oficial)?|(?:clave|hoja)\s+de\s+respuestas|respuestas|lösungen|corrigé|kunci\s+jawaban|cevap\s+anahtarı"
    r"|key\s*(?:to|for)?\s*(?:the)?\s*(?:answers?|questions?)?|answers?\s*&\s*(?:hints?|solutions?)|ans(?:wer)?\.?\s*keys?"
    r"|उत्तर\s*(?:कुं\s?जी|माला|सूची|तालिका|पत्रक)|उत्तरमाला|उत्तर)\W*",
    re.IGNORECASE,
)
_OTHER_KEY: Final = re.compile(r"gabarito|respuestas|lösungen|corrigé|jawaban|anahtarı")
_KEY_WITH_NAME: Final = re.compile(
    r".{0,60}\banswers?\s*[\-–]?\s*keys?\b.{0,60}|.{0,40}उत्तर\s*(?:कुं\s?जी|माला).{0,40}",
    re.IGNORECASE,
)
_LONGEST_HEADING = 30
_LONGEST_SOLUTIONS = 90  # with marks
_RUN_IN_KEY: Final = re.compile(
    r"\W*(?:answers?(?:\s+keys?)?|ans(?:wer)?\.?\s*keys?|keys?|उत्तर\s*(?:कुं\s?जी|माला)?|उत्तरमाला)\s*[:\-–.]+\s*"
    r"(?=\(?(?:Q\.?\s*)?\d{1,4}\s*[.)\-–:=]\s*\S+[\s,;]+\(?(?:Q\.?\s*)?\d{1,4}\s*[.)\-–:=]"
    r"|(?:\(?\d{1,4}\s?[.)\-–:=]?\s?\(?[A-Ha-h]\)?[\s,;]*){2}\(?\d)",
    re.IGNORECASE,
)
SOLUTIONS: Final = re.compile(
    r"\W*(?:(?:[Dd]etailed|DETAILED|[Cc]omplete|[Ff]ull)\s+)?(?:(?:Hints?|HINTS?)(?:\s*(?:&|and|AND)?\s*(?:[Ss]olutions?|SOLUTIONS?|[Ee]xplanations?))?"
    r"|(?:Text\s+)?(?:Solutions?|SOLUTIONS?)|(?:(?:Answers?|ANSWERS?)\s*(?:&|and|AND|with|WITH)\s*)?(?:Explanations?|EXPLANATIONS?|Solutions?|SOLUTIONS?)"
    r"|हल(?:\s*सहित)?|व्याख्या|संकेत)(?:\s+(?:to|for|of|TO|FOR|OF)\b.{0,30})?\W*"
)
_SUBJECT = (
    r"physics|chemistry|mathematics|maths?|biology|botany|zoology|english|aptitude|general\s+(?:aptitude|knowledge|studies"
    r"|awareness|science|intelligence)|reasoning|quantitative\s+aptitude|भौतिकी|भौतिक\s*विज्ञान|रसायन(?:\s*विज्ञान|\s*शास्त्र)?|गणित"
    r"|जीव\s*विज्ञान|वनस्पति\s*विज्ञान|जन्तु\s*विज्ञान|हिन्दी|अंग्रेज़ी|सामान्य\s*ज्ञान"
)
_SECTION = re.compile(
    r"\W*(?:(?:SECTION|Section|PART|Part|UNIT|Unit|GROUP|Group|BLOCK|खण्ड|खंड|भाग|अनुभाग)\s*[\-–—:.]*\s*"
    r"(?:[A-Z]|[IVX]{1,4}|\d{1,2}|[कखगघअबसद])(?!\w)(?:\s*[:\-–—(\[.,|].*|\s+[A-Z(\[].*)?"
    r"|(?:SECTION|Section)\s*:\s*\S.{2,50}"
    rf"|(?:(?:PART|Part|SECTION|Section|SUBJECT|Subject)\s*[:\-–—]+\s*)?(?i:{_SUBJECT})(?:\W*(?:(?i:{_SUBJECT}|section|part|paper|test)|[\-–—:(].*))?)\W*"
)
_DIRECTIONS = re.compile(
    r"\W*(?:directions?\b|direction\s*\(|passage\b|paragraph\b|comprehension\b|instructions?\b|note\s*[:\-]|"
    r"(?:common\s+data|statements?|data|information)\s+for\s+(?:the\s+)?(?:linked\s+answer\s+)?questions?\b|"
    r"(?:common\s+data|linked\s+answer)\s+questions?\b|"
    r"read\s+the\s+(?:following|passage|given)|(?:for\s+)?questions?\s*(?:(?:nos?\.?|numbers?|\()\s*)?\d+\s*(?:to|and|&|-|–|—)\s*\d+|"
    r"q\.?\s*(?:nos?\.?\s*)?(?:\(\s*)?\d+\s*(?:to|and|&|-|–|—)\s*(?:q\.?\s*)?\d+|this\s+section\s+contains|linked\s+comprehension|"
    r"(?:single|multiple|one\s+or\s+more)\s+(?:correct|options?|select|choice)|numerical\s+(?:value|answer|type|based)|integer\s+(?:type|answer|value)|"
    r"(?:assertion|matrix|matching|statement)\s*(?:(?:[-&/]|and)\s*)?(?:(?:reason|match|list)\s*)?(?:type|based)\b|"
    r"निर्देश|गद्यांश|अनुच्छेद|नोट\s*[:\-]|प्रश्न\s*(?:संख्या\s*)?\d+\s*(?:से|-|–|तथा|और)\s*\d+)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:q(?:ue(?:stion)?)?s?\.?|प्रश्न)\s*(?:(?:nos?\.?|numbers?|संख्या)\s*)?(?:\.\s*)?(?:[\[(]\s*)?(?:from\s+)?(\d{1,4})\s*"
    r"(?:to|and|&|-|–|—|से|तथा|और)\s*(?:q\.?\s*)?(\d{1,4})",
    re.IGNORECASE,
)
SOLUTION: Final = re.compile(
    r"\W*(?:(?:S(?:ol(?:ution|n)?s?|OL(?:UTION|N)?S?)|E(?:xpl(?:anation)?|XPL(?:ANATION)?)|H(?:ints?|INTS?)|हल|व्याख्या|संकेत)"
    r"\s*(?:[.:)\-–]|$|\t|\s\()|(?:sol|soln|expl|hint)\s*[.:])"
)
_SEVERAL = re.compile(
    r"one\s+or\s+more|more\s+than\s+one\s+(?:of\s+the\s+\w+\s+)?(?:\w+\s+){0,3}?(?:correct|right)\b|multiple[\s\-]*(?:correct|select|answer)|\b(?:select|choose|mark|tick)\s+(?:all|any\s+two|two|three)\b|all\s+that\s+apply|\bMSQ|एक\s+या\s+(?:एक\s+से\s+)?अधिक|एक\s+से\s+अधिक",
    re.IGNORECASE,
)
# "In case there is more than one correct response, mark the best" does not mean several answers.
_CONDITION = re.compile(
    r"\b(?:if|in\s+case|when(?:ever)?|feel|think|treated|considered|chosen|awarded|deducted|penali[sz]ed|darken\w*|rejected|cancelled)\b|"
    r"(?:full|partial|zero|negative)\s+marks?\s*:|यदि|अगर",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"only\s+one|single[\s\-]*(?:correct|choice|option)|exactly\s+one|one\s+correct|straight\s+objective|\bMCQ|केवल\s+एक",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"numerical|numeric\b|integer|\bNAT\b|non-?negative|संख्यात्मक|पूर्णांक|fill\s+in\s+the\s+blank", re.IGNORECASE
)
_INSTRUCTION_WORDS = re.compile(
    r"candidates?|\bOMR\b|booklet|invigilat|rough\s+work|calculat(?:or|ing device)|mobile\s+phone|negative\s+mark|"
    r"answer\s+sheet|"
    r"ball\s*point|\bpen\b|hall\b|examinees?|maximum\s+marks|marks\s+(?:will|are|each)|carr(?:y|ies)\b|attempt\s+(?:all|any)|"
    r"this\s+(?:question\s+)?(?:paper|test|booklet)\s+(?:has|contains|consists|comprises)|each\s+question\s+(?:has|carries|is)\b|"
    r"wrong\s+answers?|compulsory|deducted|time\s+allowed|duration|seal|admit\s+card|परीक्षार्थी|अभ्यर्थी|उत्तर\s*-?\s*(?:पत्र|पुस्तिका)|निरीक्षक|अंक|पुस्तिका|कैलकुलेटर|समय",
    re.IGNORECASE,
)


# A part of each of these, to tell quickly that none is in a text.
_HINTS: Final = (
    "candidate", "omr", "booklet", "invigilat", "rough", "calculat", "mobile", "negative", "sheet", "ball", "pen",
    "hall", "examinee", "marks", "carr", "attempt", "paper", "test", "question", "wrong", "compuls", "deduct",
    "allowed",
    "duration", "seal", "admit", "परीक्षार्थी", "अभ्यर्थी", "उत्तर", "निरीक्षक", "अंक", "पुस्तिका", "कैलकुलेटर", "समय",
)  # fmt: skip


def may_name_answers(text: str) -> bool:
    """Whether a text may contain a word for answers: quick, and without false negatives."""
    lowered = text.lower()
    return "ans" in lowered or "key" in lowered or "उत्तर" in lowered or _OTHER_KEY.search(lowered) is not None


def is_key(line: Line) -> bool:
    """Whether the line is the heading of an answer key."""
    if len(line.text) > 110 or not may_name_answers(line.text):
        return False
    text = plain(line.text)
    if KEY.fullmatch(text):
        return True
    return len(text) <= 100 and _KEY_WITH_NAME.fullmatch(text) is not None and not text.rstrip().endswith(".")


def run_in_key(text: str) -> str:
    """The text after a key's heading on its line, such as `Answers: 1. B, 2. D`; "" if there is none."""
    if not may_name_answers(text[:_LONGEST_HEADING]):
        return ""
    found = _RUN_IN_KEY.match(plain(text))
    return plain(text)[found.end() :] if found is not None else ""


def is_solutions(line: Line) -> bool:
    """Whether the line is the heading of the solutions."""
    if len(line.text) > _LONGEST_SOLUTIONS:
        return False
    text = plain(line.text)
    return len(text) <= 60 and SOLUTIONS.fullmatch(text) is not None and not re.search(r"[.:]\s*\S", text)


def is_section(line: Line) -> bool:
    """Whether the line is the heading of a section."""
    return _is_section(line.text)


@lru_cache(4096)
def _is_section(text: str) -> bool:
    # Cached, because every rule asks about each line of a question.
    text = plain(text)
    return len(text) <= 90 and _SECTION.fullmatch(text) is not None


def is_directions(line: Line) -> bool:
    """Whether directions or a passage for the next questions begin here."""
    return _DIRECTIONS.match(plain(line.text)) is not None


def begins_anew(line: Line) -> bool:
    """Whether something other than a question begins with the line: a section, or directions."""
    return is_section(line) or is_directions(line)


def is_solution(line: Line) -> bool:
    """Whether the line begins the solution of a question."""
    return SOLUTION.match(plain(line.text)) is not None


def behind_solution(text: str) -> str:
    """The text after a solution's heading on its line."""
    found = SOLUTION.match(plain(text))
    return "" if found is None else plain(text)[found.end() :].strip()


def announced(text: str) -> tuple[int, int] | None:
    """The range of questions of a passage or directions."""
    found = _RANGE.search(text)
    if found is None:
        return None
    first, last = int(found[1]), int(found[2])
    return (first, last) if first < last <= first + 30 else None


def behind_range(text: str) -> str:
    """The text after an announced range of questions on its line."""
    found = _RANGE.search(plain(text))
    return "" if found is None else plain(text)[found.end() :].lstrip(" \t)]:.-–—").strip()


def answers_wanted(text: str) -> str | None:
    """The type that a heading or directions give to the next questions: "MCQ", "MSQ", "NUMERIC" or "".

    "" also if it names several types, or says what happens if one marks this or that.
    """
    if _CONDITION.search(text):
        return None
    several, numeric, single = _SEVERAL.search(text), _NUMERIC.search(text), _SINGLE.search(text)
    if several is not None:
        is_plain = "more" in several[0].lower() or "अधिक" in several[0]
        return "MSQ" if not numeric and (is_plain or not single) else None
    if numeric is not None:
        return "NUMERIC"
    return "MCQ" if single else None


def is_instruction(text: str) -> bool:
    """Whether a numbered item is about sitting the exam, and not a question."""
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS) and _INSTRUCTION_WORDS.search(text) is not None
