"""What was learned from labelled letters joins the tables, says why, and stays silent about what it never saw."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.learning import ANSWERS, learn, read_letters, table_of
from bench.regression import Case, fit, is_right
from cases.message import IncomingMessage, Strength
from cases.reading import Learned, Lexicon, Phrase, Reading
from parsers import parse_message
from parsers.clues import clues_of_words
from parsers.learned import scores, telling, word_clues
from parsers.wanted import read_wishes

LEXICON = Lexicon(
    complaint=(
        Phrase(text="broken", language="en", rule="damage", weight=3.0),
        Phrase(text="waiting", language="en", rule="waiting", weight=0.3),
    ),
    categories=(
        Phrase(text="parcel", language="en", rule="delivery", weight=0.5),
        Phrase(text="clerk", language="en", rule="service-attitude", weight=0.6),
    ),
)
ANSWER_LETTERS = (("a", "complaint", "yes"), ("b", "category", "delivery"), ("c", "wanted", "explanation"))


def read(text: str, *rows: tuple[str, str], lexicon: Lexicon = LEXICON) -> IncomingMessage:
    learned = (("letters", Learned(answers=ANSWER_LETTERS, rows=rows)),)
    raw = f"From: a@b.example\nSubject: x\nMessage-ID: <1@b.example>\n\n{text}\n".encode()
    return parse_message(raw, Reading(lexicon=replace(lexicon, learned=learned)))


def test_a_learned_clue_turns_a_doubtful_letter_and_is_named_with_its_place() -> None:
    text = "We are waiting for the men with the ladder."
    assert Strength.NONE is read(text).complaint
    message = read(text, ("complaint waiting", "a120"), ("word ladder", "a40"), ("word never", "a900"))
    assert (Strength.WEAK, 1.9) == (message.complaint, message.score)
    told = [(one.rule, one.phrase, one.weight, one.words) for one in message.signs if one.kind == "learned"]
    assert [("complaint", "complaint waiting", 1.2, "waiting"), ("complaint", "word ladder", 0.4, "ladder")] == told
    places = [message.new_text[one.start : one.end] for one in message.signs if one.kind == "learned"]
    assert ["waiting", "ladder"] == places


def test_the_tables_win_where_they_are_sure_and_where_nothing_is_known() -> None:
    assert Strength.STRONG is read("It came broken, thank you.", ("word thank", "a-80")).complaint
    assert Strength.NONE is read("Good morning.", ("word ladder", "a300")).complaint


def test_a_learned_clue_tells_which_of_two_matters_is_the_main_one() -> None:
    text = "The clerk sent a broken parcel."
    assert "service-attitude" == read(text).categories[0]
    assert "delivery" == read(text, ("complaint damage", "b30")).categories[0]


def test_what_is_wanted_follows_clues_too_but_nothing_is_made_of_a_letter_that_asks_nowhere() -> None:
    rows = (("complaint damage", "c900"),)
    assert "explanation" in {one.value for one in read("The vase is broken. Please!", *rows).facts}
    assert "wanted" not in {one.kind for one in read("The vase is broken.", *rows).facts}


def test_wishes_are_clues_where_they_are_known_and_all_of_them_where_nothing_is() -> None:
    text = "The vase is broken. Please give me a refund."
    wishes = read_wishes(text, "", "en").signs
    every = clues_of_words(text, (), wishes)
    names = {name for name in every if name.startswith(("wish ", "asks "))}
    assert {"wish refund named", "asks short"} <= names
    assert every == clues_of_words(text, (), wishes, names)
    some = {"wish refund named", "wish repair named"}
    assert {"wish refund named"} == clues_of_words(text, (), wishes, some).keys() & names
    assert every["wish refund named"] == clues_of_words(text, (), wishes, some)["wish refund named"]


def test_of_a_language_without_tables_nothing_is_learned() -> None:
    text = "Mu tellitud lamp ei jõudnud kohale ja keegi ei vasta minu kirjadele juba kolmandat nädalat."
    assert "et" == read(text).language
    assert read(text).score == read(text, ("always", "a500")).score


def test_stems_pairs_and_characters_are_clues_with_places_and_numbers_are_none() -> None:
    text = "Lieferungen, Lieferung 4711 退款了"
    found = word_clues(text)
    assert {"word liefer", "word liefer liefer", "word 退款", "word 款了"} == set(found)
    assert "Lieferungen, Lieferung" == found["word liefer liefer"].words
    assert all(text[one.start : one.end] == one.words for one in found.values())


def test_only_clues_of_the_table_weigh_and_the_loudest_is_told_first() -> None:
    learned = Learned(answers=ANSWER_LETTERS, rows=(("word vase", "a10 b-20"), ("word lamp", "a-50")))
    clues = word_clues("vase and lamp and cup")
    assert {"yes": pytest.approx(-0.4)} == scores(clues, learned, "complaint")
    assert {"delivery": -0.2} == scores(clues, learned, "category")
    assert ["word lamp", "word vase"] == [one.name for one in telling(clues, learned, "complaint", "yes")]
    assert {} == scores(word_clues("neither"), learned, "complaint")


def test_a_clue_that_tells_cases_apart_is_learned_and_a_rare_one_is_not() -> None:
    yes = [Case(clues={"always": 1.0, "sad": 1.0}, given={}, truth={"yes": 1.0}) for _ in range(6)]
    no = [Case(clues={"always": 1.0, "glad": 1.0}, given={}, truth={}) for _ in range(6)]
    rare = Case(clues={"always": 1.0, "odd": 1.0}, given={}, truth={"yes": 1.0})
    weights = fit([*yes, *no, rare], ("yes",), penalty=1.0, fewest=2)
    assert weights["sad"]["yes"] > 0.3
    assert weights["glad"]["yes"] < -0.3
    assert "odd" not in weights
    assert all(is_right(case, ("yes",), weights) for case in (*yes, *no))


def test_what_the_tables_know_already_is_not_learned_again() -> None:
    def case(given: float) -> list[Case]:
        yes = Case(clues={"sad": 1.0}, given={"yes": given}, truth={"yes": 1.0})
        return [yes, Case(clues={"glad": 1.0}, given={"yes": -given}, truth={})]

    sure, unsure = (fit(case(given), ("yes",), penalty=1.0, fewest=1)["sad"]["yes"] for given in (6.0, 0.0))
    assert 0 < sure < 0.02 < unsure


def test_the_table_is_made_of_letters_again_and_again(tmp_path: Path) -> None:
    row = {"from": "a@b.example", "subject": "x", "text": "I am waiting for the clerk."}
    lines = [{**row, "complaint": True, "category": "delivery", "wanted": None} for _ in range(8)]
    lines += [{**row, "text": "Good morning.", "complaint": False} for _ in range(8)]
    path = tmp_path / "kim.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    letters = read_letters(path, LEXICON)
    tables = [table_of({question: learn(letters, question) for question in ANSWERS}) for _ in range(2)]
    assert tables[0] == tables[1]
    assert '"complaint waiting" = "a' in tables[0]
    assert '"word ' not in tables[0]
    path.write_text('{"from": "a@b.example"}', encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: is no labelled letter"):
        read_letters(path, LEXICON)
