"""What a message is to us before any case hears of it; headers may silence answers, never the message itself."""

from enum import StrEnum

from cases.message import Automatic, IncomingMessage, Strength
from cases.people import Person
from cases.placing import Beside, Fresh, Join, Place
from cases.words import DIGEST

MOST_HOPS = 50  # Received headers; a message that went round more often is in a loop (threats input 18)


class Reception(StrEnum):
    """Which door a message takes."""

    BOUNCE = "bounce"
    NOTED = "noted"  # kept and listed, no case, no clock; a note when a case knows it
    STAFF = "staff"
    CASE = "case"


def reception_of(message: IncomingMessage, person: Person | None, place: Place) -> tuple[Reception, str]:
    """Which door the message takes and why. Total: every readable message takes exactly one (invariant 2)."""
    if message.automatic is Automatic.BOUNCE:
        return Reception.BOUNCE, message.automatic_because
    if message.automatic is not None:
        return Reception.NOTED, f"{message.automatic}: {message.automatic_because}"
    if message.spam:
        return Reception.NOTED, "spam, says our own server"
    if message.hops > MOST_HOPS:
        return Reception.NOTED, f"went through {message.hops} servers"
    if message.sender is None or message.sender_doubt:
        return Reception.NOTED, f"sender in doubt: {message.sender_doubt or 'none'}"
    if message.unreadable:
        return Reception.NOTED, f"cannot be read: {message.unreadable}"
    if person and _is_answer(place):
        return Reception.STAFF, f"from {person.id}"
    return Reception.CASE, str(message.complaint)


def is_worth_a_look(message: IncomingMessage) -> bool:
    """Whether the intake desk should hear of a noted message: it may be a complaint that we took for something else."""
    may_be_one = bool(message.unreadable) or message.complaint is not Strength.NONE
    return message.automatic is None and not message.spam and may_be_one


def _is_answer(place: Place) -> bool:
    """A colleague who answers one of our letters, or tries to; a colleague who complains is a customer like any."""
    match place:
        case Join(token=token) if token:
            return token.purpose in {"staff", DIGEST}
        case Beside():
            return True
        case Fresh(links=links):
            return bool(links)
        case _:
            return False
