"""What reading a mail costs: ombud's full reading beside mail-parser alone and the standard library alone, in one run.

    python bench/parse.py FILE_OR_FOLDER... [--rounds 3] [--history]

Prints milliseconds of processor time a mail (mean and median of the best round per mail) and the ratios to mail-parser
alone. The files are raw mails (`*.eml`); without arguments the numbered samples of the tests are read, with `--history`
the labelled letters of the tests, each as an answer of 6 KiB with signature and history.
"""

import argparse
import email
import logging
import statistics
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("paths", nargs="*", type=Path, default=[ROOT / "tests" / "samples"])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--history", action="store_true")
    given = arguments.parse_known_args()[0]
    mails = list(_answers()) if given.history else [path.read_bytes() for path in _files(given.paths)]
    if not mails:
        print("no *.eml found")
        return 1
    best = _measure(mails, given.rounds)
    base = best["mail-parser alone"]
    size = statistics.fmean(map(len, mails)) / 1024
    print(f"{len(mails)} mails, mean {size:.1f} KiB, best of {given.rounds} rounds for each mail")
    print(f"{'reader':<22}{'mean ms':>9}{'median ms':>11}{'x mean':>8}{'x median':>10}")
    for name, times in best.items():
        mean, median = statistics.fmean(times), statistics.median(times)
        ratios = mean / statistics.fmean(base), median / statistics.median(base)
        print(f"{name:<22}{mean * 1e3:>9.3f}{median * 1e3:>11.3f}{ratios[0]:>8.2f}{ratios[1]:>10.2f}")
    return 0


def _files(paths: list[Path]) -> list[Path]:
    return sorted(file for path in paths for file in (path.rglob("*.eml") if path.is_dir() else [path]))


def _answers() -> Iterator[bytes]:
    """Every letter above a signature and others of its language: quoted line by line, or below a header block."""
    from tests.letters.labelled import HALVES, letters_of

    letters = [letter for half in HALVES for letter in letters_of(half)]
    for number, letter in enumerate(letters):
        mail = EmailMessage()
        mail["From"], mail["To"] = "Kim Berg <kim@customer.example>", "complaints@shop.example"
        mail["Subject"] = f"Re: {letter.subject}"
        mail["Date"], mail["Message-ID"] = "Tue, 03 Feb 2026 09:11:00 +0100", f"<{number}@customer.example>"
        text = f"{letter.text}\n\n{_SIGNATURE}\n"
        others = cycle([one.text for one in letters if one.language == letter.language])
        depth = 0
        while len(text.encode()) < _SIZE:
            depth += 1
            lines = [line for part in next(others).split("\n") for line in textwrap.wrap(part, 72) or [""]]
            quoted = [*lines, "", *_SIGNATURE.split("\n")]
            if number % 2:
                text += "\nOn Mon, 2 Feb 2026 at 10:14, Desk <complaints@shop.example> wrote:\n\n"
                text += "".join(f"{'>' * depth} {line}\n" for line in quoted)
            else:
                text += "\n".join(["", *_BLOCK, f"Subject: {letter.subject}", "", *quoted, ""])
        mail.set_content(text, cte="8bit")
        yield mail.as_bytes()


_SIZE = 6 * 1024
_SIGNATURE = """Kind regards

Kim Berg
Head of purchasing
Berg Machines GmbH
Hafenstrasse 12, 20095 Hamburg
Tel. +49 40 1234567"""
_BLOCK = ("From: Desk <complaints@shop.example>", "Sent: Monday, 2 February 2026 10:14", "To: Kim Berg")


def _readers() -> dict[str, Callable[[bytes], object]]:
    import mailparser

    import parsers
    from cases.reading import Authentication, AuthenticationProfile, Reading
    from cases.trouble import NeedsHuman
    from config.settings import load

    logging.disable(logging.CRITICAL)
    trusted = Authentication(profile=AuthenticationProfile.GENERIC, server_id="mail.shop.example")
    lexicon = load(None, now=datetime.now(UTC)).lexicon  # as a desk reads: with what was learned
    reading = Reading(lexicon=lexicon, authentication=trusted, own_addresses=("complaints@shop.example",))

    def ombud(raw: bytes) -> object:
        try:
            return parsers.parse_message(raw, reading)
        except NeedsHuman as refused:
            return refused

    return {
        "ombud, all skills": ombud,
        "mail-parser alone": mailparser.parse_from_bytes,
        "compat32 alone": email.message_from_bytes,
    }


def _measure(mails: list[bytes], rounds: int) -> dict[str, list[float]]:
    """The best time of each reader for each mail; the readers take turns, so that a slow moment meets all of them."""
    readers = _readers()
    best = {name: [float("inf")] * len(mails) for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            for number, raw in enumerate(mails):
                start = time.process_time()
                read(raw)
                best[name][number] = min(best[name][number], time.process_time() - start)
    return best


if __name__ == "__main__":
    sys.exit(main())
