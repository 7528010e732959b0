r"""Reads accounts over IMAP; the only home of imapclient.

Nothing a server says is believed for being said: every message asked for must come, whole, under its own UID, within
a deadline, and only integers and names from the settings ever reach a command. `\Seen` is never touched.

    with connect(account) as session:
        selected = session.select("INBOX")
        for item in session.fetch(session.uids_from(1)):
            ...                                     # Fetched or Missed
        session.move(uids, "Processed")
"""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import LoginError
from imapclient.response_parser import parse_fetch_response

from cases.trouble import NeedsHuman, TryLater
from daemon.accounts import ImapAccount, Mechanism, Tls, tls_context
from daemon.crash import crash_point
from daemon.watchdog import Watchdog
from daemon.wire import TooLong, Unsafe, Wire

_WHOLE = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[])"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

BATCH = 50  # messages in one FETCH
BATCH_BYTES = 8 * 2**20
MANY = 500  # UIDs in one command without bodies
SLACK = 2**16  # bytes of literals beside the body (server chatter)
REOPENINGS = 3  # in one run of fetch, so that a server that always hangs up ends it
COPIED = "$OmbudCopied"  # keyword of a message that was copied and could not be removed
SAFE_TEXT = re.compile(r"[^\x20-\x7e]+")


class ConnectionUnsafe(TryLater):
    """The server is not who or how the settings say (certificate, STARTTLS, PREAUTH); no credentials were sent."""


class SignInRefused(TryLater):
    """The server refused name or password. Try it at most six times an hour, or the account may be locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A folder as it was selected; `uidnext` is 0 when the server does not say it."""

    folder: str
    uidvalidity: int
    exists: int
    uidnext: int
    read_only: bool = False


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
class Moved:
    """What became of each message of a move.

    `moved` are no longer here; `copied` are in the target and, for want of MOVE and UIDPLUS, also still here;
    `left` are here and nowhere else.
    """

    moved: tuple[int, ...] = ()
    copied: tuple[int, ...] = ()
    left: tuple[int, ...] = ()

    @property
    def done(self) -> tuple[int, ...]:
        """Those that need no further move."""
        return self.moved + self.copied


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What FETCH said about one UID, each part possibly missing."""

    size: int | None = None
    internal_date: datetime | None = None
    body: bytes | None = None

    @property
    def whole(self) -> bool:
        return self.body is not None and self.internal_date is not None and len(self.body) == self.size


_NOTHING = _Found()


class _Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """imapclient on our own connection."""

    def __init__(self, wire: Wire, account: ImapAccount) -> None:
        self._wire = wire
        super().__init__(account.host, account.port, ssl=account.tls is Tls.IMPLICIT, timeout=account.deadline)
        self.normalise_times = False  # else INTERNALDATE comes back naive and in the machine's zone
        wire.debug = 0  # the library formats every line for a log that nobody may see

    def forget_capabilities(self) -> None:
        """What was said before the sign-in counts no more."""
        self._cached_capabilities = None

    def _create_IMAP4(self) -> Wire:  # noqa: N802  # the library's name
        return self._wire


@contextmanager
def connect(account: ImapAccount) -> Iterator["Session"]:
    """Connect, verify, sign in. Raises ConnectionUnsafe, SignInRefused, TryLater, NeedsHuman (broken settings)."""
    session = Session(account)
    try:
        session.open()
        yield session
    finally:
        session.close()


class Session:
    """One signed-in connection; for one thread. Every method raises TryLater when server or network fail."""

    def __init__(self, account: ImapAccount) -> None:
        logging.getLogger("imapclient").setLevel(logging.INFO)  # below that it logs content of messages
        self._account = account
        self._context = tls_context(account)
        self._selected: Selected | None = None
        self._folders: set[str] = set()  # known to exist
        self._alive = False

    def open(self) -> None:
        """Connect and sign in."""
        self._watchdog = Watchdog()
        self._space: tuple[str, str] | None = None
        with self._operation("connect"):
            wire = Wire(self._account, self._context, self._watchdog)
            self._wire, self._alive = wire, True
            self._client: Any = _Client(wire, self._account)
            self._secure()
        with self._operation("sign in"):
            self._sign_in()

    def close(self) -> None:
        """Say goodbye if the connection still works; never raises."""
        if self._alive:
            with suppress(OSError, imaplib.IMAP4.error), self._watchdog.limit(5.0):
                self._wire.expect()
                self._client.logout()
        self._drop()

    def select(self, folder: str) -> Selected:
        """Select a folder of the settings, for writing if the server allows it."""
        path = self._path(folder)
        with self._operation(f"select {folder}"):
            try:
                said, read_only = self._client.select_folder(path), False
            except imaplib.IMAP4.readonly:
                said, read_only = self._client.select_folder(path, readonly=True), True
            except ValueError as error:
                raise imaplib.IMAP4.error(f"unreadable answer: {error}") from error
        if not said.get(b"UIDVALIDITY"):
            raise NeedsHuman(f"{self._account.name}: the server keeps no lasting UIDs in {folder}")
        self._selected = Selected(
            folder=folder,
            uidvalidity=said[b"UIDVALIDITY"],
            exists=said.get(b"EXISTS", 0),
            uidnext=said.get(b"UIDNEXT", 0),
            read_only=read_only,
        )
        return self._selected

    def uids_from(self, first_uid: int) -> list[int]:
        """All UIDs from this one on, ascending."""
        crash_point("CP01")
        found = self._search("list", f"UID {int(first_uid)}:*")
        return [uid for uid in found if uid >= first_uid]  # n:* always names the last message (RFC 3501 section 6.4.8)

    def uids_since(self, moment: datetime) -> list[int]:
        """UIDs of messages that the server received at or after the moment (aware), ascending."""
        # Servers compare days in a zone of their own: ask for a day more, then look at the exact moments.
        day = moment.astimezone(UTC).date() - timedelta(days=1)
        candidates = self._search("list by date", f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")
        kept = []
        for some in _chunks(candidates, MANY):
            found = self._ask(some, "(UID INTERNALDATE)")
            kept += [uid for uid in some if uid in found and (found[uid].internal_date or moment) >= moment]
        return kept

    def present(self, uids: Sequence[int]) -> frozenset[int]:
        """Which of these are in the folder now."""
        with self._operation("look"):
            self._client.noop()  # lets the server tell us of removals first
        found: set[int] = set()
        for some in _chunks(uids, MANY):
            found.update(self._search("look", f"UID {_set_of(some)}"))
        return frozenset(found.intersection(uids))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE in bytes, as the server says it; without those it does not know."""
        found: dict[int, int] = {}
        for some in _chunks(uids, MANY):
            found |= {uid: it.size for uid, it in self._ask(some, "(UID RFC822.SIZE)").items() if it.size is not None}
        return found

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched | Missed]:
        """Each message exactly once, ascending within a batch; over the size cap only its headers.

        A message that does not come whole is asked for once more by itself, also over a new connection when the old
        one broke; then it is Missed, and the others go on. Raises TryLater when the server hangs up too often.
        """
        reopenings = iter(range(REOPENINGS))
        for some in _chunks(uids, MANY):
            sizes = self.sizes(some)
            for batch in _batches(some, sizes, self._account.size_cap):
                yield from self._fetch_batch(batch, sizes, reopenings)

    def fetch_headers(self, uid: int) -> Fetched | Missed:
        """Only the headers of a message, at most `header_cap` bytes of them."""
        cap = self._account.header_cap
        items = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{int(cap)}>)"
        found = self._ask([uid], items, cap + SLACK).get(uid, _NOTHING)
        if found.body is None or found.internal_date is None:
            return self._why_missing(uid)
        return Fetched(
            uid=uid,
            raw=found.body[:cap],
            internal_date=found.internal_date,
            size=found.size or len(found.body),
            headers_only=True,
        )

    def move(self, uids: Sequence[int], target: str) -> Moved:
        """Move to a folder of the settings, which is made if missing; a repeat does no harm.

        MOVE (RFC 6851), else COPY and UID EXPUNGE (RFC 4315). A server with neither keeps the original with a keyword:
        plain EXPUNGE would also remove what others have marked as deleted. Raises TryLater (quota, rights); whatever
        was not moved then is still where it was.
        """
        path = self._path(target)
        self._ensure(path)
        copied: list[int] = []
        for some in _chunks(uids, MANY):
            try:
                copied += self._move(some, path)
            except TryLater as error:
                if "TRYCREATE" not in str(error) or not self._alive:
                    raise
                self._folders.discard(path)
                self._ensure(path)
                copied += self._move(some, path)
        crash_point("CP06")
        here = self.present(uids)
        return Moved(
            moved=tuple(uid for uid in uids if uid not in here),
            copied=tuple(uid for uid in uids if uid in here and uid in copied),
            left=tuple(uid for uid in uids if uid in here and uid not in copied),
        )

    # opening

    def _secure(self) -> None:
        if bytes(self._client.welcome or b"").upper().startswith(b"* PREAUTH"):
            raise Unsafe("the server signs us in without asking (PREAUTH)")
        if self._account.tls is Tls.STARTTLS:
            try:
                self._client.starttls(self._context)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise Unsafe(f"no STARTTLS: {_safe(error)}") from error

    def _sign_in(self) -> None:
        account, secret = self._account, self._account.secret()
        try:
            if account.mechanism is Mechanism.XOAUTH2:
                self._client.oauth2_login(account.user, secret)
            elif self._client.has_capability("AUTH=PLAIN"):
                self._client.plain_login(account.user, secret)
            else:
                self._login(secret)
        except LoginError as error:
            # The library calls everything a refusal, a lost connection and RFC 5530's UNAVAILABLE included.
            if isinstance(error.__context__, imaplib.IMAP4.abort) or "[UNAVAILABLE]" in str(error).upper():
                raise TryLater(f"{account.name}: sign in: {_safe(error)}") from error
            raise SignInRefused(f"{account.name}: the server refused {account.user}: {_safe(error)}") from error
        self._client.forget_capabilities()

    def _login(self, secret: str) -> None:
        account = self._account
        if not (account.user + secret).isascii() or re.search(r'[\s(){%*"\\]', account.user):
            raise NeedsHuman(
                f"{account.name}: the server has no AUTH=PLAIN, and LOGIN cannot carry this name or password"
            )
        self._client.login(account.user, secret)

    def _reopen(self) -> None:
        before = self._selected
        self.close()
        self.open()
        if before and self.select(before.folder).uidvalidity != before.uidvalidity:
            raise TryLater(f"{self._account.name}: {before.folder} got a new UIDVALIDITY while it was read")

    def _drop(self) -> None:
        if self._alive:
            with suppress(OSError):
                self._wire.shutdown()
        self._alive = False
        self._watchdog.release()

    # fetching

    def _fetch_batch(
        self, batch: Sequence[int], sizes: dict[int, int], reopenings: Iterator[int]
    ) -> Iterator[Fetched | Missed]:
        found: dict[int, _Found] = {}
        headers_only = sizes.get(batch[0], 0) > self._account.size_cap
        if not headers_only:
            try:
                found = self._ask(batch, _WHOLE, sum(sizes.get(uid, 0) for uid in batch) + len(batch) * SLACK)
            except TryLater:
                self._reopen_once(reopenings)
            crash_point("CP02")
        lacking = [uid for uid in batch if not found.get(uid, _NOTHING).whole]
        here = self.present(lacking) if lacking else frozenset()
        for uid in batch:
            first = found.pop(uid, _NOTHING)
            if first.whole:
                yield _fetched(uid, first)
            elif uid not in here:
                yield _gone(uid)
            else:
                yield self._fetch_alone(uid, first, reopenings, headers_only=headers_only)

    def _reopen_once(self, reopenings: Iterator[int]) -> None:
        if next(reopenings, None) is None:
            raise TryLater(f"{self._account.name}: the server hung up {REOPENINGS + 1} times in one fetch")
        self._reopen()

    def _fetch_alone(
        self, uid: int, first: _Found, reopenings: Iterator[int], *, headers_only: bool = False
    ) -> Fetched | Missed:
        """The second and last try for one message; one that breaks the connection must not hold up the others."""
        try:
            return self.fetch_headers(uid) if headers_only else self._fetch_again(uid, first)
        except TryLater as error:
            self._reopen_once(reopenings)
            if isinstance(error.__cause__, TooLong) and not headers_only:
                return self._fetch_alone(uid, first, reopenings, headers_only=True)
            return Missed(uid=uid, because=f"the connection broke while it was fetched: {error}")

    def _fetch_again(self, uid: int, first: _Found) -> Fetched | Missed:
        cap = self._account.size_cap
        again = self._ask([uid], _WHOLE, cap).get(uid, _NOTHING)
        if again.whole:
            return _fetched(uid, again)
        if again.body is None or again.internal_date is None:
            return self._why_missing(uid)
        odd = f"the server says {again.size} bytes and sends {len(again.body)}"
        if first.body is not None and first.body != again.body:
            return Missed(uid=uid, because=f"{odd}, not the same ones twice")
        # Some servers only estimate sizes. The second opinion: is there anything behind what we have?
        rest = self._ask([uid], f"(UID BODY.PEEK[]<{len(again.body)}.1024>)", 2 * SLACK).get(uid)
        if rest is None or rest.body:
            return Missed(uid=uid, because=f"{odd}, and more when asked for the rest")
        return _fetched(uid, again, doubt=f"{odd}, twice the same and nothing behind it")

    def _why_missing(self, uid: int) -> Missed:
        if uid not in self.present([uid]):
            return _gone(uid)
        return Missed(uid=uid, because="the server lists it but does not send it")

    def _ask(self, uids: Sequence[int], items: str, literals: int = SLACK) -> dict[int, _Found]:
        """One FETCH. Answers for messages that were not asked for are ignored, as are those without a UID."""
        with self._operation("fetch", literals):
            said, data = self._wire.uid("FETCH", _set_of(uids), items)
            if said == "NO":  # a message was removed meanwhile; what came before is good (RFC 5530 EXPUNGEISSUED)
                data = self._wire.response("FETCH")[1]
            return _read_fetch(data, frozenset(uids))

    def _search(self, what: str, criteria: str) -> list[int]:
        with self._operation(what):
            said, data = self._wire.uid("SEARCH", criteria)
            if said != "OK":
                raise imaplib.IMAP4.error(f"SEARCH: {data!r}")
        words = (word for line in data if line for word in line.split())
        return sorted({int(word) for word in words if word.isdigit()} - {0})

    # moving

    def _move(self, uids: Sequence[int], path: str) -> Sequence[int]:
        """Returns the UIDs that had to be left behind as copies."""
        with self._operation("move"):
            self._wire.moving = True
            if self._client.has_capability("MOVE"):
                self._client.move(uids, path)
                return ()
            if self._client.has_capability("UIDPLUS"):
                self._client.copy(uids, path)
                self._client.delete_messages(uids, silent=True)
                self._client.uid_expunge(uids)
                return ()
            fresh = sorted(set(uids) - set(self._search("look", f"UID {_set_of(uids)} KEYWORD {COPIED}")))
            if fresh:
                self._client.copy(fresh, path)
                self._client.add_flags(fresh, [COPIED.encode()], silent=True)
            return uids

    def _ensure(self, path: str) -> None:
        """Make the folder if it is missing."""
        if path in self._folders:
            return
        with self._operation(f"make the folder {path}"):
            if not self._client.folder_exists(path):
                self._client.create_folder(path)
                with suppress(imaplib.IMAP4.error):  # some servers have no subscriptions
                    self._client.subscribe_folder(path)
        self._folders.add(path)

    def _path(self, folder: str) -> str:
        """The server's name for a folder of the settings: its separator, its prefix for personal folders."""
        if folder.upper() == "INBOX":
            return "INBOX"
        if self._space is None:
            with self._operation("ask for namespaces"):
                self._space = self._namespace()
        prefix, separator = self._space
        path = folder.replace("/", separator) if separator else folder
        return path if path.startswith(prefix) else prefix + path

    def _namespace(self) -> tuple[str, str]:
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal
            if personal:
                return str(personal[0][0]), str(personal[0][1] or "")
        listed = self._client.list_folders("", "")
        return "", bytes(listed[0][1] or b"").decode("ascii", "replace") if listed else ""

    @contextmanager
    def _operation(self, what: str, literals: int = SLACK) -> Iterator[None]:
        """One or a few commands under one deadline; turns every failure of server or network into our own trouble."""
        account = self._account
        if self._alive:
            self._wire.expect(max(literals, SLACK))
        seconds = account.deadline + literals / account.rate
        try:
            with self._watchdog.limit(seconds):
                yield
        except Unsafe as error:
            self._drop()
            raise ConnectionUnsafe(f"{account.name}: {error}") from error
        except (OSError, imaplib.IMAP4.abort) as error:
            self._drop()
            raise self._broken(what, seconds, error) from error
        except imaplib.IMAP4.error as error:
            raise TryLater(f"{account.name}: {what}: {_safe(error)}") from error
        finally:
            if self._alive:
                self._wire.moving = False

    def _broken(self, what: str, seconds: float, error: Exception) -> TryLater:
        prefix = f"{self._account.name}: {what}: "
        if isinstance(error, ssl.SSLCertVerificationError):
            return ConnectionUnsafe(prefix + _safe(error))
        if self._watchdog.expired:
            return TryLater(f"{prefix}not done after {seconds:g} seconds")
        return TryLater(prefix + _safe(error))


def _read_fetch(data: Sequence[Any], asked: frozenset[int]) -> dict[int, _Found]:
    """The answers, by UID. Each response is read by itself: sequence numbers may be used twice while others expunge."""
    found: dict[int, _Found] = {}
    for response in _responses(data):
        try:
            answers = parse_fetch_response(response, normalise_times=False, uid_is_key=False)
        except (imaplib.IMAP4.error, ValueError, TypeError, AttributeError, LookupError, RecursionError):
            continue  # what cannot be read has not come: it is asked for again
        for answer in answers.values():
            uid = answer.get(b"UID")
            if uid in asked:
                found[uid] = _merged(found.get(uid, _NOTHING), answer)
    return found


def _responses(data: Sequence[Any]) -> Iterator[list[Any]]:
    """The library's flat list, cut where a response ends: after the first piece that brings no literal."""
    current: list[Any] = []
    for piece in data:
        if piece is None:
            continue
        current.append(piece)
        if isinstance(piece, bytes):
            yield current
            current = []


def _merged(known: _Found, answer: dict[bytes, Any]) -> _Found:
    size, date = answer.get(b"RFC822.SIZE"), answer.get(b"INTERNALDATE")
    body = next((value for key, value in answer.items() if key.startswith(b"BODY[")), None)
    if isinstance(date, datetime) and date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return _Found(
        size=size if isinstance(size, int) else known.size,
        internal_date=date.astimezone(UTC) if isinstance(date, datetime) else known.internal_date,
        body=body if isinstance(body, bytes) else known.body,
    )


def _fetched(uid: int, found: _Found, doubt: str = "") -> Fetched:
    assert found.body is not None
    assert found.internal_date is not None
    size = len(found.body) if found.size is None else found.size
    return Fetched(uid=uid, raw=found.body, internal_date=found.internal_date, size=size, doubt=doubt)


def _gone(uid: int) -> Missed:
    return Missed(uid=uid, because="somebody else removed it before it was fetched", gone=True)


def _batches(uids: Sequence[int], sizes: dict[int, int], cap: int) -> Iterator[list[int]]:
    """Groups for one FETCH each, small in number and bytes; a message over the cap is alone."""
    batch: list[int] = []
    held = 0
    for uid in uids:
        size = sizes.get(uid, 0)
        if batch and (len(batch) == BATCH or held + size > BATCH_BYTES or size > cap):
            yield batch
            batch, held = [], 0
        batch.append(uid)
        held += size
    if batch:
        yield batch


def _chunks(uids: Sequence[int], length: int) -> Iterator[Sequence[int]]:
    return (uids[start : start + length] for start in range(0, len(uids), length))


def _set_of(uids: Iterable[int]) -> str:
    return ",".join(str(int(uid)) for uid in uids)


def _safe(error: object) -> str:
    """What the library or the server says, on one line and not too long."""
    return SAFE_TEXT.sub(" ", str(error))[:300]
