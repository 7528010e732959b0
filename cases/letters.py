"""Who hears of it: the letters that events give rise to, derived from the notice table (policy §3, §7, §8)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases import events as e
from cases.calendar import Calendar
from cases.calendaring import calendar_for
from cases.case import Case
from cases.copying import replace
from cases.deadlines import owed
from cases.making import quick
from cases.message import Proof
from cases.moments import SILENCE
from cases.people import Person
from cases.policy import EACH_HAS, NoticeRow, Policy
from cases.reaching import CUSTOMER, NEXT_LEVEL, next_level, reader_of
from cases.routing import people_for
from cases.telling import gathers, is_again, is_urgent, told_at
from cases.words import DIGEST, ROLL_UP, Action, Channel, Grade, LetterClass, Status


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRef:
    """What must be known of a letter once it lies in the outbox."""

    key: str
    number: str
    letter: str
    to: str
    letter_class: LetterClass
    stops: str = ""
    within: str = ""  # key of the digest that tells it


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What we owe somebody: one reader, one purpose, one step (invariant 4).

    `person` is the colleague's id, empty for a customer. `not_before` is the reader's next working moment. One that
    `gathers` waits until then, so that several for one reader become one digest (policy §7).
    """

    key: str
    number: str
    letter: str
    to: str
    person: str = ""
    language: str
    zone: str
    letter_class: LetterClass
    stops: str = ""
    not_before: datetime
    priority: int  # smaller leaves first
    cause: e.Event
    hold: str = ""
    gathers: bool = False
    # The row of policy that calls for it, and its clauses: an auditor goes from a letter to its rule.
    rule: str = ""
    clause: str = ""

    @property
    def ref(self) -> LetterRef:
        """What the outbox remembers."""
        return self.ref_in("")

    def ref_in(self, within: str) -> LetterRef:
        """The same where it is told in the digest of this key."""
        return LetterRef(
            key=self.key,
            number=self.number,
            letter=self.letter,
            to=self.to,
            letter_class=self.letter_class,
            stops=self.stops,
            within=within,
        )


def regulators_of(case: Case) -> tuple[str, ...]:
    """The addresses of the authorities that get progress and result too (M33); not the one that wrote the case."""
    return tuple(one.address for one in case.participants if one.role == REGULATOR and one.address != case.customer)


def is_plausible(case: Case) -> bool:
    """Whether the customer may get a full acknowledgement (policy §12)."""
    return case.proof >= Proof.PLAUSIBLE


def _is_accepted(case: Case) -> bool:
    """Whether whoever leads it accepted it since it was routed."""
    accepted = case.moments.get("AssignmentAccepted")
    return accepted is not None and accepted >= case.moments.get("Routed", accepted)


CONDITIONS: Mapping[str, Callable[[Case], bool]] = {
    "complaint": lambda case: case.status is not Status.TRIAGE and "TriageAnswered" not in case.moments,
    "became complaint": lambda case: case.status is Status.OPEN and "TriageAnswered" in case.moments,
    "triage": lambda case: case.status is Status.TRIAGE,
    "plausible": is_plausible,
    "unproven": lambda case: not is_plausible(case),
    "provisional major": lambda case: case.grade is Grade.MAJOR and case.provisional,
    "confirmed major": is_urgent,
    "reopened": lambda case: "CaseReopened" in case.moments,
    "not reopened": lambda case: "CaseReopened" not in case.moments,
    "regulator": lambda case: case.channel is Channel.REGULATOR or bool(regulators_of(case)),
    "joint departments": lambda case: len(case.departments) > 1,
    "not accepted": lambda case: not _is_accepted(case),
    "further departments": lambda case: bool(case.further),
    "not confirmed": lambda case: "InvestigationConfirmed" not in case.moments,
    "still to approve": lambda case: bool(case.approvals),
    "low rating": lambda case: case.moments.get("LowRating", case.opened_at) == case.moments.get("SatisfactionGiven"),
    "work closed": lambda case: "WorkClosed" in case.moments,
    "general": lambda case: case.grade is Grade.GENERAL,
    "approved": lambda case: "SolutionApproved" in case.moments,
}
# Conditions on the event itself.
EVENT_CONDITIONS: Mapping[str, Callable[[e.Event], bool]] = {
    "to the customer": lambda event: isinstance(event, e.LetterEvent) and reader_of(event.key) == CUSTOMER,
    "to a colleague": lambda event: isinstance(event, e.LetterEvent) and reader_of(event.key) != CUSTOMER,
    "no answer": lambda event: isinstance(event, e.LetterEvent) and event.letter_class is not LetterClass.ANSWER,
    "of the result": lambda event: isinstance(event, e.LetterSent) and event.stops == "tell_result",
    "lost": lambda event: isinstance(event, e.LetterEvent) and not event.because.startswith("uncertain"),
    "personal data": lambda event: isinstance(event, e.Graded) and event.personal_data,
    "tells": lambda event: isinstance(event, e.GroupSuggested | e.MemberJoined) and event.tells,
    "of itself": lambda event: not event.by.startswith("case:"),
    "disputed": lambda event: isinstance(event, e.AssignmentRefused) and event.dispute,
    "first refusal": lambda event: isinstance(event, e.AssignmentRefused) and not event.dispute,
    "suppressed": lambda event: isinstance(event, e.LetterEvent) and event.because.startswith(SUPPRESSED),
    "believed": lambda event: isinstance(event, e.StatusAsked) and event.believed,
    "not believed": lambda event: isinstance(event, e.StatusAsked) and not event.believed,
    "for the customer": lambda event: isinstance(event, e.Paused) and event.waits_for == "customer",
    "after silence": lambda event: isinstance(event, e.CaseClosed) and event.because == SILENCE,
    "by itself": lambda event: isinstance(event, e.Resumed) and event.by == "tick",
}
OBSOLETE = "done meanwhile"  # why a reminder or escalation is not sent
REGULATOR = "regulator"  # role of a participant, and the reader in the key of a letter to one
SUPPRESSED = "suppressed: "  # how the reason of a letter begins whose reader gets none any more
IN_WORDS = " in words"  # how the rule of an event ends that a customer's words gave rise to (`cases.replies`)
_ANSWERED = {"SatisfactionGiven", "CustomerSilent"}
_OWN_WORDS = frozenset({"report", "correction"})  # letters that say what a colleague wrote
_UNLISTED = (e.LadderStepTaken, e.CommandsAnswered)  # events that call for letters without a row of the notice table
LADDER_LETTERS = {"Reminded": "reminder", "LimitBreached": "escalation", "Escalated": "escalation"}
_ACTIONS = {kind.__name__: action for action, kind in e.ACTION_EVENTS.items()}
_PRIORITY = {
    "major-notice": 0,
    "acknowledgement": 1,
    "acknowledgement-bare": 1,
    "triage-acknowledgement": 1,
    "command-answer": 2,
    "appeal": 2,
    "status": 2,
    "proposal": 2,
    "result": 2,
    "progress": 2,
    "question": 2,
    "extension": 2,
    "extension-asked": 3,
    "escalation": 3,
    DIGEST: 3,
    "undelivered": 3,
    "assignment": 4,
    "attention": 1,
    "regulator-report": 2,
    "handed-on": 4,
    "common": 2,
    "triage": 4,
}
_LATER = 5


def told(case: Case, events: Iterable[e.Event], policy: Policy, now: datetime) -> tuple[Letter, ...]:
    """The letters that the events call for, given the case as it is after them. No two share a key."""
    found: dict[str, Letter] = {}
    for event in events:
        rows = _notices_on(type(event).__name__, policy)
        if rows or isinstance(event, _UNLISTED):
            for letter in _letters(case, event, rows, policy, now):
                found.setdefault(letter.key, letter)
    return tuple(found.values())


def is_silent(event: e.Event, policy: Policy) -> bool:
    """Whether the event calls for no letter, whatever its case is like."""
    if isinstance(event, _UNLISTED):
        return False
    for row in _notices_on(type(event).__name__, policy):
        if all(EVENT_CONDITIONS[one](event) for one in row.only if one in EVENT_CONDITIONS):
            return False
    return True


def is_obsolete(key: str, case: Case, policy: Policy) -> bool:
    """Whether a reminder or escalation is no longer true when its turn to leave comes (policy §7).

    Its clock was stopped or started anew meanwhile, or for a reminder the limit has passed and another letter says so.
    """
    _, letter, about, *_ = key.split(":")
    if letter == "satisfaction":
        # It was written a day ago; meanwhile the customer may have answered, or the case may be open again.
        return "LetterSent:tell_result" not in case.moments or bool(_ANSWERED & case.moments.keys())
    if letter == ROLL_UP:
        closed = case.moments.get("WorkClosed")
        return case.grade is not Grade.GENERAL or closed is None or not about.endswith(_stamp(closed))
    if letter not in {"reminder", "escalation"}:
        return False
    stage, _, begun = about.split("/")
    row = policy.stage(stage)
    running = next((one for one in owed(case, policy) if one.stage == stage), None)
    if row is None or running is None or _stamp(running.round) != begun:
        return True
    if letter != "reminder":
        return False
    past_limit = [one.name for one in policy.ladders[row.ladder[case.grade]] if one.action is not Action.REMIND]
    return any(step.partition("#")[0] in past_limit for step in running.taken)


def letters_of(case: Case, event: e.Event, policy: Policy, now: datetime) -> Iterator[Letter]:
    """The letters that one event calls for; two may share a key."""
    return _letters(case, event, _notices_on(event.kind, policy), policy, now)


def _letters(
    case: Case, event: e.Event, rows: tuple[NoticeRow, ...], policy: Policy, now: datetime
) -> Iterator[Letter]:
    """`rows` are those for events of its kind."""
    if isinstance(event, e.LadderStepTaken):
        row = _staff_row(event, LADDER_LETTERS[event.kind], event.who, LetterClass.OWED)
        for person in _told_of(event, case, policy, now):
            yield _to_person(case, event, row, person, policy, now)
    for row in [row for row in rows if _is_meant(row, case, event)]:
        if row.to == "customer":
            yield _to_customer(case, event, row, policy, now)
        elif row.to == REGULATOR:
            for place, address in enumerate(regulators_of(case)):
                letter = _to_customer(case, event, row, policy, now)
                key = f"{case.number}:{row.letter}:{_about(event)}:{REGULATOR} {place}"
                yield replace(letter, to=address, key=key, stops="", hold="")
        else:
            above = row.to == NEXT_LEVEL
            role = f"{row.to} {event.place}" if isinstance(event, e.CorrectionEvent) and row.to in EACH_HAS else row.to
            for person in next_level(case, event, policy, now) if above else people_for(role, case, policy, now):
                if row.letter not in _OWN_WORDS or not _knows(person, event, case):
                    yield _to_person(case, event, row, person, policy, now)
    if isinstance(event, e.CommandsAnswered) and (asker := policy.directory.people.get(event.person)):
        yield _to_person(case, event, _staff_row(event, "command-answer", "", LetterClass.ANSWER), asker, policy, now)


def _knows(person: Person, event: e.Event, case: Case) -> bool:
    """Who wrote it knows it, and what the customer said in words was passed on to who handles the case."""
    return person.id in {event.person_id, case.handler if event.rule.endswith(IN_WORDS) else ""} - {""}


def _told_of(event: e.LadderStepTaken, case: Case, policy: Policy, now: datetime) -> Iterable[Person]:
    if event.people is None:
        return people_for(event.who, case, policy, now)
    return [person for one in event.people if (person := policy.directory.people.get(one))]


# Of the policy that was asked for last: most events call for no letter, and are many.
_latest: tuple[Policy, dict[str, tuple[NoticeRow, ...]]] | None = None


def _notices_on(kind: str, policy: Policy) -> tuple[NoticeRow, ...]:
    global _latest  # noqa: PLW0603 (one reference, replaced as a whole; whoever reads it sees an old or a new one)
    latest = _latest
    if latest is None or latest[0] is not policy:
        kinds = {row.when for row in policy.notices}
        by_kind = {kind: tuple(row for row in policy.notices if row.when == kind) for kind in kinds}
        latest = _latest = policy, by_kind
    return latest[1].get(kind, ())


def _is_meant(row: NoticeRow, case: Case, event: e.Event) -> bool:
    return all(CONDITIONS[one](case) if one in CONDITIONS else EVENT_CONDITIONS[one](event) for one in row.only)


def _staff_row(event: e.Event, letter: str, to: str, letter_class: LetterClass) -> NoticeRow:
    """Ladders and command answers need no row in the notice table: the ladder itself says who is told."""
    return _row_like(event.rule, event.clause, event.kind, to, letter, letter_class)


@lru_cache(maxsize=1_024)
def _row_like(name: str, clause: str, when: str, to: str, letter: str, letter_class: LetterClass) -> NoticeRow:
    return NoticeRow(name=name, clause=clause, when=when, to=to, letter=letter, letter_class=letter_class)


def _to_customer(case: Case, event: e.Event, row: NoticeRow, policy: Policy, now: datetime) -> Letter:
    return Letter(
        key=f"{case.number}:{row.letter}:{_about(event)}:{CUSTOMER}",
        number=case.number,
        letter=row.letter,
        to=(event.answer_to if isinstance(event, e.StatusAsked) else "") or case.customer,
        language=case.language,
        zone=customer_zone(case, policy),
        letter_class=row.letter_class,
        stops=row.stops,
        not_before=calendar_for(case, None, policy).add(now, row.later) if row.later else now,
        priority=_PRIORITY.get(row.letter, _LATER),
        cause=event,
        # What held the answers to an old message says nothing about what we owe later.
        hold=case.hold_letters if row.letter_class is LetterClass.ANSWER else "",
        rule=row.name,
        clause=row.clause,
    )


def _to_person(case: Case, event: e.Event, row: NoticeRow, person: Person, policy: Policy, now: datetime) -> Letter:
    calendar = policy.calendar_of_person(person)
    when, waits = now, False
    if isinstance(event, e.LadderStepTaken):
        again, action = is_again(event.step), _ACTIONS[event.kind]
        when = told_at(person, action, event.due, case, policy, now, again=again)
        waits = gathers(case, again=again)
    if row.monthly:
        when, waits = told_from(event.at, calendar_for(case, None, policy), calendar), True
    return Letter(
        key=f"{case.number}:{row.letter}:{_about(event)}:{person.id}",
        number=case.number,
        letter=row.letter,
        to=person.address,
        person=person.id,
        language=person.language,
        zone=calendar.zone,
        letter_class=row.letter_class,
        stops=row.stops,
        not_before=when,
        priority=_PRIORITY.get(row.letter, _LATER),
        cause=event,
        gathers=waits,
        rule=row.name,
        clause=row.clause,
    )


def told_from(closed: datetime, centre: Calendar, reader: Calendar) -> datetime:
    """The reader's first morning in the month after a closing, as the centre counts months, in UTC (M19)."""
    local = closed.astimezone(ZoneInfo(centre.zone))
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    first = datetime.combine(date(year, month, 1), time(), ZoneInfo(centre.zone))
    return reader.morning(first.astimezone(UTC))


def stops_of(letter: str, policy: Policy) -> str:
    """The stage that a letter which is told together with others completes once that has left."""
    return next((row.stops for row in policy.notices if row.letter == letter and row.monthly), "")


def customer_zone(case: Case, policy: Policy) -> str:
    """The zone in which a customer reads dates: their country's, else their centre's."""
    return policy.country_zones.get(case.country) or calendar_for(case, None, policy).zone


def cause_of(key: str, rule: str, events: Iterable[e.Event], policy: Policy) -> e.Event | None:
    """The event that called for the letter of that key by that rule; None when it is not among them (any more)."""
    _, _, about, *_ = key.split(":")
    found = [event for event in events if _about(event) == about]
    meant = {row.when for row in policy.notices if row.name == rule}  # one message may be behind several events
    return next((event for event in found if event.kind in meant), found[0] if found else None)


def asked_by(event_kind: str, at: datetime) -> str:
    """The third part of the key of a letter that an event of this kind called for at that moment."""
    return f"{event_kind} {_stamp(at)}"


def _about(event: e.Event) -> str:
    """What tells two letters of one kind apart; the same for a repetition of the same event."""
    if isinstance(event, e.LadderStepTaken):
        return f"{event.stage}/{event.step}/{_stamp(event.round)}"
    if isinstance(event, e.LetterEvent):
        # One bounce may speak of several letters, and each of them has readers of its own.
        _, letter, _, reader, *again = event.key.split(":")
        return f"{event.kind} {letter} {' '.join((reader, *again))} {_stamp(event.at)}"
    if isinstance(event, e.CorrectionEvent):
        return f"{event.kind} {event.place} {_stamp(event.at)}"
    raw = getattr(event, "raw", 0)
    return f"message {raw}" if raw else asked_by(event.kind, event.at)


def _stamp(moment: datetime) -> str:
    """A moment such as 20260302T100000.000000, as the keys of letters have it."""
    # Moments of different zones may be equal and yet be written differently.
    return _stamp_in_utc(moment) if moment.tzinfo is UTC else _written(moment)


@lru_cache(maxsize=4_096)
def _stamp_in_utc(moment: datetime) -> str:
    # A clock's beginning is in the name of each letter about it, and asked for again before that leaves.
    return _written(moment)


def _written(moment: datetime) -> str:
    # `strftime` takes five times as long.
    return moment.isoformat(timespec="microseconds")[:26].replace("-", "").replace(":", "")
