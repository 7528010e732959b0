"""From a folder of mail and settings to a finished run."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.calendar import CalendarEnds
from cases.trouble import NeedsHuman
from config.values import Account, Settings
from daemon.assemble import parsers_of
from daemon.intake import AccountFacts
from daemon.simulating.acts import Staff, ToldAct
from daemon.simulating.announced import as_known
from daemon.simulating.aside import made_aside
from daemon.simulating.desk import SimulatedDesk, Sink, World
from daemon.simulating.post import Piece, Post, asked_of
from daemon.simulating.record import Run
from daemon.simulating.writing import Pen
from daemon.workers import Parsed, Parsers

AFTER = timedelta(days=30)  # that a simulation goes on behind the last mail when nobody says how long


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be simulated: which mail, from when to when, and what colleagues do."""

    post: Post
    begin: datetime
    end: datetime
    acts: tuple[ToldAct, ...] = ()
    staff: Staff | None = None
    first: int = 0  # index of the first case's number


Reading = tuple[Piece, Parsed]


@contextmanager
def reading(wanted: Wanted, settings: Settings) -> Iterator[Iterator[Reading]]:
    """The messages of the time asked for, in order, as workers read them for their accounts.

    A process of its own talks to the workers: a thread beside the one that decides made it wait at every change.
    """
    pieces = wanted.post.between(wanted.begin, wanted.end)

    def parsed() -> Iterator[Parsed]:
        with parsers_of(settings) as parsers:
            yield from _parsed(pieces, settings, parsers)

    with made_aside(parsed) as found:
        yield zip(pieces, found, strict=True)


def _parsed(pieces: Sequence[Piece], settings: Settings, parsers: Parsers) -> Iterator[Parsed]:
    streams: dict[str, Iterator[tuple[int, Parsed]]] = {}
    for account in settings.accounts:
        of_account = [piece for piece in pieces if piece.account == account.name]
        asked = asked_of(of_account, account.size_cap)
        streams[account.name] = iter(parsers.reading_as(account.reading).parse_many(asked))
    for piece in pieces:
        yield next(streams[piece.account])[1]


def play(
    wanted: Wanted,
    settings: Settings,
    readings: Iterator[Reading],
    sink: Sink = lambda _number, _events: None,
    on_progress: Callable[[datetime], None] = lambda _at: None,
    pen: Pen | None = None,
) -> Run:
    """One run of the desk over what was read. Raises NeedsHuman when the calendars do not reach far enough."""
    post, staff = wanted.post, wanted.staff
    policy, later = as_known(settings.policy, wanted.begin, wanted.end)
    run = Run(
        begin=wanted.begin,
        end=wanted.end,
        policy=later[-1][1] if later else policy,
        staff=staff.manner if staff else "nobody acts but those whose acts are told",
        undated=post.undated,
        outside=len(post.pieces) - len(post.between(wanted.begin, wanted.end)),
    )
    world = World(
        policy=policy,
        later=later,
        accounts=_facts(settings.accounts),
        addresses=frozenset(address.casefold() for address in settings.desk_addresses),
        staff=staff,
        acts=tuple(act for act in wanted.acts if wanted.begin <= act.at < wanted.end),
        first=wanted.first,
        pen=pen,
    )
    desk = SimulatedDesk(world=world, run=run, sink=sink, on_progress=on_progress)
    try:
        with _uncollected():
            for piece, parsed in readings:
                desk.take_in(piece, parsed)
            return desk.finish()
    except CalendarEnds as error:
        raise NeedsHuman(f"{error}; simulate an earlier or a shorter time") from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """A run keeps nearly all it makes and makes no circles: looking for some again and again takes a tenth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # All of it is old now, and need not be looked through at once.
        gc.freeze()
        gc.unfreeze()
        if was_on:
            gc.enable()


def _facts(accounts: tuple[Account, ...]) -> Mapping[str, AccountFacts]:
    return {
        one.name: AccountFacts(channel=one.channel, desk=one.address, centre=one.centre, language=one.language)
        for one in accounts
    }
