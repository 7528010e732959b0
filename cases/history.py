"""What happened so far, in parts that a template can put into the words of any language."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from cases import events as e
from cases.case import Case
from cases.policy import Policy

EXCERPT = 600  # characters of a long text that a later letter repeats; the record has them all

_PARTS: dict[str, object] = {
    "stage": "",
    "role": "",
    "grade": "",
    "provisional": False,
    "departments": [],
    "letter": "",
    "word": "",
    "refusal": "",
    "answer": "",
    "who": "",
    "text": "",
    "calendar": None,
}
_BOOKKEEPING = e.FactsFound | e.LetterQueued | e.EvidenceAdded | e.CommandsAnswered | e.DateTold | e.DateMoved


def history_of(events: Iterable[e.Event], case: Case, policy: Policy) -> list[dict[str, object]]:
    """The news among the events, in order, all with the same keys.

    `kind`, `stage`, `role`, `grade`, `letter`, `refusal` and `answer` are names to be labelled, `word` is a command or
    what was meant as one; `who` is a person's name or address, `departments` are names, `text` is what somebody wrote
    or a server said; `calendar` is what changed in a calendar and which deadlines moved.
    """
    news = (event for event in events if _is_news(event, case))
    return [
        _PARTS | {"at": event.at, "kind": event.kind, "who": _who(event, case, policy)} | _parts(event, case, policy)
        for event in news
    ]


def _is_news(event: e.Event, case: Case) -> bool:
    if isinstance(event, e.LetterSent):
        # Reminders and the like have events of their own; a reader looks for what was owed and what the customer got.
        return bool(event.stops) or event.to == case.customer
    return not isinstance(event, _BOOKKEEPING)


def _parts(event: e.Event, case: Case, policy: Policy) -> dict[str, object]:
    match event:
        case e.LadderStepTaken():
            return {"stage": event.stage, "role": event.who}
        case e.LetterEvent():
            role = "customer" if event.to == case.customer else ""
            text = "" if isinstance(event, e.LetterSent) else event.because
            return {"letter": event.letter, "role": role, "text": text}
        case e.Graded():
            return {"grade": str(event.grade), "provisional": event.provisional}
        case e.Routed():
            known = policy.directory.departments
            return {"departments": [known[id_].name if id_ in known else id_ for id_ in event.departments]}
        case e.CommandRefused():
            return {"word": event.command, "refusal": event.because}
        case e.TriageAnswered():
            return {"answer": event.answer}
        case e.CalendarChanged() | e.LimitsChanged():
            return {"calendar": _changed(event, policy) if isinstance(event, e.CalendarChanged) else _limits(event)}
        case e.SatisfactionGiven():
            return {"text": f"{event.score}/5 {event.text}"[:EXCERPT].strip()}
        case e.CorrectionEvent(place=place, text=text):
            return {"text": f"{place}: {text}"[:EXCERPT]}
        case e.Resolved() | e.TextEvent():
            return {"text": event.text[:EXCERPT]}
        case e.NoteAdded() if _is_from_a_colleague(event, policy):
            return {"text": event.words[:EXCERPT]}
        case _:
            other = _of_family(event)
            return {"text": other} if other else _clock_parts(event)


def _clock_parts(event: e.Event) -> dict[str, object]:
    """What moves limits."""
    match event:
        case e.Paused(question=question):
            return {"text": question[:EXCERPT]}
        case e.ExtensionAsked(stage=stage, span=span, reason=reason):
            return {"stage": stage, "text": f"{span}: {reason}"[:EXCERPT]}
        case e.ExtensionGranted() | e.ExtensionRefused():
            return {"stage": event.stage, "text": f"{event.span} {event.text}".strip()[:EXCERPT]}
        case _:
            return {}


def _of_family(event: e.Event) -> str:
    """The numbers of other cases that an event names."""
    match event:
        case e.CauseShared() | e.CauseNotShared():
            return ", ".join(event.cases[:5]) or event.oldest
        case e.CasesLinked() | e.GroupSuggested() | e.MemberJoined() | e.MemberLeft():
            return event.other
        case e.GroupJoined() | e.GroupLeft():
            return event.lead
        case e.CustomerRecognised():
            return ", ".join(one.number for one in event.earlier[:5])
        case _:
            return ""


def _changed(event: e.CalendarChanged, policy: Policy) -> dict[str, object]:
    """The days as moments of their date in the calendar's zone, and the deadlines before and after."""
    zone = policy.calendars[event.calendar].zone if event.calendar in policy.calendars else "UTC"

    def moment(text: str) -> datetime | None:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) if text else None

    days = [
        {
            "day": moment(one.day),
            "why": one.why,
            "reason": one.reason or one.holiday,
            "announced": moment(one.announced),
        }
        for one in event.days
    ]
    return {
        "name": event.calendar,
        "zone": zone,
        "days": days,
        "more": event.more,
        "rules": [],
        "moved": _moved(event.moved),
    }


def _limits(event: e.LimitsChanged) -> dict[str, object]:
    """Targets with the stage they are of, calendars by their names; `what` is `target`, `calendar` or `clock`."""
    rules = []
    for one in event.rules:
        what, stage, *_ = one.rule.split(" ")
        shown = {"before": one.before, "after": one.after} if what != "clock" else {"before": "", "after": ""}
        rules.append({"what": what, "stage": "" if what == "calendar" else stage, **shown})
    return {"name": "", "zone": "UTC", "days": [], "more": 0, "rules": rules, "moved": _moved(event.moved)}


def _moved(deadlines: Iterable[e.DueMoved]) -> list[dict[str, object]]:
    return [{"stage": one.stage, "before": one.before, "after": one.after} for one in deadlines]


def _who(event: e.Event, case: Case, policy: Policy) -> str:
    """Who did it or, for a letter, got it; empty for the customer and for what happened by itself."""
    if id_ := event.person_id:
        person = policy.directory.people.get(id_)
        return person.name if person else id_
    address = getattr(event, "to", "") or getattr(event, "sender", "")
    if not isinstance(address, str) or address == case.customer:
        return ""
    person = policy.directory.person_at(address)
    return person.name if person else address


def _is_from_a_colleague(event: e.NoteAdded, policy: Policy) -> bool:
    return bool(event.person_id) or policy.directory.person_at(event.sender) is not None
