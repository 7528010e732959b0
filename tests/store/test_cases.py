"""A decision is recorded as one: events, snapshot, clocks, people, letters (invariant 3)."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from cases.case import Participant, Told, fold
from cases.events import FactsFound, Resolved
from cases.message import Fact
from cases.words import Status
from store.desk import Store
from store.trouble import CaseMoved, Contradiction
from store.values import SaveResult
from tests.store.samples import HOUR, NOW, Undo, clock, decision, delivery, filled, further, letter, note, opened, token


def test_a_decision_comes_back_whole(store: Store) -> None:
    store.record_deliveries([delivery(1)])
    saved = decision(
        deadlines=(clock("resolve", due=NOW + 9 * HOUR), clock("acknowledge")),
        outgoing=(letter("k1"),),
        tokens=(token("aaaaaaaa", "k1"),),
        message_ids=("<one@example.com>",),
        raw_id=1,
    )
    assert SaveResult(version=1) == store.save(saved)
    assert saved.case == store.load("C-1")
    assert saved.events == tuple(one.event for one in store.events("C-1"))
    assert (clock("acknowledge"), clock("resolve", due=NOW + 9 * HOUR)) == store.deadlines("C-1")
    assert (token("aaaaaaaa", "k1"),) == store.tokens(["aaaaaaaa", "bbbbbbbb"])
    assert {"<one@example.com>": ("C-1",), "<k1@example.org>": ("C-1",)} == store.cases_of_messages(
        ["<one@example.com>", "<k1@example.org>", "<unknown@example.org>"]
    )
    queued = store.outbox_by_key("k1")
    assert queued is not None
    assert (b"bytes of k1", "Ann@Example.com", NOW) == (queued.raw, queued.recipient, queued.not_before)


def test_the_same_decision_twice_changes_nothing(store: Store) -> None:
    saved = decision(outgoing=(letter("k1"),))
    store.save(saved)
    before = (store.stats(), store.verify_chain(), store.cases())
    other = replace(saved, outgoing=(letter("k2"),), deadlines=(clock(),))
    assert SaveResult(version=1, already_saved=True) == store.save(other)
    assert before == (store.stats(), store.verify_chain(), store.cases())
    assert () == store.deadlines("C-1")


def test_a_letter_that_lies_in_the_outbox_is_left_alone_and_reported(store: Store) -> None:
    first = decision(outgoing=(letter("k1"),), tokens=(token("aaaaaaaa", "k1"),))
    store.save(first)
    again = further(
        first.case,
        note(),
        key="raw:2",
        outgoing=(letter("k1", raw=b"other bytes"), letter("k2"), letter("k2", raw=b"twin")),
        tokens=(token("bbbbbbbb", "k1"), token("cccccccc", "k2")),
    )
    assert SaveResult(version=2, repeated=("k1",)) == store.save(again)
    assert [b"bytes of k1", b"bytes of k2"] == [row.raw for row in store.outbox_of_case("C-1")]
    assert ["aaaaaaaa", "cccccccc"] == sorted(one.id for one in store.tokens(["aaaaaaaa", "bbbbbbbb", "cccccccc"]))


def test_a_later_decision_moves_the_case_on(store: Store) -> None:
    first = decision(deadlines=(clock("acknowledge"), clock("resolve")))
    store.save(first)
    resolved = further(
        first.case,
        Resolved(at=NOW + HOUR, by="person:ann", person="ann", text="paid"),
        key="raw:2",
        deadlines=(clock("close", due=NOW + 2 * HOUR),),
        expected_version=1,
    )
    store.save(resolved)
    (row,) = store.cases()
    assert (Status.RESOLVED, "close", NOW + 2 * HOUR, 2) == (row.status, row.next_stage, row.next_due, row.version)
    assert ("close",) == tuple(one.stage for one in store.deadlines("C-1"))
    assert resolved.case == fold(None, [one.event for one in store.events("C-1") if one.event])


def test_a_decision_on_an_old_version_of_the_case_is_taken_anew(store: Store) -> None:
    first = decision()
    store.save(first)
    store.save(further(first.case, note("one"), key="raw:2", expected_version=1))
    with pytest.raises(CaseMoved):
        store.save(further(first.case, note("two"), key="raw:3", expected_version=1))
    assert 2 == len(store.events("C-1"))


def test_a_case_is_opened_once_and_before_anything_else_happens_to_it(store: Store) -> None:
    store.save(decision())
    with pytest.raises(Contradiction, match="there already"):
        store.save(decision(event_key="raw:other"))
    with pytest.raises(Contradiction, match="not on record"):
        store.save(further(decision("C-9").case, note(), key="raw:9"))


def test_several_events_of_one_decision_keep_their_order(store: Store) -> None:
    first = decision()
    store.save(first)
    store.save(further(first.case, note("a"), note("b"), note("c"), key="raw:2"))
    assert ["raw:C-1", "raw:2", "raw:2/1", "raw:2/2"] == [one.event_key for one in store.events("C-1")]
    assert [1, 2, 3, 4] == [one.seq for one in store.events("C-1")]


def test_clocks_may_move_without_any_event(store: Store) -> None:
    first = decision(deadlines=(clock(),))
    store.save(first)
    moved = replace(first, new_case=False, events=(), event_key="", deadlines=(clock(due=NOW + 5 * HOUR),))
    assert SaveResult(version=2) == store.save(moved)
    assert NOW + 5 * HOUR == store.deadlines("C-1")[0].due


def test_a_step_of_the_ladder_moves_the_next_look_at_a_clock_and_nothing_else(store: Store) -> None:
    first = decision(deadlines=(clock(), clock("resolve")))
    store.save(first)
    climbed = (clock(next_look=NOW + 2 * HOUR), clock("resolve"))
    store.save(replace(first, new_case=False, events=(), event_key="", deadlines=climbed, before=first.case))
    assert set(climbed) == set(store.deadlines("C-1"))
    last = (clock(next_look=None), clock("resolve", next_look=NOW + 3 * HOUR))
    store.save(replace(first, new_case=False, events=(), event_key="", deadlines=last, before=first.case))
    assert set(last) == set(store.deadlines("C-1"))
    assert NOW + 3 * HOUR == store.next_look()


def test_a_clock_whose_ladder_was_climbed_is_moved_alone_and_what_is_not_on_record_is_put_right(store: Store) -> None:
    first, second = (decision(n, deadlines=(clock(), clock("resolve"))) for n in ("C-1", "C-2"))
    store.save_many((first, second))
    climbs = [
        further(
            one.case,
            note(),
            key=f"k{one.case.number}",
            before=one.case,
            deadlines=(climbed := clock(next_look=NOW + 2 * HOUR), clock("resolve")),
            moved=((clock(), climbed),),
        )
        for one in (first, second)
    ]
    store.save_many(climbs)
    assert {climbed, clock("resolve")} == set(store.deadlines("C-1")) == set(store.deadlines("C-2"))
    # Of the second case the record has another limit than the decision knows of.
    late = clock("resolve", due=NOW + 9 * HOUR)
    store.save(further(climbs[1].case, key="", before=climbs[1].case, deadlines=(climbed, late)))
    again = (clock("resolve"), clock("resolve", next_look=NOW + 3 * HOUR))
    further_on = [
        further(
            one.case, note(), key=f"{one.event_key}+", before=one.case, deadlines=(climbed, again[1]), moved=(again,)
        )
        for one in climbs
    ]
    store.save_many(further_on)
    assert {climbed, again[1]} == set(store.deadlines("C-1")) == set(store.deadlines("C-2"))
    assert NOW + 3 * HOUR in {one.next_look for one in store.deadlines("C-2")}


def test_a_clock_that_starts_in_one_case_is_not_the_one_that_stops_in_another(store: Store) -> None:
    """Though they are alike in all but their case, and both are recorded at once."""
    first, second = decision("C-1", deadlines=(clock("a"),)), decision("C-2", deadlines=(clock("b"),))
    store.save_many((first, second))
    stopped = further(first.case, key="k1", deadlines=(clock("b"),), before=first.case)
    started = further(second.case, key="k2", deadlines=(clock("a", next_look=NOW + HOUR),), before=second.case)
    store.save_many((stopped, started))
    assert (clock("b"),) == store.deadlines("C-1")
    assert (clock("a", next_look=NOW + HOUR),) == store.deadlines("C-2")


def test_versions_go_up_by_one_however_a_case_was_loaded(store: Store) -> None:
    """Loaded in the same unit, in another one, saved twice in one, and after a savepoint was rolled back."""
    store.save(decision())

    def go_on(key: str) -> int:
        case = store.load("C-1")
        assert case
        return store.save(further(case, note(key), key=key, before=case)).version

    assert 2 == go_on("outside")
    with store.unit("one"):
        assert [3, 4] == [go_on("first"), go_on("second")]
        with suppress(Undo), store.unit():
            assert 5 == go_on("undone")
            raise Undo
        assert 5 == go_on("third")
    with store.unit("another"):
        assert 6 == go_on("fourth")
    assert 6 == store.version("C-1")


def test_what_lists_show_of_a_case_follows_it_also_when_the_case_of_before_is_given(store: Store) -> None:
    first = decision()
    store.save(first)
    noted = further(first.case, note(), key="raw:2", before=first.case)
    store.save(noted)
    (row,) = store.cases()
    assert (first.case.status, 2) == (row.status, row.version)
    done = Resolved(at=NOW + HOUR, by="person:ann", person="ann", text="paid")
    store.save(further(noted.case, done, key="raw:3", before=noted.case))
    (row,) = store.cases()
    assert (Status.RESOLVED, 3) == (row.status, row.version)


def test_case_numbers_are_counted_without_gaps(store: Store) -> None:
    assert [0, 1] == [store.next_number_index(), store.next_number_index()]
    with suppress(Undo), store.unit():
        assert 2 == store.next_number_index()
        raise Undo
    assert 2 == store.next_number_index()


def test_people_of_a_case_are_found_by_any_of_their_addresses(store: Store) -> None:
    def with_lawyer(number: str) -> None:
        saved = decision(number)
        people = (*saved.case.participants, Participant(address="LAW@example.com", role="lawyer"))
        store.save(replace(saved, case=replace(saved.case, participants=people, links=("C-1",))))

    with_lawyer("C-1")
    store.save(decision("C-2"))
    with_lawyer("C-3")
    assert ("C-1", "C-3") == store.cases_of_address("law@Example.com")
    assert ("C-1", "C-2", "C-3") == store.cases_of_address("ann@example.com")


def test_cases_are_found_by_what_they_have_in_common_the_newest_first_and_never_too_many(store: Store) -> None:
    order = Fact(kind="order_number", value="PO-20418", confidence=0.9, words="order PO-20418")
    for place in range(12):
        number = f"C-{place}"
        found = FactsFound(at=NOW, by="message:1", raw=1, facts=(order,))
        events = (opened(number), found)
        store.save(decision(number, case=fold(None, events), events=events))
    assert tuple(f"C-{place}" for place in range(11, 1, -1)) == store.cases_of_marks(["order_number:po20418"])
    assert () == store.cases_of_marks(["order_number:po20419", ""])
    assert ("C-11", "C-10") == store.latest_of_address("Ann@Example.com")[:2]


def test_saving_a_case_again_keeps_people_links_and_dates_single(store: Store) -> None:
    first = decision()
    case = replace(first.case, links=("C-7",), told=(Told(what="answer", date=NOW),))
    store.save(replace(first, case=case))
    store.save(further(case, note(), key="raw:2"))
    assert ("C-1",) == store.cases_of_address("ann@example.com")


def test_cases_are_listed_newest_first_in_pages(store: Store) -> None:
    filled(store, 5)
    store.save(further(decision("C-2").case, Resolved(at=NOW, by="person:x", person="x", text=""), key="raw:r"))
    assert ["C-5", "C-4"] == [row.number for row in store.cases(limit=2)]
    assert ["C-3", "C-2", "C-1"] == [row.number for row in store.cases(before="C-4")]
    assert ["C-2"] == [row.number for row in store.cases(status=Status.RESOLVED)]
    assert [] == [row.number for row in store.cases(before="C-1")]
    assert {"C-1", "C-3"} == store.load_many(["C-1", "C-3", "C-99"]).keys()
    assert store.load("C-99") is None


def test_due_cases_come_once_each_the_longest_due_first(store: Store) -> None:
    looks: dict[str, list[int | None]] = {"C-1": [5, 1], "C-2": [3], "C-3": [None], "C-4": [-2, -1, 0], "C-5": [2]}
    for number, hours in looks.items():
        clocks = (clock(f"s{i}", next_look=None if hour is None else NOW + hour * HOUR) for i, hour in enumerate(hours))
        store.save(decision(number, deadlines=tuple(clocks)))
    assert () == store.due(NOW - 3 * HOUR, 10)
    assert ("C-4",) == store.due(NOW, 10)
    assert ("C-4", "C-1", "C-5") == store.due(NOW + 2 * HOUR, 10)
    assert ("C-4", "C-1") == store.due(NOW + 2 * HOUR, 2)
    assert NOW - 2 * HOUR == store.next_look()


def test_a_moment_is_due_to_the_microsecond(store: Store) -> None:
    store.save(decision(deadlines=(clock(next_look=NOW),)))
    assert () == store.due(NOW - timedelta(microseconds=1), 10)
    assert ("C-1",) == store.due(NOW, 10)


def test_the_number_of_statements_does_not_grow_with_what_a_decision_brings(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    cursor = store.db.engine.cursor

    def counted() -> object:
        asked.append(1)
        return cursor()

    monkeypatch.setattr(store.db.engine, "cursor", counted)

    def cost(number: str, count: int) -> int:
        asked.clear()
        letters = tuple(letter(f"{number}:{i}", number) for i in range(count))
        clocks = tuple(clock(f"stage {i}") for i in range(count))
        tokens = tuple(token(f"{number}-{i:05}", f"{number}:{i}", number) for i in range(count))
        saved = decision(number, deadlines=clocks, outgoing=letters, tokens=tokens)
        notes = tuple(note(f"{i}") for i in range(count))
        more = further(saved.case, *notes, key=saved.event_key)
        store.save(replace(saved, case=more.case, events=(*saved.events, *notes)))
        return len(asked)

    assert cost("C-1", 2) == cost("C-2", 20)


def test_decisions_recorded_together_are_as_if_one_came_after_the_other(store: Store) -> None:
    filled(store, 3, lambda saved: replace(saved, deadlines=(clock("a"), clock("b"))))
    found = store.load_many(["C-1", "C-2", "C-3"])
    first, second, third = found["C-1"], found["C-2"], found["C-3"]
    store.save(further(second, note("known"), key="once", deadlines=(clock("a"), clock("b"))))
    told = further(first, note("1"), note("2"), key="k1", deadlines=(clock("b"), clock("c")), before=first)
    repeated = further(second, note("never"), key="once")
    quiet = further(third, key="k3", deadlines=(clock("a", next_look=None), clock("b")), before=third)
    new = decision("C-4", deadlines=(clock("d"),), outgoing=(letter("k", "C-4"),))
    expected = (SaveResult(version=2), SaveResult(version=2, already_saved=True), SaveResult(version=2))
    assert (*expected, SaveResult(version=1)) == store.save_many((told, repeated, quiet, new))
    words = [[getattr(one.event, "because", ()) or "" for one in store.events(f"C-{i}")] for i in range(1, 5)]
    assert [["", "1", "2"], ["", "known"], [""], [""]] == words
    clocks = [[(one.stage, one.next_look) for one in store.deadlines(f"C-{i}")] for i in range(1, 5)]
    assert [("b", NOW), ("c", NOW)] == sorted(clocks[0])
    assert [("a", NOW), ("b", NOW)] == sorted(clocks[1])
    assert [("a", None), ("b", NOW)] == sorted(clocks[2])
    assert ([("d", NOW)], True) == (clocks[3], store.verify_chain().ok)
    assert ["k"] == [row.key for row in store.outbox()]


def test_two_decisions_about_one_case_are_not_recorded_together(store: Store) -> None:
    filled(store)
    case = store.load("C-1")
    assert case
    with pytest.raises(Contradiction):
        store.save_many((further(case, note(), key="k1"), further(case, note(), key="k2")))
    assert 1 == len(store.events("C-1"))


def test_decisions_recorded_together_cost_no_more_statements_than_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store, 33, lambda saved: replace(saved, deadlines=(clock("a"), clock("b"))))
    asked: list[int] = []
    cursor = store.db.engine.cursor

    def counted() -> object:
        asked.append(1)
        return cursor()

    monkeypatch.setattr(store.db.engine, "cursor", counted)

    def cost(numbers: range) -> int:
        found = store.load_many([f"C-{i}" for i in numbers])
        asked.clear()
        moved = (clock("a"), clock("b", next_look=NOW + HOUR))
        store.save_many(
            [further(case, note(), key=case.number, deadlines=moved, before=case) for case in found.values()]
        )
        return len(asked)

    assert cost(range(1, 2)) == cost(range(2, 34))
