"""After an update whose fold makes more of the same events, what is stored of each case follows, once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cases.case import FOLD, Case
from cases.copying import replace
from cases.words import Status
from store.desk import Store
from store.refolding import FOLDED, REFOLDED
from store.restoring import back_up, opened
from store.trouble import Foreign, Locked
from store.values import Saved
from store.verifying import verify
from tests.store.records import digest_of, events_of, lines
from tests.store.samples import NOW, decision

LINES = lines()


def as_before(store: Store, number: str) -> Case:
    """The case as an earlier version might have written it, which also says so."""
    case = store.load(number)
    assert case
    older = replace(case, links=("C-99",), status=Status.RESOLVED)
    store.save(Saved(case=older, new_case=False, events=(), event_key="", before=case))
    store.record_fact(FOLDED, str(FOLD - 1))
    return older


@pytest.fixture
def older(store: Store) -> Store:
    """A database of before the update with two cases, one of which would be another one now."""
    for number in ("C-1", "C-2"):
        store.save(decision(number))
    as_before(store, "C-1")
    return store


def test_cases_are_folded_anew_once_when_a_database_is_opened(older: Store, database_url: str) -> None:
    untouched = older.version("C-2")
    older.close()
    now = Store.open(database_url)
    (row,) = (one for one in now.cases() if one.number == "C-1")
    assert (decision("C-1").case.status, decision("C-1").case) == (row.status, now.load("C-1"))
    assert (True, "yes", untouched) == (now.is_folded, now.fact(REFOLDED), now.version("C-2"))
    assert [] == [finding for finding in verify(now) if finding.wrong]
    versions = [now.version(number) for number in ("C-1", "C-2")]
    now.close()
    again = Store.open(database_url)
    assert versions == [again.version(number) for number in ("C-1", "C-2")]
    again.close()


def test_a_new_database_has_nothing_to_fold(store: Store) -> None:
    assert (True, "") == (store.is_folded, store.fact(REFOLDED))


def test_an_old_copy_is_whole_and_is_not_touched(older: Store, tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    back_up(older, file, NOW)
    older_bytes = file.read_bytes()
    with opened(file) as found:
        assert [] == [finding for finding in verify(found) if finding.wrong]
        assert decision("C-1").case == found.load("C-1")
    assert older_bytes == file.read_bytes()


def test_of_whom_something_was_erased_the_case_stays_as_it_is(older: Store, database_url: str) -> None:
    older.db.engine.peewee.execute_sql("UPDATE events SET payload = NULL, salt = NULL WHERE number = 'C-1'")
    before = older.load("C-1")
    older.close()
    now = Store.open(database_url)
    assert (True, before) == (now.is_folded, now.load("C-1"))
    now.close()


def test_a_case_that_cannot_be_folded_holds_up_no_other(older: Store, database_url: str) -> None:
    older.save(decision("C-3"))
    as_before(older, "C-3")
    before = older.load("C-3")
    older.db.engine.peewee.execute_sql("UPDATE events SET kind = 'Unheard' WHERE number = 'C-3'")
    older.close()
    now = Store.open(database_url)
    assert (True, decision("C-1").case, before) == (now.is_folded, now.load("C-1"), now.load("C-3"))
    now.close()


def test_nothing_is_folded_under_a_daemon_at_work(older: Store, database_url: str) -> None:
    older.lock()
    with pytest.raises(Locked, match="folded anew"):
        Store.open(database_url)
    assert not older.is_folded


def test_what_a_newer_version_folded_is_refused(store: Store, database_url: str) -> None:
    store.record_fact(FOLDED, str(FOLD + 1))
    store.close()
    with pytest.raises(Foreign, match="newer ombud"):
        Store.open(database_url)


def test_a_stop_halfway_begins_again(older: Store, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_before(older, "C-2")
    older.close()
    with monkeypatch.context() as patched:
        patched.setattr("store.refolding._PAGE", 1)
        patched.setattr(Store, "_refold_all", _dying(Store._refold_all))  # noqa: SLF001
        with pytest.raises(KeyboardInterrupt):
            Store.open(database_url)
    now = Store.open(database_url)
    assert [decision(number).case for number in ("C-1", "C-2")] == [now.load(number) for number in ("C-1", "C-2")]
    assert (True, "yes") == (now.is_folded, now.fact(REFOLDED))
    now.close()


def _dying(real: Callable[[Store, list[str]], int]) -> Callable[[Store, list[str]], int]:
    """The first page is folded, the second is not come to."""
    done: list[str] = []

    def fold_some(store: Store, numbers: list[str]) -> int:
        if done:
            raise KeyboardInterrupt
        done.extend(numbers)
        return real(store, numbers)

    return fold_some


@pytest.mark.parametrize("place", range(len(LINES)))
def test_records_of_before_stay_readable_and_make_the_case_that_this_fold_stands_for(place: int) -> None:
    """Else every stored case would differ from its events without being folded anew."""
    line = LINES[place]
    assert FOLD == line["fold"], "write the digests anew: python -m tests.store.records"
    assert line["digest"] == digest_of(events_of(line)), "the same events make another case: count cases.case.FOLD up"
