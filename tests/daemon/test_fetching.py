"""The strategy of fetching against sources that fail in any order: nothing wrong, nothing twice, nothing forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cases.trouble import TryLater
from daemon.accounts import ImapAccount, Tls
from daemon.fetching import Fetched, Fetching, Found, Missed

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ACCOUNT = ImapAccount(name="desk", host="localhost", tls=Tls.NONE, size_cap=2000)
WHIMS = ("honest", "silent", "NIL", "short", "other", "no date", "hang up", "slow", "overrun", "removed")


@dataclass
class Whimsical:
    """A folder whose server does something else with each body it is asked for."""

    messages: dict[int, bytes]
    whims: list[str]
    estimates: bool = False  # the sizes it claims are wrong by a little
    overrun: bool = False
    too_slow: bool = False
    broken: bool = False
    asked: int = 0
    removed: set[int] = field(default_factory=set)

    def ask(self, uids: Sequence[int], items: str, literals: int, size: int) -> dict[int, Found]:
        assert not self.broken
        assert 0 <= size <= literals
        self.asked += 1
        found = {}
        for uid in uids:
            if uid in self.messages and uid not in self.removed and (answer := self._answer(uid, items)):
                found[uid] = answer
        return found

    def present(self, uids: Sequence[int]) -> frozenset[int]:
        assert not self.broken
        return frozenset(uid for uid in uids if uid in self.messages and uid not in self.removed)

    def reopen(self) -> None:
        self.overrun = self.too_slow = self.broken = False

    def _answer(self, uid: int, items: str) -> Found | None:
        raw = self.messages[uid]
        size = len(raw) + (3 if self.estimates else 0)
        if "BODY" not in items:
            return Found(size=size)
        if "<" in items and "HEADER" not in items:
            start = int(items.partition("<")[2].partition(".")[0])
            return Found(body=raw[start : start + 1024])
        whim = self.whims.pop(0) if self.whims else "honest"
        body = raw if "HEADER" not in items else raw[:10]
        honest = Found(size=size, internal_date=AT, body=body)
        match whim:
            case "silent":
                return None
            case "NIL":
                return Found(size=size, internal_date=AT)
            case "no date":
                return Found(size=size, body=body)
            case "short":
                return Found(size=size, internal_date=AT, body=body[: len(body) // 2])
            case "other" if "HEADER" not in items:
                return Found(size=size, internal_date=AT, body=bytes(reversed(body)) + b"%d" % self.asked)
            case "removed":
                self.removed.add(uid)
                return None
            case "hang up" | "slow" | "overrun":
                self.broken = True
                self.too_slow, self.overrun = whim == "slow", whim == "overrun"
                raise TryLater(whim)
        return honest


FOLDERS = st.dictionaries(st.integers(1, 99), st.binary(min_size=12, max_size=40) | st.just(b"x" * 3000), max_size=12)


@given(messages=FOLDERS, whims=st.lists(st.sampled_from(WHIMS), max_size=30), estimates=st.booleans())
def test_each_message_is_reported_once_and_never_with_bytes_that_are_not_its_own(
    messages: dict[int, bytes], whims: list[str], estimates: bool
) -> None:
    source = Whimsical(messages=messages, whims=whims, estimates=estimates)
    reported: list[Fetched | Missed] = []
    ended = False
    try:
        reported.extend(Fetching(source, ACCOUNT).run(sorted(messages)))
        ended = True
    except TryLater:
        pass
    uids = [item.uid for item in reported]
    assert sorted(messages)[: len(uids)] == uids
    assert not ended or len(uids) == len(messages)
    for item in reported:
        if isinstance(item, Fetched):
            whole = messages[item.uid]
            assert whole.startswith(item.raw) if item.headers_only else whole == item.raw
            assert AT == item.internal_date
        else:
            assert item.gone == (item.uid in source.removed)


@given(messages=FOLDERS, estimates=st.booleans())
def test_an_honest_server_is_asked_no_more_than_needed_and_everything_comes(
    messages: dict[int, bytes], estimates: bool
) -> None:
    source = Whimsical(messages=messages, whims=[], estimates=estimates)
    found = {item.uid: item for item in Fetching(source, ACCOUNT).run(sorted(messages))}
    small = {uid: raw for uid, raw in messages.items() if len(raw) <= ACCOUNT.size_cap}
    assert small == {
        uid: item.raw for uid, item in found.items() if isinstance(item, Fetched) and not item.headers_only
    }
    assert set(messages) == set(found)
    assert estimates or source.asked <= 1 + 2 * (len(messages) - len(small)) + 1


def test_a_large_folder_is_fetched_in_batches_that_are_small_in_number_and_bytes() -> None:
    messages = dict.fromkeys(range(1, 1201), b"x" * 12)
    source = Whimsical(messages=messages, whims=[])
    assert 1200 == sum(isinstance(item, Fetched) for item in Fetching(source, ACCOUNT).run(sorted(messages)))
    assert 3 + 24 == source.asked  # sizes by 500, bodies by 50
