"""The same desk inside the test's process, with the clock in the test's hands."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from unittest import mock

from typer.testing import CliRunner

from cases.case import Case
from cases.trouble import NeedsHuman, TryLater
from cases.words import DIGEST
from config.settings import load
from daemon.__main__ import app
from daemon.assemble import House, build, open_store
from daemon.clock import VirtualClock
from daemon.loop import guard
from daemon.workers import Parsers
from store.values import OutboxRow, OutboxState, PendingRaw, RecordedEvent
from tests.e2e.desk import TestDesk
from tests.servers.dovecot import PASSWORD


@dataclass(slots=True, kw_only=True)
class OpenDesk:
    """`beat()` is what `ombud run` does all day, once: fetch, decide, look at the clocks, send, clear away."""

    desk: TestDesk
    clock: VirtualClock
    parsers: Parsers
    since: date | None = None
    house: House = field(init=False)
    down: list[str] = field(default_factory=list)  # accounts that were out of reach at the last beat

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start: settings, templates, keys and database are read anew."""
        if not self.desk.config.exists():
            self.desk.write_config()
        with mock.patch.dict(os.environ, IMAP_PASSWORD=PASSWORD):
            settings = load(self.desk.config, now=self.clock.now())
        store = open_store(settings)
        self.house = build(settings, store, self.parsers, self.clock, guard, since=self.since)
        # Without chance: a retry comes when the policy says, not a little earlier or later.
        self.house = replace(self.house, outbox=replace(self.house.outbox, jitter=lambda: 1.0))
        self.house.outbox.recover()

    def close(self) -> None:
        """Stop."""
        self.house.close()
        self.house.store.close()

    def restart(self) -> None:
        """Stop and start: everything that is not in the database is forgotten."""
        self.close()
        self.open()

    def beat(self) -> None:
        """One whole pass."""
        house = self.house
        self.down = [poll.account.name for poll in house.polls if _is_down(poll.run)]
        house.intake.run()
        house.recounting.run()
        house.ticks.tick()
        house.outbox.release()
        house.outbox.drain()
        self.down += [poll.account.name for poll in house.polls if _is_down(poll.clear)]

    def receive(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None) -> None:
        """The mail server receives a message now (or at another moment), and the desk works."""
        self.desk.deliver(raw, folder=folder, at=at or self.clock.now())
        self.beat()

    def go_to(self, moment: datetime) -> None:
        """Time passes. The daemon is restarted in between and looks several times: nothing may happen twice."""
        self.clock.set(moment)
        self.beat()
        self.restart()
        self.beat()

    def go_on(self, **span: float) -> None:
        """Like `go_to`, by a span."""
        self.go_to(self.clock.now() + timedelta(**span))

    def command(self, *arguments: str) -> tuple[int, str]:
        """A command of `ombud` beside the daemon, without another process: exit status, and what it said."""
        result = CliRunner().invoke(
            app, [*arguments, "--config", str(self.desk.config)], env={"IMAP_PASSWORD": PASSWORD}
        )
        if isinstance(result.exception, NeedsHuman):
            return 2, str(result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    # what is on record

    def cases(self) -> tuple[Case, ...]:
        """All cases, oldest first."""
        rows = sorted(self.house.store.cases(None, 1000), key=lambda row: (row.opened_at, row.number))
        return tuple(case for row in rows if (case := self.house.store.load(row.number)))

    def case(self) -> Case:
        """The only case there is."""
        (case,) = self.cases()
        return case

    def events(self, kind: str = "") -> list[RecordedEvent]:
        """What happened, of one kind if given, in all cases."""
        records = [record for case in self.cases() for record in self.house.store.events(case.number)]
        return [record for record in sorted(records, key=lambda record: record.seq) if kind in {"", record.kind}]

    def running(self) -> dict[str, datetime]:
        """The clocks that run for the only case: stage and deadline."""
        return {deadline.stage: deadline.due for deadline in self.house.store.deadlines(self.case().number)}

    def outbox(self) -> list[OutboxRow]:
        """Every letter there ever was, oldest first."""
        return list(reversed(self.house.store.outbox(None, 1000)))

    def stored(self) -> list[PendingRaw]:
        """Every message on record, oldest first; numbers may be missing where a transaction was given up."""
        found: list[PendingRaw] = []
        for raw_id in range(1, 100):
            with suppress(NeedsHuman):
                found.append(self.house.store.raw(raw_id))
        return found

    def told(self, stage: str) -> list[tuple[str, str]]:
        """Who was really written to about a stage's limit: ladder step and address, in the order of sending."""
        gone = sorted(
            (row for row in self.outbox() if row.state is OutboxState.SENT), key=lambda row: (row.settled_at, row.id)
        )
        told = [(key, row.recipient) for row in gone for key in self._told_in(row)]
        return [(key.split("/")[1], to) for key, to in told if key.split(":")[2].startswith(f"{stage}/")]

    def _told_in(self, row: OutboxRow) -> list[str]:
        """The letters that a digest told, else the letter itself."""
        return [one.key for one in self.house.store.told_within(row.key) if row.letter == DIGEST] or [row.key]

    def assert_sound(self) -> None:
        """What must be true after everything: the record is whole and no message is without its outcome."""
        assert self.house.store.verify_chain().ok
        assert self.house.store.pending(10) == ()


def _is_down(work: Callable[[], object]) -> bool:
    try:
        work()
    except TryLater:
        return True
    return False
