"""Towns, words, offices and forms tell the countries of one language apart."""

import pytest

from cases.message import Address
from parsers.whereabouts import Traces, find_country


def _country(own: str, language: str, address: str = "someone@example.com") -> str:
    fact = find_country(Traces(own=own, language=language, sender=Address(address=address, name="")))
    return fact.value if fact else ""


@pytest.mark.parametrize(
    ("own", "language", "country"),
    [
        ("The kettle broke.\nAnn, Huddersfield", "en", "GB"),
        ("we live in huddersfield and nobody came", "en", "GB"),
        ("Call me: 0412 345 678", "en", "AU"),
        ("Jim\nTulsa, OK 74103", "en", "US"),
        ("I have paid 2 lakh already", "en", "IN"),
        ("The kettle broke.", "en", ""),
        ("Iré al Sernac", "es", "CL"),
        ("voy a Profeco mañana", "es", "MX"),
        ("Vivo en Bucaramanga", "es", "CO"),
        ("¿Cuándo me devolvéis el dinero? Vuestra tienda de Gijón", "es", "ES"),
        ("¿Me querés decir cuándo viene? Soy de Rosario", "es", "AR"),
        ("Nous habitons à Charleroi", "fr", "BE"),
        ("Je vous écris de Sherbrooke", "fr", "CA"),
        ("Wir wohnen in Dornbirn", "de", "AT"),
        ("Grüezi, die Offerte stimmt nicht", "de", "CH"),
        ("Wij wonen in Hasselt", "nl", "BE"),
        ("Moro em Sorocaba/SP", "pt", "BR"),
        ("Moro em Guimarães", "pt", "PT"),
        ("أنا من المنصورة وعايز فلوسي", "ar", "EG"),
        ("أسكن في جدة", "ar", "SA"),
        ("Живу в Караганде", "ru", "KZ"),
        ("我住在荃灣", "zh-Hant", "HK"),
        ("我住在基隆", "zh-Hant", "TW"),
        ("Ich flog nach Sydney und zurück nach Kassel", "de", "DE"),
    ],
)
def test_the_country_of_a_letter_without_any_number(own: str, language: str, country: str) -> None:
    assert country == _country(own, language)


def test_mail_for_everybody_of_one_country_speaks_for_it() -> None:
    assert ("GB", "US", "") == tuple(
        _country("It broke.", "en", f"ann@{name}") for name in ("btinternet.com", "comcast.net", "gmail.com")
    )
