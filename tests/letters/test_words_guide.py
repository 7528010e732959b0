"""The example of docs/words.md does what the guide says."""

from pathlib import Path

from cases.message import Strength
from cases.reading import Reading
from config.settings import load
from parsers import parse_message
from tests.config.desks import ENVIRONMENT, NOW, sample

GUIDE = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")
MAIL = "From: kim@customer.example\nTo: desk@firm.example\nSubject: {subject}\nMessage-ID: <1@x.example>\n\n{text}\n"


def test_the_rows_of_the_guide_do_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "policy" / "lexicon").mkdir(parents=True)
    example = GUIDE.split("```toml\n")[1].split("```")[0]
    (tmp_path / "policy" / "lexicon" / "en.toml").write_text(example, encoding="utf-8")
    (tmp_path / "ombud.toml").write_text(f'policy_dir = "policy"\n{sample()}', encoding="utf-8")
    reading = Reading(lexicon=load(tmp_path / "ombud.toml", now=NOW, environment=ENVIRONMENT).lexicon)
    text = "We are six" + GUIDE.split('"We are six')[1].split('"')[0].replace("\n", " ")
    told = parse_message(MAIL.format(subject="Hello", text=text).encode(), reading)
    assert (Strength.STRONG, ("delivery",), {"group"}) == (
        told.complaint,
        told.categories,
        {signal.name for signal in told.signals},
    )
    assert {("complaint", "squeaks", 0.6), ("signal", "# allotment holders", 1.0)} <= {
        (sign.kind, sign.phrase, sign.weight) for sign in told.signs
    }


def test_words_that_say_nothing_hide_the_alarm_within_them() -> None:
    reading = Reading(lexicon=load(None, now=NOW).lexicon)
    for text, is_alarm in (("I will see you in court about this.", True), ("I play on the tennis court here.", False)):
        told = parse_message(MAIL.format(subject="Hello", text=text).encode(), reading)
        assert is_alarm is told.has_signal("lawyer")
