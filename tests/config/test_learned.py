"""Tables of what was learned: the shipped ones are sound, an own one replaces one, and mistakes in it are named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.learned_tables import FOLDER, learned_files, learned_of
from config.mistakes import Findings
from config.settings import load

SHIPPED = Path(__file__).parents[2] / "config" / FOLDER


def own(folder: Path, text: str, name: str = "letters") -> tuple[dict[str, tuple[tuple[str, str], ...]], list[str]]:
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FOLDER / f"{name}.toml").write_text(text, encoding="utf-8")
    findings = Findings()
    learned = learned_of(learned_files(folder, findings), findings)
    return {known: table.rows for known, table in learned}, [str(one) for one in findings.mistakes]


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_tables_are_sound_as_an_admins(path: Path, tmp_path: Path) -> None:
    learned, mistakes = own(tmp_path, path.read_text("utf-8"), path.stem)
    assert [] == mistakes
    shipped = load(None, now=datetime(2026, 2, 2, tzinfo=UTC)).lexicon.learned_of(path.stem)
    assert shipped.rows == learned[path.stem]


def test_a_row_that_is_wrong_is_named_with_what_to_write(tmp_path: Path) -> None:
    text = '[answers]\na = "complaint"\nb = "complaint yes"\n[weights]\n"x" = "b1.5"\n"y" = "b3 q4"\n"z" = "b-3"\n'
    _, mistakes = own(tmp_path, text)
    assert ["answers.a", "weights.x", "weights.y"] == [one.split(": ")[1] for one in mistakes]
    assert 'write "a40 c-15"' in mistakes[1]
    assert "speak of no answer: q" in mistakes[2]


@pytest.mark.parametrize("letter", ["ab", "1", "-", " ", "٣"])
def test_an_answer_is_called_by_one_sign_that_no_weight_holds(letter: str, tmp_path: Path) -> None:
    _, mistakes = own(tmp_path, f'[answers]\na = "complaint yes"\n"{letter}" = "complaint no"\n')
    assert [f"answers.{letter}"] == [one.split(": ")[1] for one in mistakes]


@pytest.mark.parametrize("answer", ["complaint", "complaint yes no", ""])
def test_an_answer_is_a_question_and_one_word(answer: str, tmp_path: Path) -> None:
    _, mistakes = own(tmp_path, f'[answers]\na = "{answer}"\n')
    assert ["answers.a"] == [one.split(": ")[1] for one in mistakes]


@pytest.mark.parametrize("weights", ["", "a", "40", "a4 0", "a40  b3", "aa40", "a--4", "a40,b3"])
def test_weights_are_letters_each_with_hundredths(weights: str, tmp_path: Path) -> None:
    text = f'[answers]\na = "complaint yes"\nb = "complaint no"\n[weights]\n"word x" = "{weights}"\n'
    _, mistakes = own(tmp_path, text)
    assert ["weights.word x"] == [one.split(": ")[1] for one in mistakes]


def test_a_file_that_is_no_toml_is_said_once_and_the_others_are_read(tmp_path: Path) -> None:
    learned, mistakes = own(tmp_path, "[answers")
    assert 1 == len(mistakes)
    assert "letters" not in learned


def test_a_table_of_another_shape_teaches_nothing(tmp_path: Path) -> None:
    learned, mistakes = own(tmp_path, '[weights]\n"word x" = "a40"\n')
    assert 1 == len(mistakes)
    assert () == learned["letters"]
