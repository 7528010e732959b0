"""Messages are recorded once, by their bytes, and end as exactly one thing (invariants 1 and 2)."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import raws
from store.desk import Store
from store.trouble import Contradiction
from store.values import Move, Outcome
from tests.store.samples import EPOCH, HOUR, NOW, delivery

ACCOUNT, FOLDER, UIDVALIDITY = EPOCH


def test_the_bytes_come_back_as_they_were(store: Store) -> None:
    every_byte = bytes(range(256)) * 300
    (receipt,) = store.record_deliveries([delivery(5, every_byte, size=99_000_000, headers_only=True)])
    (pending,) = store.pending(10)
    assert every_byte == pending.raw
    assert (receipt.raw_id, 99_000_000, True, NOW) == (
        pending.raw_id,
        pending.size,
        pending.headers_only,
        pending.received_at,
    )
    assert pending == store.raw(receipt.raw_id)


def test_any_part_of_a_message_comes_back_without_the_rest(store: Store) -> None:
    first, second = store.record_deliveries([delivery(1, b"0123456789"), delivery(2, b"abcdefghij" * 9000)])
    assert b"345" == store.raw_slice(first.raw_id, 3, 3)
    assert b"jabc" == store.raw_slice(second.raw_id, 89_989, 4)
    assert b"89" == store.raw_slice(first.raw_id, 8, 99)


def test_equal_bytes_are_one_message_with_several_deliveries(store: Store) -> None:
    first, twin = store.record_deliveries([delivery(1, b"same"), delivery(2, b"same", account="other")])
    (later,) = store.record_deliveries([delivery(9, b"same", received_at=NOW + HOUR)])
    assert first.raw_id == twin.raw_id == later.raw_id
    assert (True, False, False) == (first.is_new, twin.is_new, later.is_new)
    assert 3 == len({first.delivery_id, twin.delivery_id, later.delivery_id})
    assert [("desk", NOW)] == [(one.account, one.received_at) for one in store.pending(10)]


def test_a_uid_that_is_known_is_not_recorded_twice(store: Store) -> None:
    once = store.record_deliveries([delivery(1), delivery(2)])
    again = store.record_deliveries([delivery(2), delivery(1), delivery(3)])
    assert [once[1].delivery_id, once[0].delivery_id] == [receipt.delivery_id for receipt in again[:2]]
    assert {"messages": 3, "deliveries": 3}.items() <= store.stats().items()


def test_a_new_epoch_of_a_folder_is_another_place(store: Store) -> None:
    store.record_folder(ACCOUNT, FOLDER, 7, baseline_uid=4, baseline_count=3, at=NOW)
    store.record_deliveries([delivery(5), delivery(6)])
    store.record_folder(ACCOUNT, FOLDER, 8, baseline_uid=0, baseline_count=0, at=NOW)
    state = store.folder(ACCOUNT, FOLDER)
    assert state is not None
    assert (8, 0) == (state.uidvalidity, state.highest_uid)
    assert frozenset({5, 6}) == store.known_uids(ACCOUNT, FOLDER, 7, range(1, 2000))
    assert frozenset() == store.known_uids(ACCOUNT, FOLDER, 8, [5, 6])


def test_a_folder_may_return_to_an_earlier_epoch(store: Store) -> None:
    store.record_folder(ACCOUNT, FOLDER, 7, baseline_uid=4, baseline_count=3, at=NOW)
    store.record_deliveries([delivery(6)])
    store.record_folder(ACCOUNT, FOLDER, 8, baseline_uid=0, baseline_count=0, at=NOW)
    store.record_folder(ACCOUNT, FOLDER, 7, baseline_uid=4, baseline_count=3, at=NOW)
    state = store.folder(ACCOUNT, FOLDER)
    assert state is not None
    assert (7, 4, 6) == (state.uidvalidity, state.baseline_uid, state.highest_uid)


def test_before_the_first_contact_nothing_is_known_of_a_folder(store: Store) -> None:
    assert store.folder(ACCOUNT, FOLDER) is None


def test_what_was_there_before_is_noted_in_one_line(store: Store) -> None:
    store.record_folder(ACCOUNT, FOLDER, 7, baseline_uid=400, baseline_count=321, at=NOW)
    store.record_deliveries([delivery(401), delivery(402)])
    store.finish(1, Outcome.NOTED, "a newsletter", sender="news@example.com", subject="Offers")
    store.finish(2, Outcome.NOTED, "a receipt")
    before, newest, oldest = store.noted(10)
    assert (321, FOLDER) == (before.count, before.folder)
    assert ["a receipt", "a newsletter"] == [newest.because, oldest.because]
    assert (oldest,) == store.noted(10, before=newest.raw_id)


def test_pending_messages_are_the_oldest_without_an_outcome(store: Store) -> None:
    store.record_deliveries([delivery(uid) for uid in range(1, 8)])
    store.finish(2, Outcome.NOTED, "a newsletter")
    assert [1, 3, 4] == [one.raw_id for one in store.pending(3)]
    assert [5, 6, 7] == [one.raw_id for one in store.pending(10, after=4)]


def test_pending_messages_are_bounded_in_bytes_but_one_always_comes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raws, "BATCH_BYTES", 250)
    store.record_deliveries([delivery(uid, bytes([uid]) * 100) for uid in (1, 2, 3)])
    store.record_deliveries([delivery(4, b"4" * 1000)])
    assert [1, 2] == [one.raw_id for one in store.pending(10)]
    assert [4] == [one.raw_id for one in store.pending(10, after=3)]


def test_attempts_are_counted_durably_and_taken_back_one_by_one(store: Store, database_url: str) -> None:
    store.record_deliveries([delivery(1), delivery(2)])
    store.count_attempts([1, 2])
    store.count_attempts([1])
    store.close()
    again = Store.open(database_url)
    assert [2, 1] == [one.attempts for one in again.pending(10)]
    again.spare_attempts([1])
    assert [1, 1] == [one.attempts for one in again.pending(10)]
    again.spare_attempts([1])
    again.spare_attempts([1])
    assert [0, 1] == [one.attempts for one in again.pending(10)]
    again.close()


def test_a_message_has_one_outcome(store: Store) -> None:
    store.record_deliveries([delivery(1)])
    store.finish(1, Outcome.CASE, "a complaint", number="C-1")
    store.finish(1, Outcome.CASE, "the same once more", number="C-1")
    with pytest.raises(Contradiction, match="message 1"):
        store.finish(1, Outcome.NOTED, "a change of mind")
    with pytest.raises(Contradiction):
        store.finish(1, Outcome.CASE, "another case", number="C-2")
    assert (Outcome.CASE, "C-1") == (store.raw(1).outcome, store.raw(1).number)


def test_messages_are_moved_once_they_have_an_outcome(store: Store) -> None:
    store.record_deliveries([delivery(1), delivery(2), delivery(3, b"same"), delivery(4, b"same")])
    store.finish(2, Outcome.QUARANTINED, "poison")
    store.finish(3, Outcome.CASE, "a complaint")
    waiting = store.moves(*EPOCH, limit=10)
    assert [(2, "quarantined"), (3, "case"), (4, "case")] == [(move.uid, move.outcome) for move in waiting]
    store.record_moved([waiting[0].delivery_id])
    store.record_moved([waiting[1].delivery_id], "gone")
    assert (Move(delivery_id=4, uid=4, outcome=Outcome.CASE),) == store.moves(*EPOCH, limit=10)
    assert () == store.moves(ACCOUNT, FOLDER, 8, limit=10)


def test_the_same_message_id_with_other_bytes_is_found(store: Store) -> None:
    store.record_deliveries([delivery(1), delivery(2), delivery(3)])
    store.finish(1, Outcome.CASE, "a", number="C-1", message_id="<x@y>", sender="ann@example.com", fingerprint="f1")
    store.finish(2, Outcome.NOTED, "b", message_id="<x@y>", sender="eve@example.com", fingerprint="f2")
    known = store.same_message("<x@y>")
    assert [(1, "ann@example.com", "f1", "C-1"), (2, "eve@example.com", "f2", "")] == [
        (one.raw_id, one.sender, one.fingerprint, one.number) for one in known
    ]
    assert () == store.same_message("")


def test_quarantine_has_an_owner_and_a_limit_and_can_be_left(store: Store) -> None:
    store.record_deliveries([delivery(1), delivery(2)])
    for raw_id in (1, 2):
        store.quarantine(raw_id, "three deaths", "Traceback …", "intake", NOW + HOUR, NOW)
    store.quarantine(1, "three deaths", "once more", "intake", NOW, NOW)
    first, _ = store.quarantined()
    assert ("three deaths", "Traceback …", "intake", NOW + HOUR) == (
        first.reason,
        first.traceback,
        first.owner,
        first.due,
    )
    assert store.close_quarantine(1, "read by hand", NOW)
    assert store.close_quarantine(2, "the parser was mended", NOW, replay=True)
    assert not store.close_quarantine(2, "again", NOW)
    assert () == store.quarantined()
    assert ["read by hand", "the parser was mended"] == [row.closed_because for row in store.quarantined(False)]
    assert [2] == [one.raw_id for one in store.pending(10)]
    store.finish(2, Outcome.CASE, "a complaint after all", number="C-1")


def test_a_replayed_message_may_fall_into_quarantine_again(store: Store) -> None:
    store.record_deliveries([delivery(1)])
    store.quarantine(1, "first", "t1", "intake", NOW, NOW)
    store.close_quarantine(1, "try again", NOW, replay=True)
    store.quarantine(1, "second", "t2", "intake", NOW + HOUR, NOW + HOUR)
    (row,) = store.quarantined()
    assert ("second", "t2", NOW + HOUR) == (row.reason, row.traceback, row.due)


def test_troubles_are_told_once(store: Store) -> None:
    store.record_deliveries([delivery(1)])
    store.record_trouble("quarantine", "three deaths", NOW, raw_id=1)
    store.record_trouble("letter held", "ceiling", NOW, number="C-1")
    first, second = store.untold_troubles()
    assert (1, "C-1") == (first.raw_id, second.number)
    store.mark_told([first.id], "digest:1")
    assert (second,) == store.untold_troubles()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_any_text_can_be_recorded_on_both_databases(store: Store, text: str) -> None:
    store.record_trouble("text", text, NOW)
    assert text.replace("\0", "").encode("utf-8", "replace").decode() == store.untold_troubles()[-1].because


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.datetimes(timezones=st.timezones()).filter(lambda moment: 2 < moment.year < 9998))
def test_any_time_comes_back_equal_and_in_utc(store: Store, at: datetime) -> None:
    store.record_trouble("time", "x", at)
    back = store.untold_troubles()[-1].at
    assert at.astimezone(UTC) == back
    assert back.tzinfo is UTC
