"""One line a happening, for people: when, which case, what."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum

from cases import events as e
from cases.policy import Policy

_NO_CASE = "many cases "
_LONG = 80  # characters of somebody's own words
_QUIET = frozenset({"at", "by", "rule", "clause", "raw", "words", "key", "round", "skipped", "number", "message_id"})


def line_of(number: str, event: e.Event, policy: Policy) -> str:
    """`2026-03-02 09:00  C-2718-2819  LimitBreached  investigate: due …`; the moment is in UTC."""
    return f"{moment(event.at)}  {number or _NO_CASE}  {event.kind}  {said(event, policy)}".rstrip()


def moment(at: datetime) -> str:
    """A moment in UTC, to the minute."""
    return at.astimezone(UTC).isoformat(" ", "minutes")[:16]


def said(event: e.Event, policy: Policy) -> str:
    """What an event tells, in a few words."""
    match event:
        case e.CaseOpened():
            doubt = ", triage" if event.triage else ""
            return f"{event.customer} ({event.proof.name.lower()}{doubt}): {_short(event.subject)}"
        case e.Graded():
            provisional = ", provisional" if event.provisional else ""
            reasons = ", ".join(reason.rule for reason in event.reasons)
            return f"{event.grade}{provisional}: {reasons}"
        case e.Routed():
            return f"{event.category}: {', '.join(event.departments)} in {event.centre}"
        case e.LadderStepTaken():
            return f"{event.stage}, due {moment(event.due)}: {event.step}, tells {event.who}"
        case e.LetterEvent():
            because = f": {event.because}" if event.because else ""
            return f"{event.letter} to {_reader(event.to, policy)}{because}"
        case e.DateTold():
            return f"{event.what} by {moment(event.date)}"
        case e.CauseFound():
            return f"{', '.join(event.causes)}: {_short(event.text)}"
        case e.RiseWarned():
            people = ", ".join(policy.directory.people[id_].name for id_ in event.people)
            past = " ".join(map(str, event.history))
            return f"{event.rule}: {event.series}, {event.count} after {past}; told to {people or 'nobody'}"
        case e.RiseEnded():
            return f"{event.rule}: {event.series}, {event.count} now"
        case _:
            return _fields(event, policy)


def _fields(event: e.Event, policy: Policy) -> str:
    """Whatever a kind of event has that is short, for those that have no sentence of their own."""
    named = ((name, getattr(event, name)) for name in type(event).__dataclass_fields__ if name not in _QUIET)
    parts = [text for name, value in named if (text := _value(name, value, policy))]
    by = event.by.removeprefix("person:") if event.by.startswith("person:") else ""
    return "; ".join((*parts, *((f"by {by}",) if by else ())))


def _value(name: str, value: object, policy: Policy) -> str:
    if isinstance(value, datetime):
        return f"{name.replace('_', ' ')} {moment(value)}"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, str):
        known = policy.directory.people.get(value)
        return known.name if known else _short(value)
    if isinstance(value, bool | int) or value is None:
        return f"{name.replace('_', ' ')} {value}" if value else ""
    if isinstance(value, tuple | Mapping):
        return f"{len(value)} {name.replace('_', ' ')}" if value else ""
    return str(value)


def _reader(address: str, policy: Policy) -> str:
    person = policy.directory.person_at(address)
    return f"{person.name} <{address}>" if person else address


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONG else f"{flat[: _LONG - 1]}…"
