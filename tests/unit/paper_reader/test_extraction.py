"""Papers as people print them, feature by feature."""

from collections.abc import Sequence

import pytest

from bench.mining.pdf import STREAMS, Page, Piece, Writer, width
from paper_reader.extract import extract
from paper_reader.paper.model import PaperQuestion
from tests.factories.papers import MOCK, page_of, paper

STEMS = (
    "Which of these is a vector quantity?",
    "Which unit is used for the force?",
    "Which planet is nearest to the sun?",
    "Which gas do plants take in by day?",
)
TEXTS = ("Mass of it", "Velocity", "Time taken", "Energy used")


def questions_of(data: bytes) -> list[PaperQuestion]:
    return extract(data).questions


def lines(number: str = "{}.", option: str = "({})", letters: str = "ABCD", key: str | None = None) -> list[str]:
    """Four questions in a style; `key` is a line for each question."""
    found = []
    for index, stem in enumerate(STEMS, 1):
        found.append(f"{number.format(index)} {stem}")
        found += [f"{option.format(letter)} {text}" for letter, text in zip(letters, TEXTS, strict=True)]
        if key is not None:
            found.append(key)
    return found


def assert_whole(questions: Sequence[PaperQuestion]) -> None:
    assert [question.text for question in questions] == list(STEMS)
    assert [question.options for question in questions] == [list(TEXTS)] * len(STEMS)


class TestNumbering:
    @pytest.mark.parametrize(
        "style",
        ["{}.", "{})", "({})", "[{}]", "Q.{}", "Q{}.", "Q. {})", "Que. {}", "Question {}:", "QUESTION {}", "{} :"],
    )
    def test_styles(self, style: str) -> None:
        assert_whole(questions_of(paper(lines(style))))

    def test_devanagari_digits(self) -> None:
        numbered = [f"{'०१२३४'[index]}. {stem}" for index, stem in enumerate(STEMS, 1)]
        found = [line for stem in numbered for line in (stem, *lines()[1:5])]

        assert [question.number for question in questions_of(paper(found))] == [1, 2, 3, 4]

    def test_numbers_in_the_text_start_no_question(self) -> None:
        traps = [*lines()[:5], "2. A ball is thrown in 1947. It falls", "3. times as fast as one of the year",
                 "1990. Then which of these is it, by 4. of the list?", *lines()[6:]]  # fmt: skip
        questions = questions_of(paper(traps))

        assert [question.number for question in questions] == [1, 2, 3, 4]
        assert questions[1].text.startswith("A ball is thrown in 1947. It falls")

    def test_instructions_are_not_questions(self) -> None:
        told = ["INSTRUCTIONS", "1. The candidate must use a ball point pen on the OMR sheet.",
                "2. Each correct answer carries 4 marks; negative marking applies.",
                "3. No calculator in the hall."]  # fmt: skip

        assert_whole(questions_of(paper(told, lines())))


class TestOptions:
    @pytest.mark.parametrize(
        ("style", "letters"),
        [("({})", "ABCD"), ("({})", "abcd"), ("({})", "1234"), ("{})", "ABCD"), ("{})", "abcd"), ("{}.", "ABCD"),
         ("[{}]", "ABCD"), ("({})", "कखगघ"), ("( {} )", "ABCD")],
    )  # fmt: skip
    def test_styles(self, style: str, letters: str) -> None:
        assert_whole(questions_of(paper(lines("Q.{}", style, letters))))

    @pytest.mark.parametrize("across", [2, 4])
    def test_side_by_side(self, across: int) -> None:
        found = []
        for index, stem in enumerate(STEMS, 1):
            found.append(f"{index}. {stem}")
            marked = [f"({letter}) {text}" for letter, text in zip("ABCD", TEXTS, strict=True)]
            found += ["\t".join(marked[at : at + across]) for at in range(0, 4, across)]

        assert_whole(questions_of(paper(found)))

    def test_on_the_line_of_the_question(self) -> None:
        marked = " ".join(f"({letter}) {text}" for letter, text in zip("ABCD", TEXTS, strict=True))

        assert_whole(questions_of(paper([f"{index}. {stem} {marked}" for index, stem in enumerate(STEMS, 1)])))

    def test_apparent_options_in_the_text_are_not_options(self) -> None:
        found = lines()
        found[0] = "1. If det(A) = 4 and (B) is the inverse of f(A), see (C) below, what is it?"
        found[1:5] = [
            "(A) Both (A) and (R) are true and (R) explains (A)",
            "(B) (A) is true",
            "(C) f(D) = 2",
            "(D) none",
        ]

        first = questions_of(paper(found))[0]

        assert first.text == "If det(A) = 4 and (B) is the inverse of f(A), see (C) below, what is it?"
        assert first.options == ["Both (A) and (R) are true and (R) explains (A)", "(A) is true", "f(D) = 2", "none"]

    def test_a_list_that_is_lettered_as_the_options_are(self) -> None:
        found = lines()
        found[0:1] = ["1. Match the lists.", "(A) Force\t(P) newton", "(B) Energy\t(Q) joule", "(C) Power\t(R) watt",
                      "(D) Charge\t(S) coulomb"]  # fmt: skip

        assert questions_of(paper(found))[0].options == list(TEXTS)

    def test_headings_behind_the_last_option_are_not_part_of_it(self) -> None:
        found = lines()
        found[10:10] = [
            "SECTION - B (Chemistry)",
            "This section contains 2 questions, of which all are to be answered.",
        ]

        assert_whole(questions_of(paper(found)))


class TestLayout:
    @pytest.mark.parametrize("stream", STREAMS)
    def test_two_columns_in_any_order_of_drawing(self, stream: str) -> None:
        written = [line for _ in range(3) for line in lines()]
        long = [f"{(index // 5) + 1}. {line[3:]} in general" if index % 5 == 0 else line
                for index, line in enumerate(written)]  # fmt: skip
        left, right = page_of(long[:30], x=45), page_of(long[30:], x=310)
        pieces = [piece for pair in zip(left.pieces, right.pieces, strict=True) for piece in pair]

        questions = questions_of(Writer(stream, 1).write([Page(pieces)]))

        assert [question.number for question in questions] == list(range(1, 13))
        assert all(question.options == list(TEXTS) for question in questions)

    def test_headers_footers_and_watermarks_are_left_out(self) -> None:
        pages = []
        for number in range(4):
            page = page_of([f"{number + 1}. {STEMS[number]}", *lines()[1:4]], top=700)
            page.pieces += [Piece(50, 780, "Target Institute Pune", 9), Piece(300, 30, f"Page {number + 1} of 4", 9)]
            page.pieces += [Piece(50, 650, "(D) Energy used", 10), Piece(50, 44, "Space for rough work", 9)]
            page.watermark = "SAMPLE"
            pages.append(page)

        assert_whole(questions_of(Writer("lines", 1).write(pages)))

    def test_the_same_option_at_the_same_place_of_every_page_stays(self) -> None:
        pages = [page_of([f"{n + 1}. {STEMS[n]}", "(A) 1", "(B) 2", "(C) 3", "(D) 4"], top=110) for n in range(4)]

        questions = questions_of(Writer("lines", 1).write(pages))

        assert [question.options for question in questions] == [["1", "2", "3", "4"]] * 4


class TestMathematics:
    def test_superscripts_and_subscripts_from_position_and_size(self) -> None:
        page = page_of(lines())
        x, y = 50.0, page.pieces[-1].y - 20
        for text, size, rise in (
            ("5. What is 10", 10, 0),
            ("-3", 6.5, 4),
            (" of H", 10, 0),
            ("2", 6.5, -2),
            ("O?", 10, 0),
        ):
            page.pieces.append(Piece(x, y + rise, text, size))
            x += width(text, size)
        page.pieces += page_of(lines()[1:5], top=y - 20).pieces

        questions = questions_of(Writer("lines", 1).write([page]))

        assert questions[4].text == "What is $\\large 10^{-3}$ of $\\large H_{2}O$?"

    def test_those_of_unicode(self) -> None:
        found = lines()
        found[0] = "1. What is x² + 10⁻³ of H₂O?"

        assert questions_of(paper(found))[0].text == "What is $\\large x^{2}$ + $\\large 10^{-3}$ of $\\large H_{2}O$?"

    def test_fractions(self) -> None:
        page = page_of(lines())
        y = page.pieces[-1].y - 30
        page.pieces += [Piece(50, y, "5. What is", 10), Piece(105, y + 6, "a+b", 8), Piece(110, y - 4.5, "c", 8)]
        page.pieces += [Piece(125, y, "of it?", 10), *page_of(lines()[1:5], top=y - 30).pieces]
        page.rules.append((104, 119, y + 2.5))

        assert questions_of(Writer("lines", 1).write([page]))[4].text == "What is $\\large \\frac{a+b}{c}$ of it?"


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "answer"),
        [("Ans. (B)", "B"), ("Answer: B", "B"), ("Ans: (2)", ""), ("Answer : B,D", "B,D"), ("Ans. [C]", "C"),
         ("उत्तर: (B)", "B"),
         ("Correct option: D", "D"), ("Ans. (B) or (C)", ""), ("Ans. Bonus", ""), ("Answer: A body at rest", ""),
         ("Ans. (B) Velocity", "B"), ("Ans. (F)", ""), ("Respuesta correcta: C", "C"), ("Lösung: B", "B"),
         ("Your answer: (B)", ""), ("Wrong answer: B", ""), ("Ans. (B)/(C)", ""), ("Ans. B or C", "")],
    )  # fmt: skip
    def test_behind_the_question(self, key: str, answer: str) -> None:
        questions = questions_of(paper(lines(key=key)))

        assert [(question.answer, question.is_verified) for question in questions] == [(answer, bool(answer))] * 4

    @pytest.mark.parametrize(
        "key",
        [
            ["1. (B)\t2. (C)\t3. (A)\t4. (D)"],
            ["1-B 2-C 3-A 4-D"],
            ["1) B 2) C", "3) A 4) D"],
            ["Q.1 – B", "Q.2 – C", "Q.3 – A", "Q.4 – D"],  # noqa: RUF001
            ["1\tB\t3\tA", "2\tC\t4\tD"],
            ["Q. No.\t1\t2\t3\t4", "Ans.\tB\tC\tA\tD"],
            ["1\t2\t3\t4", "B\tC\tA\tD"],
            ["1 : b", "2 : c", "3 : a", "4 : d"],
            ["1.B2.C3.A4.D"],
            ["1B 2C", "3A 4D"],
            ["1B2C3A4D"],
            ["1)(b)2)(c)3)(a)4)(d)"],
            ["1B,2C,3A,4D"],
        ],
    )
    def test_at_the_end(self, key: list[str]) -> None:
        questions = questions_of(paper([*lines(), "ANSWER KEY", *key]))

        assert_whole(questions)
        assert [question.answer for question in questions] == ["B", "C", "A", "D"]

    def test_of_digits_for_options_of_digits(self) -> None:
        questions = questions_of(paper([*lines("Q.{}", "({})", "1234"), "ANSWERS", "1 2 3 1", "2 3 4 4"]))

        assert [question.answer for question in questions] == ["B", "C", "A", "D"]

    @pytest.mark.parametrize(
        ("key", "answers"),
        [
            (["1. (B) 2. (C) 3. (A) 4. (D)", "2. (D)"], ["B", "", "A", "D"]),
            (["1. (B) 2. Bonus 3. (A) 4. (D)"], ["B", "", "A", "D"]),
            (["Q.\t1\t2\t3\t4", "Ans.\tB\tA\tD"], ["", "", "", ""]),
            (["1. (B) 2. (C) 3. (E) 4. (D)"], ["B", "C", "", "D"]),
            (["11. (B) 12. (C) 13. (A) 14. (D)"], ["", "", "", ""]),
            (["1. (B) or (C) 2. (C)/(D) 3. (A) 4. (D) or (A)"], ["", "", "A", ""]),
            (["1 B C", "2 C C", "3 A B", "4 D A"], ["", "", "", ""]),
            (["1.32.43.14.2"], ["", "", "", ""]),
            (["SET A", "1-B 2-C 3-A 4-D", "SET B", "1-C 2-A 3-A 4-B"], ["", "", "", ""]),
            (["1-B 2-C 3-A 4-D", "Corrigendum: 3-C"], ["B", "C", "", "D"]),
            (["1-B 2-C 3-A 4-D", "Questions 2 and 4 have been cancelled by the board."], ["B", "", "A", ""]),
            (["1. B, 2. C/D, 3. A, 4. D"], ["B", "", "A", "D"]),
            (["Shift 1", "1-B 2-C 3-A 4-D", "Shift 2", "1-C 2-A 3-A 4-B"], ["", "", "", ""]),
        ],
    )
    def test_what_is_not_certain_is_left_open(self, key: list[str], answers: list[str]) -> None:
        questions = questions_of(paper([*lines(), "ANSWER KEY", *key]))

        assert [question.answer for question in questions] == answers
        assert [question.is_verified for question in questions] == [bool(answer) for answer in answers]

    @pytest.mark.parametrize(
        ("title", "key", "answers"),
        [
            ("Mock Test", "Answer Key: Booklet Series B", ["", "", "", ""]),
            ("Booklet Series A", "Answer Key: Booklet Series B", ["", "", "", ""]),
            ("Booklet Series B", "Answer Key: Booklet Series B", ["B", "C", "A", "D"]),
            ("Test 2", "Answer Key of Test 1", ["", "", "", ""]),
            ("Test 2", "Answer Key of Test 2", ["B", "C", "A", "D"]),
            ("Mock Test", "Answer Key of Chapter 2", ["B", "C", "A", "D"]),
            ("Mock Test", "Answer Key of the Previous Test", ["", "", "", ""]),
        ],
    )
    def test_of_another_set_or_test_is_left_out(self, title: str, key: str, answers: list[str]) -> None:
        found = extract(paper([title, *lines(), key, "1-B 2-C 3-A 4-D"]))

        assert [question.answer for question in found.questions] == answers
        assert ("key_of_another" in {warning.code for warning in found.warnings}) == (not answers[0])

    def test_of_several_sets_is_that_of_the_papers_own(self) -> None:
        keys = ["SET A", "1-B 2-C 3-A 4-D", "SET B", "1-C 2-A 3-A 4-B"]
        questions = questions_of(paper(["SET B", *lines(), "ANSWER KEY", *keys]))

        assert [question.answer for question in questions] == ["C", "A", "A", "B"]

    @pytest.mark.parametrize(
        ("key", "answers"),
        [
            (["1. B \u2013 TWO", "2. C \u2013 THREE", "3. A \u2013 ONE"], ["B", "C", "A", ""]),
            (["1. B \u2013 THREE", "2. C \u2013 THREE", "3. A \u2013 acceleration of the body"], ["", "C", "", ""]),
        ],
    )
    def test_with_the_text_of_an_option_that_must_agree(self, key: list[str], answers: list[str]) -> None:
        told = [row.replace("TWO", TEXTS[1]).replace("THREE", TEXTS[2]).replace("ONE", TEXTS[0]) for row in key]
        questions = questions_of(paper([*lines(), "ANSWERS", *told]))

        assert [question.answer for question in questions] == answers

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_by_the_names_of_tests_in_any_order(self, order: tuple[int, int]) -> None:
        names = ("Practice Paper 1", "Practice Paper 2")
        tests = [names[0], *lines(), names[1], *(line.replace("Which", "What") for line in lines())]
        keys = (["1-B 2-C 3-A 4-D"], ["1-C 2-A 3-D 4-B"])
        key = [row for index in order for row in (names[index], *keys[index])]
        questions = questions_of(paper([*tests, "ANSWERS", *key]))

        assert "".join(question.answer for question in questions) == "BCADCADB"

    def test_two_sources_that_differ_leave_it_open(self) -> None:
        questions = questions_of(paper([*lines(key="Ans. (B)"), "ANSWER KEY", "1. (B) 2. (C) 3. (B) 4. (B)"]))

        assert [question.answer for question in questions] == ["B", "", "B", "B"]

    def test_by_section_if_the_numbers_start_again(self) -> None:
        sections = ["PHYSICS", *lines(), "CHEMISTRY", *(line.replace("Which", "What") for line in lines())]
        keys = ["ANSWER KEY", "PHYSICS", "1. (A) 2. (B) 3. (C) 4. (D)", "CHEMISTRY", "1. (D) 2. (C) 3. (B) 4. (A)"]
        questions = questions_of(paper([*sections, *keys]))

        assert [question.answer for question in questions] == [*"ABCDDCBA"]
        assert [question.section for question in questions] == ["PHYSICS"] * 4 + ["CHEMISTRY"] * 4

    @pytest.mark.parametrize(
        ("written", "answer", "tolerance"),
        [("12.5", "12.5", "0"), ("-14", "-14", "0"), ("12.5 to 12.7", "12.6", "0.1"), ("0.5 ± 0.1", "0.5", "0.1"),
         ("12.50 – 12.70", "12.6", "0.1"), ("42 m/s", "42", "0"), ("7 to 5", "", "0")],  # noqa: RUF001
    )  # fmt: skip
    def test_of_numeric_questions(self, written: str, answer: str, tolerance: str) -> None:
        found = [*lines(key="Ans. (B)"), "5. Find the value of the sum of the first terms.", f"Ans. {written}"]
        question = questions_of(paper(found))[4]

        assert (question.question_type, question.answer, question.tolerance) == ("NUMERIC", answer, tolerance)

    def test_an_instruction_makes_it_msq(self) -> None:
        found = ["SECTION - A (One or more options may be correct)", *lines(key="Ans. (B)")]

        assert [question.question_type for question in questions_of(paper(found))] == ["MSQ"] * 4

    def test_solutions_after_the_key_are_not_questions(self) -> None:
        solved = ["HINTS & SOLUTIONS", "1. (B) By Newton we find that the value of it is 4.", "2. (C) See above."]
        questions = questions_of(paper([*MOCK, *solved]))

        assert len(questions) == 4
        assert questions[0].answer == "B"


class TestScripts:
    def test_hindi(self) -> None:
        found = []
        for index in range(1, 5):
            found.append(f"{index}. निम्नलिखित में से कौन सा सदिश है, प्रश्न {'कखगघ'[index - 1]}?")
            found += ["(A) द्रव्यमान", "(B) वेग", "(C) समय", "(D) ऊर्जा"]

        questions = questions_of(paper(found))

        assert questions[0].text == "निम्नलिखित में से कौन सा सदिश है, प्रश्न क?"
        assert questions[0].options == ["द्रव्यमान", "वेग", "समय", "ऊर्जा"]

    def test_a_font_from_before_unicode_is_reported_and_its_text_left_out(self) -> None:
        hindi = ["5. fuEufyf[kr esa ls dkSu lk lfn'k gS", "(A) nzO;eku gS", "(B) osx dk", "(C) le; ds", "(D) ÅtkZ gS"]
        found = extract(paper([*lines(), *hindi]))

        assert [question.number for question in found.questions] == [1, 2, 3, 4]
        assert "legacy_font" in {warning.code for warning in found.warnings}

    def test_a_font_that_is_known_by_its_name(self) -> None:
        data = paper([*lines(), "5. jke us [kkuk [kk;k Fkk D;k", *lines()[1:5]])
        found = extract(data.replace(b"/BaseFont/Times-Roman", b"/BaseFont/KrutiDev10 "))

        assert found.questions == []
        assert found.warnings[0].code == "legacy_font"
        assert "KrutiDev10" in found.warnings[0].message


def test_a_passage_is_given_with_each_of_its_questions() -> None:
    found = lines()
    found[5:5] = ["Passage for Questions 2 to 3", "A river flows through a plain that is green."]
    questions = questions_of(paper(found))

    texts = [question.text for question in questions]
    assert [text.startswith("A river flows") for text in texts] == [False, True, True, False]
    assert texts[1].endswith(STEMS[1])
