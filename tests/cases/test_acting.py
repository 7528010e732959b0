"""The table of what commands do, and the one name under which everybody finds the kinds of events."""

from pathlib import Path

from cases import acting, events
from cases.sense import ALWAYS
from config.vocabulary import COMMANDS

CASES = Path(acting.__file__).parent


def test_every_command_does_something_or_only_asks() -> None:
    assert set(ALWAYS) - {"note"} == COMMANDS - acting.ACTS.keys()
    assert set() == acting.ACTS.keys() - COMMANDS


def test_every_kind_of_event_is_found_under_the_one_name_and_written_there_once() -> None:
    waiting, found = [events.Event], dict[str, str]()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found[kind.__name__] = kind.__module__
    assert set() == {name for name, module in found.items() if module.startswith("cases.")} - set(events.__all__)
    assert {f"cases.{path.stem}" for path in CASES.glob("events_*.py")} == set(found.values())
