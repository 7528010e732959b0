"""Past mail for tests, and runs over it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cases.events import Event
from cases.message import IncomingMessage
from cases.people import Person
from cases.routing import people_for
from config.settings import load
from config.values import Settings
from daemon.simulating.acts import Staff, ToldAct
from daemon.simulating.playing import Wanted, play
from daemon.simulating.post import read_post
from daemon.simulating.record import Run, Story
from daemon.workers import Parsed, Read
from parsers import parse_message
from tests.config.desks import NOW
from tests.e2e.mail import mail

END = datetime(2026, 12, 20, tzinfo=UTC)
ANA = "ana@kunde.example"
ANA_WRITES = (
    "My order 48213 was never delivered. This is unacceptable, I demand a refund. Ana Sommer, Hamburg, Germany. "
    "Please call +49 40 123456."
)
FIRST = "<first@kunde.example>"


def at(text: str) -> datetime:
    """`2026-11-23 10:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def put(folder: Path, name: str, when: str, sender: str = ANA, text: str = ANA_WRITES, **more: Any) -> None:
    """A message that came then."""
    folder.mkdir(exist_ok=True)
    content = mail(sender, more.pop("subject", "Order 48213"), text, date=at(when), **more)
    (folder / f"{name}.eml").write_bytes(content)


@cache
def settings() -> Settings:
    """Those of the sample."""
    return load(None, now=NOW)


class Seen:
    """A run with all that happened in it."""

    def __init__(self, run: Run, events: dict[str, list[Event]]) -> None:
        self.run = run
        self.events = events

    @property
    def story(self) -> Story:
        (story,) = self.run.stories.values()
        return story

    @property
    def head(self) -> Person:
        """Who leads the work on the case."""
        return people_for("lead department", self.story.case, self.run.policy, self.run.begin)[0]

    def kinds(self) -> list[str]:
        (events,) = self.events.values()
        return [event.kind for event in events]


def run_over(
    folder: Path,
    *,
    begin: datetime | None = None,
    end: datetime = END,
    acts: Iterable[ToldAct] = (),
    staff: str = "none",
    seed: int = 1,
    first: int = 0,
    by: Settings | None = None,
) -> Seen:
    """The run, read without worker processes."""
    used = by or settings()
    post = read_post(folder, used.accounts)
    start = begin or min(piece.at for piece in post.pieces)
    wanted = Wanted(post=post, begin=start, end=end, acts=tuple(acts), staff=Staff.of(staff, seed), first=first)
    readings = {account.name: account.reading for account in used.accounts}
    events: defaultdict[str, list[Event]] = defaultdict(list)

    def read(content: bytes, account: str) -> Parsed:
        message: IncomingMessage = parse_message(content, readings[account])
        return Read(message=message)

    pieces = post.between(wanted.begin, wanted.end)
    run = play(
        wanted,
        used,
        iter([(piece, read(piece.load(), piece.account)) for piece in pieces]),
        lambda number, happened: events[number].extend(happened),
    )
    return Seen(run, events)
