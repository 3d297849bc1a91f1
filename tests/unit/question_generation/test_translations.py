"""Questions in two languages become what an exam's languages can take, and nothing of them is lost."""

from paper_reader.paper.model import PaperQuestion, Translation
from question_generation.translations import for_languages

HINDI = Translation("सबसे लम्बी नदी कौन सी है?", ["गंगा", "10"])
HINDI_FIELDS = {"question_text": HINDI.text, "option_a": "गंगा", "option_b": "10"}


def question(**texts: Translation) -> PaperQuestion:
    return PaperQuestion(1, "", 1, "Which river is the longest?", ["Ganga", "10"], "MCQ", texts=texts)


def test_a_translation_is_kept_as_one() -> None:
    assert for_languages(question(hi=HINDI), ("en", "hi")) == (
        "Which river is the longest?",
        ["Ganga", "10"],
        {"hi": HINDI_FIELDS},
    )


def test_the_plain_fields_are_in_the_exams_first_language() -> None:
    text, options, texts = for_languages(question(hi=HINDI), ("hi", "en"))

    assert (text, options) == (HINDI.text, HINDI.options)
    assert texts == {
        "en": {"question_text": "Which river is the longest?", "option_a": "Ganga", "option_b": "10"},
    }


def test_a_language_that_the_exam_does_not_have_follows_the_other() -> None:
    assert for_languages(question(hi=HINDI), ("en",)) == (
        f"Which river is the longest?\n{HINDI.text}",
        ["Ganga / गंगा", "10"],
        {},
    )


def test_one_language_stays_as_it_is() -> None:
    assert for_languages(question(), ("en", "hi")) == ("Which river is the longest?", ["Ganga", "10"], {})
