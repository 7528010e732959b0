"""What is decided when something happens: the file to read first.

Four things can happen: a message arrives, a colleague commands, a letter's fate is known, time passes. Each function
takes what is true and answers with events; deadlines and letters are derived from those (`deadlines`, `letters`).
"""

from collections.abc import Iterable
from datetime import datetime

from cases import events as e
from cases.acting import Act, carried_out
from cases.arrival import Arrival
from cases.case import Case, fold
from cases.checklist import still_missing
from cases.commands import Command
from cases.deadlines import Deadline, DueStep, owed, steps_due
from cases.letters import LetterRef
from cases.opening import follow_up, note_of, opening_of
from cases.pausing import CUSTOMER, customer_reminded, end_of_waiting
from cases.people import Person
from cases.placing import Again, Beside, Join, Place
from cases.policy import Policy
from cases.replies import answered, asked_in
from cases.rights import Claim, refusal, why_not
from cases.telling import readers_of
from cases.tokens import IssuedToken
from cases.words import Action


def on_message(case: Case | None, arrival: Arrival, place: Place, policy: Policy, now: datetime) -> tuple[e.Event, ...]:
    """A person wrote, or a robot about a case: it opens, continues or reopens a case, or leaves a note."""
    if case is None:
        return opening_of(arrival, place, policy, now)
    match place:
        case Again(raw_id=first):
            because = f"same letter as message {first}"
            return (e.DuplicateNoted(at=now, by=f"message:{arrival.raw}", raw=arrival.raw, because=because),)
        case Beside(because=because):
            return (note_of(arrival, because, now),)
        case Join(token=token) if token and token.purpose != "customer":
            # Whoever answers a letter to staff is no customer: nothing is reopened, nothing passed on (policy §8).
            return (note_of(arrival, f"answer to a {token.purpose} letter", now),)
        case Join(token=token) as join if arrival.message.automatic is None and (asked := asked_in(case, token)):
            return answered(case, arrival, join, asked, policy, now)
        case Join(how=how) if arrival.message.automatic is None:
            return follow_up(case, arrival, how, policy, now)
        case _:
            return (note_of(arrival, f"automatic message: {arrival.message.automatic_because}", now),)


def on_command(
    case: Case, commands: Iterable[Command], arrival: Arrival, token: IssuedToken | None, policy: Policy, now: datetime
) -> tuple[e.Event, ...]:
    """A colleague commands: each command is carried out or refused, and one answer says which (policy §8).

    Without a command the message is a note that never leaves the house.
    """
    commands, sender = tuple(commands), arrival.message.sender
    if not commands:
        return (note_of(arrival, "note of a colleague", now),)
    person = policy.directory.person_at(sender.address) if sender else None
    claim = Claim(message=arrival.message, person=person, token=token)
    by = f"message:{arrival.raw}"
    decided: list[e.Event] = []
    lines: list[e.AnswerLine] = []
    for command in commands:
        because = why_not(claim, policy.command(command.name), fold(case, decided), policy, now)
        if person and not because:
            events, line = _done(fold(case, decided), command, person, f"person:{person.id}", policy, now)
        else:
            # The answer goes to the listed address, whoever wrote: unproven words are not repeated in it (invariant 9).
            shown = command.name or (command.written if because not in {"not listed", "unproven"} else "?")
            events, line = (), e.AnswerLine(command=shown, done=False, because=because)
        decided += events
        if not line.done:
            # Not by the person: whether it was they is just what may be in doubt.
            decided.append(_refused(command, line.because, by, now, arrival))
        lines.append(line)
    if person:
        answered = e.CommandsAnswered(at=now, by=by, clause="§8", raw=arrival.raw, person=person.id, lines=tuple(lines))
        decided.append(answered)
    return tuple(decided)


def on_act(
    case: Case, commands: Iterable[Command], person: Person, by: str, policy: Policy, now: datetime
) -> tuple[tuple[e.Event, ...], tuple[e.AnswerLine, ...]]:
    """The same commands for a person whom the caller knows, as at the command line; `by` says who called it.

    Answers with a line for each command, as the mail to a colleague does.
    """
    decided: list[e.Event] = []
    lines: list[e.AnswerLine] = []
    for command in commands:
        events, line = _done(fold(case, decided), command, person, by, policy, now)
        decided += events if line.done else (_refused(command, line.because, by, now),)
        lines.append(line)
    return tuple(decided), tuple(lines)


def _done(
    case: Case, command: Command, person: Person, by: str, policy: Policy, now: datetime
) -> tuple[tuple[e.Event, ...], e.AnswerLine]:
    """What one command leaves on record, and what became of it."""
    row, shown = policy.command(command.name), command.name or command.written
    because = refusal(person, row, command, case, policy, now)
    if row is None or because:
        detail = ", ".join(still_missing(case, policy)) if because == "checklist incomplete" else ""
        return (), e.AnswerLine(command=shown, done=False, because=because, detail=detail)
    act = Act(case=case, row=row, command=command, person=person, by=by, policy=policy, now=now)
    return carried_out(act), e.AnswerLine(command=shown, done=True)


def on_delivery(letter: LetterRef, fate: type[e.LetterEvent], because: str, at: datetime) -> tuple[e.Event, ...]:
    """A letter's fate is known: sent stops its clock, all else leaves it open or opens it again (invariant 8)."""
    event = fate(
        at=at,
        by="outbox",
        key=letter.key,
        letter=letter.letter,
        to=letter.to,
        letter_class=letter.letter_class,
        stops=letter.stops,
        because=because,
        within=letter.within,
        rule=letter.letter,
        clause="§3",
    )
    return (event,)


def on_tick(
    case: Case, policy: Policy, now: datetime, clocks: tuple[Deadline, ...] | None = None
) -> tuple[e.Event, ...]:
    """Time passed: the ladder steps that are due. After an outage one letter a level, never a storm (threats T22).

    `clocks` are those that run, for who knows them already.
    """
    found: list[e.Event] = []
    for deadline in owed(case, policy) if clocks is None else clocks:
        if deadline.next_look is None or deadline.next_look > now:
            continue
        due = steps_due(deadline, now)
        if policy.clocks.waiting(deadline.stage):
            ended = end_of_waiting(case, deadline, policy, now)
            if any(isinstance(event, e.CaseClosed) for event in ended):
                return ended
            found += ended or customer_reminded(deadline, due, now)
            due = () if ended else tuple(step for step in due if step.base.who != CUSTOMER)
        if due:
            found += _climb(deadline, due, case, policy, now)
    return tuple(found)


def _climb(deadline: Deadline, due: tuple[DueStep, ...], case: Case, policy: Policy, now: datetime) -> list[e.Event]:
    """One event for each level that is due; what it overtakes is marked as skipped."""
    past_limit = any(step.base.action is not Action.REMIND for step in due)
    told: dict[tuple[str, str], DueStep] = {}
    for step in due:
        if not (past_limit and step.base.action is Action.REMIND):
            # A later repeat or a later step to the same reader takes the place of the earlier one.
            told[(step.base.action, step.base.who)] = step
    skipped = tuple(step.name for step in due if step not in told.values())
    readers = readers_of(tuple(told.values()), deadline, case, policy, now)
    events: list[e.Event] = []
    for step in told.values():
        event = e.ACTION_EVENTS[step.base.action](
            at=now,
            by="tick",
            rule=step.name,
            clause=deadline.clause,
            stage=deadline.stage,
            step=step.name,
            round=deadline.round,
            due=deadline.due,
            who=deadline.owner if step.base.who == "owner" else step.base.who,
            skipped=() if events else skipped,
            people=readers[step.name],
        )
        events.append(event)
    return events


def _refused(
    command: Command, because: str, by: str, now: datetime, arrival: Arrival | None = None
) -> e.CommandRefused:
    sender = arrival.message.sender if arrival else None
    return e.CommandRefused(
        at=now,
        by=by,
        rule="proof before power" if arrival else "commands",
        clause="§8",
        raw=arrival.raw if arrival else 0,
        sender=sender.address if sender else "",
        command=command.name or command.written,
        because=because,
    )
