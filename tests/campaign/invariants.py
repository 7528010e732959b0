"""The account after a campaign: the invariants I1 to I7, each counted over everything there is."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from cases.case import Case, fold
from cases.events import CaseOpened
from cases.trouble import NeedsHuman
from cases.words import LetterClass
from store.values import OutboxRow, OutboxState, Outcome, PendingRaw
from tests.campaign.campaign import Campaign
from tests.campaign.corpus import OPENING, Kind
from tests.campaign.sink import Taken
from tests.e2e.opened import OpenDesk

MOST = 10**9
FIRST_POLL = 5.0  # seconds
TIMING = "I7"
GREETINGS = frozenset({"acknowledgement", "acknowledgement-bare", "triage-acknowledgement"})
# What a kind of message may become, and whether it must belong to the case of the complaint it follows.
FATES: Mapping[Kind, tuple[frozenset[Outcome], bool]] = {
    Kind.COMPLAINT: (frozenset({Outcome.CASE}), True),
    Kind.OLD: (frozenset({Outcome.CASE}), True),
    Kind.REPLY: (frozenset({Outcome.CASE}), True),
    Kind.REFERENCES: (frozenset({Outcome.CASE}), True),
    Kind.COPY: (frozenset({Outcome.CASE}), True),
    Kind.TWIN: (frozenset({Outcome.CASE}), True),
    Kind.ABSENCE: (frozenset({Outcome.CASE}), True),
    Kind.BOUNCE: (frozenset({Outcome.BOUNCE}), True),
    Kind.COMMAND: (frozenset({Outcome.CASE}), False),
    Kind.HOSTILE: (frozenset(Outcome), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One invariant: how much was looked at, and what is wrong."""

    name: str
    what: str
    looked_at: int
    wrong: tuple[str, ...]


@dataclass
class Account:
    """Everything the checks look at, read once."""

    campaign: Campaign
    office: OpenDesk
    copies: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for taken in self.campaign.taken:
            self.copies[taken.message_id].append(taken)

    @cached_property
    def raws(self) -> dict[str, list[PendingRaw]]:
        """Stored messages by their stated hash, without keeping the bytes of all of them at once."""
        found: dict[str, list[PendingRaw]] = defaultdict(list)
        for raw in self._all_raws():
            found[hashlib.sha256(raw.raw).hexdigest()].append(raw)
        return found

    @cached_property
    def outbox(self) -> tuple[OutboxRow, ...]:
        return self.office.house.store.outbox(None, MOST)

    @cached_property
    def cases(self) -> dict[str, Case]:
        store = self.office.house.store
        return store.load_many([row.number for row in store.cases(None, MOST)])

    @cached_property
    def case_of(self) -> dict[int, str]:
        """Complaint → the number of the case its bytes opened or joined."""
        found = {}
        for one in self.campaign.diary.delivered:
            if one.planned.kind in OPENING and (raws := self.raws.get(one.sha256)):
                found[one.planned.index] = raws[0].number
        return found

    def _all_raws(self) -> Iterator[PendingRaw]:
        store = self.office.house.store
        left, raw_id = store.stats()["messages"], 0
        while left and raw_id < MOST:  # numbers are missing where a transaction was given up
            raw_id += 1
            with suppress(NeedsHuman):
                yield store.raw(raw_id)
                left -= 1


def check(campaign: Campaign, office: OpenDesk) -> tuple[Check, ...]:
    """All of them."""
    account = Account(campaign=campaign, office=office)
    return tuple(_checked(account, name, work) for name, work in _CHECKS.items())


def _checked(account: Account, name: str, work: Callable[[Account], tuple[int, list[str]]]) -> Check:
    looked_at, wrong = work(account)
    return Check(name=name, what=(work.__doc__ or "").split("\n")[0], looked_at=looked_at, wrong=tuple(wrong))


def _stored(account: Account) -> tuple[int, list[str]]:
    """Every message ever in the INBOX has one raw row with equal bytes, and lies filed on the server."""
    delivered = account.campaign.diary.delivered
    wrong = [f"{one.planned} has {n} rows" for one in delivered if (n := len(account.raws.get(one.sha256, ()))) != 1]
    unknown = set(account.raws) - {one.sha256 for one in delivered}
    wrong += [f"bytes that nobody sent: {digest}" for digest in unknown]
    wrong += [
        f"{raw.raw_id}: stated hash differs" for s, raws in account.raws.items() for raw in raws if raw.sha256 != s
    ]
    recorded = account.office.house.store.stats()["deliveries"]
    if recorded != len(delivered):
        wrong.append(f"{len(delivered)} deliveries, {recorded} on record")
    imap = account.campaign.account
    if left := imap.messages():
        wrong.append(f"{len(left)} messages still lie in the INBOX")
    filed = Counter(
        hashlib.sha256(one.raw).hexdigest() for folder in ("Processed", "Quarantine") for one in imap.messages(folder)
    )
    if filed != Counter(one.sha256 for one in delivered):
        wrong.append(f"the server's folders hold {filed.total()} messages, not what was delivered")
    return len(delivered), wrong


def _settled(account: Account) -> tuple[int, list[str]]:
    """Each has exactly one outcome, and the one it ought to have."""
    wrong = []
    for one in account.campaign.diary.delivered:
        outcomes, belongs = FATES[one.planned.kind]
        of = one.planned.of if one.planned.of >= 0 else one.planned.index
        for raw in account.raws.get(one.sha256, ()):
            if raw.outcome not in outcomes:
                wrong.append(f"{one.planned} (message {raw.raw_id}, {raw.attempts} attempts) ended as {raw.outcome}")
            elif belongs and raw.number != account.case_of.get(of):
                wrong.append(f"{one.planned} went to {raw.number}, not to {account.case_of.get(of)}")
    events = Counter(
        record.event_key for number in account.cases for record in account.office.house.store.events(number)
    )
    wrong += [f"event {key} is there {n} times" for key, n in events.items() if n > 1]
    wrong += [f"message {raw.raw_id} waits" for raw in account.office.house.store.pending(1)]
    return sum(map(len, account.raws.values())), wrong


def _opened_once(account: Account) -> tuple[int, list[str]]:
    """Every complaint has one case of its own, and its sender one acknowledgement."""
    wrong = []
    numbers = Counter(account.case_of.values())
    wrong += [f"case {number} holds {n} complaints" for number, n in numbers.items() if n > 1]
    opened = Counter(case.customer.casefold() for case in account.cases.values())
    greeted = Counter(row.recipient.casefold() for row in account.outbox if row.letter in GREETINGS)
    for one in account.campaign.diary.delivered:
        if one.planned.kind not in OPENING:
            continue
        sender = one.planned.sender
        if opened[sender] != 1:
            wrong.append(f"{sender} has {opened[sender]} cases")
        if greeted[sender] != 1:
            wrong.append(f"{sender} has {greeted[sender]} acknowledgements")
    for number in account.cases:
        starts = [x for x in account.office.house.store.events(number) if isinstance(x.event, CaseOpened)]
        if len(starts) != 1:
            wrong.append(f"case {number} was opened {len(starts)} times")
    return len(account.case_of), wrong


def _sent_once(account: Account) -> tuple[int, list[str]]:
    """Each letter reached the server as often as its state says: once, or not; in doubt at most twice."""
    wrong = []
    now = account.office.clock.now()
    doubted = account.campaign.diary.doubted
    for row in account.outbox:
        n = len(account.copies.get(row.message_id, ()))
        least, most = _allowed(row, in_doubt=row.key in doubted)
        if not least <= n <= most:
            wrong.append(f"letter {row.id} {row.key} ({row.state}, {row.because}, {row.tries} tries) left {n} times")
        if row.state in {OutboxState.RETRY, OutboxState.SENDING, OutboxState.FAILED}:
            wrong.append(f"letter {row.id} {row.key} is {row.state}: {row.because}")
        if row.state is OutboxState.QUEUED and row.next_try <= now:
            wrong.append(f"letter {row.id} {row.key} is due and has not left")
    wrong += account.campaign.diary.baseless
    known = {row.message_id for row in account.outbox}
    wrong += [f"a letter that no row knows: {key}" for key in set(account.copies) - known]
    # Twice in doubt, a letter waits for a person, though perhaps it never left; then nobody could answer it.
    parked = {row.recipient for row in account.outbox if row.state is OutboxState.UNCERTAIN}
    wrong += [
        f"no letter came to answer for {one}"
        for one in account.campaign.diary.unanswerable
        if account.campaign.planned[one.of].sender not in parked
    ]
    keys = Counter(row.key for row in account.outbox)
    wrong += [f"letter {key} is there {n} times" for key, n in keys.items() if n > 1]
    return len(account.outbox), wrong


def _allowed(row: OutboxRow, *, in_doubt: bool) -> tuple[int, int]:
    twice = 2 if in_doubt and row.letter_class is not LetterClass.FINAL else 1
    match row.state:
        case OutboxState.SENT | OutboxState.BOUNCED:
            return 1, twice
        case OutboxState.UNCERTAIN:
            return 0, twice if in_doubt else 0
        case _:
            # One that waits or was withdrawn may have left if it was in doubt before.
            return 0, int(in_doubt)


def _identical(account: Account) -> tuple[int, list[str]]:
    """All copies of a letter have the bytes that were queued, to the one recipient, under one Message-ID."""
    wrong = []
    store = account.office.house.store
    ids = Counter(row.message_id for row in account.outbox)
    wrong += [f"{key} is the Message-ID of {n} letters" for key, n in ids.items() if n > 1]
    for row in account.outbox:
        copies = account.copies.get(row.message_id, ())
        if not copies:
            continue
        whole = store.outbox_by_id(row.id)
        queued = hashlib.sha256(whole.raw).hexdigest() if whole else ""
        for copy in copies:
            if (queued, (row.recipient,), row.envelope_from) != (copy.sha256, copy.recipients, copy.sender):
                wrong.append(f"letter {row.id} {row.key}: the copy for {copy.recipients} is not what was queued")
    return sum(map(len, account.copies.values())), wrong


def _provable(account: Account) -> tuple[int, list[str]]:
    """The chain of events verifies, and folding a case's events again gives its stored snapshot."""
    store = account.office.house.store
    report = store.verify_chain()
    wrong = [] if report.ok else [f"the chain breaks at {report.broken_at}: {report.because}"]
    for number, case in account.cases.items():
        events = [record.event for record in store.events(number) if record.event is not None]
        if fold(None, events) != case:
            wrong.append(f"case {number} is not what its events say")
    return report.events, wrong


def _discreet(account: Account) -> tuple[int, list[str]]:
    """No letter to an address that is neither in its case nor in the directory."""
    wrong = []
    directory = account.office.house.settings.policy.directory
    for row in account.outbox:
        case = account.cases.get(row.number)
        known = directory.person_at(row.recipient) is not None or (case and case.has_participant(row.recipient))
        if not known:
            wrong.append(f"letter {row.id} {row.key} goes to {row.recipient}")
    return len(account.outbox), wrong


def _started(account: Account) -> tuple[int, list[str]]:
    """Every start succeeded, whatever the life before it left behind."""
    diary = account.campaign.diary
    return diary.killed.total() + diary.missed.total(), list(diary.refused_starts)


def _prompt(account: Account) -> tuple[int, list[str]]:
    """From the start of the program to its first poll less than five seconds pass."""
    diary = account.campaign.diary
    wrong = [f"{taken:.1f} s" for taken in (*diary.real_starts, *diary.forked_starts) if taken >= FIRST_POLL]
    return len(diary.real_starts) + len(diary.forked_starts), wrong


_CHECKS: Mapping[str, Callable[[Account], tuple[int, list[str]]]] = {
    "I1": _stored,
    "I2": _settled,
    "I2 cases": _opened_once,
    "I3": _sent_once,
    "I4": _identical,
    "I5": _provable,
    "I6": _discreet,
    "I7 starts": _started,
    TIMING: _prompt,
}


def violations(checks: Sequence[Check]) -> tuple[str, ...]:
    """Everything that is wrong, with the name of its invariant; times are measured, not judged."""
    return tuple(f"{one.name}: {text}" for one in checks if one.name != TIMING for text in one.wrong)
