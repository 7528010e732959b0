"""Plays the week: delivers the post when its time comes and lets the real desk work, on a clock that jumps.

Between two moments at which something can happen nothing does, so the clock goes from one to the next: a message
arrives, a ladder step falls due, a letter may leave.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cases.trouble import NeedsHuman
from cases.words import TOGETHER
from daemon.assemble import House
from daemon.clock import VirtualClock
from daemon.demo.mails.replying import Letter
from daemon.demo.scenes import Delivery, Posted, Scene
from daemon.demo.servers import MailServers, Taken
from store.values import OutboxRow, OutboxState

_MINUTE = timedelta(minutes=1)
_LONGEST_STEP = timedelta(hours=3)  # the intake desk's digests wait for no deadline
_MOST_STEPS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message of the story as it arrived; `raw_id` is its number in the store."""

    scene: Scene
    delivery: Delivery
    raw_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter that left: what the outbox says of it and what the SMTP server took.

    `about` is a case of a digest, whose letter `row` is then, as if it had left alone.
    """

    row: OutboxRow
    taken: Taken
    about: str = ""

    @property
    def letter(self) -> Letter:
        """As its reader got it."""
        taken = self.taken
        return Letter(envelope_from=taken.envelope_from, recipient=taken.recipient, raw=taken.raw, about=self.about)


@dataclass(slots=True, kw_only=True)
class Director:
    """Runs the week. `react` says what the reader of a letter about a case (by its first scene) will send.

    `on_step` hears the virtual time of each step.
    """

    house: House
    servers: MailServers
    clock: VirtualClock
    scenes: tuple[Scene, ...]
    end: datetime
    react: Callable[[Posted, str], Scene | None] = lambda _posted, _case: None
    on_step: Callable[[datetime], None] = lambda _now: None
    arrivals: list[Arrival] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    told: list[Sent] = field(default_factory=list)  # the same, with what a digest told letter by letter
    missed: list[str] = field(default_factory=list)  # scenes that found no letter to answer
    old: int = 0
    _reacted: int = 0
    _numbers: dict[str, str] = field(default_factory=dict)

    def play(self) -> None:
        """The whole week. Raises NeedsHuman when it does not come to an end."""
        waiting = sorted(self.scenes, key=lambda scene: scene.at)
        self._open(scene for scene in waiting if scene.at < self.clock.now())
        waiting = [scene for scene in waiting if scene.at >= self.clock.now()]
        for _ in range(_MOST_STEPS):
            now = self.clock.now()
            due = [scene for scene in waiting if scene.at <= now]
            waiting = waiting[len(due) :]
            self._work(self._deliver(due))
            waiting = sorted([*waiting, *self._reactions()], key=lambda scene: scene.at)
            self.on_step(now)
            if now >= self.end:
                return
            self.clock.set(self._next(waiting))
        raise NeedsHuman(f"the demo's week did not end within {_MOST_STEPS} steps")

    def numbers(self) -> dict[str, str]:
        """The case of each scene by its key, as far as there is one."""
        for arrival in self.arrivals:
            if arrival.scene.key not in self._numbers:
                self._numbers[arrival.scene.key] = self.house.store.raw(arrival.raw_id).number
        return {key: number for key, number in self._numbers.items() if number}

    def _open(self, old: Iterable[Scene]) -> None:
        """What lies in the folders before ombud looks into them for the first time."""
        for scene in old:
            for delivery in scene.deliveries(self):
                self.servers.deliver(self._user(delivery.account), delivery.raw, scene.at, delivery.folder)
                self.old += 1
        for poll in self.house.polls:
            poll.run()

    def _deliver(self, due: Iterable[Scene]) -> list[tuple[Scene, Delivery]]:
        delivered = []
        for scene in due:
            found = scene.deliveries(self)
            if not found:
                self.missed.append(scene.key)
            for delivery in found:
                self.servers.deliver(self._user(delivery.account), delivery.raw, scene.at, delivery.folder)
                delivered.append((scene, delivery))
        return delivered

    def _work(self, delivered: list[tuple[Scene, Delivery]]) -> None:
        """One turn of everything the daemon does, in the order of a single pass."""
        accounts = {delivery.account for _, delivery in delivered}
        polls = [poll for poll in self.house.polls if poll.account.name in accounts]
        for poll in polls:
            poll.run()
        self._book(delivered)
        self.house.intake.run()
        self.house.ticks.tick()
        self.house.outbox.release()
        self.house.outbox.drain()
        for poll in polls:
            poll.clear()
        self._collect()

    def _book(self, delivered: list[tuple[Scene, Delivery]]) -> None:
        """Under which number each message was stored; a twin has the number of the first."""
        pending = {raw.sha256: raw.raw_id for raw in self.house.store.pending(1000)}
        known = {hashlib.sha256(arrival.delivery.raw).hexdigest(): arrival.raw_id for arrival in self.arrivals}
        for scene, delivery in delivered:
            digest = hashlib.sha256(delivery.raw).hexdigest()
            raw_id = pending.get(digest) or known.get(digest)
            if raw_id is None:
                raise NeedsHuman(f"the demo's message {scene.key!r} was delivered and never fetched")
            self.arrivals.append(Arrival(scene=scene, delivery=delivery, raw_id=raw_id))

    def _reactions(self) -> list[Scene]:
        """What readers of the letters that have just left will send."""
        keys = {number: key for key, number in reversed(self.numbers().items())}
        new, self._reacted = self.told[self._reacted :], len(self.told)
        scenes = (self.react(sent, keys.get(sent.row.number, "")) for sent in new)
        return [scene for scene in scenes if scene and scene.at < self.end]

    def _collect(self) -> None:
        """Pairs what the SMTP server took with the rows of the outbox."""
        for taken in self.servers.taken[len(self.sent) :]:
            letter = Letter(envelope_from=taken.envelope_from, recipient=taken.recipient, raw=taken.raw)
            row = self.house.store.outbox_by_message_id(letter.header("Message-ID"))
            if row is None:
                raise NeedsHuman(f"the SMTP server took a message for {taken.recipient} that is not in the outbox")
            sent = Sent(row=row, taken=taken)
            self.sent.append(sent)
            self.told += self.within(sent) or [sent]

    def within(self, sent: Sent) -> list[Sent]:
        """What a digest told, letter by letter; nothing of any other letter."""
        if sent.row.letter not in TOGETHER:
            return []
        found = self.house.store.told_within(sent.row.key)
        return [
            Sent(
                row=replace(sent.row, key=one.key, letter=one.letter, number=one.number),
                taken=sent.taken,
                about=one.number,
            )
            for one in found
        ]

    def _next(self, waiting: list[Scene]) -> datetime:
        """The next moment at which anything can happen, on a whole minute."""
        now = self.clock.now()
        moments = [self.end, now + _LONGEST_STEP, *(scene.at for scene in waiting[:1])]
        moments += filter(None, (self.house.store.next_look(), self.house.store.next_waiting()))
        for state in (OutboxState.QUEUED, OutboxState.RETRY):
            moments += [max(row.not_before, row.next_try) for row in self.house.store.outbox(state, 1000)]
        coming = min(moment for moment in moments).astimezone(UTC)
        whole = coming.replace(second=0, microsecond=0)
        whole += _MINUTE if whole < coming else timedelta()
        return max(whole, now + _MINUTE)

    def _user(self, account: str) -> str:
        return self.house.settings.account(account).imap.user


def steady(house: House) -> House:
    """The same house with waits before a retry that are the same in every run."""
    return replace(house, outbox=replace(house.outbox, jitter=lambda: 1.0))
