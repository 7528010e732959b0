"""A cheap copy is the same as a dear one."""

import dataclasses
from typing import Any

import pytest

from cases.copying import replace
from cases.words import Grade, Status
from tests.cases.test_placing import a_case


def test_a_changed_copy_is_what_the_library_would_make_and_leaves_the_original() -> None:
    case = a_case()
    before = dataclasses.replace(case)
    changes: dict[str, Any] = {"status": Status.CLOSED, "grade": Grade.MAJOR, "links": ("C-1",)}
    assert dataclasses.replace(case, **changes) == replace(case, **changes)
    assert before == case
    assert dataclasses.replace(case.participants[0], name="X") == replace(case.participants[0], name="X")


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError):
        replace(a_case(), colour="red")


def test_a_case_checks_nothing_when_it_is_made() -> None:
    """Or else a cheap copy would pass it by."""
    assert not hasattr(type(a_case()), "__post_init__")
