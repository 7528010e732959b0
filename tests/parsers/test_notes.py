"""Notes that programs send are known by what all of their sentences do; people who use the same words stay people."""

import tomllib
from email.message import EmailMessage
from importlib.resources import files
from typing import Any

import pytest

from cases.message import Automatic
from parsers import classify_automatic, parse_message

_ROWS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    files("tests.parsers").joinpath("notes.toml").read_text(encoding="utf-8")
)


def kind(subject: str, text: str) -> Automatic | None:
    """What a mail without any header of a program is taken for."""
    message = EmailMessage()
    message["From"] = "Anna Berg <anna@firm.example>"
    message["To"] = "desk@shop.example"
    message["Subject"] = subject
    message["Message-ID"] = "<a1@firm.example>"
    message.set_content(text)
    return classify_automatic(message.as_bytes())


@pytest.mark.parametrize("row", _ROWS["note"], ids=lambda row: row["text"][:40])
def test_a_text_that_does_only_what_notes_do_is_automatic(row: dict[str, Any]) -> None:
    assert Automatic.AUTO_REPLY is kind(row["subject"], row["text"])


@pytest.mark.parametrize("row", _ROWS["person"], ids=lambda row: row["text"][:40])
def test_whoever_has_a_matter_of_their_own_is_a_person_however_short_or_absent(row: dict[str, Any]) -> None:
    assert kind(row["subject"], row["text"]) is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Re: C-1",
            "Your automatic answer came again. It promised five working days, now it is a month. A person, please.",
        ),
        ("Re: C-1", "Ihr Büro war am Dienstag geschlossen, als ich da war. An der Tür hing kein Hinweis."),
        ("Re: C-1", "Recibido, gracias. Lo reviso con mi hermano y os digo algo."),
        ("Re: C-1", "Got it, thank you. I'm away till Friday, so Saturday before noon suits."),
        (
            "Réponse automatique",
            "Voici ce que je reçois : « Nous avons bien reçu votre message. » Mon four est toujours en panne.",
        ),
        ("Re: Case 4410", "又係自動回覆。上次話三個工作天內有人跟進，而家已經兩個星期。請安排真人聯絡我。"),
        ("Re: 66/0120", "ได้รับอีเมลตอบกลับอัตโนมัติ 3 รอบแล้วค่ะ บอก 7 วันทำการ นี่หนึ่งเดือนแล้ว ขอคุยกับคนจริงๆ ได้ไหมคะ"),
        (
            "Séminaire d'octobre",
            "Après trois messages sans écho, considérez que notre séminaire se tiendra ailleurs. Merci de l'annuler.",
        ),
    ],
)
def test_whoever_speaks_of_a_program_or_a_closed_office_is_a_person(subject: str, text: str) -> None:
    assert kind(subject, text) is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Na godišnjem do 18.7.", "Brod, knjiga i tišina.\nZa ključeve zovite Anu na 091 555 0144.\nUgodno ljeto!"),
        ("Puhkusel 4. juulini", "Tere!\nPildid saavad valmis lubatud ajaks.\nKui on kiire, siis Peeter: 555 01 774."),
    ],
)
def test_a_subject_that_tells_an_absence_does_for_a_text_that_tells_only_whom_to_turn_to(
    subject: str, text: str
) -> None:
    assert Automatic.AUTO_REPLY is kind(subject, text)
    assert kind("Re: C-1", text) is None


def test_a_note_under_a_subject_of_its_own_that_answers_nothing_says_why_it_is_taken_for_one() -> None:
    """The reason names what its sentences do."""
    message = EmailMessage()
    message["From"] = "Workshop Berg <workshop@berg.example>"
    message["To"] = "desk@shop.example"
    message["Subject"] = "Closed until 8 March"
    message["Message-ID"] = "<a1@berg.example>"
    message.set_content("We are closed for stocktaking and reopen on 8 March. In urgent cases call 01632 960123.")
    parsed = parse_message(message.as_bytes())
    assert Automatic.AUTO_REPLY is parsed.automatic
    assert "closed" in parsed.automatic_because
    assert "whom to turn to" in parsed.automatic_because
