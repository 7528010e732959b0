"""Word tables: every phrase has a language, a rule that is known, and a weight."""

from pathlib import Path

import pytest

from cases.reading import Phrase
from config.settings import load
from config.vocabulary import CATEGORIES, SIGNALS
from tests.config.desks import ENVIRONMENT, NOW, load_text, mistakes_of, sample

SHIPPED = Path(__file__).parents[2] / "config" / "lexicon"
WEIGHTS = """
    strong_from = 2
    weak_from = 0.5
    also_from = 1.25
    [complaint]
    anger = 1.5
    [signals]
    press = 1
    [categories]
    delivery = 1
"""


def words(folder: Path, **files: str) -> str:
    """A sample with word tables of its own."""
    (folder / "policy" / "lexicon").mkdir(parents=True)
    for name, text in files.items():
        (folder / "policy" / "lexicon" / f"{name}.toml").write_text(text, encoding="utf-8")
    return f'policy_dir = "policy"\n{sample()}'


def test_the_shipped_tables_load_and_reach_every_account() -> None:
    settings = load(None, now=NOW, environment=ENVIRONMENT)
    lexicon = settings.lexicon
    assert {"en", "zh-Hans", "es", "de", "ar"} <= {phrase.language for phrase in lexicon.complaint}
    assert set(CATEGORIES) == {phrase.rule for phrase in lexicon.categories if phrase.weight}
    assert {phrase.rule for phrase in lexicon.signals if phrase.weight} <= SIGNALS
    assert {lexicon} == {account.reading.lexicon for account in settings.accounts}


def test_the_shipped_tables_read_as_an_admins_own_are_the_same(tmp_path: Path) -> None:
    own = words(tmp_path, **{path.stem: path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.toml")})
    shipped = load(None, now=NOW, environment=ENVIRONMENT)
    assert shipped.lexicon == load_text(tmp_path, own).lexicon


def test_a_phrase_weighs_what_its_rule_weighs_unless_it_says_otherwise(tmp_path: Path) -> None:
    table = 'language = "fi"\n[complaint]\nanger = ["vihainen*", { text = "jaa", weight = 0.2 }]\n'
    silent = {path.stem: 'language = "*"' for path in SHIPPED.glob("*.toml")}
    text = words(tmp_path, **silent | {"weights": WEIGHTS, "fi": table})
    lexicon = load_text(tmp_path, text).lexicon
    assert (
        Phrase(text="vihainen*", language="fi", rule="anger", weight=1.5),
        Phrase(text="jaa", language="fi", rule="anger", weight=0.2),
    ) == lexicon.complaint
    assert (2.0, 0.5, 1.25) == (lexicon.strong_from, lexicon.weak_from, lexicon.also_from)


def test_a_table_of_a_further_language_joins_the_shipped_ones(tmp_path: Path) -> None:
    settings = load_text(tmp_path, words(tmp_path, fi='language = "fi"\n[signals]\npress = ["lehdistö*"]\n'))
    assert {"en", "fi"} <= {phrase.language for phrase in settings.lexicon.signals}
    assert tmp_path / "policy" / "lexicon" / "fi.toml" in settings.files


@pytest.mark.parametrize(
    ("table", "key", "wrong"),
    [
        ('language = "finnish"', "language", "'finnish' is no language"),
        ("", "language", "is missing"),
        ('language = "fi"\n[complaint]\nangr = ["a"]', "complaint", "there is no rule 'angr'"),
        ('language = "fi"\n[complaints]\nhint = ["a"]', "complaints", "unknown key"),
        ('language = "fi"\n[complaint]\nhint = ["a", 7]', "complaint.hint[#2]", "is no phrase"),
        ('language = "fi"\n[complaint]\nhint = ["*"]', "complaint.hint[#1]", "is no phrase"),
        ('language = "fi"\n[complaint]\nhint = [{ text = "a" }]', "complaint.hint[#1]", "is no phrase"),
        ('language = "fi"\n[complaint]\nhint = [{ text = "a", weight = "b" }]', "complaint.hint[#1]", "is no phrase"),
        ('language = "fi"\n[complaint]\nhint = ["a*b"]', "complaint.hint[#1]", "'a*b' has a * inside a word"),
        ('language = "fi"\n[complaint]\nhint = "a"', "complaint.hint", "is no list"),
    ],
)
def test_a_mistake_in_a_table_is_named(tmp_path: Path, table: str, key: str, wrong: str) -> None:
    found = mistakes_of(tmp_path, words(tmp_path, fi=table))
    assert [("fi.toml", key, wrong)] == [(Path(item.file).name, item.key, item.wrong) for item in found]


def test_a_mistake_in_the_weights_is_named(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path, words(tmp_path, weights=WEIGHTS.replace("weak_from = 0.5", "weak_from = 3")))
    assert ("weak_from", "is more than strong_from") in [(item.key, item.wrong) for item in found]
