"""Quick ways through a letter find what the long ways find: each is held against the long one."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from cases.reading import Learned, Lexicon
from parsers.countries import find_countries
from parsers.folding import letters_of
from parsers.language import language_of
from parsers.leanings import Told, find_leanings
from parsers.learned import Clue, Telling, scores, telling
from parsers.names import find_name
from parsers.pieces import words_of
from parsers.speech import REACHED, may_speak_of, read_sentence
from parsers.towns import find_traces

SIGNS = "aAbBzZiI  _09.,-'’\n\t\x1c#*/\\[]@:"
FOREIGN = "ж"  # with it the long way is taken


def texts() -> Iterable[str]:
    """Short texts of letters and signs in ASCII, and the samples of the tests as they stand."""
    dice = random.Random(4)
    yield from ("".join(dice.choices(SIGNS.replace("’", ""), k=dice.randint(0, 14))) for _ in range(20_000))
    for file in sorted((Path(__file__).parents[1] / "samples").glob("*.eml")):
        yield file.read_bytes().decode("ascii", "ignore")


@pytest.mark.parametrize(
    "find",
    [
        lambda text: sorted(letters_of(text) - {FOREIGN}),
        lambda text: [word for word in words_of(text) if word != FOREIGN],
        lambda text: [(one.code, one.start, one.end) for one in find_countries(text, "en")],
    ],
)
def test_a_text_in_ascii_has_the_words_it_has_beside_a_foreign_letter(find: Callable[[str], object]) -> None:
    for text in texts():
        assert find(f"{text} ") == find(f"{text} {FOREIGN}"), text


def test_countries_in_ascii_are_found_with_their_points_and_apostrophes() -> None:
    found = find_countries("From the U.S. to France's north, then Germany.", "en")
    assert [one.code for one in found] == ["US", "FR", "DE"]


def test_signs_blanks_and_digits_do_not_change_the_language() -> None:
    signs = "The  kettle *of my order 4711_88\n\n# arrived\tbroken = and\x1c nobody [answers] my calls ~"
    assert language_of(signs) == language_of("The kettle of my order arrived broken and nobody answers my calls ")


def test_towns_are_found_where_they_are_whole_words() -> None:
    text = "Ein Wiener schrieb aus Wien-Mitte, nicht xWien; Wien2, Salzburg."
    found = {(one.words, one.start) for one in find_traces(text, "de")}
    assert found == {("Wien", text.index("Wien-")), ("Salzburg", text.index("Salzburg"))}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, my name is Ann Bell.", "Ann Bell"),
        ("HELLO, MY NAME IS ANN BELL.", "ANN BELL"),
        ("Hello, my name i\u017f Ann Bell.", "Ann Bell"),  # a long s, which patterns take for one
        ("Merhaba, benim adim Ali Kaya.", "Ali Kaya"),  # typed without its dotless i
        ("Nobody says who writes, Ann Bell.", ""),
    ],
)
def test_who_says_their_name_is_heard_however_it_is_typed(text: str, name: str) -> None:
    found = find_name(text, "", None)
    assert (found.value if found else "") == name


@pytest.mark.parametrize(
    "address",
    ["a@b.example", "https://b", "www.b", "WWW.b", "shop.com.", "030 901820-1", "٠٣٠٩٠١٨٢٠١", "(b.org)"],
)
def test_no_address_is_overlooked_in_a_sentence(address: str) -> None:
    assert read_sentence(f"Write to {address}", ["en"]).about & REACHED
    assert may_speak_of(f"at {address}", 0)


def test_a_sentence_without_address_reaches_nobody() -> None:
    assert not read_sentence("Nobody answers my calls.", ["en"]).about & REACHED


def learned(rows: dict[str, tuple[int, int, int]]) -> Learned:
    """A table with a weight in hundredths for each of three answers of a question."""
    answers = (("a", "category", "delivery"), ("b", "category", "price"), ("c", "category", "other"))
    told = tuple(
        (name, "".join(f"{one}{weight}" for one, weight in zip("abc", row, strict=True))) for name, row in rows.items()
    )
    return Learned(answers=answers, rows=told)


def test_the_loudest_clues_are_those_of_all_clues_also_where_rounding_makes_them_alike() -> None:
    dice = random.Random(5)
    for _ in range(300):
        rows = {f"clue {number:02}": (dice.choice((-30, 10, 11, 12, 20)), 1, 0) for number in range(30)}
        clues = {name: Clue(dice.choice((1.0, 0.9996, 1.0004, 0.5, 1.3))) for name in rows}
        every = [Telling(name, round(rows[name][0] / 100 * clue.much, 3), clue) for name, clue in clues.items()]
        every.sort(key=lambda one: (-abs(one.weight), one.name))
        assert telling(clues, learned(rows), "category", "delivery") == every[:6]


def test_the_sums_of_some_answers_are_those_of_all() -> None:
    rows = {"one": (10, 20, 30), "two": (1, 0, -7), "three": (3, 3, 3)}
    clues = {"two": Clue(0.7), "unknown": Clue(), "one": Clue(), "three": Clue(1.3)}
    every = scores(clues, learned(rows), "category")
    sums = {
        answer: rows["two"][at] / 100 * 0.7 + rows["one"][at] / 100 + rows["three"][at] / 100 * 1.3
        for at, answer in enumerate(("delivery", "price", "other"))
    }
    assert every == sums
    assert scores(clues, learned(rows), "category", {"price", "nowhere"}) == {"price": every["price"]}
    assert scores({"unknown": Clue()}, learned(rows), "category") == {}


def test_leanings_stand_in_the_order_of_their_table() -> None:
    leanings = (("price", (("loss", 0.4), ("amount", 0.2))), ("delivery", (("waybill", 0.5), ("loss", -0.3))))
    told = {"loss": Told("9 EUR"), "nothing": Told(), "amount": Told("8 EUR")}
    found = [(one.category, one.sign, one.weight) for one in find_leanings(told, Lexicon(leanings=leanings))]
    assert found == [("price", "loss", 0.4), ("price", "amount", 0.2), ("delivery", "loss", -0.3)]
