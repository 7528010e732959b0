"""What makes a sign of a grade (policy §4, M13): what is said, not a word that may mean something else."""

import pytest

from cases.message import Fact
from parsers.complaint import judge
from parsers.lexicon import find_words
from parsers.marks import find_marks
from tests.parsers.lexicons import shipped


def fact(kind: str, value: str = "") -> Fact:
    return Fact(kind=kind, value=value, confidence=0.9, words=value or kind)


BROKEN = "The hinge of the cupboard is broken."
RUDE = "Your clerk was rude and shouted at me."
DEAR = "Your coffee is far too expensive."


@pytest.mark.parametrize(
    ("text", "facts", "is_told"),
    [
        (BROKEN, [fact("order_number", "4711")], False),
        (BROKEN, [fact("order_number", "4711"), fact("wanted", "explanation")], False),
        (BROKEN, [fact("order_number", "4711"), fact("wanted", "replacement")], True),
        (BROKEN, [fact("waybill", "4711"), fact("wanted", "redelivery")], True),
        (BROKEN, [fact("wanted", "replacement")], False),
        (BROKEN, [fact("contract", "V-9")], True),
        (BROKEN, [fact("amount", "80.00 EUR")], True),
        (DEAR, [fact("amount", "80.00 EUR")], False),
        (DEAR, [fact("amount", "80.00 EUR"), fact("wanted", "refund")], True),
        (RUDE, [fact("contract", "V-9"), fact("wanted", "refund")], False),
    ],
)
def test_a_deal_is_broken_where_its_terms_are_named_or_a_remedy_for_it_is_asked(
    text: str, facts: list[Fact], is_told: bool
) -> None:
    """Who only tells the number of the order holds the firm to nothing."""
    lexicon = shipped()
    told = judge(find_words("", text, lexicon, "en"), "en", lexicon, find_marks(text, facts)).signals
    assert is_told is any(one.name == "named_deal" for one in told)


@pytest.mark.parametrize(
    ("language", "text", "signal", "is_told"),
    [
        ("de", "Das Glas war nur in eine Zeitung gewickelt.", "press", False),
        ("de", "Morgen gehe ich damit zur Zeitung.", "press", True),
        ("en", "The television has a scratch on its screen.", "press", False),
        ("hu", "A számla téves.", "press", False),
        ("pl", "Urządzenie nie działa, sądzę, że to silnik.", "regulator", False),
        ("pl", "Urządzenie nie działa, sądzę, że to silnik.", "lawyer", False),
        ("pl", "Spotkamy się w sądzie.", "lawyer", True),
        ("sv", "Paketet ligger hos ert ombud.", "lawyer", False),
        ("it", "La nostra sede legale è a Torino.", "lawyer", False),
        ("sr", "Наш адвокат ће вам писати.", "lawyer", True),  # the table stands in Latin
        ("sr", "Обавестили смо новинаре.", "press", True),
        ("ro", "Parchetul din sufragerie s-a umflat.", "regulator", False),  # a floor, not a prosecutor
        ("id", "Polisnya sendiri aman.", "regulator", False),
        ("lt", "Jau kreipiausi į VMVT.", "regulator", True),
        ("he", "עורך דיננו יפנה אליכם.", "lawyer", True),
        ("en", "We are a hospital and wait for the lamps.", "injury", False),
        ("en", "My son was taken to hospital.", "injury", True),
        ("es", "Buenas tardes, la silla cojea.", "delay", False),
        ("pt", "Comprei a mesa três dias atrás.", "delay", False),
        ("pt", "A entrega está atrasada.", "delay", True),
        ("ru", "Под раковиной утечка воды.", "data_leak", False),
        ("ru", "У вас утечка данных клиентов.", "data_leak", True),
        ("fr", "Les volets sont rayés.", "fraud", False),
        ("fr", "On m'a volé mon colis.", "fraud", True),
        ("fi", "Minulla on vakuutus.", "broken_promise", False),
        ("en", "He said the lamp is fine.", "broken_promise", False),
        ("en", "You promised the lamp for Friday.", "broken_promise", True),
    ],
)
def test_a_word_with_another_meaning_makes_no_sign_alone(language: str, text: str, signal: str, is_told: bool) -> None:
    lexicon = shipped()
    told = judge(find_words("", text, lexicon, language), language, lexicon).signals
    assert is_told is any(one.name == signal for one in told)
