"""Repeat customers, and customers who complain of one cause: found, joined under a lead case, told (policy §9, M34).

Cases hear of each other only by events. What happens to one (`hearers`) is told to the others (`heard`), in the same
transaction, and each of them decides for itself: no case ever holds another customer's address or words.
"""

from dataclasses import replace
from datetime import datetime

from cases import events as e
from cases.arrival import Arrival, Background
from cases.case import Case, fold
from cases.grading import Around, grade_of, graded
from cases.kinship import MODEL, customers_in, people_of, resemblance, said_by_many, things_of_case
from cases.message import IncomingMessage
from cases.policy import CauseRow, Policy
from cases.words import Channel, Grade, Status

_MOST_EARLIER = 20


def recognised(case: Case, background: Background, by: str, now: datetime) -> tuple[e.Event, ...]:
    """The customer's earlier cases, and links to those about the same order, contract or project."""
    earlier = tuple(_earlier(other, case) for other in background.earlier if other.number != case.number)
    if not earlier or case.channel is Channel.REGULATOR:
        return ()
    links = (
        e.CasesLinked(at=now, by=by, rule="same customer", clause="M35", other=one.number, because=", ".join(one.same))
        for one in earlier
        if one.same and one.number not in case.links
    )
    known = e.CustomerRecognised(
        at=now, by=by, rule="same customer", clause="M35, M36", earlier=earlier[:_MOST_EARLIER]
    )
    return (known, *links)


def _earlier(other: Case, case: Case) -> e.EarlierCase:
    same = {one for one in things_of_case(case) if not one.startswith(MODEL)} & set(things_of_case(other))
    ended = other.moments.get("CaseClosed") or other.moments.get("Resolved")
    return e.EarlierCase(
        number=other.number,
        opened_at=other.opened_at,
        status=other.status,
        ended_at=ended,
        same=tuple(sorted(one.replace(":", " ") for one in same)),
    )


def grouped(case: Case, arrival: Arrival, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """Whether other customers complain of the same cause: joined when it is sure, else suggested to the intake desk."""
    if case.channel is not Channel.CUSTOMER or case.lead or case.members:
        return ()
    found = _kin(case, arrival, policy)
    if found is None:
        return ()
    row, other, detail = found
    by = f"message:{arrival.raw}"
    lead = _lead_of(other, arrival.background)
    is_open = lead is not None and lead.status is not Status.CLOSED
    is_sure = row.sure and Status.TRIAGE not in {case.status, other.status}
    if is_sure and lead and is_open and len(lead.members) < policy.most_members:
        joined = e.GroupJoined(
            at=now, by=by, rule=row.name, clause=row.clause, lead=lead.number, cause=row.name, because=detail
        )
        return (joined,)
    if other.number in case.links:
        return ()
    if is_sure and lead and is_open:
        # A flood: nobody can look at each of these, and the group is known.
        linked = e.CasesLinked(
            at=now, by=by, rule=row.name, clause=row.clause, other=lead.number, because=f"{row.name}: {detail}"
        )
        return (linked,)
    return () if case.suspected else (_suggested(case, found, arrival, policy, now),)


def _suggested(
    case: Case, found: tuple[CauseRow, Case, str], arrival: Arrival, policy: Policy, now: datetime
) -> e.GroupSuggested:
    """One cause is suspected with the oldest case; of those that follow the desk hears at a few numbers only."""
    row, other, detail = found
    oldest = _oldest_of(other, arrival.background)
    people = people_of(case)
    own = [one for one in arrival.background.earlier if one.number != case.number]
    group = (people_of(oldest), *(member.people for member in oldest.members))
    wave = sorted(
        (one for one in (*arrival.background.alike, *own) if one.suspected == oldest.number),
        key=lambda one: one.received_at,
    )
    newest = max((one.suspects for one in wave), default=0)
    again = any(one.suspected == oldest.number for one in own)
    customers = max(newest + (not again), customers_in((people, *group)))
    return e.GroupSuggested(
        at=now,
        by=f"message:{arrival.raw}",
        rule=row.name,
        clause=row.clause,
        other=oldest.number,
        cause=row.name,
        because=detail if other is oldest else f"{detail} ({other.number})",
        customers=customers,
        cases=tuple(dict.fromkeys((oldest.number, *(one.number for one in wave), case.number))),
        tells=not newest or _is_news(newest, customers, policy),
    )


def _oldest_of(other: Case, background: Background) -> Case:
    """The case that others are asked about together: the lead of a group, or the one that was asked about first."""
    named = other.lead or other.suspected
    found = next((one for one in background.leads if one.number == named), None)
    return found if found and found.status is not Status.CLOSED else other


def _is_news(before: int, after: int, policy: Policy) -> bool:
    """Whether so many customers, more than before, are worth a letter."""
    return any(before < number <= after for number in policy.tell_group_at)


def _kin(case: Case, arrival: Arrival, policy: Policy) -> tuple[CauseRow, Case, str] | None:
    """The surest cause that another customer's case shares: the first row that matches, its oldest case."""
    people = people_of(case)
    others = [
        other
        for other in sorted(arrival.background.alike, key=lambda other: other.received_at)
        if other.number != case.number
        and other.channel is Channel.CUSTOMER
        and other.status is not Status.CLOSED
        and not any(one in people for one in people_of(other))
    ]
    if not others:
        return None
    alike = _Alike(case, others, policy)
    matches = (
        (row, other, detail)
        for row in sorted(policy.causes, key=lambda row: not row.sure)
        if row.sure or not case.apart
        if (named := _may_match(row, case, arrival.message)) is not None
        for other in others
        if row.sure or not other.apart
        if case.received_at - other.received_at <= row.within
        if (detail := _why_same(row, case, named, other, arrival.message, alike)) is not None
    )
    return next(matches, None)


def _may_match(row: CauseRow, case: Case, message: IncomingMessage) -> frozenset[str] | None:
    """What the case names that others must name too; None when the row can find nothing, whatever others say."""
    named = frozenset(one for one in things_of_case(case) if one.partition(":")[0] in row.facts)
    if row.facts and not named:
        return None
    if row.same_category and case.category == "other":
        return None
    said = not row.signals or any(signal.name in row.signals for signal in message.signals)
    return named if said else None


class _Alike:
    """How far the words of a case resemble those of others; each pair is compared once."""

    def __init__(self, case: Case, others: list[Case], policy: Policy) -> None:
        self._case, self._others, self._policy = case, others, policy
        self._everybodys: frozenset[int] | None = None
        self._known: dict[str, float] = {}

    def to(self, other: Case, least: float) -> float:
        """0 to 1; when it is not even `least` in all that both say, what is everybody's is not looked for."""
        number = other.number
        if number not in self._known:
            self._known[number] = resemblance(self._case.words, other.words)
        if self._known[number] < least:
            return self._known[number]
        if self._everybodys is None:
            by_customer = {people_of(one): one.words for one in self._others}
            # The case itself is one of the customers.
            self._everybodys = said_by_many((self._case.words, *by_customer.values()), self._policy.boilerplate_from)
        return min(self._known[number], resemblance(self._case.words, other.words, self._everybodys))


def _why_same(
    row: CauseRow, case: Case, named: frozenset[str], other: Case, message: IncomingMessage, texts: _Alike
) -> str | None:
    """What the row found in both cases, in no language; None when one of its conditions does not hold."""
    details: list[str] = []
    if row.facts:
        shared = sorted(named.intersection(things_of_case(other)))
        if not shared:
            return None
        details.append(", ".join(one.replace(":", " ") for one in shared))
    if row.same_category:
        if case.category != other.category or case.category == "other":
            return None
        details.append(case.category)
    if row.signals:
        said = [signal.words for signal in message.signals if signal.name in row.signals]
        if not said:
            return None
        details.append(f"“{said[0]}”")
    if row.similarity is not None:
        least = float(row.similarity)
        alike = texts.to(other, least)
        if alike < least:
            return None
        shortest = min(len(case.words.split()), len(other.words.split()))
        if max(shortest, min(len(case.words), len(other.words)) // 6) < row.least_words:
            return None
        details.append(f"{alike:.0%}")
    return "; ".join(details)


def _lead_of(other: Case, background: Background) -> Case | None:
    """The case under which the group of another one is worked: its lead, or itself."""
    if not other.lead:
        return other
    return next((one for one in background.leads if one.number == other.lead), None)


# The events that other cases may have to hear of.
HEARD = (
    e.CasesLinked, e.CauseShared, e.CauseNotShared, e.GroupJoined, e.GroupLeft, e.MemberJoined, e.MemberLeft,
    e.CommonTold, e.Graded,
)  # fmt: skip


def hearers(case: Case, event: e.Event, policy: Policy) -> tuple[str, ...]:
    """The numbers of the cases that must hear of an event of this one; `case` is as it was before the event."""
    members = tuple(member.number for member in case.members)
    match event:
        case e.CasesLinked(other=other, lead=lead) if lead:
            return (other,)
        case e.CauseShared() | e.CauseNotShared():
            return event.cases if asks_all(event) or isinstance(event, e.CauseNotShared) else (event.oldest,)
        case e.GroupJoined(lead=lead, before=before):
            return tuple(number for number in (lead, before, *members) if number)
        case e.GroupLeft(lead=lead):
            return (lead,)
        case e.MemberLeft(other=other):
            return (other,)
        case e.MemberJoined(other=other):
            # The others must hear only when so many customers make a graver case of it.
            graver = grade_of_group(case, policy)[0] is not grade_of_group(fold(case, (event,)), policy)[0]
            return (*members, other) if graver else (other,)
        case e.CommonTold():
            return members
        case e.Graded(rule="staff") if not event.by.startswith("case:"):
            return members
        case _:
            return ()


def asks_all(event: e.Event) -> bool:
    """Whether all cases must hear of the event that are suspected with the `oldest` it names, whenever they came."""
    if isinstance(event, e.CauseNotShared):
        return not event.by.startswith("case:")
    return isinstance(event, e.CauseShared) and bool(event.lead)


def heard(case: Case, teller: Case, event: e.Event, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """What a case makes of an event of another one; nothing when it has heard it before. `teller` is as it is now."""
    by = f"case:{teller.number}"
    match event:
        case e.CauseShared():
            return _follows(case, event, by, now) if event.lead else _led(case, teller, event, by, now)
        case e.CauseNotShared() if not case.apart:
            return (replace(event, at=now, by=by, cases=()),)
        case e.CasesLinked(lead=lead, because=because) if lead not in {case.number, case.lead}:
            return (_joins(case, lead, "staff", because, by, now),)
        case e.GroupJoined(lead=lead) if lead == case.number:
            return _takes_in(case, teller, event, policy, by, now)
        case e.GroupJoined(before=before) if before == case.number:
            return _lets_go(case, teller.number, event.because, by, now)
        case e.GroupJoined(lead=lead, cause=cause, because=because) if case.lead == teller.number:
            return (_joins(case, lead, cause, because, by, now),)
        case e.GroupLeft() if event.lead == case.number:
            return _lets_go(case, teller.number, event.because, by, now)
        case e.MemberLeft() if case.lead == teller.number:
            left = e.GroupLeft(at=now, by=by, clause="M34", lead=teller.number, because=event.because)
            return (left,)
        case e.CommonTold() if case.lead == teller.number and case.status is not Status.TRIAGE:
            return (replace(event, at=now, by=by),)
        case e.MemberJoined() if case.lead == teller.number:
            return _raised_with(case, teller, policy, by, now)
        case e.Graded() if case.lead == teller.number:
            return _graded_with(case, event, policy, by, now)
        case _:
            return ()


def _joins(case: Case, lead: str, cause: str, because: str, by: str, now: datetime) -> e.GroupJoined:
    return e.GroupJoined(
        at=now, by=by, rule=cause, clause="M34", lead=lead, cause=cause, because=because, before=case.lead
    )


def _led(case: Case, teller: Case, event: e.CauseShared, by: str, now: datetime) -> tuple[e.Event, ...]:
    """The oldest of the suspected cases, or the lead it has, leads; when it is closed, the one that was asked about."""
    lead = teller.number if case.status is Status.CLOSED else case.lead or case.number
    return (replace(event, at=now, by=by, lead=lead),)


def _follows(case: Case, event: e.CauseShared, by: str, now: datetime) -> tuple[e.Event, ...]:
    """A case joins that is open and belongs to nobody."""
    if case.number == event.lead or case.lead or case.members or case.status is Status.CLOSED:
        return ()
    return (_joins(case, event.lead, event.cause, event.because, by, now),)


def _takes_in(
    case: Case, teller: Case, event: e.GroupJoined, policy: Policy, by: str, now: datetime
) -> tuple[e.Event, ...]:
    """The lead case takes another one in; so many customers may raise its grade (policy §4)."""
    if teller.number in {member.number for member in case.members}:
        return ()
    by_hand = event.cause == "staff"
    if not by_hand and len(case.members) >= policy.most_members:
        full = e.MemberLeft(at=now, by=by, clause=event.clause, other=teller.number, because="the group is full")
        return (full,)
    people = people_of(teller)
    before = (people_of(case), *(member.people for member in case.members))
    joined = e.MemberJoined(
        at=now,
        by=by,
        rule=event.cause,
        clause=event.clause,
        other=teller.number,
        people=people,
        cause=event.cause,
        because=event.because,
        tells=by_hand or _is_news(customers_in(before), customers_in((*before, people)), policy),
    )
    grade, reasons = grade_of_group(fold(case, (joined,)), policy)
    if grade.rank <= case.grade.rank:
        return (joined,)
    return (joined, graded(grade, reasons, policy, "group", now, provisional=grade is Grade.MAJOR))


def grade_of_group(lead: Case, policy: Policy) -> tuple[Grade, tuple[e.Reason, ...]]:
    """The grade that so many customers with one cause have, whatever each of them says."""
    numbers = (lead.number, *(member.number for member in lead.members))
    people = (people_of(lead), *(member.people for member in lead.members))
    around = Around(received_at=lead.received_at, group=numbers, customers=customers_in(people))
    return grade_of((), (), "", Channel.CUSTOMER, policy, around)


def _raised_with(case: Case, lead: Case, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """What so many customers have in common is as grave for each of them; confirmed once for all."""
    grade, reasons = grade_of_group(lead, policy)
    if grade.rank <= case.grade.rank:
        return ()
    is_confirmed = lead.grade.rank >= grade.rank and not lead.provisional
    provisional = grade is Grade.MAJOR and not is_confirmed
    return (graded(grade, reasons, policy, by, now, provisional=provisional),)


def _lets_go(case: Case, number: str, because: str, by: str, now: datetime) -> tuple[e.Event, ...]:
    if number not in {member.number for member in case.members}:
        return ()
    return (e.MemberLeft(at=now, by=by, clause="M34", other=number, because=because),)


def _graded_with(case: Case, event: e.Graded, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """What a person says of the group's grade holds for a member that has its grade from the group alone."""
    rules = {row.name for row in policy.grades if row.customers_from is not None}
    from_group = bool(case.grade_reasons) and case.grade_reasons[0].rule in rules
    changes = event.grade is not case.grade or case.provisional
    return (replace(event, at=now, by=by),) if from_group and changes else ()
