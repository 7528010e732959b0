"""What happens most often starts and ends nothing but its own clock (`cases.moments`)."""

import pytest

from cases import events as e
from cases.moments import PLAIN, _ended_by, _further
from cases.words import Status


@pytest.mark.parametrize("kind", sorted(PLAIN, key=str))
@pytest.mark.parametrize("flags", [(), ("emotional",)])
def test_a_plain_event_ends_nothing_and_makes_nothing_else_true(kind: type[e.Event], flags: tuple[str, ...]) -> None:
    """Whatever it holds: it is asked with no field filled, and one that were looked at would be missed."""
    event = object.__new__(kind)
    assert _ended_by(event) == ()
    assert [{}] * len(Status) == [_further(event, status, flags) for status in Status]
