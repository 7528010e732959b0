"""What is written down is read back as it was."""

import dataclasses
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.case import Case, Told
from cases.copying import replace as cheap_replace
from cases.events import Event, NoteAdded
from store.codec import Unreadable, decode_case, decode_event, dump, encode, event_classes
from store.snapshots import Snapshots
from tests.store.samples import decision

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=ZONES, allow_imaginary=False).filter(lambda moment: 2 < moment.year < 9998)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
EVENTS = st.sampled_from(sorted(event_classes().values(), key=lambda kind: kind.__name__)).flatmap(st.from_type)


@given(event=EVENTS)
def test_every_event_comes_back_equal_and_of_its_own_class(event: Event) -> None:
    back = decode_event(event.kind, encode(event))
    assert event == back
    assert type(event) is type(back)


@given(case=st.from_type(Case))
def test_a_case_comes_back_equal(case: Case) -> None:
    assert case == decode_case(encode(case))


@given(case=st.from_type(Case), other=st.from_type(Case), data=st.data())
def test_of_a_case_that_was_written_before_only_what_changed_is_written_and_the_text_is_the_same(
    case: Case, other: Case, data: st.DataObject
) -> None:
    snapshots, names = Snapshots(), [field.name for field in dataclasses.fields(Case)]
    assert encode(case) == snapshots.encode(case)
    for _ in range(3):
        some = data.draw(st.sets(st.sampled_from(names).filter(lambda name: name != "number")))
        case = replace(case, **{name: getattr(other, name) for name in some})
        assert encode(case) == snapshots.encode(case)
        assert snapshots.decode(case.number, encode(case)) is case


@given(case=st.from_type(Case), other=st.from_type(Case), data=st.data())
def test_of_a_case_that_was_read_only_what_changed_is_written_and_the_text_is_the_same(
    case: Case, other: Case, data: st.DataObject
) -> None:
    snapshots, names = Snapshots(), [field.name for field in dataclasses.fields(Case) if field.name != "number"]
    read = snapshots.decode(case.number, encode(case))
    assert (case, encode(case)) == (read, snapshots.encode(read))
    some = data.draw(st.sets(st.sampled_from(names)))
    changed = replace(read, **{name: getattr(other, name) for name in some})
    assert encode(changed) == snapshots.encode(changed)


@given(case=st.from_type(Case), other=st.from_type(Case))
def test_what_another_node_wrote_in_the_meantime_is_read(case: Case, other: Case) -> None:
    snapshots, theirs = Snapshots(), replace(other, number=case.number)
    snapshots.encode(case)
    assert theirs == snapshots.decode(case.number, encode(theirs))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        pytest.param('"level":0', '"level":"0"', id="another kind of value"),
        pytest.param('"level":0', '"level":0,"limit":0', id="a field of a newer version"),
        pytest.param('"number":"C-1",', "", id="a field that every case has is missing"),
        pytest.param('"level":0', '"level" 0', id="no JSON"),
        pytest.param("}", "} ", id="white space, which means nothing"),
        pytest.param('"links":[],', "", id="a field that came later is missing"),
    ],
)
def test_a_snapshot_of_another_kind_is_read_or_refused_as_ever(was: str, becomes: str) -> None:
    text = encode(decision("C-1").case)
    text = text[::-1].replace(was[::-1], becomes[::-1], 1)[::-1]  # the last one, in the case itself
    try:
        expected: object = decode_case(text)
    except Unreadable as trouble:
        with pytest.raises(Unreadable, match=re.escape(str(trouble)[:40])):
            Snapshots().decode("C-1", text)
    else:
        assert expected == Snapshots().decode("C-1", text)


@given(case=st.from_type(Case), other=st.from_type(Case), data=st.data())
def test_what_nobody_asked_of_a_case_that_was_read_is_told_and_written_as_ever(
    case: Case, other: Case, data: st.DataObject
) -> None:
    names = [field.name for field in dataclasses.fields(Case) if field.name != "number"]
    some, asked = data.draw(st.sets(st.sampled_from(names))), data.draw(st.lists(st.sampled_from(names)))
    changes = {name: getattr(other, name) for name in some}
    snapshots, text = Snapshots(), encode(case)
    read = snapshots.decode(case.number, text)
    for name in asked:
        assert getattr(case, name) == getattr(read, name)
    changed = cheap_replace(read, **changes)
    for name in asked:
        assert getattr(other if name in changes else case, name) == getattr(changed, name)
    theirs = cheap_replace(other, number=case.number)
    snapshots.decode(case.number, encode(theirs))  # another node has written meanwhile
    assert encode(replace(case, **changes)) == snapshots.encode(changed)
    assert replace(case, **changes) == changed
    assert text == snapshots.encode(cheap_replace(read))


def test_a_field_that_nobody_asked_for_is_refused_when_it_cannot_be_read() -> None:
    text = encode(decision("C-1").case)
    read = Snapshots().decode("C-1", text.replace('"grade_reasons":[]', '"grade_reasons":[{"strange":1}]'))
    assert "C-1" == read.number
    with pytest.raises(Unreadable, match="grade_reasons"):
        assert read.grade_reasons


def test_words_that_a_database_refuses_are_cleaned_in_a_case_as_well() -> None:
    snapshots, clean = Snapshots(), decision().case
    snapshots.encode(clean)
    assert "a?" == decode_case(snapshots.encode(replace(clean, words="\0a\ud800"))).words
    assert encode(clean) == snapshots.encode(clean)


@given(event=EVENTS)
def test_the_same_event_always_has_the_same_text(event: Event) -> None:
    assert encode(event) == encode(decode_event(event.kind, encode(event)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(plain=JSON)
def test_plain_values_are_written_as_the_standard_library_writes_them(plain: Any) -> None:
    wanted = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert wanted == dump(plain)


@pytest.mark.parametrize("strange", [float("nan"), [float("inf")], {"a": object()}, {("a", "b"): 1}])
def test_what_is_no_json_is_refused(strange: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        dump(strange)


def test_every_kind_of_event_is_known_by_its_name() -> None:
    kinds = event_classes()
    assert {"CaseOpened", "Reminded", "LetterBounced", "CasesLinked"} <= kinds.keys()


@given(words=st.text())
def test_text_that_a_database_refuses_is_cleaned(words: str) -> None:
    event = NoteAdded(at=datetime(2026, 1, 1, tzinfo=UTC), by="tick", because=words + "\0" + "\ud800")
    text = encode(event)
    assert "\\u0000" not in text.replace("\\\\", "")
    back = decode_event("NoteAdded", text)
    assert isinstance(back, NoteAdded)
    assert back.because.endswith("?")
    assert "\0" not in back.because


def test_the_hour_that_comes_twice_is_written_as_the_two_hours_that_it_is() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert first == first.replace(fold=1)  # as Python has it
    texts = [encode(NoteAdded(at=at, by="tick", because="x")) for at in (first, first.replace(fold=1))]
    assert ["T00:30", "T01:30"] == [hour for text in texts for hour in ("T00:30", "T01:30") if hour in text]


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encode(NoteAdded(at=datetime(2026, 1, 1), by="tick", because="x"))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        pytest.param("NeverHeardOf", "{}", id="kind of a newer version"),
        pytest.param("NoteAdded", '{"at":"2026-01-01T00:00:00+00:00","by":"x","because":"y","new":1}', id="new field"),
        pytest.param("NoteAdded", '{"by":"x"}', id="missing field"),
        pytest.param("NoteAdded", "[1,", id="no JSON"),
    ],
)
def test_what_cannot_be_read_needs_a_human(kind: str, payload: str) -> None:
    with pytest.raises(Unreadable):
        decode_event(kind, payload)


def test_an_event_of_an_older_version_lacks_the_fields_that_came_later() -> None:
    payload = '{"at":"2026-01-01T00:00:00.000000+00:00","because":"y","by":"x"}'
    expected: Any = NoteAdded(at=datetime(2026, 1, 1, tzinfo=UTC), by="x", because="y")
    assert expected == decode_event("NoteAdded", payload)


def test_a_promised_date_keeps_its_microseconds() -> None:
    told = Told(what="answer", date=datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC))
    assert "59.999999+00:00" in encode(told)  # type: ignore[arg-type]


_NAMES = ("CaseOpened", "Closed", "LetterSent:acknowledge", "LetterSent:ack", 'Letter"A', "Zoë", "A")
_SOME = st.dictionaries(st.sampled_from(_NAMES), MOMENTS)


@given(steps=st.lists(_SOME, min_size=2, max_size=5))
def test_moments_that_were_added_to_a_snapshot_are_as_if_written_anew(steps: list[dict[str, datetime]]) -> None:
    """Kinds of events that come, come again, or hold no more."""
    snapshots, case = Snapshots(), decision().case
    for number, step in enumerate(steps):
        moments = step if number % 3 == 2 else {**case.moments, **step}
        case = replace(case, moments=moments)
        assert encode(case) == snapshots.encode(case)
