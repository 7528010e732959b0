"""Nobody is silently given a language or script that they did not ask for."""

import pytest

from templates import render as templates
from templates.library import LetterBroken
from templates.locales import choose
from templates.samples import SAMPLES

THERE = ("en", "ar", "de", "es", "zh-Hans")


@pytest.mark.parametrize(
    ("asked", "there", "chosen"),
    [
        ("de", THERE, ("de", False)),
        ("DE-at", THERE, ("de", False)),
        ("es_MX", THERE, ("es", False)),
        ("en-GB", THERE, ("en", False)),
        ("zh", THERE, ("zh-Hans", False)),
        ("zh-CN", THERE, ("zh-Hans", False)),
        ("zh-SG", THERE, ("zh-Hans", False)),
        ("zh-Hans-CN", THERE, ("zh-Hans", False)),
        ("zh-TW", THERE, ("en", True)),
        ("zh-HK", THERE, ("en", True)),
        ("zh-MO", THERE, ("en", True)),
        ("zh-Hant", THERE, ("en", True)),
        ("zh-TW", (*THERE, "zh-Hant"), ("zh-Hant", False)),
        ("zh-HK", (*THERE, "zh-Hant"), ("zh-Hant", False)),
        ("zh-CN", (*THERE, "zh-Hant"), ("zh-Hans", False)),
        ("pt-BR", (*THERE, "pt", "pt-BR"), ("pt-BR", False)),
        ("pt-PT", (*THERE, "pt", "pt-BR"), ("pt", False)),
        ("sr-Latn", (*THERE, "sr"), ("en", True)),
        ("sr-RS", (*THERE, "sr"), ("sr", False)),
        ("ja", THERE, ("en", True)),
        ("und", THERE, ("en", True)),
        ("../../etc/passwd", THERE, ("en", True)),
        ("", THERE, ("en", False)),
    ],
)
def test_the_reader_gets_the_nearest_locale_and_the_caller_is_told_of_gaps(
    asked: str, there: tuple[str, ...], chosen: tuple[str, bool]
) -> None:
    assert chosen == choose(asked, there)


def test_a_letter_that_fell_back_says_so() -> None:
    rendered = templates.render("acknowledgement", "zh-TW", SAMPLES["acknowledgement"])
    assert ("en", True) == (rendered.locale, rendered.fell_back)
    assert ("en", True) == (templates.render("reminder", "de", SAMPLES["reminder"]).locale, True)


def test_a_letter_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LetterBroken, match="no letter is called 'farewell'"):
        templates.render("farewell", "en", {})
    with pytest.raises(LetterBroken, match="no letter"):
        templates.locales_of("../layout")
