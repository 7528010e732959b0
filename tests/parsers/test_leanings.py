"""What a letter says of its matter besides words of it (policy §5)."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cases.reading import Lexicon, Phrase, Reading
from parsers import parse_message
from tests.parsers.lexicons import shipped

ROOT = Path(__file__).parents[2]
LEXICON = Lexicon(
    complaint=(Phrase(text="complain", language="en", rule="explicit", weight=3.0),),
    categories=(
        Phrase(text="parcel", language="en", rule="delivery", weight=0.5),
        Phrase(text="clerk", language="en", rule="service-attitude", weight=0.5),
    ),
    leanings=(
        ("service-attitude", (("wanted apology", 0.4),)),
        ("delivery", (("always", 0.1), ("order_number", 0.35))),
        ("other", (("always", 0.3),)),
    ),
)


def categories(text: str, lexicon: Lexicon = LEXICON) -> tuple[str, ...]:
    raw = f"From: a@b.example\nSubject: x\nMessage-ID: <1@b.example>\n\n{text}\n".encode()
    return parse_message(raw, Reading(lexicon=lexicon)).categories


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I complain about the parcel and the clerk.", "delivery"),
        ("I complain about the parcel and the clerk. I want an apology.", "service-attitude"),
        ("I complain about the parcel and the clerk. I want an apology. Order number 4711-22.", "delivery"),
        ("I complain.", "other"),
    ],
)
def test_what_is_wanted_and_named_tells_which_of_two_matters_is_the_main_one(text: str, expected: str) -> None:
    assert (expected,) == categories(text)


def test_signs_make_no_second_matter_and_none_of_a_letter_that_is_no_complaint() -> None:
    assert ("delivery",) == categories("The parcel, please. I want an apology.")
    assert () == categories("Good morning.")


def test_each_sign_for_the_main_matter_is_explained_with_its_place() -> None:
    text = "I complain about the clerk. I want an apology."
    raw = f"From: a@b.example\nSubject: x\nMessage-ID: <1@b.example>\n\n{text}\n".encode()
    message = parse_message(raw, Reading(lexicon=LEXICON))
    (sign,) = (one for one in message.signs if one.kind == "leaning")
    assert ("service-attitude", "wanted apology", 0.4) == (sign.rule, sign.phrase, sign.weight)
    assert "apology" in message.new_text[sign.start : sign.end]


def test_what_every_letter_has_explains_nothing_and_is_not_told() -> None:
    raw = b"From: a@b.example\nSubject: x\nMessage-ID: <1@b.example>\n\nI complain about the parcel.\n"
    message = parse_message(raw, Reading(lexicon=LEXICON))
    assert ("delivery",) == message.categories
    assert [] == [one for one in message.signs if one.kind == "leaning"]


def test_without_leanings_the_words_alone_decide() -> None:
    assert ("delivery",) == categories(
        "I complain about the parcel. Sorry, I want an apology.", replace(LEXICON, leanings=())
    )


def test_an_apology_speaks_of_manners_in_the_tables_that_are_shipped() -> None:
    rows = {category: dict(signs) for category, signs in shipped().leanings}
    assert rows["service-attitude"]["wanted apology"] > 0.2
    assert rows["billing"]["wanted refund"] > 0.2


def test_the_weights_are_fitted_on_labelled_letters_the_same_each_time(tmp_path: Path) -> None:
    asked = {"service-attitude": "Please apologise.", "billing": "I want my money back."}
    for name, count in (("may", 12), ("june", 9)):
        rows = [
            {
                "from": "a@b.example",
                "subject": f"{number}",
                "text": f"A thing happened on site. {ask}",
                "category": category,
            }
            for number in range(count)
            for category, ask in asked.items()
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    command = [sys.executable, "-m", "bench.matters", *(str(tmp_path / f"{name}.jsonl") for name in ("may", "june"))]
    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in "ab")
    assert first.partition("[leanings]")[2] == second.partition("[leanings]")[2] != ""
    assert "by the other files 1.000" in first
    rows_of = dict(line.split(" = {", 1) for line in first.splitlines() if " = {" in line)
    assert '"wanted apology" = 0.' in rows_of["service-attitude"]
    assert '"wanted refund" = 0.' in rows_of["billing"]
