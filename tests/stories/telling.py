"""A small language for stories: people do things, time passes, and one looks who owes what and who was told.

Everything goes through the same core as mail and the command line do, with the shipped policy (config/*.toml), the
sample company and a clock in the story's hands. All times are those of Berlin in 2026: "Mon 2 Nov 10:30". People are
called by their ids in the sample: rossi leads logistics in Europe, weber heads the centre Europe, lin and brandt are
the intake desk, he leads customer service at head office, xu is management, dubois is legal.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from cases import events as e
from cases.arrival import Arrival
from cases.case import Case, fold
from cases.commands import parse_commands
from cases.deadlines import Deadline, owed
from cases.decide import on_act, on_delivery, on_message, on_tick
from cases.letters import Letter, is_obsolete, told
from cases.message import Address, Fact, IncomingMessage, Proof, Signal, Strength
from cases.onward import onward
from cases.placing import Fresh, Join
from cases.policy import Policy
from cases.routing import people_for
from cases.tokens import IssuedToken
from cases.views import view_of
from config.settings import load

BERLIN = ZoneInfo("Europe/Berlin")
NUMBER = "C-2718-2819"
ANA = "ana@kunde.example"
# What a customer's mail must say to be graded so by the shipped rules (policy §4).
SIGNS = {"general": (), "important": ("delay",), "major": ("lawyer",)}


@cache
def shipped() -> Policy:
    """The policy as it comes, with the people of the sample."""
    return load(None, now=datetime(2026, 11, 2, tzinfo=UTC), environment={}).policy


def berlin(text: str) -> datetime:
    """`Mon 2 Nov 10:30`; a wrong day of the week is a mistake of the story."""
    moment = datetime.strptime(f"{text} 2026", "%a %d %b %H:%M %Y").replace(tzinfo=BERLIN)
    assert text == said(moment), f"{text} is no such day; it is {said(moment)}"
    return moment.astimezone(UTC)


def said(moment: datetime) -> str:
    """The moment as stories write it."""
    local = moment.astimezone(BERLIN)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


class Story:
    """One case. It begins with a complaint from Germany about a delivery, of a grade, at a moment."""

    def __init__(
        self,
        grade: str = "general",
        at: str = "Mon 2 Nov 10:30",
        *,
        emotional: bool = False,
        mail: str = "up",
        doubtful: bool = False,
    ) -> None:
        self.mail = mail  # while it is down no letter leaves
        self.policy = shipped()
        self.now = berlin(at)
        self.record: list[e.Event] = []
        self.waiting: list[Letter] = []
        self.left: list[tuple[Letter, datetime]] = []
        self.seen = self.limits_seen = 0
        self.kept: Case | None = None
        self.raws = 0
        signs = (*SIGNS[grade], *(("emotional",) if emotional else ()))
        first = self._mail("My parcel for order 48213 has not arrived. I want my money back.", signs=signs)
        if doubtful:
            first = replace(first, message=replace(first.message, complaint=Strength.WEAK))
        self._conclude(on_message(None, first, Fresh(), self.policy, self.now))
        if grade != self.case.grade:  # strong words alone make a case important
            assert emotional
            self.does("weber", f"grade {grade}: upset, and nothing more")

    # people do things

    def does(self, person: str, *lines: str) -> None:
        """A colleague asks for something, a line each, and it is done."""
        for line in self._act(person, *lines):
            assert line.done, f"{line.command}: {line.because} {line.detail}"

    def refused(self, person: str, *lines: str) -> str:
        """Why the last of the lines is not done for this colleague; with what is missing, where something is."""
        before = len(self.record)
        line = self._act(person, *lines)[-1]
        assert not line.done
        assert {"CommandRefused"} == {event.kind for event in self.record[before:]}
        return f"{line.because}: {line.detail}" if line.detail else line.because

    def customer_writes(
        self,
        words: str,
        answering: str = "acknowledgement",
        *,
        signs: tuple[str, ...] = (),
        proof: Proof = Proof.PROVEN,
        sender: str = ANA,
    ) -> None:
        """The customer answers the last letter of that name which they got, perhaps from another address."""
        letter = next(one for one, _ in reversed(self.left) if one.letter == answering and not one.person)
        token = IssuedToken(
            id="abcdefgh",
            number=NUMBER,
            address=ANA,
            purpose="customer",
            expires_at=berlin("Thu 31 Dec 23:59"),
            letter_key=letter.key,
        )
        come = self._mail(words, complaint=Strength.NONE, signs=signs)
        come = replace(come, message=replace(come.message, proof=proof, sender=Address(address=sender)))
        place = Join(number=NUMBER, how="token", token=token)
        self._conclude(on_message(self.case, come, place, self.policy, self.now))

    def adds(self, person: str, address: str) -> None:
        """A person of the desk adds another address of the customer."""
        added = e.ParticipantAdded(
            at=self.now, by=f"command line:root for {person}", clause="§12", address=address, because="on the phone"
        )
        self._conclude((added,))

    def until(self, at: str) -> None:
        """Time passes; whatever falls due on the way happens in its moment."""
        end = berlin(at)
        assert end >= self.now, f"it is {said(self.now)} already"
        while (moment := self._next()) and moment <= end:
            self.now = max(self.now, moment)
            self._conclude(on_tick(self.case, self.policy, self.now))
        self.now = end
        self._conclude(())

    # what is true

    @property
    def case(self) -> Case:
        """The case as it is now."""
        assert self.kept is not None
        return self.kept

    def owes(self, stage: str) -> tuple[str, str] | None:
        """Who owes the stage, and by when; None when nobody does."""
        clock = next((one for one in owed(self.case, self.policy) if one.stage == stage), None)
        return (self._who(clock.owner), said(clock.due)) if clock else None

    def owed(self) -> set[str]:
        """Every stage whose clock runs."""
        return {clock.stage for clock in owed(self.case, self.policy)}

    def letters(self) -> list[str]:
        """What has left since this was last asked, without reminders and the like: `report to weber`."""
        new, self.seen = self.left[self.seen :], len(self.left)
        names = [(one.letter, one.person or "customer") for one, _ in new]
        return [f"{letter} to {reader}" for letter, reader in names if letter not in {"reminder", "escalation"}]

    def steps(self, stage: str) -> list[str]:
        """What its ladder did since the stage was last asked for: `breach: rossi, Thu 5 Nov 10:30`."""
        new, self.limits_seen = self.record[self.limits_seen :], len(self.record)
        taken = [event for event in new if isinstance(event, e.LadderStepTaken) and event.stage == stage]
        return [f"{event.step}: {self._who(event.who)}, {said(event.at)}" for event in taken]

    def shown(self, name: str, to: str = "") -> dict[str, object]:
        """What the last letter of that name which has left, to that colleague, could say."""
        letter, at = next(pair for pair in reversed(self.left) if pair[0].letter == name and to in {"", pair[0].person})
        return view_of(letter, self.case, self.policy, at, self.record)

    def happened(self, kind: str) -> list[e.Event]:
        """Everything of that kind."""
        return [event for event in self.record if event.kind == kind]

    # the little desk around the core

    def _act(self, person: str, *lines: str) -> tuple[e.AnswerLine, ...]:
        commands = parse_commands("\n".join(lines), self.policy.commands)
        assert commands, f"no command in {lines}"
        who = self.policy.directory.people[person]
        events, answered = on_act(self.case, commands, who, f"person:{person}", self.policy, self.now)
        self._conclude(events)
        return answered

    def _mail(self, words: str, *, signs: tuple[str, ...] = (), complaint: Strength = Strength.STRONG) -> Arrival:
        self.raws += 1
        message = IncomingMessage(
            sha256="00",
            size=len(words),
            sender=Address(address=ANA, name="Ana Schmidt"),
            proof=Proof.PROVEN,
            proof_because="DMARC pass",
            subject="Order 48213",
            date=self.now,
            message_id=f"<{self.raws}@kunde.example>",
            text=words,
            new_text=words,
            language="de",
            country="DE",
            facts=(Fact(kind="order_number", value="48213", confidence=0.9, words="order 48213"),),
            signals=tuple(Signal(name=sign, words=sign, start=0) for sign in signs),
            categories=("delivery",),
            complaint=complaint,
        )
        return Arrival(raw=self.raws, message=message, received_at=self.now, number=NUMBER, account="complaints")

    def _next(self) -> datetime | None:
        leaving = [letter.not_before for letter in self.waiting if self.mail == "up"]
        looks = [clock.next_look for clock in owed(self.case, self.policy) if clock.next_look]
        return min((*looks, *leaving), default=None)

    def _conclude(self, events: tuple[e.Event, ...]) -> None:
        self._keep(events)
        while self.mail == "up" and (due := [letter for letter in self.waiting if letter.not_before <= self.now]):
            for letter in due:
                self.waiting.remove(letter)
                if is_obsolete(letter.key, self.case, self.policy):
                    continue
                self.left.append((letter, self.now))
                self._keep(on_delivery(letter.ref, e.LetterSent, "250 ok", self.now))

    def _keep(self, events: tuple[e.Event, ...]) -> None:
        self.kept = fold(self.kept, events) if events or self.kept is None else self.kept
        if more := onward(self.kept, events, self.policy, self.now):
            events, self.kept = (*events, *more), fold(self.kept, more)
        self.record += events
        self.waiting += told(self.kept, events, self.policy, self.now)

    def _who(self, role: str) -> str:
        return ", ".join(person.id for person in people_for(role, self.case, self.policy, self.now))


def clock_of(story: Story, stage: str) -> Deadline:
    """The running clock of a stage."""
    return next(one for one in owed(story.case, story.policy) if one.stage == stage)
