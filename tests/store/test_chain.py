"""The record is append-only and proves it (invariant 11, threats T20)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.chain import GENESIS, link_of, payload_digest
from store.codec import decode_event
from store.desk import Store
from store.values import ChainHead, Saved
from tests.store.samples import Undo, decision, filled, further, note


def two_notes(saved: Saved) -> Saved:
    """The opening with two notes, so that a decision has several events."""
    more = further(saved.case, note("one"), note("two"), key=saved.event_key)
    return Saved(case=more.case, new_case=True, events=(*saved.events, *more.events), event_key=saved.event_key)


def tamper(store: Store, sql: str, *values: Any) -> None:
    """Change the database behind the store's back."""
    database = store.db.engine.peewee
    database.execute_sql(sql.replace("?", database.param), values)


def test_an_untouched_record_is_whole(store: Store) -> None:
    assert store.verify_chain().ok
    filled(store, 4, two_notes)
    report = store.verify_chain()
    assert (True, 12, store.chain_head()) == (report.ok, report.events, report.head)
    assert store.verify_chain(known=report.head).ok


def test_the_sequence_has_no_gap_after_a_rollback(store: Store) -> None:
    store.save(decision("C-1"))
    with suppress(Undo), store.unit():
        store.save(decision("C-2"))
        raise Undo
    with store.unit():
        with suppress(Undo), store.unit():
            store.save(decision("C-3"))
            raise Undo
        store.save(decision("C-4"))
    report = store.verify_chain()
    assert (True, 2) == (report.ok, report.events)


def flip_payload(store: Store) -> None:
    tamper(store, "UPDATE events SET payload = replace(payload, 'one', 'own') WHERE seq = ?", 5)


TAMPERINGS: dict[str, tuple[int, Callable[[Store], None]]] = {
    "payload changed": (5, flip_payload),
    "kind changed": (5, lambda store: tamper(store, "UPDATE events SET kind = 'CaseClosed' WHERE seq = ?", 5)),
    "moved to another case": (5, lambda store: tamper(store, "UPDATE events SET number = 'C-1' WHERE seq = ?", 5)),
    "key changed": (5, lambda store: tamper(store, "UPDATE events SET event_key = 'x' WHERE seq = ?", 5)),
    "time changed": (
        5,
        lambda store: tamper(store, "UPDATE events SET at = ? WHERE seq = ?", "2020-01-01T00:00:00.000000+00:00", 5),
    ),
    "salt changed": (5, lambda store: tamper(store, "UPDATE events SET salt = ? WHERE seq = ?", b"x" * 16, 5)),
    "digest changed": (5, lambda store: tamper(store, "UPDATE events SET digest = ? WHERE seq = ?", b"x" * 32, 5)),
    "hash changed": (5, lambda store: tamper(store, "UPDATE events SET hash = ? WHERE seq = ?", b"x" * 32, 5)),
    "payload removed, salt kept": (5, lambda store: tamper(store, "UPDATE events SET payload = NULL WHERE seq = ?", 5)),
    "deleted": (5, lambda store: tamper(store, "DELETE FROM events WHERE seq = ?", 5)),
    "first deleted": (1, lambda store: tamper(store, "DELETE FROM events WHERE seq = ?", 1)),
    "last deleted": (9, lambda store: tamper(store, "DELETE FROM events WHERE seq = ?", 9)),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found_at_its_place(store: Store, how: str) -> None:
    filled(store, 3, two_notes)
    place, change = TAMPERINGS[how]
    change(store)
    report = store.verify_chain()
    assert (False, place) == (report.ok, report.broken_at)
    assert report.because


def test_swapped_events_are_found(store: Store) -> None:
    filled(store, 3, two_notes)
    for old, new in ((4, 99), (5, 4), (99, 5)):
        tamper(store, "UPDATE events SET seq = ? WHERE seq = ?", new, old)
    assert 4 == store.verify_chain().broken_at


def test_a_tail_cut_off_with_the_head_is_found_by_a_head_kept_elsewhere(store: Store) -> None:
    filled(store, 2, two_notes)
    kept_early = store.chain_head()
    store.save(further(decision("C-1").case, note("inconvenient"), key="raw:9"))
    kept = store.chain_head()
    tamper(store, "DELETE FROM events WHERE seq = ?", kept.seq)
    tamper(store, "UPDATE chain_head SET seq = ?, hash = ?", kept_early.seq, bytes.fromhex(kept_early.hash))
    assert store.verify_chain().ok
    assert kept.seq == store.verify_chain(known=kept).broken_at
    store.save(further(decision("C-1").case, note("harmless"), key="raw:9"))
    assert store.verify_chain().ok
    assert kept.seq == store.verify_chain(known=kept).broken_at
    assert store.verify_chain(known=kept_early).ok


def test_erasing_a_persons_words_leaves_the_chain_whole(store: Store) -> None:
    filled(store, 3, two_notes)
    head = store.chain_head()
    assert 3 == store.erase_events("C-2")
    assert store.verify_chain(known=head).ok
    assert [None, None, None] == [one.event for one in store.events("C-2")]
    assert ["CaseOpened", "NoteAdded", "NoteAdded"] == [one.kind for one in store.events("C-2")]
    assert all(one.event for one in store.events("C-1"))


def test_equal_payloads_have_different_digests(store: Store) -> None:
    """Else a guess at erased words could be confirmed."""
    first = decision()
    store.save(first)
    store.save(further(first.case, note("same"), note("same"), key="raw:2"))
    rows = store.db.engine.peewee.execute_sql("SELECT digest FROM events WHERE kind = 'NoteAdded'").fetchall()
    assert 2 == len({bytes(digest) for (digest,) in rows})


def test_a_stranger_can_follow_the_chain_with_the_written_recipe(store: Store) -> None:
    """SHA-256 over the hash before, each header part with its length in four bytes, and the payload's digest."""
    filled(store, 1, two_notes)
    link = GENESIS
    rows = store.db.engine.peewee.execute_sql(
        "SELECT seq, number, kind, event_key, payload, salt, hash FROM events ORDER BY seq"
    ).fetchall()
    for seq, number, kind, event_key, payload, salt, stored in rows:
        at = decode_event(kind, payload).at.isoformat(timespec="microseconds")
        link = link_of(link, (str(seq), number, kind, at, event_key), payload_digest(bytes(salt), payload))
        assert bytes(stored) == link
    assert ChainHead(seq=len(rows), hash=link.hex()) == store.chain_head()


@given(parts=st.lists(st.text(), min_size=2, max_size=5), at=st.integers(0, 10))
def test_no_two_headers_have_one_hash(parts: list[str], at: int) -> None:
    place = at % (len(parts) - 1)
    joined = [*parts[:place], parts[place] + parts[place + 1], *parts[place + 2 :]]
    shifted = [*parts[:place], parts[place] + parts[place + 1], "", *parts[place + 2 :]]
    try:
        link = link_of(GENESIS, parts, b"")
    except UnicodeEncodeError:
        return
    assert link != link_of(GENESIS, joined, b"")
    assert (link == link_of(GENESIS, shifted, b"")) == (parts == shifted)
