"""What a letter shall become as a message: to whom, from whom, with which token, headers and files."""

import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import cache
from urllib.parse import quote

from cases.case import Case
from cases.letters import Letter
from cases.making import quick
from cases.message import Proof
from cases.policy import CommandRow, Policy
from cases.tokens import IssuedToken, base32, mint, token_id
from cases.views import RATING, typed
from cases.words import ABOUT_MANY, DIGEST, TOGETHER, LetterClass
from daemon.mime import Part, Written
from daemon.pressing import Order
from store.values import Insert, OutboxState, Outgoing

MARK = "X-Ombud-Mark"
HELD_BY_MODE = "letters = hold"  # why a letter waits while a new desk is tried out
HELD_BY_RESTORE = "restored from a copy"  # why it waits until a person has looked: it may have left before
HELD_ON_PURPOSE = frozenset({HELD_BY_MODE, HELD_BY_RESTORE})
_PLAIN_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,120}@[A-Za-z0-9.\[\]:-]{1,120}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The sending side of an account.

    `reply_token`: where the token of an answer lives (`plus`, `catch-all` or `body`); it is always in the Message-ID.
    `letters`: `send`, `hold`, or `redirect:ADDRESS` while a new desk is tried out.
    """

    account: str
    address: str
    name: str  # of the organisation, shown beside the address
    reply_token: str = "plus"  # noqa: S105 (a way, not a secret)
    letters: str = "send"

    @property
    def domain(self) -> str:
        """The domain of the desk address, also that of our Message-IDs."""
        return self.address.rpartition("@")[2]

    def reply_to(self, token: str) -> str:
        """The address an answer should go to."""
        local, _, domain = self.address.rpartition("@")
        return {"plus": f"{local}+{token}@{domain}", "catch-all": f"{token}@{domain}"}.get(
            self.reply_token, self.address
        )

    def envelope_from(self, token: str) -> str:
        """The address a bounce will come to."""
        local, _, domain = self.address.rpartition("@")
        return {"plus": f"{local}+b-{token}@{domain}", "catch-all": f"b-{token}@{domain}"}.get(
            self.reply_token, self.address
        )


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Base64 lines of a stored message that can be copied as they are."""

    raw_id: int
    start: int
    length: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to go with a letter, under a name of our own choosing: its bytes, or where a stored message has them."""

    name: str
    type: str
    content: bytes = b""
    place: Place | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """An outgoing message with the token it carries."""

    outgoing: Outgoing  # without its bytes, which the order makes
    token: IssuedToken
    order: Order
    places: tuple[Place, ...] = ()  # of the files that lie elsewhere

    def finished(self, written: Written) -> Outgoing:
        """What is to be queued."""
        inserts = tuple(
            Insert(offset=gap, raw_id=place.raw_id, start=place.start, length=place.length)
            for gap, place in zip(written.gaps, self.places, strict=True)
        )
        return replace(self.outgoing, raw=written.raw, inserts=inserts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys that make and check tokens; the first one makes them."""

    by_id: Mapping[str, bytes]

    @property
    def current(self) -> tuple[str, bytes]:
        """The key that new tokens are made with."""
        return next(iter(self.by_id.items()))

    def mark(self, message_id: str) -> str:
        """What proves that a message that comes back is our own (threats T9)."""
        return _mark(self.current[1], message_id)

    def is_own(self, mark: str, message_id: str) -> bool:
        """Whether we made the mark for this Message-ID."""
        return any(hmac.compare_digest(_mark(key, message_id), mark) for key in self.by_id.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Says what letters shall become. `random` returns n unpredictable bytes."""

    desks: Mapping[str, Desk]  # by account
    keys: Keys
    policy: Policy
    random: Callable[[int], bytes] = secrets.token_bytes
    is_restored: Callable[[], bool] = lambda: False  # and no person has let letters go since
    _clicks: dict[tuple[str, str], str] = field(default_factory=dict)  # by command and language

    def compose(  # noqa: PLR0913 (what a message is made of)
        self,
        letter: Letter,
        case: Case | None,
        view: dict[str, object],
        now: datetime,
        files: Sequence[File] = (),
        *,
        account: str = "",
        about: str = "",
    ) -> Composed:
        """Everything about the message but its bytes, and the order to make those.

        It leaves over the case's account; a letter about no case over `account`, or the first one. `about` is the first
        case that a digest speaks of.
        """
        desk = self._desk(case.account if case else account)
        issued = IssuedToken(
            id=token_id(self.random(5)),
            number=letter.number or about,
            address=letter.to,
            purpose=DIGEST if letter.letter in TOGETHER else "staff" if letter.person else "customer",
            expires_at=now + self.policy.letters.token_valid_for,
            letter_key=letter.key,
        )
        token = mint(issued, *self.keys.current)
        outgoing = self._outgoing(letter, desk, token, now)
        order = Order(
            letter=letter.letter,
            language=letter.language,
            view=view | self._reply_facts(letter, desk, token, view),
            headers=self._headers(letter, case, desk, token, outgoing),
            files=[
                Part(type=file.type, content=file.content, base64=True, name=file.name, elsewhere=bool(file.place))
                for file in files
            ],
            boundary=f"=_{token}",
            recipient=outgoing.recipient,
            message_id=outgoing.message_id,
        )
        places = tuple(file.place for file in files if file.place)
        return Composed(outgoing=outgoing, token=issued, order=order, places=places)

    def answers_about(
        self, case: Case, letter: Letter, commands: Sequence[str], now: datetime
    ) -> tuple[IssuedToken, dict[str, object]]:
        """A token with which the reader of a letter about several cases acts on this one, and links that carry it."""
        desk = self._desk(case.account)
        issued = IssuedToken(
            id=token_id(self.random(5)),
            number=case.number,
            address=letter.to,
            purpose="staff",
            expires_at=now + self.policy.letters.token_valid_for,
            letter_key=letter.key,
        )
        token = mint(issued, *self.keys.current)
        actions = self._actions(case.number, letter.language, desk.reply_to(token), token, commands)
        return issued, {"actions": actions}

    def _desk(self, account: str) -> Desk:
        return self.desks.get(account) or next(iter(self.desks.values()))

    def _reply_facts(self, letter: Letter, desk: Desk, token: str, view: Mapping[str, object]) -> dict[str, object]:
        allowed = view.get("allowed", [])
        names = [str(name) for name in allowed] if isinstance(allowed, list) else []
        replies = view.get("replies", [])
        said = [str(name) for name in replies] if isinstance(replies, list) else []
        address = desk.reply_to(token)
        return {
            "marker": True,
            "reference": f"[ref:{token}]",
            "actions": self._actions(letter.number, letter.language, address, token, names) if names else [],
            "answers": self._answers(letter, address, token, said) if said else [],
        }

    def _answers(self, letter: Letter, address: str, token: str, replies: Sequence[str]) -> list[dict[str, object]]:
        """One-click answers of a customer, in words of their language that are taken for what they say."""
        link, end = _link(letter.number, address), _reference(token)
        return [{"command": name, "url": link + quote(self._said(name, letter.language)) + end} for name in replies]

    def _said(self, name: str, language: str) -> str:
        return name.removeprefix(RATING) if name.startswith(RATING) else self.policy.answers.phrase(name, language)

    def _actions(
        self, number: str, language: str, address: str, token: str, commands: Sequence[str]
    ) -> list[dict[str, object]]:
        """One-click answers: each opens a new message that begins with the command."""
        link, end = _link(number, address), _reference(token)
        clicks = [(name, self._click(name, language)) for name in commands]
        return [{"command": name, "url": link + click + end} for name, click in clicks if click]

    def _click(self, name: str, language: str) -> str:
        """The start of a link's text that gives a command; empty when there is none of that name."""
        found = self._clicks.get((name, language))
        if found is None:
            row = next((row for row in self.policy.commands if row.name == name), None)
            # Quoting costs as much as the rest of the view, and there are few commands and languages.
            found = self._clicks[name, language] = quote(_one_click(row, language)) if row else ""
        return found

    def _parents(self, letter: Letter, case: Case | None, desk: Desk) -> tuple[str, ...]:
        """What the message answers: for the customer their own message, for colleagues the thread of the case."""
        if case is None:
            return ()
        if letter.person:
            return (f"<{case.number.lower()}.case@{desk.domain}>",)
        # An id is the sender's text: an unproven one gets nothing of theirs back (invariant 9).
        plain = _PLAIN_ID.fullmatch(case.message_id) and case.proof >= Proof.PLAUSIBLE
        return (case.message_id,) if plain else ()

    def _headers(
        self, letter: Letter, case: Case | None, desk: Desk, token: str, outgoing: Outgoing
    ) -> tuple[tuple[str, str], ...]:
        parents = self._parents(letter, case, desk)
        return (
            ("From", f"{_phrase(desk.name)} <{desk.address}>"),
            ("To", outgoing.recipient),
            ("Reply-To", desk.reply_to(token)),
            ("Subject", ""),
            ("Date", format_datetime(outgoing.created_at)),
            ("Message-ID", outgoing.message_id),
            *((("In-Reply-To", parents[-1]), ("References", " ".join(parents))) if parents else ()),
            # RFC 3834: no robot may answer this, and everybody can see why it came.
            ("Auto-Submitted", "auto-replied" if letter.letter_class is LetterClass.ANSWER else "auto-generated"),
            ("X-Auto-Response-Suppress", "DR, OOF, AutoReply"),
            (MARK, self.keys.mark(outgoing.message_id)),
            ("Content-Language", ""),
            *((("X-Ombud-Intended-For", letter.to),) if outgoing.recipient != letter.to else ()),
        )

    def _outgoing(self, letter: Letter, desk: Desk, token: str, now: datetime) -> Outgoing:
        redirected = desk.letters.partition("redirect:")[2]
        because = letter.hold or (HELD_BY_MODE if desk.letters == "hold" else "")
        # The desk's own notices have no twin that matters.
        if not because and (letter.number or letter.letter in TOGETHER | ABOUT_MANY) and self.is_restored():
            because = HELD_BY_RESTORE
        return Outgoing(
            key=letter.key,
            number=letter.number,
            letter=letter.letter,
            letter_class=letter.letter_class,
            stops=letter.stops,
            recipient=redirected or letter.to,
            envelope_from=desk.envelope_from(token),
            message_id=f"<{token}.{base32(self.random(5))}@{desk.domain}>",
            account=desk.account,
            created_at=now,
            not_before=letter.not_before,
            priority=letter.priority,
            state=OutboxState.HELD if because else OutboxState.QUEUED,
            because=because,
        )


_REFERENCE = tuple(map(quote, ("\n\n[ref:", "]")))  # quoting costs as much as the rest of a link
_SUBJECT = tuple(map(quote, ("Re: [", "]")))
_UNQUOTED = re.compile(r"[A-Za-z0-9_.~@+-]*")


def _link(number: str, address: str) -> str:
    return f"mailto:{_quoted(address)}?subject={_SUBJECT[0]}{_quoted(number)}{_SUBJECT[1]}&body="


def _quoted(text: str) -> str:
    """As a link writes it. Tokens, numbers and our addresses have nothing to quote, which is quicker seen."""
    return text if _UNQUOTED.fullmatch(text) else quote(text, safe="@+")


def _reference(token: str) -> str:
    """The end of a message's text that carries the token, as a link writes it."""
    return f"{_REFERENCE[0]}{_quoted(token)}{_REFERENCE[1]}"


def _one_click(row: CommandRow, language: str) -> str:
    """The text of an answer that gives the command, in a spelling of the reader's language."""
    return typed(row, language) + (": " if row.needs_text else "")


@cache
def _phrase(name: str) -> str:
    """The organisation's name before its address; letters of other scripts as an encoded word (RFC 2047)."""
    plain = re.sub(r'[\x00-\x1f\x7f"\\<>@,;:]', " ", name).strip()
    return f'"{plain}"' if plain.isascii() else Header(plain, "utf-8", maxlinelen=1000).encode()


def _mark(key: bytes, message_id: str) -> str:
    digest = hmac.digest(key, b"mark\0" + message_id.encode(), "sha256")[:16]
    return base32(digest)
