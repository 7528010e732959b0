"""Mutation fuzzing of the boundary where strangers' bytes become a message.

    python bench/fuzz.py [--seconds 60] [--seed 1] [--save fuzz-findings]

Good and bad mails of the tests are cut, spliced and littered with what readers stumble over, and read as the worker
reads them. Anything but `IncomingMessage` or `NeedsHuman` is a finding: another exception, text that cannot be stored,
a span that points elsewhere, a second reading that differs, more time than a message may cost. The bytes of each
finding are saved under the hash of its kind, so one bug is one file. The same seed gives the same mails. The exit
status is 1 when there was a finding.
"""

import argparse
import contextlib
import hashlib
import logging
import pickle
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cases.message import IncomingMessage  # noqa: E402 (the program runs from anywhere)
from cases.reading import Authentication, AuthenticationProfile, Reading  # noqa: E402
from cases.trouble import NeedsHuman  # noqa: E402
from parsers import attachment_content, parse_headers, parse_message  # noqa: E402
from tests.badinput.table import ROWS  # noqa: E402
from tests.parsers.lexicons import shipped  # noqa: E402

LARGEST_SEED = 40_000  # bytes; larger ones would only make it slow
SLOW = 5  # seconds for one message; the worker grants ten of processor time
READING = Reading(
    lexicon=shipped(),
    authentication=Authentication(profile=AuthenticationProfile.GENERIC, server_id="mx.meridian.example"),
    own_addresses=("complaints@meridian.example", "desk@firm.example"),
    trusted_forms=("noreply@forms.firm.example",),
)
LITTER = (
    *b"""\
    \r\n \n \r \0 " ' < > ( ) @ , ; : = =? ?= =?utf-8?q? =?utf-8?b? =?x?q?=00?= -- --b --b-- \t *0*= *1= From: \
    To: Subject: Date: Message-ID:< References:<a@b> Content-Type: multipart/mixed;boundary=b message/rfc822 \
    multipart/alternative;boundary=" multipart/report;report-type=delivery-status message/delivery-status \
    message/partial text/html;charset= text/plain;format=flowed;delsp=yes charset=utf-7 charset=utf-16 \
    charset=iso-2022-jp charset=hex charset=gb2312 filename*0*=utf-8''%e5%8f \
    Authentication-Results:mx.meridian.example;dmarc=pass X-Ombud-Mark: \
    [ref:taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa] C-4829-1372 <div> <blockquote\ttype=cite> </div> <table><tr> <!-- \
    <![CDATA[ &#x110000; &#55296; <script> \xff\xfe \xed\xa0\x80 \xc0\xaf \xe2\x80\xae \x1b$B \x1b[2J begin \
    +999999999999999999 BEGIN:VCALENDAR xn-- \xd9\xa1\xd9\xa2\xe2\x82\xac 1.500,00EUR""".split(b" "),
    b" ",
    b"\r\n\r\n",
    b"\r\nContent-Transfer-Encoding: base64\r\n",
    b"\r\nContent-Transfer-Encoding: quoted-printable\r\n",
    b"\r\nReceived: from a by b\r\n",
    b"\r\nReturn-Path: <>\r\n",
    b"\r\nAuto-Submitted: auto-replied\r\n",
    b"\r\n-- \r\n",
    b"\r\n> ",
    b"\r\nOn Mon, 9 Nov 2026 at 10:00, A <a@b.c> wrote:\r\n",
    b"-----BEGIN PGP MESSAGE-----",
    b"begin 644 x\r\n",
)


@dataclass(slots=True)
class Watch:
    """Keeps what a reading throws, whatever it is."""

    error: BaseException | None = None

    def __enter__(self) -> Self:
        signal.setitimer(signal.ITIMER_REAL, SLOW)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if kind is None or issubclass(kind, KeyboardInterrupt):
            return False
        self.error = error
        return True


@dataclass(slots=True)
class Fuzz:
    """One run. `results` counts how readings ended; `pool` holds the seeds and as many damaged mails."""

    pool: list[bytes]
    rng: random.Random
    save: Path
    most: int = 0
    results: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Path] = field(default_factory=dict)

    def once(self) -> None:
        raw = self.mutated()
        with Watch() as watch:
            self.results[read(raw, twice=self.rng.random() < 0.05)] += 1
        if watch.error is not None:
            self.results["finding"] += 1
            self.keep(raw, watch.error)
        elif not self.results.total() % 7:
            self.pool.append(raw[:LARGEST_SEED])  # for damage on damage
            if len(self.pool) > self.most:
                del self.pool[self.rng.randrange(self.most // 2, self.most)]

    def mutated(self) -> bytes:
        """A mail with some damage."""
        data = self.rng.choice(self.pool)
        for _ in range(self.rng.choice((1, 1, 2, 3, 5, 8, 20))):
            data = self.rng.choice(MUTATIONS)(data, self.rng, self.pool)
        return data[: 4 * LARGEST_SEED]

    def keep(self, raw: bytes, error: BaseException) -> None:
        """Save the first mail of each kind of finding."""
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames][-3:]
        kind = f"{type(error).__name__}: {str(error)[:100]!r} at {' < '.join(reversed(where))}"
        name = hashlib.sha256(f"{type(error).__name__} {where}".encode()).hexdigest()[:12]
        if name not in self.findings:
            self.save.mkdir(parents=True, exist_ok=True)
            self.findings[name] = self.save / f"{name}.eml"
            self.findings[name].write_bytes(raw)
            print(f"FINDING {kind}\n  saved as {self.findings[name]}", flush=True)


def read(raw: bytes, *, twice: bool) -> str:
    """Reads as the worker does and asks of the result what the rest of the house relies on."""
    try:
        message = parse_message(raw, READING)
    except NeedsHuman:
        message = None
    if message is not None:
        check(message)
        if twice:
            assert message == parse_message(raw, READING), "read twice, understood differently"
        for one in message.attachments[:2]:
            content = attachment_content(raw, one.sha256)
            assert content is not None, "an attachment that cannot be found again"
            assert len(content) == one.size, "an attachment of another size"
    with contextlib.suppress(NeedsHuman):
        check(parse_headers(raw.partition(b"\r\n\r\n")[0], len(raw), "0" * 64, READING))
    return "read" if message else "set aside"


def check(message: object) -> None:
    """It is a message, can cross a process border, be stored, and shown on one line where it says so."""
    assert type(message) is IncomingMessage, type(message)
    assert message == pickle.loads(pickle.dumps(message)), "changed on its way"  # noqa: S301 (our own bytes)
    whole = repr(message) + message.text + message.new_text + message.quoted_text + message.html + message.subject
    assert "\0" not in whole, "NUL"
    whole.encode("utf-8")
    names = [message.sender.name] if message.sender else []
    for line in (message.subject, *names, *(one.name for one in message.attachments), *message.own_marks):
        assert not set("\r\n\x1b\x85\u2028\u2029\u202e") & set(line), f"not one line: {ascii(line)[:60]}"
    spans = [(one.start, one.end, one.words) for one in message.facts]
    spans += [(one.start, one.end, one.words) for one in message.signals]
    for start, end, words in spans:
        assert start < 0 or words == message.new_text[start:end], "evidence that lies elsewhere"


# ── damage ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Mutation = Callable[[bytes, random.Random, list[bytes]], bytes]


def _cut(data: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice((1, 2, 10, 100, 1000)) :]


def _end(data: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(data: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :]


def _litter(data: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(LITTER) * rng.choice((1, 1, 1, 2, 50)) + data[at + rng.choice((0, 0, 3)) :]


def _repeat(data: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    at, width = rng.randrange(len(data) + 1), rng.choice((1, 5, 40, 400))
    return data[:at] + data[at : at + width] * rng.choice((2, 3, 30)) + data[at + width :]


def _splice(data: bytes, rng: random.Random, seeds: list[bytes]) -> bytes:
    other = rng.choice(seeds)
    at, start = rng.randrange(len(data) + 1), rng.randrange(len(other) + 1)
    return data[:at] + other[start : start + rng.choice((20, 300, 5000))] + data[at:]


def _cross(data: bytes, rng: random.Random, seeds: list[bytes]) -> bytes:
    """The header of one mail over the body of another."""
    return data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + rng.choice(seeds).partition(b"\r\n\r\n")[2]


def _lines(data: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """A line moves, doubles or goes."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    line = lines.pop(at)
    for _again in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


MUTATIONS: tuple[Mutation, ...] = (
    _cut,
    _end,
    _flip,
    _flip,
    _litter,
    _litter,
    _litter,
    _repeat,
    _splice,
    _cross,
    _lines,
)


def seeds() -> list[bytes]:
    """The samples, and those bad inputs that need no desk to be made."""
    samples = [path.read_bytes() for path in sorted((ROOT / "tests" / "samples").glob("*.eml"))]
    bad = [raw for row in ROWS for _, _, raw in row.variants() if isinstance(raw, bytes)]
    return [raw for raw in (*samples, *bad) if len(raw) <= LARGEST_SEED]


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"more than {SLOW} seconds")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--save", type=Path, default=Path("fuzz-findings"))
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _too_slow)
    start_with = seeds()
    fuzz = Fuzz(pool=start_with, rng=random.Random(given.seed), save=given.save, most=2 * len(start_with))
    print(f"{len(start_with)} seeds, seed {given.seed}, {given.seconds:g} s", flush=True)
    start = time.monotonic()
    while time.monotonic() - start < given.seconds:
        fuzz.once()
    rate = fuzz.results.total() / (time.monotonic() - start)
    told = ", ".join(f"{count} {name}" for name, count in fuzz.results.most_common())
    print(f"{fuzz.results.total()} execs, {rate:.0f} a second: {told}; {len(fuzz.findings)} kinds of findings")
    return 1 if fuzz.findings else 0


if __name__ == "__main__":
    sys.exit(main())
