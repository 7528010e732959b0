"""A customer who asks how it stands is understood in every language that has a word table (policy §3, N4)."""

import tomllib

import pytest

from cases.message import Strength
from parsers.complaint import judge
from parsers.lexicon import find_words
from tests.parsers.lexicons import FOLDER, shipped

ASKING = {
    "ar": "مرحبا، هل من جديد بخصوص شكواي؟",
    "bg": "Здравейте, има ли новини по случая?",
    "ca": "Bon dia, hi ha novetats sobre la meva reclamació?",
    "cs": "Dobrý den, jaký je stav mé reklamace?",
    "da": "Hej, hvordan går det med min klage?",
    "de": "Guten Tag, wie ist denn der Stand in meiner Sache?",
    "el": "Καλησπέρα, υπάρχει κάποιο νέο;",
    "en": "Hello, is there any news on this?",
    "es": "Buenos días, ¿hay novedades sobre mi caso?",
    "et": "Tere, kas on uudiseid minu kaebuse kohta?",
    "fa": "سلام، وضعیت پرونده من چیست؟",
    "fi": "Hei, missä vaiheessa asiani on?",
    "fr": "Bonjour, où en est mon dossier ?",
    "he": "שלום, מה קורה עם הפנייה שלי?",
    "hi": "नमस्ते, मेरी शिकायत की स्थिति बताइए",
    "hr": "Poštovani, ima li novosti?",
    "hu": "Jó napot, hol tart az ügyem?",
    "id": "Halo, sudah sampai mana laporan saya?",
    "is": "Góðan dag, er eitthvað nýtt í málinu mínu?",
    "it": "Buongiorno, a che punto siamo?",
    "ja": "お世話になります。その後いかがでしょうか。",
    "ko": "안녕하세요, 진행 상황이 궁금합니다.",
    "lt": "Laba diena, ar yra naujienų dėl mano skundo?",
    "lv": "Labdien, vai ir jaunumi par manu sūdzību?",
    "ms": "Selamat pagi, ada perkembangan tentang aduan saya?",
    "nb": "Hei, er det noe nytt i saken?",
    "nl": "Goedendag, hoe staat het met mijn klacht?",
    "pl": "Dzień dobry, na jakim etapie jest moja sprawa?",
    "pt": "Bom dia, há novidades sobre o meu caso?",
    "ro": "Bună ziua, în ce stadiu este reclamația mea?",
    "ru": "Здравствуйте, на каком этапе моё обращение?",
    "sk": "Dobrý deň, v akom stave je moja reklamácia?",
    "sl": "Pozdravljeni, ali je kaj novega glede moje pritožbe?",
    "sv": "Hej, hur går det med mitt ärende?",
    "th": "สวัสดีค่ะ เรื่องดำเนินการถึงไหนแล้วคะ",
    "tr": "Merhaba, başvurum hangi aşamada?",
    "uk": "Добрий день, чи є новини щодо мого звернення?",
    "vi": "Xin chào, khiếu nại của tôi đến đâu rồi?",
    "zh-Hans": "你好，请问我的投诉进展如何？",
    "zh-Hant": "您好，請問我的投訴有進展嗎？",
}


def asks(language: str, text: str) -> bool:
    signals = judge(find_words("", text, shipped()), language, shipped()).signals
    return any(signal.name == "asks_status" and signal.start >= 0 for signal in signals)


def test_no_language_of_the_word_tables_is_forgotten() -> None:
    tables = (tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml"))
    assert {table["language"] for table in tables if {"language", "complaint"} <= table.keys()} - {"*"} == set(ASKING)


@pytest.mark.parametrize("language", ASKING)
def test_the_question_is_found(language: str) -> None:
    assert asks(language, ASKING[language])


def test_to_ask_is_no_complaint() -> None:
    assert Strength.NONE is judge(find_words("", ASKING["en"], shipped()), "en", shipped()).complaint


def test_an_answer_to_our_letter_does_not_ask_with_our_own_subject() -> None:
    hits = find_words("Re: [C-2718-2819] How your complaint stands", "Thank you, that was quick.", shipped())
    assert not any(one.name == "asks_status" and one.start >= 0 for one in judge(hits, "en", shipped()).signals)


@pytest.mark.parametrize(
    "text", ["The status lamp is red.", "Here are the photos you wanted.", "The parcel came, thank you."]
)
def test_other_messages_do_not_ask(text: str) -> None:
    assert not asks("en", text)
