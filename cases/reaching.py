"""How a reader can still be reached when a letter came back: their other addresses, else somebody above them.

Only what was known before counts: the addresses of the directory, and those that a person of the desk has added to the
case. Never one that a bounce names, for anybody can write a bounce.
"""

from datetime import datetime

from cases import events as e
from cases.case import Case
from cases.people import Person
from cases.policy import Policy
from cases.routing import holders

CUSTOMER = "customer"  # the reader's name in the key of a letter to the customer
NEXT_LEVEL = "next level"  # role: whoever stands above a colleague whom a letter did not reach
# From the one who works on a case to the one nobody stands above.
LEVELS = ("handler", "lead department", "centre head", "hq", "management")


def reader_of(key: str) -> str:
    """Whose letter it is, by its key: `customer` or a person's id."""
    return key.split(":")[3]


def first_key(key: str) -> str:
    """The key of the letter as it was first written, before other addresses were tried."""
    return ":".join(key.split(":")[:4])


def addresses_of(case: Case, reader: str, policy: Policy) -> tuple[str, ...]:
    """Every address the reader is known to have, in the order in which they are tried."""
    if reader == CUSTOMER:
        others = (one.address for one in case.participants if one.role == CUSTOMER)
        return tuple(dict.fromkeys((case.customer, *others)))
    person = policy.directory.people.get(reader)
    return person.addresses if person else ()


def next_address(case: Case, lost: e.LetterEvent, policy: Policy) -> str:
    """Where the lost letter may be tried next; empty when every address was. No address comes twice."""
    known = addresses_of(case, reader_of(lost.key), policy)
    folded = [address.casefold() for address in known]
    tried = lost.to.casefold()
    behind = known[folded.index(tried) + 1 :] if tried in folded else ()
    return next(iter(behind), "")


def next_level(case: Case, event: e.Event, policy: Policy, at: datetime) -> tuple[Person, ...]:
    """Who hears that a colleague was not reached; nobody while another address of theirs is being tried.

    Each further loss is told strictly further up, so this ends.
    """
    if not isinstance(event, e.LetterEvent) or next_address(case, event, policy):
        return ()
    lost = reader_of(event.key)
    present = [policy.directory.present(holders(role, case, policy), at) for role in LEVELS]
    # A deputy stands where the absent one stands.
    held = [
        place
        for place, role in enumerate(LEVELS)
        if any(person.id == lost for person in (*holders(role, case, policy), *present[place]))
    ]
    start = held[-1] + 1 if held else LEVELS.index("hq")
    above = (tuple(person for person in people if person.id != lost) for people in present[start:])
    return next(filter(None, above), ())
