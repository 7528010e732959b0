"""Marks of a letter that no language tells: quoted speech, how much is asked, and accents that make a word."""

import pytest

from parsers.marks import QUESTIONS, QUOTED, find_marks
from parsers.toned import is_said, is_typed_toned


def shares(text: str) -> dict[str, float]:
    return {mark.name: mark.share for mark in find_marks(text, ())}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Your man said “we don't do that here” and left.", "“we don't do that here”"),
        ("Der Fahrer meinte nur „Pech gehabt“ und fuhr weiter.", "„Pech gehabt“"),
        ("店员说「爱买不买」，就走了。", "「爱买不买」"),
        ('The clerk wrote "not our problem" to me.', '"not our problem"'),
        ("They told me ‘come back when you can prove it’ twice.", "‘come back when you can prove it’"),
    ],
)
def test_somebodys_words_in_quotation_marks_are_a_mark_with_their_place(text: str, words: str) -> None:
    (mark,) = (one for one in find_marks(text, ()) if one.name == QUOTED)
    assert words == mark.words
    assert words == text[mark.start : mark.end]


@pytest.mark.parametrize(
    "text",
    ['A 12" pipe and a 14" pipe are missing.', "It's the neighbours' fault, isn't it.", "“Ja“", "5' 3\" high"],
)
def test_inches_and_apostrophes_quote_nobody(text: str) -> None:
    assert QUOTED not in shares(text)


@pytest.mark.parametrize(
    "text", ["Dace Kalniņa\nSIA „Kalniņi koks“", "кав'ярня «Квітка», Полтава", 'The "Northern Star" is our hotel']
)
def test_the_name_of_a_firm_is_nobodys_words(text: str) -> None:
    assert QUOTED not in shares(text)


def test_the_longest_of_several_quoted_words_counts() -> None:
    assert 0.5 == shares("Your „premium“ paint is grey.")[QUOTED]
    assert 1.0 == shares("Your „Premium“ paint? „It will dry by itself“, he said.")[QUOTED]


def test_questions_count_as_a_share_of_the_sentences() -> None:
    assert 1.0 == shares("Do you ship to Malta? What does it cost?")[QUESTIONS]
    assert 0.5 == shares("The lamp broke. Why?")[QUESTIONS]
    assert 0.25 == shares("灯坏了。等了三周。没人回复。怎么办？")[QUESTIONS]
    assert QUESTIONS not in shares("The lamp broke. I wait.")


def test_questions_of_ours_that_a_customer_kept_between_his_answers_are_not_his() -> None:
    assert QUESTIONS not in shares("> When did it arrive?\nOn Monday.\n> Is anything missing?\nThe key.")


@pytest.mark.parametrize(
    ("phrase", "words", "said"),
    [
        ("cho", "cho", True),
        ("cho", "chờ", False),
        ("chờ*", "chờ đợi", True),
        ("hoàn tiền", "hoàn lại tiền", True),
        ("hoàn tiền", "hoan tien", False),
        ("*hàng", "đơnhàng", True),
        ("giao # ngày", "giao 12 ngày", True),
        ("chờ", "chờ", True),  # composed or not
    ],
)
def test_a_vietnamese_word_with_other_accents_is_another_word(phrase: str, words: str, said: bool) -> None:
    assert said == is_said(phrase, words)


def test_who_types_no_accents_at_all_cannot_be_told_by_them() -> None:
    assert is_typed_toned("Tôi chờ ba tuần")
    assert not is_typed_toned("Toi cho ba tuan")
    assert not is_typed_toned("Toi cho ba tuan 🙂")
