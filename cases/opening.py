"""How a message becomes a case, and how later messages continue it."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cases import events as e
from cases.arrival import Arrival
from cases.case import Case, fold
from cases.clock_acts import dates_in
from cases.deadlines import due_of
from cases.grading import Around, grade_of, graded
from cases.groups import grouped, recognised
from cases.languages import language_of, language_trouble
from cases.message import Fact, IncomingMessage, Proof, Strength
from cases.pausing import CUSTOMER, resumed
from cases.placing import Fresh, Place
from cases.policy import Policy
from cases.standing import asks, status_asked
from cases.ways import origin_of, way_of
from cases.words import Channel, Grade, Status

_LATEST = datetime.max.replace(tzinfo=UTC)
MOST_WORDS = 8_000  # characters of the writer's own words that an event keeps for staff letters


def opening_of(arrival: Arrival, place: Place, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """Everything a first message sets in motion: the case, its facts, its grade, its department or the triage."""
    message, by = arrival.message, f"message:{arrival.raw}"
    opened = _opened(arrival, policy, now)
    events: list[e.Event] = [opened]
    if message.attachments:
        events.append(e.EvidenceAdded(at=now, by=by, clause="§2", raw=arrival.raw, files=message.attachments))
    events += _understood(opened, arrival, policy, now)
    events += _dates_set(arrival, policy, now)
    if isinstance(place, Fresh):
        events += [e.CasesLinked(at=now, by=by, other=n, because="named by the sender") for n in place.links]
    case = fold(None, events)
    events += grouped(case, arrival, policy, now)
    case = fold(None, events)
    if case.status is Status.TRIAGE:
        # The department hears of it when the intake desk has answered; until then its centre's calendar counts.
        asked = _triage_asked(f"{message.complaint} signs", by, now)
        return (*events, asked, *dates_told(fold(case, (asked,)), policy, by, now))
    routed = routing_of(case, policy, by, now, categories=message.categories)
    return (*events, *routed, *dates_told(fold(case, routed), policy, by, now))


def routing_of(
    case: Case, policy: Policy, by: str, now: datetime, *, categories: Iterable[str] = ()
) -> tuple[e.Event, ...]:
    """Sends the case to its departments, the leading one first (policy §5)."""
    named = tuple(categories) or case.categories or (case.category,)
    way = way_of(named, origin_of(case), policy)
    routed = e.Routed(
        at=now,
        by=by,
        rule=way.rows[0].name if way.rows else "several_lead",
        clause=way.rows[0].clause if way.rows else "M15.4",
        category=named[0],
        centre=way.centre or case.centre,
        departments=way.departments,
        because=way.because,
        further=way.further,
        hq_leads=way.hq_leads,
    )
    return (routed, *language_trouble(fold(case, (routed,)), policy, by, now))


def follow_up(  # noqa: PLR0913 (what a further message is)
    case: Case,
    arrival: Arrival,
    how: str,
    policy: Policy,
    now: datetime,
    *,
    reopens: bool = True,
    taken: str = "",
    suggests: str = "",
) -> tuple[e.Event, ...]:
    """A participant wrote again: the case goes on, or is reopened when it was thought to be finished (policy §6).

    `taken` and `suggests` say what the words were taken for, or might mean (`cases.replies`).
    """
    message, by = arrival.message, f"message:{arrival.raw}"
    added = e.FollowUpAdded(
        at=now,
        by=by,
        clause="§1",
        raw=arrival.raw,
        sender=message.sender.address if message.sender else "",
        how=how,
        subject=message.subject,
        words=words_of(message),
        message_id=message.message_id,
        flags=_flags(message),
        taken=taken,
        suggests=suggests,
    )
    events: list[e.Event] = [added]
    if message.attachments:
        events.append(e.EvidenceAdded(at=now, by=by, clause="§2", raw=arrival.raw, files=message.attachments))
    if case.pause and case.pause.kind == CUSTOMER:
        cause = e.Cause(at=now, by=by, rule="the customer answered", clause="§6")
        events += resumed(fold(case, events), "the customer answered", policy, cause)
    events += _learned(case, arrival, policy, now)
    events += _dates_set(arrival, policy, now)
    events += _worsened(case, arrival, policy, now)
    events += grouped(fold(case, events), arrival, policy, now)
    # Who only asks how it stands takes nothing back; whether they do is for a person to read (`read_answer`).
    only_asks = case.status is Status.RESOLVED and asks(message.signals) and message.complaint is Strength.NONE
    if reopens and not only_asks and case.status in {Status.RESOLVED, Status.CLOSED}:
        events += reopening_of(fold(case, events), "the customer answered", policy, by, now)
    events += status_asked(fold(case, events), arrival, policy, now)
    return tuple(events)


def reopening_of(case: Case, because: str, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """The case is worked again and reaches its department through a new assignment (policy §6)."""
    reopened = e.CaseReopened(at=now, by=by, clause="§6", because=because)
    if "Routed" in case.moments:
        return (reopened, *routing_of(fold(case, (reopened,)), policy, by, now))
    # The intake desk had said that it is no complaint, so it is theirs to look again, not a department's.
    return (reopened, _triage_asked("the sender answered", by, now))


def _triage_asked(because: str, by: str, now: datetime) -> e.TriageAsked:
    return e.TriageAsked(at=now, by=by, rule="triage", clause="§1", because=because)


def _learned(case: Case, arrival: Arrival, policy: Policy, now: datetime) -> list[e.Event]:
    """What a further message says, above all what the acknowledgement had asked for (policy §2)."""
    message, by = arrival.message, f"message:{arrival.raw}"
    if not message.facts:
        return []
    missing = missing_of((*case.facts, *message.facts), policy)
    found = e.FactsFound(at=now, by=by, clause="§2", raw=arrival.raw, facts=message.facts, missing=missing)
    is_open_question = "Routed" in case.moments and "RegistrationConfirmed" not in case.moments
    return [found, *_registered(missing, arrival, now)] if is_open_question else [found]


def _registered(missing: tuple[str, ...], arrival: Arrival, now: datetime) -> list[e.Event]:
    """A complete record of a believed sender needs nobody's confirmation."""
    if missing or arrival.message.proof < Proof.PLAUSIBLE:
        return []
    by = f"message:{arrival.raw}"
    return [e.RegistrationConfirmed(at=now, by=by, rule="complete record", clause="M15.2")]


def _dates_set(arrival: Arrival, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    cause = e.Cause(at=now, by=f"message:{arrival.raw}", rule="regulator date", clause="M33, §9")
    return dates_in(arrival.message.facts, arrival.channel, arrival.message.proof, policy, cause)


def note_of(arrival: Arrival, because: str, now: datetime) -> e.NoteAdded:
    """A note that staff may read and that never leaves the house."""
    sender = arrival.message.sender.address if arrival.message.sender else ""
    by = f"message:{arrival.raw}"
    words = words_of(arrival.message)
    return e.NoteAdded(at=now, by=by, clause="§8", raw=arrival.raw, sender=sender, because=because, words=words)


def words_of(message: IncomingMessage) -> str:
    """The writer's own words, shortened; the whole text when nothing of it is recognisably their own."""
    own = (message.new_text or message.text).strip()
    return own if len(own) <= MOST_WORDS else own[:MOST_WORDS] + " […]"


def _opened(arrival: Arrival, policy: Policy, now: datetime) -> e.CaseOpened:
    message, writer, directory = arrival.message, arrival.message.sender, policy.directory
    own = directory.centres.get(arrival.centre) or directory.centres[directory.default_centre]
    centre = directory.centre_for(message.country) if message.country else own
    channel = _channel_of(arrival, policy)
    triage = _needs_triage(arrival, channel)
    return e.CaseOpened(
        at=now,
        by=f"message:{arrival.raw}",
        rule="triage" if triage else "new complaint",
        clause="§1" if triage else "§2",
        number=arrival.number,
        raw=arrival.raw,
        received_at=arrival.received_at,
        channel=channel,
        account=arrival.account,
        desk=arrival.desk,
        customer=writer.address if writer else "",
        customer_name=writer.name if writer else "",
        proof=message.proof,
        proof_because=message.proof_because,
        language=language_of(message, arrival.background.earlier) or arrival.language or centre.language,
        country=message.country,
        centre=centre.id,
        categories=message.categories,
        subject=message.subject,
        words=words_of(message),
        message_id=message.message_id,
        triage=triage,
        because=tuple(f"{signal.name}: {signal.words}" for signal in message.signals),
        hold_letters=arrival.hold,
        flags=_flags(message),
    )


def _flags(message: IncomingMessage) -> tuple[str, ...]:
    """Signs that change how a case is worked whatever its grade (policy §4, C3.6)."""
    return tuple(sorted({signal.name for signal in message.signals} & {"emotional", "urgent"}))


def _channel_of(arrival: Arrival, policy: Policy) -> Channel:
    """By which account it came; what a believed sender of an authority's domain writes is a referral (M33)."""
    domain = arrival.message.sender.domain if arrival.message.sender else ""
    listed = any(domain == one or domain.endswith(f".{one}") for one in policy.regulators)
    return Channel.REGULATOR if listed and arrival.message.proof >= Proof.PLAUSIBLE else arrival.channel


def _needs_triage(arrival: Arrival, channel: Channel) -> bool:
    """Weak signs go to the intake desk first; a regulator's referral never waits for triage (policy §1, §9)."""
    return arrival.message.complaint is not Strength.STRONG and channel is not Channel.REGULATOR


def _understood(opened: e.CaseOpened, arrival: Arrival, policy: Policy, now: datetime) -> list[e.Event]:
    message, by = arrival.message, f"message:{arrival.raw}"
    missing = missing_of(message.facts, policy)
    category = message.categories[0] if message.categories else "other"
    found = e.FactsFound(at=now, by=by, clause="§2", raw=arrival.raw, facts=message.facts, missing=missing)
    known = recognised(fold(None, (opened, found)), arrival.background, by, now)
    earlier = tuple(one for event in known if isinstance(event, e.CustomerRecognised) for one in event.earlier)
    around = Around(received_at=arrival.received_at, earlier=earlier)
    grade, reasons = grade_of(message.facts, message.signals, category, opened.channel, policy, around)
    events: list[e.Event] = [found, *known, graded(grade, reasons, policy, by, now, provisional=grade is Grade.MAJOR)]
    if message.complaint is Strength.STRONG:
        events += _registered(missing, arrival, now)
    return events


def missing_of(facts: Iterable[Fact], policy: Policy) -> tuple[str, ...]:
    """Which required facts nobody has told us yet (policy §2); `a|b` is met by either."""
    found = {fact.kind for fact in facts}
    return tuple(kind for kind in policy.required if found.isdisjoint(kind.split("|")))


def _worsened(case: Case, arrival: Arrival, policy: Policy, now: datetime) -> list[e.Event]:
    """A follow-up may raise the grade, never lower it; lowering is for people (policy §4)."""
    message = arrival.message
    around = Around(received_at=arrival.received_at, earlier=case.earlier)
    grade, reasons = grade_of(message.facts, message.signals, case.category, case.channel, policy, around)
    new = tuple(reason for reason in reasons if not _was_weighed(reason, case, policy))
    if grade.rank <= case.grade.rank or new[:1] != reasons[:1]:
        return []
    # One word must not wake a board: what a machine finds major waits for a person (policy §4).
    provisional = grade is Grade.MAJOR
    return [graded(grade, new, policy, f"message:{arrival.raw}", now, provisional=provisional)]


def _was_weighed(reason: e.Reason, case: Case, policy: Policy) -> bool:
    """Whether a person has already graded the case in spite of this reason; another loss is another reason."""
    row = next((row for row in policy.grades if row.name == reason.rule), None)
    by_amount = row is not None and (row.loss_above is not None or row.any_loss or row.loss_unknown)
    return any(old.rule == reason.rule and not (by_amount and old.detail != reason.detail) for old in case.weighed)


def dates_told(case: Case, policy: Policy, by: str, now: datetime) -> tuple[e.Event, ...]:
    """The dates that the acknowledgement will promise; a date of resolution only to a believed sender (policy §3).

    A date that was promised before never moves later here.
    """
    contact = (
        due_of(case, "progress", policy) or due_of(case, "investigate", policy) or due_of(case, "register", policy)
    )
    resolve = due_of(case, "resolve", policy) if case.proof >= Proof.PLAUSIBLE else None
    dates = {"next contact": contact, "resolve": resolve}
    return tuple(
        e.DateTold(at=now, by=by, clause="§3", what=what, date=date)
        for what, date in dates.items()
        if date and date < (case.told_date(what) or _LATEST)
    )
