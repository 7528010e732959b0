"""Codes that nothing names: taken for order numbers where nothing better is, and only then."""

from email.message import EmailMessage

import pytest

from parsers import parse_message


def _numbers(subject: str, text: str) -> list[str]:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "someone@example.com", "desk@firm.example", subject
    mail.set_content(text)
    return [fact.value for fact in parse_message(mail.as_bytes()).facts if fact.kind == "order_number"]


@pytest.mark.parametrize(
    ("subject", "text", "numbers"),
    [
        ("HT-20918-C", "The lamp came broken.", ["HT-20918-C"]),
        ("Lamp", "It came broken (HT-20918-C).", ["HT-20918-C"]),
        ("Lampe 2209-KD-18", "Meine Bestellnummer ist 55-10472.", ["55-10472"]),
        ("Spindle VX-850", "The VX-850, serial no. 44710-09, stopped at 10h30 on 12/05/2026.", []),
        ("Anna", "Call me on 0171-5550123 or write to anna-55120-x@example.com", []),
        ("Kamer", "Wij wonen op 1017-AB 22 en betalen IBAN NL91ABNA0417164300", []),
    ],
)
def test_a_code_counts_only_where_nothing_is_named(subject: str, text: str, numbers: list[str]) -> None:
    assert numbers == _numbers(subject, text)
