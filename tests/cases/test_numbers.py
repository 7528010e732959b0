"""Case numbers can be read aloud, mistyped and found wrong (policy §2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.numbers import is_number, number_of, parse_number

INDEXES = st.integers(0, 10**7 * 10_000 - 1)


def test_different_cases_have_different_numbers() -> None:
    indexes = (*range(100_000), *range(9_990_000, 10_010_000), *range(5 * 10**7, 5 * 10**7 + 1000))
    assert len(indexes) == len({number_of(index) for index in indexes})


def test_the_first_ten_million_numbers_have_two_groups_and_the_next_ones_three() -> None:
    assert "C-2718-2819" == number_of(0)
    assert 2 == number_of(10**7 - 1).count("-")
    assert 3 == number_of(10**7).count("-")


def test_there_is_no_case_before_the_first() -> None:
    with pytest.raises(ValueError, match="begin with 0"):
        number_of(-1)


@given(INDEXES)
def test_every_number_is_well_formed_and_reads_back(index: int) -> None:
    number = number_of(index)
    assert is_number(number)
    assert number == parse_number(number)


@given(INDEXES, st.data())
def test_every_single_wrong_digit_is_found(index: int, data: st.DataObject) -> None:
    number = number_of(index)
    place = data.draw(st.sampled_from([i for i, char in enumerate(number) if char.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    mistyped = number[:place] + wrong + number[place + 1 :]
    assert not is_number(mistyped)
    assert parse_number(mistyped) is None


@given(INDEXES)
def test_every_swap_of_neighbours_is_found(index: int) -> None:
    digits = number_of(index).removeprefix("C-").replace("-", "")
    for i in range(len(digits) - 1):
        swapped = digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        assert (swapped == digits) == (parse_number(swapped) is not None)


@pytest.mark.parametrize(
    "written",
    [
        "C-2718-2819",
        "c-2718-2819",
        " C 2718 2819 ",
        "27182819",
        "Ｃ－２７１８－２８１９",
        "C–2718—2819",
        "C‑2718‑2819",
        "C-٢٧١٨-٢٨١٩",
        "C-۲۷۱۸-۲۸۱۹",
        "[C-2718-2819]",
    ],
)
def test_a_number_is_understood_as_people_write_it(written: str) -> None:
    assert "C-2718-2819" == parse_number(written)


@pytest.mark.parametrize(
    "written", ["", "C-", "C-2718", "C-2718-281", "C-2718-28196", "C-2718-2819 and 4", "order", "½²"]
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert parse_number(written) is None


@pytest.mark.parametrize(
    "written", ["c-2718-2819", "C-27182819", "C-٢٧١٨-٢٨١٩", "C-2718-2819\n", "2718-2819", "C--2718-2819"]
)
def test_the_strict_form_is_one_only(written: str) -> None:
    assert not is_number(written)


@given(st.text(max_size=40))
def test_any_text_can_be_asked_about(text: str) -> None:
    number = parse_number(text)
    assert number is None or is_number(number)


def test_the_next_number_does_not_look_like_the_next() -> None:
    """One number tells nobody how many cases there were; neighbours differ in most places."""
    for index in range(1000):
        one, other = number_of(index), number_of(index + 1)
        assert abs(int(one[2:6]) - int(other[2:6])) > 100
