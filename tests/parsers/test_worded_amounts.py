"""Amounts in words: what each language says is counted whole, and the place is that of its words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import find_amounts
from parsers.tables import table

# Languages whose hundreds, tens and units stand one behind the other, and a currency as they write it.
ONE_BEHIND_THE_OTHER = {
    "bg": "лева", "el": "ευρώ", "es": "euros", "hr": "eura", "lv": "eiro", "pl": "złotych", "ru": "рублей", "sk": "eur",
    "sr": "динара", "uk": "гривень",
}  # fmt: skip
TIMES = {"bg": "хиляди", "hr": "tisuća", "pl": "tysięcy", "ru": "тысяч", "sk": "tisíc", "uk": "тисяч", "sr": "хиљада"}


def words_of(language: str, low: int, high: int) -> list[tuple[str, int]]:
    """The number words of a language from `low` to below `high`."""
    words: dict[str, int] = table("numerals")[language]["words"]
    return [(word, value) for word, value in words.items() if low <= value < high and " " not in word]


@st.composite
def worded(draw: st.DrawFn) -> tuple[str, int, str]:
    """A language, a number below a thousand and its words."""
    language = draw(st.sampled_from(sorted(ONE_BEHIND_THE_OTHER)))
    hundreds = draw(st.sampled_from(words_of(language, 200, 1000)))
    tens = draw(st.sampled_from([one for one in words_of(language, 30, 100) if one[1] % 10 == 0]))
    units = draw(st.sampled_from([one for one in words_of(language, 2, 10) if one[0] not in ("dos", "du")]))
    some = draw(st.sampled_from([[hundreds], [hundreds, tens], [hundreds, tens, units], [tens, units], [tens]]))
    return language, sum(value for _, value in some), " ".join(word for word, _ in some)


@given(worded())
def test_words_one_behind_the_other_are_added_and_keep_their_place(case: tuple[str, int, str]) -> None:
    language, value, words = case
    text = f"... {words} {ONE_BEHIND_THE_OTHER[language]}, ..."
    found = find_amounts(text)
    assert [Decimal(value)] == [one.value for one in found]
    assert [f"{words} {ONE_BEHIND_THE_OTHER[language]}"] == [one.text for one in found]
    assert found[0].text == text[found[0].start : found[0].end]


@pytest.mark.parametrize("language", TIMES)
@given(number=st.integers(min_value=2, max_value=999))
def test_a_word_for_thousand_multiplies_the_digits_before_it(language: str, number: int) -> None:
    found = find_amounts(f"{number} {TIMES[language]} {ONE_BEHIND_THE_OTHER[language]}")
    assert [Decimal(number * 1000)] == [one.value for one in found]


def test_number_words_without_a_currency_are_looked_at_in_no_time() -> None:
    """A text of nothing but number words and one of nothing but currencies give few or no amounts."""
    assert find_amounts("dvesto petdeset " * 3000) == ()
    assert len(find_amounts("dvesto evrov " * 3000)) <= 60
