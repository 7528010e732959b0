"""Letters in 34 languages are understood well enough, and no major case is ever taken for a general one."""

from datetime import UTC, datetime

import pytest

from cases.reading import Reading
from config.settings import load
from tests.letters.labelled import HALVES, Score, letters_of, read, scores

FLOORS = (0.92, 0.80, 0.80)  # complaint or not, main category, grade


@pytest.fixture(scope="module", params=HALVES)
def table(request: pytest.FixtureRequest) -> dict[str, Score]:
    settings = load(None, now=datetime(2026, 2, 2, tzinfo=UTC))
    reading = Reading(lexicon=settings.lexicon)
    return scores(read(letter, reading, settings.policy) for letter in letters_of(request.param))


def test_complaints_categories_and_grades_are_found(table: dict[str, Score]) -> None:
    assert 130 <= table["all"].letters
    shares = table["all"].shares()
    assert all(share >= floor for share, floor in zip(shares, FLOORS, strict=True)), shares


def test_no_major_case_is_graded_general(table: dict[str, Score]) -> None:
    assert [] == table["all"].missed


def test_each_language_has_letters_of_its_own(table: dict[str, Score]) -> None:
    assert 34 == len(table) - 1
    assert {} == {language: score.letters for language, score in table.items() if score.letters < 4}


def test_no_language_falls_far_behind(table: dict[str, Score]) -> None:
    """With four letters a language, one that is read wrong is chance and two are a weak table."""
    weak = {
        language: score.shares()
        for language, score in table.items()
        if score.letters - score.told > 1 or score.complaints - score.category > 1 or score.complaints - score.grade > 1
    }
    assert {} == {language: shares for language, shares in weak.items() if language != "all"}
