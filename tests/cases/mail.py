"""Messages, arrivals and cases of Meridian's world, in as few words as a test needs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cases import events as e
from cases.arrival import Arrival
from cases.case import Case, fold
from cases.commands import parse_commands
from cases.decide import on_command, on_delivery, on_message
from cases.identity import fingerprint
from cases.letters import Letter, told
from cases.message import Address, Fact, IncomingMessage, Proof, Strength
from cases.placing import Fresh, Join
from cases.policy import Policy
from cases.tokens import IssuedToken
from tests.cases.world import POLICY, at

NUMBER = "C-2718-2819"
CUSTOMER = "klara@customer.example"
MONDAY = at("2026-03-02 10:00")  # nine to six are Berlin's hours
ORDER = Fact(kind="order_number", value="20418", confidence=0.9, words="order 20418")
WANTED = Fact(kind="wanted", value="replacement", confidence=0.8, words="send a new one")


def message(
    sender: str | Address | None = CUSTOMER, text: str = "The machine of order 20418 is broken.", **more: Any
) -> IncomingMessage:
    """A strong, proven complaint about product quality from Germany, unless said otherwise."""
    usual = IncomingMessage(
        sha256="00",
        size=len(text),
        sender=Address(address=sender, name="Klara Klage") if isinstance(sender, str) else sender,
        proof=Proof.PROVEN,
        proof_because="DMARC pass",
        subject="Broken machine",
        date=MONDAY,
        message_id="<one@customer.example>",
        text=text,
        new_text=text,
        language="de",
        country="DE",
        facts=(ORDER, WANTED),
        categories=("product-quality",),
        complaint=Strength.STRONG,
    )
    return replace(usual, **more)


def arrival(what: IncomingMessage, when: datetime = MONDAY, raw: int = 1, **more: Any) -> Arrival:
    return replace(Arrival(raw=raw, message=what, received_at=when, number=NUMBER, account="desk"), **more)


class Desk:
    """One case with everything recorded about it: what the daemon does around the pure centre, without the daemon."""

    def __init__(self, policy: Policy = POLICY, now: datetime = MONDAY) -> None:
        self.policy = policy
        self.now = now
        self.events: list[e.Event] = []
        self.letters: list[Letter] = []
        self.kept: Case | None = None
        self.raws = 0

    @property
    def case(self) -> Case:
        assert self.kept is not None
        return self.kept

    def conclude(self, events: Iterable[e.Event]) -> tuple[e.Event, ...]:
        """Records the events and collects their letters."""
        new = tuple(events)
        self.kept = fold(self.kept, new)
        self.events += new
        self.letters += told(self.kept, new, self.policy, self.now)
        return new

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def next_raw(self) -> int:
        self.raws += 1
        return self.raws

    def open(self, what: IncomingMessage | None = None, **more: Any) -> tuple[e.Event, ...]:
        """A first message arrives now."""
        come = arrival(what or message(), self.now, self.next_raw(), **more)
        return self.conclude(on_message(None, come, Fresh(), self.policy, self.now))

    def write_again(self, text: str = "And the spare part is missing.", **more: Any) -> tuple[e.Event, ...]:
        """The customer answers."""
        usual: dict[str, Any] = {"facts": (), "complaint": Strength.NONE}
        come = arrival(message(text=text, **(usual | more)), self.now, self.next_raw())
        return self.conclude(on_message(self.case, come, Join(number=NUMBER, how="references"), self.policy, self.now))

    def send_all(self) -> None:
        """Every letter that is waiting leaves."""
        waiting, self.letters = self.letters, []
        for letter in waiting:
            self.conclude(on_delivery(letter.ref, e.LetterSent, "250 ok", self.now))

    def command(self, person: str, text: str, **more: Any) -> tuple[e.Event, ...]:
        """A colleague answers a letter they got, with all four proofs."""
        address = self.policy.directory.people[person].address
        come = arrival(message(address, text, **more), self.now, self.next_raw())
        commands = parse_commands(text, self.policy.commands)
        return self.conclude(
            on_command(self.case, commands, come, staff_token(address), self.policy, self.now),
        )


def staff_token(address: str, number: str = NUMBER, purpose: str = "staff") -> IssuedToken:
    return IssuedToken(
        id="abcdefgh", number=number, address=address, purpose=purpose, expires_at=at("2027-06-01 00:00")
    )


def mark(what: IncomingMessage) -> str:
    return fingerprint(what)


def kinds(events: Iterable[e.Event]) -> list[str]:
    return [event.kind for event in events]
