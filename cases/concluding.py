"""What follows from a decision: the case as it is then, and every letter with its fate.

    events ─► fold ─► letters ─► what becomes of each ─► fold again

The daemon and the time machine (`ombud simulate`) both go this way; they differ in what becomes of a letter.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from cases import events as e
from cases.case import Case, fold
from cases.groups import HEARD, asks_all, hearers
from cases.letters import Letter, told
from cases.making import quick
from cases.onward import onward
from cases.policy import Policy

T = TypeVar("T")
Events = tuple[e.Event, ...]
# What becomes of a letter, given the case and the events so far: what the caller makes of it, and the event that tells.
# No event tells of a letter that waits to be told together with others: its ladder step says who is told.
Settle = Callable[[Letter, Case, Events], tuple[T, e.LetterEvent | None]]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion(Generic[T]):
    """The case after all events, those of the letters included; `made` is what the caller made of each letter."""

    case: Case
    events: Events
    made: tuple[T, ...]
    decided: Events = ()  # what was given, and what followed by itself; no letters


def conclude(
    before: Case | None,
    events: Events,
    policy: Policy,
    now: datetime,
    settle: Settle[T],
    further: Callable[[Case], Iterable[Letter]] = lambda _case: (),
) -> Conclusion[T]:
    """Derives the letters of the events, and of the letters that stay silent, until nothing follows any more.

    `further` are letters that the events alone do not tell, for instance lost ones that leave once more.
    """
    after = fold(before, events)
    if further_events := onward(after, events, policy, now):
        events, after = (*events, *further_events), fold(after, further_events)
    settled = [settle(letter, after, events) for letter in (*told(after, events, policy, now), *further(after))]
    if silent := tuple([event for _, event in settled if isinstance(event, e.LetterWithheld)]):
        settled += [settle(letter, after, (*events, *silent)) for letter in told(after, silent, policy, now)]
    fates = tuple([event for _, event in settled if event])
    made = tuple([made for made, _ in settled])
    return Conclusion(case=fold(after, fates), events=(*events, *fates), made=made, decided=events)


def written(letter: Letter, kind: type[e.LetterEvent], to: str, because: str, now: datetime) -> e.LetterEvent:
    """The event that tells what becomes of a letter as soon as it is written: queued, held or withheld."""
    return kind(
        at=now,
        by=letter.cause.by,
        rule=letter.rule or letter.cause.rule,
        clause=letter.clause or letter.cause.clause,
        key=letter.key,
        letter=letter.letter,
        to=to,
        letter_class=letter.letter_class,
        stops=letter.stops,
        because=because,
    )


def echoes(
    before: Case | None, events: Events, policy: Policy, suspected_with: Callable[[str], Iterable[str]]
) -> Iterator[tuple[str, e.Event]]:
    """The cases that must hear of what happened to this one, each with the event; they decide by `groups.heard`.

    `suspected_with` says which cases are suspected with the one of a number.
    """
    for place, event in enumerate(events):
        if isinstance(event, HEARD):  # never the first of a case
            case = fold(before, events[:place])  # as it was before the event
            numbers = hearers(case, event, policy)
            if asks_all(event):
                oldest = event.oldest if isinstance(event, e.CauseShared | e.CauseNotShared) else ""
                numbers = tuple(dict.fromkeys((*numbers, *suspected_with(oldest))))
            yield from ((number, event) for number in numbers if number != case.number)
