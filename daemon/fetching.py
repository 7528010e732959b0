"""Fetches messages from a source that may lie, stall and hang up: each one comes whole, is gone, or is missed.

This is the strategy alone, in terms of a `Source`; `daemon.inbox` has the one that speaks IMAP.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from cases.trouble import TryLater
from daemon.accounts import ImapAccount

WHOLE = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[])"
BATCH = 50  # messages in one FETCH
BATCH_BYTES = 8 * 2**20
MANY = 500  # UIDs in one command without bodies
SLACK = 2**16  # bytes of literals beside the body (server chatter)
PATIENCE = 4  # for one run of fetch: a hang-up costs one, a deadline two


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A message, complete; or its headers when it was over the size cap.

    `internal_date` is when the server received it, aware. `size` is what the server says in RFC822.SIZE.
    `doubt` is empty unless something was odd but proven harmless, for instance a server that only estimates sizes.
    """

    uid: int
    raw: bytes
    internal_date: datetime
    size: int
    headers_only: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A message that did not come: `gone` if somebody else removed it, else still there, and `because` is trouble."""

    uid: int
    because: str
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one FETCH said about one UID, each part possibly missing."""

    size: int | None = None
    internal_date: datetime | None = None
    body: bytes | None = None

    @property
    def whole(self) -> bool:
        return self.body is not None and self.internal_date is not None and len(self.body) == self.size

    def updated(self, answer: Mapping[bytes, Any]) -> "Found":
        """With what a further response says; parts of the wrong type are as good as missing."""
        size, date = answer.get(b"RFC822.SIZE"), answer.get(b"INTERNALDATE")
        body = next((value for key, value in answer.items() if key.startswith(b"BODY[")), None)
        if isinstance(date, datetime) and date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return Found(
            size=size if isinstance(size, int) else self.size,
            internal_date=date.astimezone(UTC) if isinstance(date, datetime) else self.internal_date,
            body=body if isinstance(body, bytes) else self.body,
        )


NOTHING = Found()


class Source(Protocol):
    """One selected folder. Everything raises TryLater when the connection is of no more use."""

    def ask(self, uids: Sequence[int], items: str, literals: int, size: int) -> dict[int, Found]:
        """One FETCH that may bring so many bytes of literals, in a time fit for `size` bytes."""

    def present(self, uids: Sequence[int]) -> frozenset[int]:
        """Which of these the folder holds now."""

    def reopen(self) -> None:
        """A new connection to the same folder."""

    @property
    def overrun(self) -> bool:
        """Whether the connection ended because the server sent more than was asked for."""

    @property
    def too_slow(self) -> bool:
        """Whether it ended because a deadline passed."""


class Fetching:
    """One run over a list of UIDs."""

    def __init__(self, source: Source, account: ImapAccount) -> None:
        self._source, self._account = source, account
        self._patience = PATIENCE

    def run(self, uids: Sequence[int]) -> Iterator[Fetched | Missed]:
        """Each message exactly once; over the size cap only its headers.

        A message that does not come whole is asked for once more by itself, over a new connection when the old one
        broke; then it is Missed, and the others go on. Raises TryLater when the server breaks off too often.
        """
        for some in chunks(uids, MANY):
            said = self._source.ask(some, "(UID RFC822.SIZE)", SLACK, 0)
            sizes = {uid: said.get(uid, NOTHING).size or 0 for uid in some}
            for batch in _batches(some, sizes, self._account.size_cap):
                yield from self._batch(batch, sizes)

    def headers(self, uid: int) -> Fetched | Missed:
        """Only the headers of a message, at most `header_cap` bytes of them."""
        cap = int(self._account.header_cap)
        items = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{cap}>)"
        found = self._source.ask([uid], items, cap + SLACK, cap).get(uid, NOTHING)
        if found.body is None or found.internal_date is None:
            return self._why_missing(uid)
        size = found.size or len(found.body)
        return Fetched(uid=uid, raw=found.body[:cap], internal_date=found.internal_date, size=size, headers_only=True)

    def _batch(self, batch: Sequence[int], sizes: Mapping[int, int]) -> Iterator[Fetched | Missed]:
        found: dict[int, Found] = {}
        if sizes[batch[0]] <= self._account.size_cap:
            expected = sum(sizes[uid] for uid in batch)
            try:
                found = self._source.ask(batch, WHOLE, expected + len(batch) * SLACK, expected)
            except TryLater:
                self._reopen()
        lacking = [uid for uid in batch if not found.get(uid, NOTHING).whole]
        here = self._source.present(lacking) if lacking else frozenset()
        for uid in batch:
            first = found.pop(uid, NOTHING)
            if first.whole:
                yield _fetched(uid, first)
            elif uid in here:
                yield self._alone(uid, first, sizes[uid], headers_only=sizes[uid] > self._account.size_cap)
            else:
                yield _gone(uid)

    def _alone(self, uid: int, first: Found, size: int, *, headers_only: bool) -> Fetched | Missed:
        """The last try for one message; one that breaks the connection must not hold up the others."""
        try:
            return self.headers(uid) if headers_only else self._again(uid, first, size)
        except TryLater as error:
            overrun = self._source.overrun
            self._reopen()
            if overrun and not headers_only:
                return self._alone(uid, first, size, headers_only=True)
            return Missed(uid=uid, because=f"the connection broke while it was fetched: {error}")

    def _again(self, uid: int, first: Found, size: int) -> Fetched | Missed:
        again = self._source.ask([uid], WHOLE, self._account.size_cap, size).get(uid, NOTHING)
        if again.whole:
            return _fetched(uid, again)
        if again.body is None or again.internal_date is None:
            return self._why_missing(uid)
        if first.body is None:
            return self._again(uid, again, size)
        odd = f"the server says {again.size} bytes and sends {len(again.body)}"
        if first.body != again.body:
            return Missed(uid=uid, because=f"{odd}, not the same ones twice")
        # Some servers only estimate sizes. The second opinion: is there anything behind what we have?
        items = f"(UID BODY.PEEK[]<{len(again.body)}.1024>)"
        rest = self._source.ask([uid], items, 2 * SLACK, 0).get(uid)
        if rest is None or rest.body:
            return Missed(uid=uid, because=f"{odd}, and more when asked for the rest")
        return _fetched(uid, again, doubt=f"{odd}, twice the same and nothing behind it")

    def _why_missing(self, uid: int) -> Missed:
        if uid not in self._source.present([uid]):
            return _gone(uid)
        return Missed(uid=uid, because="the server lists it but does not send it")

    def _reopen(self) -> None:
        self._patience -= 2 if self._source.too_slow else 1
        if self._patience < 0:
            raise TryLater(f"{self._account.name}: the server broke off too often in one fetch")
        self._source.reopen()


def chunks(uids: Sequence[int], length: int) -> Iterator[Sequence[int]]:
    """The list in pieces."""
    return (uids[start : start + length] for start in range(0, len(uids), length))


def _batches(uids: Sequence[int], sizes: Mapping[int, int], cap: int) -> Iterator[list[int]]:
    """Groups for one FETCH each, small in number and bytes; a message over the cap is alone."""
    batch: list[int] = []
    held = 0
    for uid in uids:
        over = sizes[uid] > cap or (bool(batch) and sizes[batch[-1]] > cap)
        if batch and (over or len(batch) == BATCH or held + sizes[uid] > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(uid)
        held += sizes[uid]
    if batch:
        yield batch


def _fetched(uid: int, found: Found, doubt: str = "") -> Fetched:
    assert found.body is not None
    assert found.internal_date is not None
    size = len(found.body) if found.size is None else found.size
    return Fetched(uid=uid, raw=found.body, internal_date=found.internal_date, size=size, doubt=doubt)


def _gone(uid: int) -> Missed:
    return Missed(uid=uid, because="somebody else removed it before it was fetched", gone=True)
