"""A flood of forged senders: how much of it this desk sends on to the victims (threats T7, input 106, goal G8).

    python -m bench.flood [--mails 10000] [--hours 26]

Each mail names another victim as its sender and carries words of the forger. Everything between the poll and SMTP is
the real thing, on a clock that is in our hands; the ladders of the cases, which write to colleagues only, are left out.
The exit status is 1 when a ceiling did not hold.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from cases.reading import Reading
from daemon.workers import Parsers
from tests.badinput.desk import BadDesk, whole
from tests.badinput.mail import SERVER
from tests.lab.week import Left, Week, settings_for

CANARY = "brzlpft"  # a word of the forger
PER_HOUR = 60
LARGEST = 4096  # bytes of a letter to somebody who may never have written
BATCH = 500
LOOK_EVERY = timedelta(minutes=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """One flood; the exit status."""
    asked = argparse.ArgumentParser(description="What a flood of forged senders makes of the desk.")
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--hours", type=int, default=26, help="of the virtual clock, after the flood has come")
    given = asked.parse_args(arguments)
    for name in ("COMPLAINTS", "AUTHORITIES"):
        os.environ.setdefault(f"OMBUD_{name}_PASSWORD", "none")
    with tempfile.TemporaryDirectory(prefix="ombud-flood-") as folder, Parsers(Reading(), workers=2) as parsers:
        home = Path(folder)
        desk = BadDesk(settings_for("meridian.example", home / "settings"), parsers, home)
        week = Week()
        week.add("meridian.example", desk)
        started = time.perf_counter()
        _flood(desk, given.mails)
        taken = time.perf_counter() - started
        _let_pass(desk, given.hours)
        wrong = _told(week, desk, given.mails, taken)
        desk.close()
    return 1 if wrong else 0


def _forged(n: int) -> bytes:
    """A complaint in the name of the n-th victim."""
    return (
        f"Authentication-Results: {SERVER}; dmarc=fail header.from=victim{n}.example\r\n"
        f"Received: from forger.example by {SERVER}; Mon, 9 Nov 2026 09:29:00 +0000\r\n"
        f"From: {CANARY} <reader@victim{n}.example>\r\nTo: complaints@meridian.example\r\n"
        f"Subject: {CANARY} https://{CANARY}.example/{n}\r\nMessage-ID: <{CANARY}.{n}@forger.example>\r\n\r\n"
        f"My parcel {n} was never delivered. This is unacceptable, I demand 250 EUR. See https://{CANARY}.example\r\n"
    ).encode()


def _flood(desk: BadDesk, mails: int) -> None:
    for start in range(0, mails, BATCH):
        desk.put(_forged(n) for n in range(start, min(start + BATCH, mails)))
        desk.house.intake.run()
    desk.house.outbox.drain()


def _let_pass(desk: BadDesk, hours: int) -> None:
    for _ in range(hours * HOUR // LOOK_EVERY):
        desk.clock.advance(LOOK_EVERY)
        desk.house.outbox.release()
        desk.house.outbox.drain()


def _told(week: Week, desk: BadDesk, mails: int, taken: float) -> list[str]:
    """Prints what was seen; the ceilings that did not hold."""
    left = [one for one in week.left if one.to.startswith("reader@victim")]
    per_hour = _most_within(HOUR, [one.at for one in left])
    per_victim = max((_most_within(DAY, times) for times in _by_reader(left).values()), default=0)
    repeated = sum(CANARY in whole(message_from_bytes(one.raw)).lower() for one in left)
    store = desk.house.store
    cases = sum(row.customer.startswith("reader@victim") for row in store.cases(None, mails + 10))
    seen = {
        "forged mails, each with another victim": mails,
        "cases": cases,
        "mails decided per second": round(mails / taken),
        "letters to victims in all": len(left),
        "most within any hour": per_hour,
        "most to one victim within any 24 hours": per_victim,
        "letters with a word of the forger": repeated,
        "largest letter in bytes": max((len(one.raw) for one in left), default=0),
        "still held": len(store.held("", mails + 10)),
        "record is whole": store.verify_chain().ok,
    }
    for name, value in seen.items():
        sys.stdout.write(f"{name:<42}{value!s:>10}\n")
    checks = {
        "cases": cases == mails,
        "hour": per_hour <= PER_HOUR,
        "victim": per_victim <= 1,
        "words": not repeated,
        "size": all(len(one.raw) <= LARGEST for one in left),
        "record": bool(seen["record is whole"]),
    }
    return [name for name, holds in checks.items() if not holds]


def _by_reader(left: Iterable[Left]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for one in left:
        found.setdefault(one.to, []).append(one.at)
    return found


def _most_within(span: timedelta, moments: Sequence[datetime]) -> int:
    """The most moments within any such span; they are in order."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - span:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    sys.exit(main())
