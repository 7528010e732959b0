r"""Reads accounts over IMAP; the only home of imapclient.

Nothing a server says is believed for being said: every message asked for must come, whole, under its own UID, within
a deadline, and only integers and names from the settings ever reach a command. `\Seen` is never touched.

    with connect(account) as session:
        selected = session.select("INBOX")
        for item in session.fetch(session.uids_from(1)):
            ...                                     # Fetched or Missed
        session.move(uids, "Processed")
"""

import logging
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, LoginError
from imapclient.response_parser import parse_fetch_response

from cases.trouble import TryLater
from daemon.accounts import ImapAccount, Mechanism, Tls, hint_of, tls_context
from daemon.crash import crash_point
from daemon.fetching import MANY, NOTHING, SLACK, Fetched, Fetching, Found, Missed, chunks
from daemon.tries import SignInRefused
from daemon.watchdog import Watchdog
from daemon.wire import Unsafe, Wire

__all__ = ["ConnectionUnsafe", "Fetched", "Missed", "Moved", "Selected", "Session", "SignInRefused", "connect"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

COPIED = "$OmbudCopied"  # keyword of a message that was copied and could not be removed
SAFE_TEXT = re.compile(r"[^\x20-\x7e]+")


class ConnectionUnsafe(TryLater):
    """The server is not who or how the settings say (certificate, STARTTLS, PREAUTH); no credentials were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A folder as it was selected; `uidnext` is 0 when the server does not say it."""

    folder: str
    uidvalidity: int
    exists: int
    uidnext: int
    read_only: bool = False


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
        self._watchdog = Watchdog()

    def open(self) -> None:
        """Connect and sign in; once more when a token was refused that may just have been revoked or expired."""
        account = self._account
        try:
            account.tries.check("imap")
        except SignInRefused as error:
            raise SignInRefused(f"{account.name}: {error}") from error
        secret = self._secret()
        try:
            self._open(secret)
        except SignInRefused as error:
            account.tries.refused("imap", str(error))
            if not (account.renew(secret) and account.tries.may_repeat()):
                raise
            self._drop()
            self._open_again()
        account.tries.accepted("imap")

    def _open_again(self) -> None:
        try:
            self._open(self._secret())
        except SignInRefused as error:
            self._account.tries.refused("imap", str(error))
            raise

    def _secret(self) -> str:
        """Asked before there is a connection, which would be kept waiting."""
        account = self._account
        try:
            return account.secret()
        except SignInRefused as error:
            account.tries.refused("imap", str(error))
            raise SignInRefused(f"{account.name}: {error}") from error
        except TryLater as error:
            raise TryLater(f"{account.name}: {error}") from error

    def _open(self, secret: str) -> None:
        self._watchdog = Watchdog()
        self._space: tuple[str, str] | None = None
        with self._operation(f"connect to {self._account.host}:{self._account.port}"):
            wire = Wire(self._account, self._context, self._watchdog)
            self._wire, self._alive = wire, True
            self._client: Any = _Client(wire, self._account)
            self._secure()
        with self._operation("sign in"):
            self._sign_in(secret)

    def close(self) -> None:
        """Say goodbye if the connection still works; never raises."""
        if self._alive:
            with suppress(OSError, IMAPClientError), self._watchdog.limit(5.0):
                self._wire.expect()
                self._client.logout()
        self._drop()

    def select(self, folder: str) -> Selected:
        """Select a folder of the settings, for writing if the server allows it."""
        path = self._path(folder)
        with self._operation(f"select {folder}"):
            try:
                said, read_only = self._client.select_folder(path), False
            except IMAPClientReadOnlyError:
                said, read_only = self._client.select_folder(path, readonly=True), True
        if not said.get(b"UIDVALIDITY"):
            raise TryLater(f"{self._account.name}: the server keeps no lasting UIDs in {folder}")
        self._selected = Selected(
            folder=folder,
            uidvalidity=said[b"UIDVALIDITY"],
            exists=said.get(b"EXISTS", 0),
            uidnext=said.get(b"UIDNEXT", 0),
            read_only=read_only,
        )
        return self._selected

    def look(self, folder: str) -> int | None:
        """How many messages lie in a folder, without a trace there (EXAMINE); None when there is no such folder."""
        path = self._path(folder)
        with self._operation(f"look into {folder}"):
            if not self._client.folder_exists(path):
                return None
            return int(self._client.select_folder(path, readonly=True).get(b"EXISTS", 0))

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
        for some in chunks(candidates, MANY):
            found = self.ask(some, "(UID INTERNALDATE)")
            kept += [uid for uid in some if uid in found and (found[uid].internal_date or moment) >= moment]
        return kept

    def present(self, uids: Sequence[int]) -> frozenset[int]:
        """Which of these are in the folder now."""
        with self._operation("look"):
            self._client.noop()  # lets the server tell us of removals first
        found: set[int] = set()
        for some in chunks(uids, MANY):
            found.update(self._search("look", f"UID {_set_of(some)}"))
        return frozenset(found.intersection(uids))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE in bytes, as the server says it; without those it does not know."""
        found: dict[int, int] = {}
        for some in chunks(uids, MANY):
            said = self.ask(some, "(UID RFC822.SIZE)")
            found |= {uid: it.size for uid, it in said.items() if it.size is not None}
        return found

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched | Missed]:
        """Each message exactly once, in batches; over the size cap only its headers. See `daemon.fetching`."""
        return Fetching(self, self._account).run(uids)

    def fetch_headers(self, uid: int) -> Fetched | Missed:
        """Only the headers of a message, at most `header_cap` bytes of them."""
        return Fetching(self, self._account).headers(uid)

    def ask(self, uids: Sequence[int], items: str, literals: int = SLACK, size: int = 0) -> dict[int, Found]:
        """One FETCH that may bring so many bytes of literals, in a time fit for `size` bytes.

        Answers for messages that were not asked for are ignored, as are those without a UID.
        """
        with self._operation("fetch", literals, size):
            said, data = self._wire.uid("FETCH", _set_of(uids), items)
            if said == "NO":  # a message was removed meanwhile; what came before is good (RFC 5530 EXPUNGEISSUED)
                data = self._wire.response("FETCH")[1]
            return _read_fetch(data, frozenset(uids))

    def reopen(self) -> None:
        """A new connection to the same folder. Raises TryLater also when that has a new UIDVALIDITY."""
        before = self._selected
        self.close()
        self.open()
        if before and self.select(before.folder).uidvalidity != before.uidvalidity:
            raise TryLater(f"{self._account.name}: {before.folder} got a new UIDVALIDITY while it was read")

    @property
    def overrun(self) -> bool:
        """Whether the connection ended because the server sent more than was asked for."""
        return self._wire.overrun

    @property
    def too_slow(self) -> bool:
        """Whether it ended because a deadline passed."""
        return self._watchdog.expired

    def move(self, uids: Sequence[int], target: str) -> Moved:
        """Move to a folder of the settings, which is made if missing; a repeat does no harm.

        MOVE (RFC 6851), else COPY and UID EXPUNGE (RFC 4315). A server with neither keeps the original with a keyword:
        plain EXPUNGE would also remove what others have marked as deleted. Raises TryLater (quota, rights); whatever
        was not moved then is still where it was.
        """
        path = self._path(target)
        self._ensure(path)
        copied: list[int] = []
        for some in chunks(uids, MANY):
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
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                raise Unsafe(f"no STARTTLS: {_safe(error)}") from error

    def _sign_in(self, secret: str) -> None:
        account = self._account
        if account.mechanism is Mechanism.XOAUTH2 and not self._client.has_capability("AUTH=XOAUTH2"):
            raise TryLater(f"{account.name}: {account.host} takes no access tokens (it offers no AUTH=XOAUTH2)")
        try:
            if account.mechanism is Mechanism.XOAUTH2:
                answers = iter((f"user={account.user}\1auth=Bearer {secret}\1\1",))
                # The second challenge is an error report, after which an empty line brings the refusal itself.
                self._client.sasl_login("XOAUTH2", lambda _challenge: next(answers, ""))
            elif self._client.has_capability("AUTH=PLAIN"):
                self._client.plain_login(account.user, secret)
            else:
                self._login(secret)
        except LoginError as error:
            # The library calls everything a refusal, a lost connection and RFC 5530's UNAVAILABLE included.
            if isinstance(error.__context__, IMAPClientAbortError) or "[UNAVAILABLE]" in str(error).upper():
                raise TryLater(f"{account.name}: sign in: {_safe(error)}") from error
            raise SignInRefused(f"{account.name}: the server refused {account.user}: {_safe(error)}") from error
        self._client.forget_capabilities()

    def _login(self, secret: str) -> None:
        account = self._account
        if not (account.user + secret).isascii() or re.search(r'[\s(){%*"\\]', account.user):
            raise TryLater(
                f"{account.name}: the server has no AUTH=PLAIN, and LOGIN cannot carry this name or password"
            )
        self._client.login(account.user, secret)

    def _drop(self) -> None:
        if self._alive:
            with suppress(OSError):
                self._wire.shutdown()
        self._alive = False
        self._watchdog.release()

    def _search(self, what: str, criteria: str) -> list[int]:
        with self._operation(what):
            said, data = self._wire.uid("SEARCH", criteria)
            if said != "OK":
                raise IMAPClientError(f"SEARCH: {data!r}")
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
                with suppress(IMAPClientError):  # some servers have no subscriptions
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
    def _operation(self, what: str, literals: int = SLACK, size: int = 0) -> Iterator[None]:
        """One or a few commands under one deadline; turns every failure of server or network into our own trouble."""
        account = self._account
        if self._alive:
            self._wire.expect(max(literals, SLACK))
        seconds = account.deadline + size / account.rate
        try:
            with self._watchdog.limit(seconds):
                yield
        except Unsafe as error:
            self._drop()
            raise ConnectionUnsafe(f"{account.name}: {error}") from error
        except (OSError, IMAPClientAbortError) as error:
            self._drop()
            raise self._broken(what, seconds, error) from error
        except IMAPClientError as error:
            raise TryLater(f"{account.name}: {what}: {_safe(error)}") from error
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:  # the library, surprised
            raise TryLater(f"{account.name}: {what}: unreadable answer ({type(error).__name__})") from error
        finally:
            if self._alive:
                self._wire.moving = False

    def _broken(self, what: str, seconds: float, error: Exception) -> TryLater:
        prefix = f"{self._account.name}: {what}: "
        if isinstance(error, ssl.SSLCertVerificationError):
            return ConnectionUnsafe(prefix + _safe(error) + hint_of(error))
        if self._watchdog.expired:
            return TryLater(f"{prefix}not done after {seconds:g} seconds")
        return TryLater(prefix + _safe(error) + hint_of(error))


def _read_fetch(data: Sequence[Any], asked: frozenset[int]) -> dict[int, Found]:
    """The answers, by UID. Each response is read by itself: sequence numbers may be used twice while others expunge."""
    found: dict[int, Found] = {}
    for response in _responses(data):
        try:
            answers = parse_fetch_response(response, normalise_times=False, uid_is_key=False)
        except (IMAPClientError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
            continue  # what cannot be read has not come: it is asked for again
        for answer in answers.values():
            uid = answer.get(b"UID")
            if uid in asked:
                found[uid] = found.get(uid, NOTHING).updated(answer)
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


def _set_of(uids: Iterable[int]) -> str:
    return ",".join(str(int(uid)) for uid in uids)


def _safe(error: object) -> str:
    """What the library or the server says, on one line and not too long."""
    return SAFE_TEXT.sub(" ", str(error))[:300]
