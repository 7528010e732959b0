"""The language of a new case: the customer's words, or those of the earlier cases where few words leave it open."""

import pytest

from tests.cases.office import Office


def office_of_a_norwegian() -> Office:
    office = Office()
    office.write("Kari@firma.example", "Pakken har ikke kommet frem.", language="nb", language_confidence=0.98)
    return office


@pytest.mark.parametrize(
    ("expected", "language", "confidence"),
    [
        ("nb", "da", 0.62),  # neighbours: the words are of both
        ("nb", "", 0.0),  # "12345 ???"
        ("nb", "en", 0.7),  # "ok thanks"
        ("da", "da", 0.9),
        ("en", "en", 0.75),
    ],
)
def test_few_words_are_in_the_language_of_the_customers_earlier_case(
    expected: str, language: str, confidence: float
) -> None:
    office = office_of_a_norwegian()
    again = office.write("kari+butikk@firma.example", "Når?", language=language, language_confidence=confidence)
    assert expected == office.case(again).language


def test_the_newest_earlier_case_with_a_language_decides() -> None:
    office = office_of_a_norwegian()
    office.write("kari@firma.example", "Wo bleibt die Lieferung?", language="de", language_confidence=0.97)
    again = office.write("kari@firma.example", "ok?", language="en", language_confidence=0.6)
    assert "de" == office.case(again).language


def test_a_strangers_earlier_case_says_nothing_about_a_language() -> None:
    office = office_of_a_norwegian()
    again = office.write("ola@firma.example", "Når?", language="da", language_confidence=0.62)
    assert "da" == office.case(again).language


def test_whose_language_nothing_tells_is_written_to_in_that_of_the_centre() -> None:
    office = Office()
    first = office.write("kari@firma.example", "12345 ???", language="", language_confidence=0.0)
    assert office.policy.directory.centres[office.case(first).centre].language == office.case(first).language
