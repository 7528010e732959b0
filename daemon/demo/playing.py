"""Sets the stage, plays the week on it and takes everything down again, whatever happens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from daemon.assemble import build, open_store, parsers_of
from daemon.clock import VirtualClock
from daemon.demo import wording
from daemon.demo.album import Album
from daemon.demo.colleagues import Colleagues, read_habits
from daemon.demo.collecting import collect
from daemon.demo.desk import connected, settings_for, users_of
from daemon.demo.director import Director, steady
from daemon.demo.expectations import check
from daemon.demo.mails.post import at
from daemon.demo.scenes import read_replies, read_story
from daemon.demo.servers import MailServers
from daemon.loop import guard

BEGIN = at("2026-11-23 09:10").astimezone(UTC)  # a Monday morning in Shanghai, so the story is always the same
END = at("2026-11-30 18:30").astimezone(UTC)
CAUTIOUS = ("maison-laurent.example",)  # domains whose server sends strangers away the first time


def play(folder: Path, on_step: Callable[[datetime, str], None]) -> Album:
    """The week, in a folder for database and keys; `on_step` hears the virtual moment and how it is written."""
    clock = VirtualClock(BEGIN)
    settings = settings_for(folder, BEGIN)
    with MailServers(users_of(settings), clock, cautious=CAUTIOUS) as servers:
        settings = connected(settings, servers)
        store = open_store(settings)
        try:
            store.lock()
            with parsers_of(settings) as parsers:
                house = steady(build(settings, store, parsers, clock, guard))
                try:
                    scripted = frozenset((reply.letter, reply.by, reply.case) for reply in read_replies())
                    colleagues = Colleagues(
                        policy=settings.policy,
                        habits=read_habits(),
                        scripted=scripted,
                        language_of=lambda number: getattr(store.load(number), "language", ""),
                    )
                    director = Director(
                        house=house,
                        servers=servers,
                        clock=clock,
                        scenes=read_story(settings.policy),
                        end=END,
                        react=colleagues.answer,
                        on_step=lambda now: on_step(now, wording.moment(now)),
                    )
                    director.play()
                    album = collect(director)
                    return replace(album, checks=check(director, album))
                finally:
                    house.close()
        finally:
            store.close()
