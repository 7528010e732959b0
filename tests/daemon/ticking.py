"""A desk in the test's hands that has cases, a clock and a way out, and neither mail server nor parser."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from email import policy as email_policy
from html import unescape
from pathlib import Path
from typing import Any, cast

from cases import events as e
from cases.case import Case
from cases.decide import on_message
from cases.numbers import number_of
from cases.placing import Fresh
from cases.policy import Policy
from cases.routing import people_for
from cases.words import DIGEST
from daemon.ceilings import Ceilings
from daemon.clock import VirtualClock
from daemon.compose import Composer, Desk, Keys
from daemon.conclude import Concluder
from daemon.fates import Fates
from daemon.finaldot import Notes
from daemon.gathering import Gathering
from daemon.jumps import Jumps
from daemon.loop import guard
from daemon.notices import DeskNotices
from daemon.outbox import Outbox, Outlet
from daemon.press import Press
from daemon.recounting import Changes
from daemon.reviewing import Reviews
from daemon.smtp import Outbound, Result, Sender, Sent
from daemon.ticks import Ticks
from store.desk import Store
from store.values import OutboxRow, OutboxState
from templates.render import Renderer
from tests.cases.mail import CUSTOMER, arrival, message
from tests.cases.world import POLICY

KEYS = Keys(by_id={"a": b"k" * 32})
RENDERER = Renderer()


@dataclass(slots=True)
class Post:
    """Takes every letter, or answers as the test says."""

    taken: list[str] = field(default_factory=list)
    result: Callable[[], Result] = lambda: Sent(reply="250 ok")

    def send(self, letters: Iterable[Outbound], report: Callable[[int, Result], None]) -> None:
        for place, letter in enumerate(letters):
            self.taken.append(letter.recipient)
            report(place, self.result())

    def abort(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class Office:
    """Opens its database anew with every `restart`, as a process does."""

    url: str
    folder: Path
    clock: VirtualClock
    policy: Policy = POLICY
    post: Post = field(default_factory=Post)
    store: Store = field(init=False)
    ticks: Ticks = field(init=False)
    outbox: Outbox = field(init=False)
    concluder: Concluder = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store.create(self.url) if Store.is_new(self.url) else Store.open(self.url)
        self._build()

    def _build(self) -> None:
        store, policy, clock = self.store, self.policy, self.clock
        desk = Desk(account="desk", address="complaints@meridian.example", name="Meridian Trade")
        composer = Composer(desks={"desk": desk}, keys=KEYS, policy=policy)
        press = Press(RENDERER.render, None)
        ceilings = Ceilings(store=store, policy=policy)
        self.concluder = Concluder(
            store=store,
            composer=composer,
            press=press,
            ceilings=ceilings,
            policy=policy,
            changes=Changes(store, policy),
            files_for=lambda *_: (),
        )
        notes = Notes(folder=self.folder, database=store.name)
        self.outbox = Outbox(
            store=store,
            fates=Fates(store=store, concluder=self.concluder),
            ceilings=ceilings,
            policy=policy,
            outlets=(Outlet(account="desk", sender=cast("Sender", self.post), note=notes.begin()),),
            notes=notes,
            clock=clock,
            jitter=lambda: 1.0,
        )
        self.ticks = Ticks(
            store=store,
            concluder=self.concluder,
            notices=DeskNotices(store=store, composer=composer, press=press, policy=policy, clock=clock),
            policy=policy,
            clock=clock,
            guard=guard,
            jumps=Jumps(clock),
            gathering=Gathering(store=store, concluder=self.concluder, policy=policy, clock=clock, guard=guard),
            reviews=Reviews(store=store, composer=composer, press=press, policy=policy, clock=clock, guard=guard),
            after_jump=self.outbox.correct_times,
        )

    def restart(self, policy: Policy | None = None) -> None:
        """Everything that is not in the database is forgotten; the settings may be others."""
        self.store.close()
        self.policy = policy or self.policy
        self.store = Store.open(self.url)
        self._build()
        self.outbox.recover()

    def beat(self, *, send: bool = True) -> None:
        """What the daemon does every few seconds."""
        self.ticks.tick()
        if send:
            self.outbox.drain()

    def go_to(self, moment: datetime, *, send: bool = True) -> None:
        self.clock.set(moment)
        self.beat(send=send)

    def open(self, **more: Any) -> Case:
        """A complaint arrives, is acknowledged, assigned and accepted."""
        now, index = self.clock.now(), self.store.next_number_index()
        number = number_of(index)
        come = arrival(message(f"c{index}-{CUSTOMER}", **more), now, index + 1, number=number, received_at=now)
        events = on_message(None, come, Fresh(), self.policy, now)
        self._conclude(None, events, number)
        self.outbox.drain()
        head = next(iter(people_for("lead department", self.case(number), self.policy, now))).id
        self.happen(number, e.AssignmentAccepted(at=now, by=f"person:{head}", person=head))
        return self.case(number)

    def happen(self, number: str, *events: e.Event) -> None:
        """Something that a colleague did."""
        self._conclude(self.case(number), events, number)

    def _conclude(self, case: Case | None, events: tuple[e.Event, ...], number: str) -> None:
        with self.store.unit():
            key = f"test:{number}:{self.store.chain_head().seq}"
            self.concluder.conclude(case, events, self.clock.now(), event_key=key)

    def case(self, number: str) -> Case:
        case = self.store.load(number)
        assert case is not None
        return case

    def events(self, number: str) -> list[e.Event]:
        return [record.event for record in self.store.events(number) if record.event]

    def sent(self, *letters: str) -> list[OutboxRow]:
        """What left, oldest first, of these kinds."""
        rows = self.store.outbox(OutboxState.SENT, 10_000)
        return sorted((row for row in rows if not letters or row.letter in letters), key=lambda row: row.id)

    def ladder(self) -> list[OutboxRow]:
        """Reminders, escalations and digests that left, oldest first."""
        return self.sent("reminder", "escalation", DIGEST)

    def text(self, row: OutboxRow) -> str:
        """The plain text of a letter, with its head."""
        return text_of(self.store.outgoing_bytes(row.id))


def text_of(raw: bytes) -> str:
    read = message_from_bytes(raw, policy=email_policy.default)
    body = read.get_body(("plain",))
    assert body is not None
    return f"{read['Subject']}\n{body.get_content()}"


def links_of(raw: bytes) -> list[str]:
    """The one-click answers of a letter, as a reader's program sees them."""
    body = message_from_bytes(raw, policy=email_policy.default).get_body(("html",))
    assert body is not None
    return [unescape(found) for found in re.findall(r'href="(mailto:[^"]+)"', body.get_content())]


def away(policy: Policy, person: str, *absences: Any) -> Policy:
    """The same policy, with these absences of a person."""
    directory = policy.directory
    people = {id_: replace(one, absences=absences) if id_ == person else one for id_, one in directory.people.items()}
    by_address = {address: people[one.id] for address, one in directory.by_address.items()}
    return replace(policy, directory=replace(directory, people=people, by_address=by_address))
