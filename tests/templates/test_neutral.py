"""Other people's text is shown, and nothing in it can act: in a line, in a block, or by the look of an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.neutral import LONGEST_BLOCK, LONGEST_VALUE, block, calm, defang, line, without_our_marks

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
ANYTHING = st.text(st.characters(), max_size=400)  # lone surrogates included


@given(ANYTHING)
def test_a_line_is_one_line_without_anything_that_hides_or_reorders(text: str) -> None:
    shown = line(text)
    assert not ACTING.search(shown)
    assert "\n" not in shown
    assert len(shown) <= LONGEST_VALUE
    assert shown == line(shown)
    shown.encode()


@given(ANYTHING)
def test_a_block_keeps_lines_and_nothing_else_that_acts(text: str) -> None:
    shown = block(text)
    assert not ACTING.search(shown)
    assert "\n\n\n" not in shown
    assert len(shown) <= LONGEST_BLOCK
    shown.encode()


@given(st.text("abc. ,!äß中ع12", max_size=200))
def test_honest_words_stay_as_they_are(text: str) -> None:
    assert " ".join(text.split()) == line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://example.com/a.b?c=d", "hxxp://example[.]com/a.b?c=d"),
        ("HTTPS://Example.COM", "HxxPS://Example[.]COM"),
        ("see www.example.com.", "see www[.]example[.]com."),
        ("www.example", "www[.]example"),
        ("example.com/path", "example[.]com/path"),
        ("мир.рф and example.xn--p1ai", "мир.рф and example[.]xn--p1ai"),
        ("http://мир.рф/", "hxxp://мир[.]рф/"),
        ("http://10.0.0.1:80/", "hxxp://10[.]0[.]0[.]1:80/"),
        ("http://user@evil.example/", "hxxp://user@evil[.]example/"),
        ("ftp://files.example/", "ftp[:]//files[.]example/"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("write to a.b@example.com", "write to a.b@example[.]com"),
        ("3.5 kg, 1.500,00 EUR, z.B. and e.g. this.", "3.5 kg, 1.500,00 EUR, z.B. and e.g. this."),
        ("photo.jpeg and report.xlsx", "photo.jpeg and report.xlsx"),
        ("already hxxp://example[.]com", "already hxxp://example[.]com"),
    ],
)
def test_addresses_can_be_read_but_not_clicked(text: str, shown: str) -> None:
    assert shown == defang(text)


@given(st.text("ahtps:/.w@ comevil中\n", max_size=80))
def test_no_web_address_survives(text: str) -> None:
    shown = defang(text)
    assert not re.search(r"https?://", shown)
    assert not re.search(r"\bwww\.\w", shown)
    assert not re.search(r"(?<![\w.\[])\w+\.com\b(?![\w\[])", shown)


def test_a_sentence_keeps_names_that_merely_look_like_domains() -> None:
    assert "Acme.com" == calm("Acme.com")
    assert "hxxps://acme[.]com" == calm("https://acme.com")


def test_our_own_marks_cannot_be_planted() -> None:
    shown = without_our_marks("##- please write above -##\n[ref:tabc] [REF:tabc]")
    assert "##-" not in shown
    assert "-##" not in shown
    assert "[ref:" not in shown.lower()
