"""A note takes a doubt away only where it certainly may: same machine, same boot, same claim, whole."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.finaldot import DotNote, Notes, boot_id


def notes(folder: Path | None, *, boot: str = "this-boot", database: str = "here") -> Notes:
    return Notes(folder=folder, database=database, boot=boot)


def note_at(found: Notes, claims: int, position: int) -> tuple[DotNote, str]:
    """A note whose last claim's letter at this place has come to its dot, and the name of that claim."""
    note, claim = found.begin(), ""
    for _ in range(claims):
        claim = note.next_claim()
    note.reach(position)
    return note, claim


def test_a_letter_that_came_to_its_dot_may_have_left_and_one_behind_it_has_not(tmp_path: Path) -> None:
    _, claim = note_at(notes(tmp_path), 3, 7)
    after = notes(tmp_path)
    assert [True, True, False, False] == [after.may_have_left(claim, position) for position in (0, 7, 8, 49)]


def test_a_claim_of_which_no_letter_came_to_its_dot_has_not_left(tmp_path: Path) -> None:
    note, earlier = note_at(notes(tmp_path), 1, 49)
    claim = note.next_claim()
    assert not notes(tmp_path).may_have_left(claim, 0)
    assert notes(tmp_path).may_have_left(earlier, 49)


def test_the_very_first_letter_has_not_left_before_its_dot(tmp_path: Path) -> None:
    claim = notes(tmp_path).begin().next_claim()
    assert not notes(tmp_path).may_have_left(claim, 0)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=20), st.data())
def test_the_note_tells_of_every_letter_what_happened(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int]], data: st.DataObject
) -> None:
    """Claims of some letters, each of which comes to its dot in turn or is refused before; then the daemon dies."""
    found = notes(tmp_path_factory.mktemp("notes"))
    note, claims, dotted = found.begin(), list[str](), set[tuple[int, int]]()
    for ends_with_dot, letters in steps:
        claims.append(note.next_claim())
        for position in range(letters):
            if ends_with_dot or data.draw(st.booleans()):
                note.reach(position)
                dotted.add((len(claims), position))
    last = max(dotted, default=(0, 0))
    for number, claim in enumerate(claims, 1):
        for position in range(9):
            assert ((number, position) <= last) == found.may_have_left(claim, position)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(lambda folder: notes(folder, boot="another"), id="the machine was started anew"),
        pytest.param(lambda folder: notes(folder, boot=""), id="no boot id"),
        pytest.param(lambda folder: notes(folder, database="there"), id="another database"),
        pytest.param(lambda folder: notes(folder / "elsewhere"), id="the note is gone"),
        pytest.param(lambda _: notes(None), id="no folder"),
    ],
)
def test_what_a_note_cannot_tell_may_have_left(tmp_path: Path, after: object) -> None:
    _, claim = note_at(notes(tmp_path), 1, 0)
    assert not notes(tmp_path).may_have_left(claim, 1)
    assert callable(after)
    assert after(tmp_path).may_have_left(claim, 1)


@pytest.mark.parametrize("claim", ["", "0123456789abcdef", "0123456789abcdef:1", "../x:1", ":1", "abc:", "abc:x"])
def test_the_claim_of_anybody_else_may_have_left(tmp_path: Path, claim: str) -> None:
    note_at(notes(tmp_path), 1, 0)
    assert notes(tmp_path).may_have_left(claim, 1)


@pytest.mark.parametrize("place", range(64))
def test_a_damaged_note_tells_nothing(tmp_path: Path, place: int) -> None:
    _, claim = note_at(notes(tmp_path), 1, 0)
    (path,) = tmp_path.iterdir()
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] ^= 1
    path.write_bytes(raw)
    assert notes(tmp_path).may_have_left(claim, 1)
    path.write_bytes(raw[:place])
    assert notes(tmp_path).may_have_left(claim, 1)


def test_without_a_note_claims_have_no_name_and_letters_leave_all_the_same(tmp_path: Path) -> None:
    for found in (notes(None), notes(tmp_path / "missing"), notes(tmp_path, boot="")):
        note = found.begin()
        assert "" == note.next_claim() == note.next_claim()
        note.reach(0)
        note.close()


def test_a_note_that_could_not_be_made_is_made_for_a_later_claim(tmp_path: Path) -> None:
    """A machine that was short of files, or a folder that came late."""
    note = notes(tmp_path / "late").begin()
    assert "" == note.next_claim()
    (tmp_path / "late").mkdir()
    claim = note.next_claim()
    assert claim
    note.reach(0)
    assert notes(tmp_path / "late").may_have_left(claim, 0)
    assert not notes(tmp_path / "late").may_have_left(claim, 1)
    note.close()


def test_a_note_that_cannot_be_written_any_more_says_so(tmp_path: Path) -> None:
    """Then the dot must not be sent: the note that stays behind would say that it was not."""
    note, _ = note_at(notes(tmp_path), 1, 0)
    os.close(note._file)  # noqa: SLF001  # the disk is gone
    with pytest.raises(OSError, match="Bad file descriptor"):
        note.reach(1)
    note._file = -1  # noqa: SLF001


def test_a_note_that_was_closed_or_forgotten_leaves_nothing_behind(tmp_path: Path) -> None:
    note, claim = note_at(notes(tmp_path), 1, 0)
    _, other = note_at(notes(tmp_path), 1, 0)
    _, neighbour = note_at(notes(tmp_path, database="there"), 1, 0)
    assert 3 == len(list(tmp_path.iterdir()))
    note.close()
    assert notes(tmp_path).may_have_left(claim, 1)
    assert note.next_claim().rpartition(":")[0] != claim.rpartition(":")[0]
    notes(tmp_path).forget()
    assert notes(tmp_path).may_have_left(other, 1)
    assert not notes(tmp_path, database="there").may_have_left(neighbour, 1)


def test_this_machine_knows_its_boot() -> None:
    assert boot_id()
    assert boot_id() == boot_id()
