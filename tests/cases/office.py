"""Several cases at once, with what they hear of each other: the daemon's part without the daemon."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cases import events as e
from cases.arrival import Arrival
from cases.case import Case, fold
from cases.commands import parse_commands
from cases.concluding import echoes
from cases.decide import on_command, on_delivery, on_message
from cases.groups import heard
from cases.letters import Letter, told
from cases.message import Strength
from cases.numbers import number_of
from cases.placing import Fresh, Join
from cases.policy import Policy
from cases.views import view_of
from daemon.knowing import background_of
from daemon.simulating.book import MemoryBook
from tests.cases.mail import MONDAY, message, staff_token
from tests.cases.world import POLICY


class Office:
    """Every case that was opened, every event and letter of it."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.now = MONDAY
        self.book = MemoryBook()
        self.events: dict[str, list[e.Event]] = {}
        self.letters: list[Letter] = []
        self.raws = 0
        self.left: set[str] = set()

    def case(self, number: str) -> Case:
        return self.book.cases[number]

    def kinds(self, number: str) -> list[str]:
        return [event.kind for event in self.events[number]]

    def conclude(self, before: Case | None, events: Iterable[e.Event]) -> None:
        new = tuple(events)
        after = fold(before, new)
        self.book.keep(after)
        self.events.setdefault(after.number, []).extend(new)
        self.letters += told(after, new, self.policy, self.now)
        for number, event in echoes(before, new, self.policy, self.book.suspected_with):
            other = self.book.cases.get(number)
            if other and (answer := heard(other, after, event, self.policy, self.now)):
                self.conclude(other, answer)

    def arrived(self, sender: str, text: str, **more: Any) -> Arrival:
        self.now += timedelta(minutes=10)
        self.raws += 1
        what = message(sender, text, message_id=f"<{self.raws}@customer.example>", **more)
        return Arrival(raw=self.raws, message=what, received_at=self.now, number=number_of(self.raws), account="desk")

    def write(self, sender: str, text: str, **more: Any) -> str:
        """A first message arrives; the number of its case."""
        arrival = self.arrived(sender, text, **({"facts": ()} | more))
        arrival = replace(arrival, background=background_of(arrival.message, self.book))
        self.conclude(None, on_message(None, arrival, Fresh(), self.policy, self.now))
        return arrival.number

    def write_again(self, number: str, text: str, **more: Any) -> None:
        arrival = self.arrived(self.case(number).customer, text, **({"facts": (), "complaint": Strength.NONE} | more))
        arrival = replace(arrival, background=background_of(arrival.message, self.book, self.case(number)))
        place = Join(number=number, how="references")
        self.conclude(self.case(number), on_message(self.case(number), arrival, place, self.policy, self.now))

    def command(self, number: str, person: str, text: str) -> list[str]:
        """A colleague answers a letter about a case; the words of what was refused."""
        address = self.policy.directory.people[person].address
        arrival, commands = self.arrived(address, text), parse_commands(text, self.policy.commands)
        token = staff_token(address, number)
        events = on_command(self.case(number), commands, arrival, token, self.policy, self.now)
        self.conclude(self.case(number), events)
        return [event.because for event in events if isinstance(event, e.CommandRefused)]

    def shown(self, letter: Letter) -> dict[str, object]:
        """What the letter's template may know."""
        return view_of(letter, self.case(letter.number), self.policy, self.now, self.events[letter.number])

    def send_all(self) -> None:
        """Every letter that was written leaves."""
        for letter in tuple(self.letters):
            if letter.key not in self.left:
                self.left.add(letter.key)
                self.conclude(self.case(letter.number), on_delivery(letter.ref, e.LetterSent, "250 ok", self.now))

    def letters_of(self, number: str, name: str) -> list[Letter]:
        return [letter for letter in self.letters if (letter.number, letter.letter) == (number, name)]
