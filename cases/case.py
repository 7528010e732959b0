"""What is true of a case now: a fold over its events."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from cases import events as e
from cases.copying import replace
from cases.course import Extension, Measure, Pause, Turn, decided, ended, turned
from cases.later import may_wait
from cases.making import quick
from cases.message import Attachment, Fact, Proof
from cases.moments import PLAIN, hold
from cases.words import Channel, Grade, Status

QUESTION_LETTER, EXTENSION_LETTER = "question", "extension"
_A_DAY = timedelta(days=1)
FOLD = 4  # counted up whenever the same events make another case, so that stored cases are folded anew
CONTACT = "next contact"  # a date that is told: by when the customer hears from us
MEASURE_DATE = "measure date"  # with the place of a measure: the date by which it is owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody outside who belongs to the case; several addresses may share a role."""

    address: str
    role: str = "customer"
    name: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A ladder step that was taken, in one round of a stage's clock; `people` are those who were told of it."""

    stage: str
    step: str
    round: datetime
    people: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A date promised to the customer."""

    what: str
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A case that is worked under a lead case; `people` are digests of its customer's addresses."""

    number: str
    people: tuple[str, ...]


# What hardly any decision asks for, and costs most to read from a record.
WAITING = (
    "announced", "categories", "channel", "earlier", "evidence", "facts", "grade_reasons", "missing",
    "participants", "proof", "status_asked", "weighed",
)  # fmt: skip


@may_wait(*WAITING)
@dataclass(frozen=True, kw_only=True)
class Case:
    """A complaint as the events tell it.

    It has no slots: a case is copied at every event, and one dictionary is copied faster than sixty slots.

    `counted_from` is R of policy §6: the receipt, or the reopening. `moments` holds when each kind of event last
    happened (for letters also `LetterSent:STAGE`) as far as it still holds: a bounce takes back that a letter was
    sent, a reopening that the case was resolved. Which clocks run is derived from it (`cases.deadlines`).
    """

    number: str
    status: Status
    received_at: datetime
    opened_at: datetime
    counted_from: datetime
    channel: Channel
    account: str
    desk: str
    customer: str
    customer_name: str
    participants: tuple[Participant, ...]
    proof: Proof
    proof_because: str = ""
    language: str
    country: str
    subject: str
    words: str
    message_id: str
    hold_letters: str = ""
    grade: Grade = Grade.GENERAL
    provisional: bool = False
    grade_reasons: tuple[e.Reason, ...] = ()
    category: str = "other"
    categories: tuple[str, ...] = ()  # candidates, the main one first
    centre: str = ""
    departments: tuple[str, ...] = ()
    handler: str = ""  # person who accepted the assignment
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    evidence: tuple[Attachment, ...] = ()
    resolution: str = ""
    told: tuple[Told, ...] = ()
    steps: tuple[Step, ...] = ()
    links: tuple[str, ...] = ()
    further: tuple[str, ...] = ()  # departments that are told and own nothing
    hq_leads: bool = False  # head office's department leads, whatever the centre has
    public: bool = False  # wide public effect is possible (N3.5)
    earlier: tuple[e.EarlierCase, ...] = ()  # of the same customer, the newest first
    lead: str = ""  # the case under which this one is worked, because its cause is the same (M34)
    members: tuple[Member, ...] = ()  # cases that are worked under this one
    group_confirmed: bool = False
    suspected: str = ""  # the oldest case that may have the same cause, which nobody has confirmed
    suspects: int = 0  # customers who complained of that cause when this one did, as far as is known
    suspected_by: str = ""  # the row of causes by which
    suspected_with: tuple[str, ...] = ()  # some of the cases that may have it, the oldest first
    apart: bool = False  # a person has said that what it seemed to have in common with others is nothing
    speaker: str = ""  # who speaks the customer's language when whoever leads does not (M31)
    refusals: tuple[str, ...] = ()  # people who refused the assignment, since the case was last reopened
    weighed: tuple[e.Reason, ...] = ()  # reasons that a person knew when they gave another grade
    flags: tuple[str, ...] = ()  # emotional, urgent: how it is worked, whatever its grade
    approvals: tuple[str, ...] = ()  # roles that must still approve the proposal, the next one first
    approved: tuple[str, ...] = ()  # roles that have approved it
    compensation: tuple[str, ...] = ()  # what the present proposal offers in money
    meeting: bool = False  # the general manager's meeting decides about the solution
    level: int = 0  # how many appeals there were: each lifts the case one level (N4)
    causes: tuple[str, ...] = ()  # kinds of causes that were found, the main one first (M36)
    responsibility: str = ""  # internal, external or force majeure (C3.2)
    score: int = 0  # how satisfied the customer is, 1 to 5; 0 when unknown
    moments: Mapping[str, datetime] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()  # empty in records of before there were any: the grade and centre of now, from ever
    pauses: tuple[Pause, ...] = ()  # at most the last one goes on
    extensions: tuple[Extension, ...] = ()  # asked for and granted; refused ones are no more
    measures: tuple[Measure, ...] = ()  # corrective actions, each at its place
    dates: Mapping[str, datetime] = field(default_factory=dict)  # that others have set: `regulator date`
    announced: tuple[Told, ...] = ()  # dates that the extension letter will tell once it has left
    status_asked: tuple[datetime, ...] = ()  # answered questions of the customer, of the last day
    told_waits: bool = False  # the customer knows that the dates they were told move until they have answered

    def has_participant(self, address: str) -> bool:
        """Whether the address already belongs to the case (compared case-insensitively)."""
        return address.casefold() in {participant.address.casefold() for participant in self.participants}

    @property
    def pause(self) -> Pause | None:
        """The pause that goes on, if the case waits for somebody."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None

    def told_date(self, what: str) -> datetime | None:
        """The date the customer was promised, if any."""
        for told in reversed(self.told):
            if told.what == what:
                return told.date
        return None


def fold(case: Case | None, events: Iterable[e.Event]) -> Case:
    """What is true after the events. Raises ValueError when the first event of a case does not open it."""
    events = tuple(events)
    if case is not None and not events:
        return case
    before, moments = case, dict(case.moments) if case else {}
    for event in events:
        kind = type(event)
        if case is None:
            if not isinstance(event, e.CaseOpened):
                raise ValueError(f"{event.kind} cannot open a case")
            case = _opened(event)
            hold(moments, event, Status.OPEN, ())
            continue
        status, flags = case.status, case.flags
        if change := _CHANGES.get(kind):
            case = change(case, event)
        if kind in PLAIN:
            moments[kind.__name__] = event.at
        else:
            hold(moments, event, status, flags)
    if case is None:
        raise ValueError("no events, no case")
    if case is before:  # most events only happen
        case = object.__new__(Case)
        case.__dict__.update(before.__dict__)
    case.__dict__["moments"] = moments  # of a copy that nobody has seen yet
    return case


def _opened(event: e.CaseOpened) -> Case:
    return Case(
        number=event.number,
        status=Status.TRIAGE if event.triage else Status.OPEN,
        received_at=event.received_at,
        opened_at=event.at,
        counted_from=event.received_at,
        channel=event.channel,
        account=event.account,
        desk=event.desk,
        customer=event.customer,
        customer_name=event.customer_name,
        participants=(Participant(address=event.customer, name=event.customer_name),),
        proof=event.proof,
        proof_because=event.proof_because,
        language=event.language,
        country=event.country,
        subject=event.subject,
        words=event.words,
        message_id=event.message_id,
        hold_letters=event.hold_letters,
        flags=event.flags,
        centre=event.centre,
        category=event.categories[0] if event.categories else "other",
        categories=event.categories,
    )


def _graded(case: Case, event: e.Graded) -> Case:
    by_staff = event.rule == "staff"
    return replace(
        case,
        grade=event.grade,
        provisional=event.provisional,
        grade_reasons=event.reasons,
        # Whoever lowers the grade says that it is no matter for the public.
        public=event.public or (case.public and (not by_staff or event.grade is Grade.MAJOR)),
        weighed=tuple(dict.fromkeys((*case.weighed, *case.grade_reasons))) if by_staff else case.weighed,
        turns=turned(case.turns, Turn(at=event.at, grade=event.grade, centre=case.centre)),
    )


def _routed(case: Case, event: e.Routed) -> Case:
    return replace(
        case,
        category=event.category,
        centre=event.centre,
        departments=event.departments,
        handler="",
        further=event.further,
        hq_leads=event.hq_leads,
        speaker="",
        turns=turned(case.turns, Turn(at=event.at, grade=case.grade, centre=event.centre)),
    )


def _facts_found(case: Case, event: e.FactsFound) -> Case:
    return replace(case, facts=case.facts + event.facts, missing=event.missing)


def _evidence_added(case: Case, event: e.EvidenceAdded) -> Case:
    return replace(case, evidence=case.evidence + event.files)


def _triage_asked(case: Case, _event: e.TriageAsked) -> Case:
    return replace(case, status=Status.TRIAGE)


def _triage_answered(case: Case, event: e.TriageAnswered) -> Case:
    return replace(case, status=Status.OPEN if event.answer == "complaint" else Status.CLOSED)


def _followed_up(case: Case, event: e.FollowUpAdded) -> Case:
    # The customer wrote again just now: an old first message no longer holds today's letters back.
    return replace(case, hold_letters="", flags=tuple(dict.fromkeys((*case.flags, *event.flags))))


def _status_asked(case: Case, event: e.StatusAsked) -> Case:
    recent = (at for at in case.status_asked if at > event.at - _A_DAY)
    return replace(case, status_asked=(*recent, event.at))


def _accepted(case: Case, event: e.AssignmentAccepted) -> Case:
    return replace(case, handler=event.person)


def _language_troubled(case: Case, event: e.LanguageTroubled) -> Case:
    return replace(case, speaker=event.speaker)


def _refused(case: Case, event: e.AssignmentRefused) -> Case:
    # It is nobody's until it is routed again, so what its department owes is asked of the intake desk.
    return replace(
        case, departments=(), further=(), handler="", hq_leads=False, refusals=(*case.refusals, event.person)
    )


def _handed_up(case: Case, event: e.HandedUp) -> Case:
    return replace(case, departments=event.departments, handler="", hq_leads=True)


def _assigned(case: Case, event: e.HandlerAssigned) -> Case:
    return replace(case, handler=event.person)


def _resolved(case: Case, event: e.Resolved) -> Case:
    pauses = ended(case.pauses, event.at)
    return replace(case, status=Status.RESOLVED, resolution=event.text, pauses=pauses, told_waits=False)


def _closed(case: Case, event: e.CaseClosed) -> Case:
    return replace(case, status=Status.CLOSED, pauses=ended(case.pauses, event.at), told_waits=False)


def _reopened(case: Case, event: e.CaseReopened) -> Case:
    # That it was finished is true no more: what finished clocks and what it started ends here.
    anew = replace(case, status=Status.OPEN, counted_from=event.at, told=(), refusals=())
    return replace(anew, approvals=(), approved=(), score=0)


def _proposed(case: Case, event: e.SolutionProposed) -> Case:
    return replace(case, approvals=(), approved=(), compensation=event.compensation)


def _approval_asked(case: Case, event: e.ApprovalAsked) -> Case:
    return replace(case, approvals=event.roles)


def _approved(case: Case, event: e.ApprovalGranted) -> Case:
    return replace(case, approvals=event.missing, approved=(*case.approved, event.role))


def _rejected(case: Case, _event: e.Event) -> Case:
    return replace(case, approvals=(), approved=())


def _meeting_flagged(case: Case, _event: e.MeetingFlagged) -> Case:
    return replace(case, meeting=True)


def _cause_found(case: Case, event: e.CauseFound) -> Case:
    return replace(case, causes=event.causes)


def _responsibility_found(case: Case, event: e.ResponsibilityFound) -> Case:
    return replace(case, responsibility=event.responsibility)


def _rated(case: Case, event: e.SatisfactionGiven) -> Case:
    return replace(case, score=event.score)


def _appealed(case: Case, _event: e.Appealed) -> Case:
    return replace(case, level=case.level + 1)


def _date_told(case: Case, event: e.DateTold) -> Case:
    return replace(case, told=(*case.told, Told(what=event.what, date=event.date)))


def _step_taken(case: Case, event: e.LadderStepTaken) -> Case:
    skipped = [Step(stage=event.stage, step=name, round=event.round) for name in event.skipped]
    taken = Step(stage=event.stage, step=event.step, round=event.round, people=event.people or ())
    return replace(case, steps=(*case.steps, *skipped, taken))


def _contacted(case: Case, _event: e.Event) -> Case:
    """The customer hears from us: what they were promised of it is kept, and promised no more."""
    return replace(case, told=tuple([one for one in case.told if one.what != CONTACT]))


def _paused(case: Case, event: e.Paused) -> Case:
    if event.waits_for == "customer":
        case = _contacted(case, event)
    pause = Pause(kind=event.waits_for, start=event.at, until=event.until, question=event.question)
    return replace(case, pauses=(*case.pauses, pause))


def _resumed(case: Case, event: e.Resumed) -> Case:
    return replace(case, pauses=ended(case.pauses, event.at), told_waits=case.told_waits and event.date_moves)


def _customer_reminded(case: Case, event: e.CustomerReminded) -> Case:
    names = (*event.skipped, event.step)
    return replace(
        case, steps=(*case.steps, *(Step(stage=event.stage, step=name, round=event.round) for name in names))
    )


def _extension_asked(case: Case, event: e.ExtensionAsked) -> Case:
    extension = Extension(
        stage=event.stage,
        begun=event.begun,
        grade=case.grade,
        span=event.span,
        reason=event.reason,
        asked_by=event.person,
        asked_at=event.at,
    )
    return replace(case, extensions=(*case.extensions, extension))


def _extension_decided(case: Case, event: e.Event) -> Case:
    granted_at = event.at if isinstance(event, e.ExtensionGranted) else None
    return replace(case, extensions=decided(case.extensions, case.grade, granted_at))


def _date_moved(case: Case, event: e.DateMoved) -> Case:
    return replace(case, announced=(Told(what=event.what, date=event.date),))


def _letter_sent(case: Case, event: e.LetterSent) -> Case:
    """A question makes the told dates wait, an extension letter makes them later ones (policy §3)."""
    if event.letter == QUESTION_LETTER and case.pause:
        return replace(case, told_waits=True)
    if event.letter == EXTENSION_LETTER and case.announced:
        told = tuple(one for one in case.told if one not in case.announced)
        return replace(case, told=(*told, *case.announced), told_waits=False)
    return case


def _letter_lost(case: Case, event: e.LetterEvent) -> Case:
    """Who has not read it was not told."""
    if event.letter == QUESTION_LETTER:
        return replace(case, told_waits=False)
    if event.letter == EXTENSION_LETTER:
        return replace(case, told=tuple(one for one in case.told if one not in case.announced))
    return case


def _date_set(case: Case, event: e.Event) -> Case:
    match event:
        case e.RegulatorDateSet(date=date):
            dates = {"regulator date": date}
        case e.DataBreachFound(aware_at=date):
            dates = {"awareness": date}
        case e.DataRequestReceived(received_at=date):
            dates = {"data request": date}
        case _:
            return case
    return replace(case, dates={**case.dates, **dates})


def _measure_changed(case: Case, event: e.CorrectionEvent) -> Case:
    match event:
        case e.CorrectionOpened(place=place, text=text, owner=owner, due=due, accept=accept):
            measure = Measure(place=place, text=text, owner=owner, due=due, accept=accept, opened_at=event.at)
            measures = (*case.measures, measure)
        case _:
            measures = tuple(_after(one, event) if one.place == event.place else one for one in case.measures)
    dates = {f"{MEASURE_DATE} {one.place}": one.due for one in measures}
    return replace(case, measures=measures, dates={**case.dates, **dates})


def _after(measure: Measure, event: e.CorrectionEvent) -> Measure:
    match event:
        case e.CorrectionDone(person=person):
            return replace(measure, done_at=event.at, done_by=person)
        case e.CorrectionReturned(due=due):
            return replace(measure, done_at=None, done_by="", due=due)
        case e.CorrectionVerified(person=person):
            return replace(measure, verified_at=event.at, verified_by=person)
        case e.CorrectionChecked(text=text):
            return replace(measure, checked_at=event.at, effect=text)
        case _:
            return measure


def _participant_added(case: Case, event: e.ParticipantAdded) -> Case:
    if case.has_participant(event.address):
        return case
    added = Participant(address=event.address, role=event.role)
    return replace(case, participants=(*case.participants, added))


def _linked(case: Case, event: e.CasesLinked) -> Case:
    return replace(case, links=tuple(dict.fromkeys((*case.links, event.other))))


def _recognised(case: Case, event: e.CustomerRecognised) -> Case:
    return replace(case, earlier=event.earlier)


def _suggested(case: Case, event: e.GroupSuggested) -> Case:
    links = tuple(dict.fromkeys((*case.links, event.other)))
    return replace(
        case,
        links=links,
        suspected=event.other,
        suspects=event.customers,
        suspected_by=event.cause,
        suspected_with=event.cases,
    )


def _not_shared(case: Case, event: e.CauseNotShared) -> Case:
    case = replace(case, apart=True)
    return case if case.suspected != event.oldest else _unsuspected(case)


def _unsuspected(case: Case) -> Case:
    if not case.suspected:
        return case
    return replace(case, suspected="", suspects=0, suspected_by="", suspected_with=())


def _joined(case: Case, event: e.GroupJoined) -> Case:
    links = tuple(dict.fromkeys((*case.links, event.lead)))
    return replace(_unsuspected(case), lead=event.lead, members=(), links=links)


def _left(case: Case, _event: e.GroupLeft) -> Case:
    return replace(case, lead="")


def _member_joined(case: Case, event: e.MemberJoined) -> Case:
    others = tuple(member for member in case.members if member.number != event.other)
    return replace(
        case,
        members=(*others, Member(number=event.other, people=event.people)),
        links=tuple(dict.fromkeys((*case.links, event.other))),
        group_confirmed=case.group_confirmed and event.cause == "staff",
    )


def _member_left(case: Case, event: e.MemberLeft) -> Case:
    return replace(case, members=tuple(member for member in case.members if member.number != event.other))


def _group_confirmed(case: Case, _event: e.GroupConfirmed) -> Case:
    return replace(case, group_confirmed=True)


_CHANGES = cast(
    "dict[type[e.Event], Callable[[Case, e.Event], Case]]",
    {
        e.Graded: _graded,
        e.Routed: _routed,
        e.FactsFound: _facts_found,
        e.EvidenceAdded: _evidence_added,
        e.TriageAsked: _triage_asked,
        e.TriageAnswered: _triage_answered,
        e.FollowUpAdded: _followed_up,
        e.StatusAsked: _status_asked,
        e.AssignmentAccepted: _accepted,
        e.AssignmentRefused: _refused,
        e.HandedUp: _handed_up,
        e.HandlerAssigned: _assigned,
        e.CauseFound: _cause_found,
        e.ResponsibilityFound: _responsibility_found,
        e.SolutionProposed: _proposed,
        e.ApprovalAsked: _approval_asked,
        e.ApprovalGranted: _approved,
        e.ApprovalRefused: _rejected,
        e.CustomerDeclined: _rejected,
        e.MeetingFlagged: _meeting_flagged,
        e.SatisfactionGiven: _rated,
        e.Appealed: _appealed,
        e.Resolved: _resolved,
        e.CaseClosed: _closed,
        e.CaseReopened: _reopened,
        e.DateTold: _date_told,
        e.Reminded: _step_taken,
        e.LimitBreached: _step_taken,
        e.Escalated: _step_taken,
        e.ProgressTold: _contacted,
        e.SolutionOffered: _contacted,
        e.CommonTold: _contacted,
        e.Paused: _paused,
        e.Resumed: _resumed,
        e.CustomerReminded: _customer_reminded,
        e.ExtensionAsked: _extension_asked,
        e.ExtensionGranted: _extension_decided,
        e.ExtensionRefused: _extension_decided,
        e.DateMoved: _date_moved,
        e.LetterSent: _letter_sent,
        e.LetterBounced: _letter_lost,
        e.RegulatorDateSet: _date_set,
        e.DataBreachFound: _date_set,
        e.DataRequestReceived: _date_set,
        e.CorrectionOpened: _measure_changed,
        e.CorrectionDone: _measure_changed,
        e.CorrectionReturned: _measure_changed,
        e.CorrectionVerified: _measure_changed,
        e.CorrectionChecked: _measure_changed,
        e.CasesLinked: _linked,
        e.LanguageTroubled: _language_troubled,
        e.CustomerRecognised: _recognised,
        e.GroupSuggested: _suggested,
        e.CauseNotShared: _not_shared,
        e.GroupJoined: _joined,
        e.GroupLeft: _left,
        e.MemberJoined: _member_joined,
        e.MemberLeft: _member_left,
        e.GroupConfirmed: _group_confirmed,
        e.ParticipantAdded: _participant_added,
    },
)
