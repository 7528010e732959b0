"""A week on the virtual clock: desks with the real intake, decisions and outbox, and a post between them and robots."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from importlib.resources import files
from pathlib import Path

from cases.identity import base_address
from config.settings import load
from config.values import Settings
from daemon.assemble import keys_of
from daemon.outbox import Outlet
from daemon.smtp import Outbound, Result, Sender, Sent
from tests.badinput.desk import MONDAY, BadDesk
from tests.lab.robots import Robot

OURS = "meridian.example"  # the company of the shipped sample
STEP = timedelta(minutes=30)
DAY = timedelta(days=1)
MOST_ROUNDS = 200  # of answers to answers within one moment


def settings_for(domain: str, folder: Path) -> Settings:
    """The shipped sample for a company of that domain."""
    folder.mkdir()
    text = files("config").joinpath("sample/ombud.toml").read_text(encoding="utf-8").replace(OURS, domain)
    (folder / "ombud.toml").write_text(text, encoding="utf-8")
    keys_of(load(folder / "ombud.toml", now=MONDAY))  # makes the key file, as the first start does
    return load(folder / "ombud.toml", now=MONDAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A letter that left a desk for somebody outside."""

    at: datetime
    desk: str
    number: str
    to: str
    raw: bytes = field(repr=False)


class Carrier(Sender):
    """Takes every letter and hands it to the post; stands where the SMTP connection would."""

    def __init__(self, take: Callable[[Outbound], None]) -> None:
        self.take = take

    def send(self, batch: Iterable[Outbound], report: Callable[[int, Result], None]) -> None:
        for position, letter in enumerate(batch):
            self.take(letter)
            report(position, Sent(reply="250 ok"))

    def abort(self) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True, kw_only=True)
class Week:
    """Everybody who writes and is written to, and what was written."""

    desks: dict[str, BadDesk] = field(default_factory=dict)  # by the domain of the desk
    robots: dict[str, Robot] = field(default_factory=dict)  # by base address
    gateway: Callable[[Message], None] = lambda _letter: None  # changes what goes from desk to desk
    left: list[Left] = field(default_factory=list)
    waiting: list[tuple[str, bytes]] = field(default_factory=list)  # domain of a desk, message

    def add(self, domain: str, desk: BadDesk) -> None:
        """From now on the desk's letters go by this post."""
        carrier = Carrier(lambda letter: self._take(domain, letter))
        outlets = tuple(Outlet(account=one.account, sender=carrier, note=one.note) for one in desk.house.outbox.outlets)
        for one in desk.house.outbox.outlets:
            one.sender.close()
        outbox = replace(desk.house.outbox, outlets=outlets, jitter=lambda: 1.0)
        desk.house = replace(desk.house, outbox=outbox)
        self.desks[domain] = desk

    def post(self, raw: bytes, *, domain: str) -> None:
        """Somebody writes to the desk of the domain."""
        self.waiting.append((domain, raw))

    def pass_days(self, days: int, each_day: Callable[[int], None] = lambda _day: None) -> None:
        """Time passes; all desks see the same clock."""
        clocks = [desk.clock for desk in self.desks.values()]
        for day in range(days):
            each_day(day)
            for _ in range(DAY // STEP):
                self.settle()
                for clock in clocks:
                    clock.advance(STEP)

    def settle(self) -> None:
        """Until nobody has anything to say in this moment."""
        for _ in range(MOST_ROUNDS):
            come, self.waiting = self.waiting, []
            for domain, desk in self.desks.items():
                desk.put([raw for to, raw in come if to == domain])
                desk.work()
                desk.house.outbox.release()
                desk.house.outbox.drain()
            if not self.waiting:
                return
        raise AssertionError("they never fall silent")

    def _take(self, domain: str, letter: Outbound) -> None:
        desk = self.desks[domain]
        if desk.settings.policy.directory.person_at(letter.recipient):
            return
        message = message_from_bytes(letter.raw)
        row = desk.house.store.outbox_by_message_id(str(message["Message-ID"]))
        number = row.number if row else ""
        self.left.append(Left(at=desk.clock.now(), desk=domain, number=number, to=letter.recipient, raw=letter.raw))
        message["Return-Path"] = letter.envelope_from
        robot = self.robots.get(base_address(letter.recipient))
        other = letter.recipient.rpartition("@")[2]
        if robot:
            self.waiting += [(domain, raw) for raw in robot.answers(message)]
        elif other in self.desks:
            self.waiting.append((other, self._carried(message, domain, other)))

    def _carried(self, message: Message, domain: str, other: str) -> bytes:
        self.gateway(message)
        proof = f"Authentication-Results: mx.{other}; dmarc=pass header.from={domain}\r\n"
        return proof.encode() + message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    # what came of it

    def most_within_a_day(self, key: Callable[[Left], object]) -> int:
        """The most letters with the same key within any 24 hours."""
        moments: dict[object, list[datetime]] = defaultdict(list)
        for one in self.left:
            moments[key(one)].append(one.at)
        return max(
            (
                sum(1 for other in times if start <= other < start + DAY)
                for times in moments.values()
                for start in times
            ),
            default=0,
        )

    def by_day(self, start: datetime) -> Counter[tuple[str, int]]:
        """Letters by base address and day."""
        return Counter((base_address(one.to), (one.at - start) // DAY) for one in self.left)

    def table(self, start: datetime, days: int) -> str:
        """Letters per day, a row for each reader that is a robot or a desk, the people together."""
        counts = self.by_day(start)
        known = {address: robot.name for address, robot in self.robots.items()}
        lines = [f"{'letters to':<22}" + "".join(f"  day {day + 1}" for day in range(days))]
        names = {
            **known,
            **{base_address(one.to): one.to for one in self.left if one.to.rpartition("@")[2] in self.desks},
        }
        for address, name in names.items():
            lines.append(f"{name:<22}" + "".join(f"{counts[address, day]:>7}" for day in range(days)))
        people = [sum(n for (to, on), n in counts.items() if on == day and to not in names) for day in range(days)]
        lines.append(f"{'people':<22}" + "".join(f"{n:>7}" for n in people))
        return "\n".join(lines)
