"""Every letter leaves once, and what became of it is on record (invariant 4)."""

from dataclasses import replace

import pytest

from cases.words import LetterClass
from store.desk import Store
from store.trouble import Contradiction
from store.values import Insert, OutboxState, Outgoing
from tests.store.samples import HOUR, NOW, decision, delivery, letter

Q, SENDING, SENT, RETRY, HELD = (
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.SENT,
    OutboxState.RETRY,
    OutboxState.HELD,
)


def queue(store: Store, *letters: Outgoing) -> None:
    store.save(decision(outgoing=letters))


def test_the_most_urgent_leave_first_then_the_oldest(store: Store) -> None:
    queue(store, letter("late", priority=5), letter("b", priority=1), letter("c", priority=1), letter("a", priority=0))
    claimed = store.claim(NOW, "desk", 3)
    assert ["a", "b", "c"] == [row.key for row in claimed]
    assert [(SENDING, 0, 1), (SENDING, 1, 1), (SENDING, 2, 1)] == [
        (row.state, row.position, row.tries) for row in claimed
    ]
    assert [b"bytes of a", b"bytes of b", b"bytes of c"] == [store.outgoing_bytes(row.id) for row in claimed]
    assert ["late"] == [row.key for row in store.claim(NOW, "desk", 3)]
    assert () == store.claim(NOW, "desk", 3)


def test_a_file_is_kept_once_and_stands_in_every_letter_it_goes_with(store: Store) -> None:
    stored = b"Subject: x\r\n\r\n0123456789"
    (receipt,) = store.record_deliveries([delivery(1, stored)])
    start = stored.index(b"0123")
    inserts = tuple(
        Insert(offset=offset, raw_id=receipt.raw_id, start=start + skip, length=length)
        for offset, skip, length in ((5, 0, 4), (5, 4, 2), (7, 9, 1))
    )
    queue(store, letter("with", raw=b"head(|)foot", inserts=inserts), letter("without"))
    first, second = store.claim(NOW, "desk", 10)
    assert b"head(012345|)9foot" == store.outgoing_bytes(first.id)
    assert b"bytes of without" == store.outgoing_bytes(second.id)
    assert [b"head(012345|)9foot", b"bytes of without"] == [row.raw for row in store.outbox_of_case("C-1")]
    by_key = store.outbox_by_key("with")
    assert by_key is not None
    assert b"head(012345|)9foot" == by_key.raw


def test_a_letter_whose_file_is_not_what_it_was_does_not_leave(store: Store) -> None:
    (receipt,) = store.record_deliveries([delivery(1, b"short")])
    beyond = Insert(offset=0, raw_id=receipt.raw_id, start=2, length=100)
    queue(store, letter("k", inserts=(beyond,)))
    (row,) = store.claim(NOW, "desk", 1)
    with pytest.raises(Contradiction, match="not what it was"):
        store.outgoing_bytes(row.id)


def test_a_letter_leaves_over_its_own_account_and_not_before_its_time(store: Store) -> None:
    queue(store, letter("other", account="second"), letter("later", not_before=NOW + HOUR), letter("now"))
    assert NOW == store.next_outbox_moment("desk")
    assert ["now"] == [row.key for row in store.claim(NOW, "desk", 10)]
    assert NOW + HOUR == store.next_outbox_moment("desk")
    assert ["later"] == [row.key for row in store.claim(NOW + HOUR, "desk", 10)]
    assert store.next_outbox_moment("desk") is None
    assert ["other"] == [row.key for row in store.claim(NOW, "second", 10)]


def test_held_and_withheld_letters_do_not_leave(store: Store) -> None:
    queue(store, letter("h", state=HELD, because="ceiling"), letter("w", state=OutboxState.WITHHELD, because="robot"))
    assert () == store.claim(NOW + HOUR, "desk", 10)
    assert ["h"] == [row.key for row in store.held("ceil", 10)]
    assert [] == [row.key for row in store.held("[ceil", 10)]
    assert ["w"] == [row.key for row in store.outbox(OutboxState.WITHHELD)]


def test_a_released_letter_leaves_and_counts_from_then(store: Store) -> None:
    queue(store, letter("h", state=HELD, because="ceiling: per address"))
    assert 0 == store.answers_since(since=NOW, per="all")
    (row,) = store.held()
    later = NOW + 2 * HOUR
    assert store.release(row.id, later)
    assert not store.release(row.id, later)
    assert 1 == store.answers_since(since=later, per="address", value="ann@EXAMPLE.com")
    assert () == store.claim(NOW + HOUR, "desk", 10)
    assert ["h"] == [claimed.key for claimed in store.claim(later, "desk", 10)]


def test_what_was_kept_back_for_a_reason_is_found_by_its_reader_and_may_leave_after_all(store: Store) -> None:
    withheld = OutboxState.WITHHELD
    queue(
        store,
        letter("kept", state=withheld, because="suppressed: asked by phone"),
        letter("robot", state=withheld, because="a robot"),
        letter("waits"),
        letter("other", state=withheld, because="suppressed: asked by phone", recipient="bob@example.com"),
    )
    (kept,) = store.kept_back("ANN@example.com", "suppressed: ")
    assert "kept" == kept.key
    assert store.release(kept.id, NOW)
    assert () == store.kept_back("ann@example.com", "suppressed: ")
    assert {"kept", "waits"} == {row.key for row in store.claim(NOW, "desk", 10)}


def test_a_claimed_letter_is_being_sent_until_somebody_settles_it(store: Store) -> None:
    queue(store, letter("a"))
    (row,) = store.claim(NOW, "desk", 1)
    assert store.is_being_sent(row.id)
    store.settle(row.id, OutboxState.BOUNCED, at=NOW, because="5.1.1")
    assert not store.is_being_sent(row.id)
    assert not store.is_being_sent(99)


def test_what_became_of_a_letter_is_recorded_one_by_one(store: Store) -> None:
    queue(store, letter("sent"), letter("retry"), letter("failed"))
    sent, retry, failed = store.claim(NOW, "desk", 10)
    store.settle(sent.id, SENT, at=NOW + HOUR)
    store.settle(retry.id, RETRY, at=NOW, because="451 later", next_try=NOW + 2 * HOUR)
    store.settle(failed.id, OutboxState.FAILED, at=NOW, because="550 unknown user")
    assert () == store.claim(NOW + HOUR, "desk", 10)
    assert NOW + 2 * HOUR == store.next_outbox_moment("desk")
    (again,) = store.claim(NOW + 2 * HOUR, "desk", 10)
    assert ("retry", 2, "451 later") == (again.key, again.tries, again.because)
    assert ["550 unknown user"] == [row.because for row in store.outbox(OutboxState.FAILED)]
    assert (1, 0) == (store.sent_since("desk", NOW + HOUR), store.sent_since("desk", NOW + 2 * HOUR))


def test_settling_needs_a_letter_and_a_retry_needs_a_time(store: Store) -> None:
    queue(store, letter("a"))
    with pytest.raises(Contradiction):
        store.settle(1, RETRY, at=NOW)
    with pytest.raises(Contradiction):
        store.settle(1, SENT, at=NOW, next_try=NOW)
    with pytest.raises(Contradiction):
        store.settle(99, SENT, at=NOW)


def test_after_a_crash_only_the_first_unsettled_letter_of_each_claim_is_uncertain(
    store: Store, database_url: str
) -> None:
    queue(store, *(letter(f"k{i}") for i in range(6)))
    first, second = store.claim(NOW, "desk", 4), store.claim(NOW, "desk", 2)
    store.settle(first[0].id, SENT, at=NOW)
    store.close()

    again = Store.open(database_url)
    uncertain = again.recover_claims()
    assert {"k1": b"bytes of k1", "k4": b"bytes of k4"} == {row.key: store.outgoing_bytes(row.id) for row in uncertain}
    assert ["k2", "k3", "k5"] == [row.key for row in again.claim(NOW, "desk", 10)]
    for row in uncertain:
        again.settle(row.id, OutboxState.UNCERTAIN, at=NOW, because="the process ended before the answer")
    again.close()
    assert second[1].key == "k5"


def test_a_letter_that_never_left_keeps_its_number_of_tries(store: Store) -> None:
    queue(store, letter("a"), letter("b"))
    store.claim(NOW, "desk", 2)
    store.recover_claims()
    assert [("b", 1)] == [(row.key, row.tries) for row in store.claim(NOW, "desk", 2)]


def test_ceilings_count_answers_only_and_by_case_address_domain_and_all(store: Store) -> None:
    queue(
        store,
        letter("1"),
        letter("2", recipient="bob@example.com", unproven=True),
        letter("3", recipient="ann@elsewhere.net", created_at=NOW - HOUR),
        letter("4", letter_class=LetterClass.OWED),
        letter("5", state=HELD, because="ceiling"),
    )
    store.save(decision("C-2", outgoing=(letter("6", number="C-2", unproven=True),)))

    def count(per: str, value: str = "", *, unproven_only: bool = False) -> int:
        return store.answers_since(since=NOW, per=per, value=value, unproven_only=unproven_only)

    assert {"case": 2, "address": 2, "domain": 3, "all": 3} == {
        "case": count("case", "C-1"),
        "address": count("address", "ANN@example.COM"),
        "domain": count("domain", "Example.com"),
        "all": count("all"),
    }
    assert (1, 1, 2, 2) == (
        count("case", "C-1", unproven_only=True),
        count("address", "ann@example.com", unproven_only=True),
        count("domain", "example.com", unproven_only=True),
        count("all", unproven_only=True),
    )
    assert 4 == store.answers_since(since=NOW - HOUR, per="all")


def test_a_queued_answer_that_is_held_when_its_turn_comes_no_longer_counts(store: Store) -> None:
    queue(store, letter("a"))
    (row,) = store.claim(NOW, "desk", 1)
    assert 1 == store.answers_since(since=NOW, per="all")
    store.settle(row.id, HELD, at=NOW, because="letters = hold")
    assert 0 == store.answers_since(since=NOW, per="all")


def test_a_letter_is_found_by_id_key_and_message_id(store: Store) -> None:
    queue(store, letter("a"))
    row = store.outbox_by_key("a")
    assert row is not None
    assert row == store.outbox_by_id(row.id) == store.outbox_by_message_id("<a@example.org>")
    assert store.outbox_by_key("b") is store.outbox_by_message_id("<b@example.org>") is None


def test_letters_about_no_case_are_unique_too(store: Store) -> None:
    digest = letter("digest:1", number="", letter_class=LetterClass.OWED)
    assert () == store.enqueue([digest])
    assert ("digest:1",) == store.enqueue([replace(digest, raw=b"other")])
    assert [b"bytes of digest:1"] == [store.outgoing_bytes(row.id) for row in store.claim(NOW, "desk", 10)]
