"""Where a message belongs: to a case, beside one, or nowhere yet (invariant 6, policy §12).

From the top, the first line that fits decides:

Message-ID seen before, same sender, the same words ──► the same letter by another road
valid token of the sender ────────────────────────────► joins
sender already a participant, and
  Message-ID seen before, other words ────────────────► joins
  References, In-Reply-To or subject tag ─────────────► joins
valid token in a stranger's hands ────────────────────► note for staff on that case
References or tag, sender a stranger ─────────────────► new case, with a link for staff
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.case import Case
from cases.making import quick
from cases.message import IncomingMessage
from cases.tokens import IssuedToken, id_of, is_valid


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """A message read earlier that claims the same Message-ID."""

    raw_id: int
    sender: str
    fingerprint: str
    number: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows about the ids, numbers and tokens that a message names."""

    tokens: Mapping[str, IssuedToken]  # by token id
    by_message_id: tuple[str, ...]  # case numbers, best first
    by_number: tuple[str, ...]
    same_message: tuple[KnownMessage, ...]
    cases: Mapping[str, Case]
    keys: Mapping[str, bytes]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The sender belongs to the case; `token` is set when a valid token of this very sender proves it."""

    number: str
    how: str
    token: IssuedToken | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A note that only staff will see."""

    number: str
    because: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The same letter once more."""

    number: str
    raw_id: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """No case knows it; `links` are cases that staff may want to look at."""

    links: tuple[str, ...] = ()


Place = Join | Beside | Again | Fresh


def place_of(message: IncomingMessage, fingerprint: str, known: Known, now: datetime) -> Place:
    """Where the message belongs. Total: every message has exactly one place."""
    sender = message.sender.address.casefold() if message.sender else ""
    earlier = tuple(one for one in known.same_message if sender and one.number and one.sender.casefold() == sender)
    for one in earlier:
        # Before the token: an answer to two of our addresses carries its token twice and is still one answer.
        if one.fingerprint == fingerprint:
            return Again(number=one.number, raw_id=one.raw_id)
    valid = tuple(_valid_tokens(message.tokens, known, now))
    for issued in valid:
        if sender and issued.address.casefold() == sender:
            return Join(number=issued.number, how="token", token=issued)
    hinted = (*(("references", n) for n in known.by_message_id), *(("subject", n) for n in known.by_number))
    for how, number in (*(("message-id", one.number) for one in earlier), *hinted):
        case = known.cases.get(number)
        # Also for a Message-ID of their own: what a stranger wrote before may be a mere note beside the case.
        if case and sender and case.has_participant(sender):
            return Join(number=number, how=how)
    for issued in valid:
        return Beside(number=issued.number, because="token of another address")
    return Fresh(links=tuple(dict.fromkeys(number for _, number in hinted if number in known.cases)))


def _valid_tokens(candidates: Iterable[str], known: Known, now: datetime) -> Iterable[IssuedToken]:
    for candidate in candidates:
        issued = known.tokens.get(id_of(candidate) or "")
        if issued and is_valid(candidate, issued, known.keys, now):
            yield issued
