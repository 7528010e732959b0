"""What a letter's template may know: plain values only, and of the customer nothing that its reader must not see."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile

from cases import events as e
from cases.case import Case, fold
from cases.deadlines import Deadline, counted_from, owed
from cases.letters import Letter, is_plausible
from cases.message import Fact
from cases.policy import Policy
from cases.rights import allowed
from cases.routing import people_for
from cases.target import Unit

View = dict[str, object]
_UNDERSTOOD = ("order_number", "waybill", "contract", "project", "product", "loss", "amount", "wanted")
_SURE_ENOUGH = 0.5  # confidence from which a fact is repeated to the customer
_EXCERPT = 600  # characters of a long message that a reminder repeats; the assignment had them all


def view_of(letter: Letter, case: Case, policy: Policy, now: datetime, history: Iterable[e.Event] = ()) -> View:
    """Everything the template of this letter may show. Datetimes are aware UTC; spans are seconds.

    To an unproven sender `subject` is empty: it is their text as well (invariant 9). `history` is the whole record of
    the case with the present events.
    """
    happened = tuple(history)
    may_quote = bool(letter.person) or (is_plausible(case) and letter.letter not in _NEUTRAL)
    view: View = {
        "organisation": {"name": policy.organisation.name, "privacy": policy.organisation.privacy},
        "zone": letter.zone,
        "number": case.number,
        "subject": case.subject if may_quote else "",
        "received_at": case.received_at,
    }
    extra = _CUSTOMER.get(letter.letter)
    if extra:
        return view | extra(letter, case, policy)
    person = policy.directory.people[letter.person]
    view |= _staff(case, policy) | {"reader": {"name": person.name}, "history": _history(happened)}
    view["allowed"] = [row.name for row in allowed(person, case, policy, now)]
    return view | _caused(letter, case, policy, now, happened)


def _acknowledgement(letter: Letter, case: Case, policy: Policy) -> View:
    calendar = policy.calendar_of(case.centre)
    # Service hours belong to the centre; the customer reads them in their own zone (M32).
    hours = calendar.hours_on(letter.cause.at)
    return _bare(letter, case, policy) | {
        "understood": [{"kind": fact.kind, "value": fact.value} for fact in _best(case.facts, _UNDERSTOOD)],
        "evidence": [{"name": file.name, "size": file.size} for file in case.evidence if not file.inline],
        "missing": [kind.split("|")[0] for kind in case.missing],
        "resolve_by": case.told_date("resolve"),
        "provisional": any(deadline.provisional for deadline in owed(case, policy)),
        "service_hours": [{"start": start, "end": end} for start, end in hours],
        "service_zone": calendar.zone,
    }


def _bare(_letter: Letter, case: Case, _policy: Policy) -> View:
    return {"next_contact_at": case.told_date("next contact")}


def _result(letter: Letter, _case: Case, _policy: Policy) -> View:
    return {"text": getattr(letter.cause, "text", "")}


# Letters that say the same to everybody.
_NEUTRAL = frozenset({"acknowledgement-bare", "triage-acknowledgement"})
_CUSTOMER = {
    "acknowledgement": _acknowledgement,
    "acknowledgement-bare": _bare,
    "triage-acknowledgement": _bare,
    "result": _result,
}


def _best(facts: Iterable[Fact], kinds: Iterable[str]) -> list[Fact]:
    """The most certain fact of each kind, in the order of the kinds."""
    found = sorted((fact for fact in facts if fact.confidence >= _SURE_ENOUGH), key=lambda fact: fact.confidence)
    best = {fact.kind: fact for fact in found}
    return [best[kind] for kind in kinds if kind in best]


def _staff(case: Case, policy: Policy) -> View:
    return {
        "customer": {
            "address": case.customer,
            "name": case.customer_name,
            "proof": case.proof.name.lower(),
            "proof_because": case.proof_because,
            "country": case.country,
            "language": case.language,
        },
        "words": case.words,
        "facts": [
            {"kind": fact.kind, "value": fact.value, "confidence": fact.confidence, "words": fact.words}
            for fact in case.facts
        ],
        "missing": [kind.split("|")[0] for kind in case.missing],
        "evidence": [
            {"name": file.name, "type": file.type, "size": file.size, "sha256": file.sha256} for file in case.evidence
        ],
        "grade": str(case.grade),
        "provisional": case.provisional,
        "reasons": [{"rule": r.rule, "clause": r.clause, "detail": r.detail} for r in case.grade_reasons],
        "category": case.category,
        "centre": _named(policy.directory.centres, case.centre),
        "department": _named(policy.directory.departments, case.departments[0] if case.departments else ""),
        "deadlines": _deadlines(owed(case, policy)),
        "links": list(case.links),
        "status": str(case.status),
        "resolution": case.resolution,
    }


def _deadlines(running: Iterable[Deadline]) -> list[View]:
    return [
        {"stage": d.stage, "due": d.due, "target": str(d.target), "clause": d.clause, "owner": d.owner} for d in running
    ]


def _assigned(letter: Letter, case: Case, policy: Policy, now: datetime) -> list[View]:
    """The clocks as the department finds them: the letter itself starts theirs, and theirs come first."""
    leaves = e.LetterSent(at=now, by="outbox", key=letter.key, letter=letter.letter, to=letter.to, stops=letter.stops)
    running = owed(fold(case, (leaves,)), policy)
    return _deadlines(sorted(running, key=lambda deadline: deadline.owner != "lead department"))


def _named(things: Mapping[str, object], key: str) -> str:
    return str(getattr(things.get(key), "name", key))


def _caused(letter: Letter, case: Case, policy: Policy, now: datetime, happened: Iterable[e.Event]) -> View:
    """What the event itself adds."""
    match letter.cause:
        case e.LadderStepTaken() as step:
            # It is read when it leaves, perhaps next morning: "two hours left" must be true then.
            read_at = max(now, letter.not_before)
            return _step(step, case, policy, read_at) | {"chain": _chain(step, happened, case, policy)}
        case e.CommandsAnswered(lines=lines):
            return {
                "lines": [
                    {"command": x.command, "done": x.done, "because": x.because, "text": x.because} for x in lines
                ]
            }
        case e.Routed():
            return {"deadlines": _assigned(letter, case, policy, now)}
        case e.FollowUpAdded() as added:
            reopened = case.moments.get("CaseReopened") == added.at
            return {"sender": added.sender, "how": added.how, "words": added.words, "reopened": reopened}
        case e.TriageAsked(because=because):
            signs = (event.because for event in happened if isinstance(event, e.CaseOpened))
            return {"because": [because, *(sign for found in signs for sign in found)]}
        case _:
            return {}


def _step(step: e.LadderStepTaken, case: Case, policy: Policy, now: datetime) -> View:
    calendar, row = policy.calendar_of(case.centre), policy.stage(step.stage)
    target = row.target.get(case.grade) if row else None
    clock_hours = target is not None and target.unit is Unit.HOURS

    def span(start: datetime, end: datetime) -> int:
        return (end - start) // timedelta(seconds=1) if clock_hours else calendar.between(start, end)

    left = span(now, step.due)
    whole = span(counted_from(case, row, step.round), step.due) if row else 0
    owner = people_for(row.owner if row else step.who, case, policy, now)
    return {
        "stage": step.stage,
        "action": {"Reminded": "remind", "LimitBreached": "breach"}.get(step.kind, "escalate"),
        "due": step.due,
        "target": str(target or ""),
        "clause": step.clause,
        "owner": ", ".join(person.name for person in owner),
        "left": max(left, 0),
        "share": min(max(1 - left / whole, 0.0), 1.0) if whole > 0 else 1.0,
        "late_for": max(-left, 0),
        "words": case.words[:_EXCERPT],
    }


def _chain(step: e.LadderStepTaken, happened: Iterable[e.Event], case: Case, policy: Policy) -> list[View]:
    """Who was told of this stage before this step, by the names of those who held the role then."""
    before = takewhile(lambda event: event != step, happened)
    told = [x for x in before if isinstance(x, e.LadderStepTaken) and (x.stage, x.round) == (step.stage, step.round)]
    return [
        {"who": ", ".join(person.name for person in people_for(one.who, case, policy, one.at)), "at": one.at}
        for one in told
    ]


def _history(events: Iterable[e.Event]) -> list[View]:
    """What happened so far, in words a template can label: kind, time, who, and a short detail."""
    return [{"at": event.at, "kind": event.kind, "text": _detail(event)} for event in events if _is_news(event)]


def _is_news(event: e.Event) -> bool:
    return not isinstance(event, e.FactsFound | e.LetterQueued | e.EvidenceAdded | e.CommandsAnswered | e.DateTold)


def _detail(event: e.Event) -> str:
    match event:
        case e.LadderStepTaken():
            return f"{event.stage}, {event.who}"
        case e.LetterEvent():
            return " ".join(part for part in (event.letter, event.to, event.because) if part)
        case e.Graded():
            return f"{event.grade}{' ?' if event.provisional else ''}"
        case e.Routed():
            return ", ".join(event.departments)
        case e.CommandRefused():
            return f"{event.command}: {event.because}"
        case e.Resolved() | e.TextEvent():
            return event.text[:_EXCERPT]
        case e.TriageAnswered():
            return event.answer
        case e.AssignmentAccepted():
            return event.person
        case e.FollowUpAdded() | e.NoteAdded():
            return event.sender
        case _:
            return ""
