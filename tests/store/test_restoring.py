"""A copy is whole or is refused, is looked at without being touched, and takes the place of nothing that is there."""

import os
import shutil
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from cases.trouble import NeedsHuman
from store.desk import Store
from store.restoring import back_up, copied_at, opened, restore
from store.trouble import Locked
from store.verifying import verify
from tests.store.samples import NOW, decision, delivery, filled, letter
from tests.store.test_copying import content


def nothing(_store: Store) -> None:
    """No mark."""


def wrong_in(store: Store) -> dict[str, str]:
    return {finding.what: finding.wrong for finding in verify(store) if finding.wrong}


@pytest.fixture
def working(store: Store) -> Store:
    """A database with something in it and a daemon at work on it, on each kind."""
    filled(store, 3)
    with store.unit():
        store.record_deliveries([delivery(uid) for uid in range(1, 121)])
        store.save(decision("C-5"))
        store.enqueue([letter("C-1:acknowledgement")])
    store.lock()
    return store


@pytest.fixture
def copied(working: Store, tmp_path: Path) -> Path:
    file = tmp_path / "copies" / "copy.sqlite3"
    file.parent.mkdir(mode=0o700)
    back_up(working, file, NOW)
    return file


def test_a_copy_made_beside_a_daemon_is_whole_and_for_its_owner_alone(working: Store, copied: Path) -> None:
    assert [copied] == list(copied.parent.iterdir())
    assert 0o600 == stat.S_IMODE(copied.stat().st_mode)
    before = copied.read_bytes()
    with opened(copied) as found:
        assert {} == wrong_in(found)
        assert NOW == copied_at(found, copied)
        about = content(found)["About"]
        assert content(working) | {"About": about} == content(found)
    assert ([copied], before) == (list(copied.parent.iterdir()), copied.read_bytes())


def test_a_copy_is_of_one_moment_while_others_write(working: Store, tmp_path: Path, database_url: str) -> None:
    """Every message that is there has its bytes, and the record ends where its head says."""
    stop, other = threading.Event(), Store.open(database_url)

    def write() -> None:
        number = 1000
        while not stop.is_set():
            number += 1
            with other.unit():
                other.record_deliveries([delivery(number)])
                other.save(decision(f"C-{number}", event_key=f"raw:{number}"))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for turn in range(3):
            file = tmp_path / f"copy{turn}.sqlite3"
            back_up(working, file, NOW)
            with opened(file) as found:
                assert {} == wrong_in(found)
                stats = found.stats()
                assert 120 <= stats["messages"] == stats["deliveries"]
    finally:
        stop.set()
        thread.join(30)
        other.close()


def test_a_copy_replaces_no_file(working: Store, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_text("mine")
    with pytest.raises(NeedsHuman, match="there already"):
        back_up(working, file, NOW)
    assert "mine" == file.read_text()


@pytest.mark.parametrize(
    ("statement", "what", "words"),
    [
        ("UPDATE events SET payload = replace(payload, 'ann', 'bob') WHERE seq = 2", "events of the record", "event 2"),
        ("DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events)", "events of the record", "missing at the end"),
        ("UPDATE cases SET snapshot = replace(snapshot, 'C-5', 'C-6')", "cases", "C-5 are not what"),
        ("UPDATE contents SET content = x'00' WHERE raw_id = 7", "messages by their SHA-256", "7 have other bytes"),
        ("DELETE FROM contents WHERE raw_id = 7", "messages by their SHA-256", "7 have other bytes"),
        ("DELETE FROM outgoing", "letters", "have no bytes"),
        ("UPDATE deliveries SET raw_id = 4711 WHERE uid = 3", "pages", "deliveries belongs to a missing one of raws"),
    ],
)
def test_what_was_changed_in_a_copy_is_found(
    copied: Path, tmp_path: Path, statement: str, what: str, words: str
) -> None:
    changed = Store.open(f"sqlite:///{copied}")
    changed.db.engine.peewee.execute_sql("PRAGMA foreign_keys = off")
    changed.db.engine.peewee.execute_sql(statement)
    changed.close()
    with opened(copied) as found:
        assert words in wrong_in(found)[what]
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    with pytest.raises(NeedsHuman, match="is not whole and is not restored"):
        restore(copied, url, nothing)
    assert Store.is_new(url)


@pytest.mark.parametrize("start", [4096 + 700, 9000])
def test_a_damaged_file_is_named(copied: Path, tmp_path: Path, start: int) -> None:
    raw = copied.read_bytes()
    copied.write_bytes(raw[:start] + b"\xff" * 4000 + raw[start + 4000 :])
    with pytest.raises(NeedsHuman, match=f"{copied}.*damaged"):
        restore(copied, f"sqlite:///{tmp_path}/new.sqlite3", nothing)


@pytest.mark.parametrize("words", [b"", b"SQLite format 3\0nonsense", b"hello"])
def test_what_is_no_copy_is_refused(tmp_path: Path, words: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(words)
    with pytest.raises(NeedsHuman, match=str(file)), opened(file):
        pass


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_takes_the_place_of_a_lost_database(
    copied: Path, tmp_path: Path, kind: str, request: pytest.FixtureRequest, working: Store
) -> None:
    expected = content(working)
    working.close()
    url = f"sqlite:///{tmp_path}/restored.sqlite3"
    if kind == "postgresql":
        with request.getfixturevalue("postgres").new_database() as fresh:
            restore(copied, fresh, nothing)
            _compare(fresh, expected)
        return
    restore(copied, url, nothing)
    assert 0o600 == stat.S_IMODE((tmp_path / "restored.sqlite3").stat().st_mode)
    assert (tmp_path / "restored.sqlite3.ombud").exists(), "a second loss is noticed too"
    _compare(url, expected)


def _compare(url: str, expected: dict[str, list[object]]) -> None:
    found = Store.open(url)
    try:
        assert expected | {"About": []} == content(found) | {"About": []}
    finally:
        found.close()


def test_also_where_only_the_marker_of_the_lost_one_is_left(copied: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    Store.create(url).close()
    (tmp_path / "desk.sqlite3").unlink()
    assert not Store.is_new(url)
    restore(copied, url, nothing)
    Store.open(url).close()


@pytest.mark.parametrize("end", ["", "-wal", "-journal"])
def test_nothing_is_overwritten_and_no_stale_journal_is_applied(copied: Path, tmp_path: Path, end: str) -> None:
    beside = tmp_path / f"desk.sqlite3{end}"
    beside.write_text("something")
    with pytest.raises(NeedsHuman, match="nothing is overwritten"):
        restore(copied, f"sqlite:///{tmp_path}/desk.sqlite3", nothing)
    assert "something" == beside.read_text()


def test_a_database_at_work_is_not_overwritten(copied: Path, working: Store, database_url: str) -> None:
    before = content(working)
    with pytest.raises(NeedsHuman, match=r"stop it first|give an empty one"):
        restore(copied, database_url, nothing)
    assert before == content(working)


def test_nothing_is_restored_under_a_daemon_that_still_has_the_lost_file_open(copied: Path, tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path}/desk.sqlite3", tmp_path / "desk.sqlite3"
    daemon = Store.create(url)
    daemon.lock()
    try:
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        with pytest.raises(Locked, match="stop it first"):
            restore(copied, url, nothing)
        assert not path.exists()
    finally:
        daemon.close()


def test_a_copy_whose_marking_fails_takes_no_place(copied: Path, tmp_path: Path) -> None:
    def fail(_store: Store) -> None:
        raise NeedsHuman("no token key")

    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    with pytest.raises(NeedsHuman, match="no token key"):
        restore(copied, url, fail)
    assert Store.is_new(url)
    assert not list(tmp_path.glob(".ombud-*"))


def test_a_file_copied_by_hand_with_its_journal_loses_nothing(tmp_path: Path) -> None:
    """`cp` of both files from under a daemon that stands still: what is only in the journal counts."""
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    store = Store.create(url)
    filled(store, 3)
    by_hand = tmp_path / "by-hand.sqlite3"
    for end in ("", "-wal"):
        shutil.copyfile(tmp_path / f"desk.sqlite3{end}", f"{by_hand}{end}")
    os.utime(by_hand, (NOW.timestamp(), NOW.timestamp()))
    expected = store.chain_head()
    store.close()
    with opened(by_hand) as found:
        assert expected == found.chain_head()
        assert abs(NOW - copied_at(found, by_hand)) < timedelta(seconds=1)
