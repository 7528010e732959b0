"""How much of labelled mail is understood: each fact of docs/words.md beside the measure of its kind.

    python -m bench.understand FILE.jsonl... [--config ombud.toml] [--wrong] [--json]

Each line of a file is a letter with `language`, `from`, `subject`, `text`, `complaint` and, for complaints, `country`,
`category`, `grade`, `wanted`, `order_numbers`, `loss`; where two can be defended, `category2` and `wanted2`; or a note:
`automatic` says whether a program wrote it, `answers` whether it answers a mail of ours. What a letter lacks is not
asked of it. Letters are read as `ombud parse` reads them, so an admin may judge word tables of their own by mail that
was never looked at while they were made.
"""

import argparse
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.rows import mail_of, read_rows
from config.settings import load
from config.values import Settings
from daemon.cli.common import print_json
from daemon.cli.parsing import understood
from daemon.workers import Read
from parsers import parse_message

Row = Mapping[str, Any]
_AIMS = {
    "language": 0.97, "country": 0.85, "complaint": 0.92, "category": 0.80, "wanted": 0.85, "grade": 0.80,
    "order numbers": 0.85, "loss": 0.85, "automatic": 0.90,
}  # fmt: skip
_NO_MORE = {"major graded general": 0.0, "person taken for a program": 0.005}
_MAJOR, _GENERAL = "major", "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One fact of one letter: what it is and what was read."""

    fact: str
    is_right: bool
    meant: object
    read: object


def judged(row: Row, found: Row) -> Iterator[Judged]:
    """Each fact that the letter is labelled with; `found` is what `ombud parse --json` says of it."""
    if "automatic" in row:
        taken = found["automatic"] is not None
        fact = "automatic" if row["automatic"] else "person taken for a program"
        yield Judged(fact=fact, is_right=taken == row["automatic"], meant=row["automatic"], read=found["automatic"])
        return
    yield _equal("language", row["language"], found["language"])
    yield _equal("complaint", row["complaint"], found["is_complaint"])
    robot = found["automatic"]
    yield Judged(fact="person taken for a program", is_right=robot is None, meant=None, read=robot)
    if row.get("country"):
        yield _equal("country", row["country"], found["country"])
    if not row["complaint"]:
        return
    category = found["categories"][0] if found["categories"] else "other"
    yield _one_of("category", (row["category"], row.get("category2")), category)
    wanted = (row["wanted"], row["wanted2"]) if row.get("wanted2") else (row["wanted"],)
    yield Judged(fact="wanted", is_right=found["wanted"] in wanted, meant=wanted, read=found["wanted"])
    if row.get("grade"):
        yield _equal("grade", row["grade"], found["grade"])
        if row["grade"] == _MAJOR:
            low = found["grade"] == _GENERAL
            yield Judged(fact="major graded general", is_right=not low, meant=_MAJOR, read=found["grade"])
    if "order_numbers" in row:
        yield _equal("order numbers", _numbers(row["order_numbers"]), _numbers(found["order_numbers"]))
    if "loss" in row:
        yield _equal("loss", _sum(row["loss"]), _sum(found["loss"]))


def _equal(fact: str, meant: object, read: object) -> Judged:
    return Judged(fact=fact, is_right=meant == read, meant=meant, read=read)


def _one_of(fact: str, meant: Sequence[object], read: object) -> Judged:
    return Judged(fact=fact, is_right=read in [one for one in meant if one], meant=meant, read=read)


def _numbers(numbers: Iterable[str]) -> set[str]:
    """As people compare them: without case, marks, or the digits of a script."""
    return {"".join(map(_sign, filter(str.isalnum, number))) for number in numbers}


def _sign(sign: str) -> str:
    return str(unicodedata.decimal(sign, sign)).upper()


def _sum(loss: Row | None) -> tuple[Decimal, str] | None:
    return (Decimal(str(loss["value"])), str(loss["currency"])) if loss else None


def read_all(rows: Iterable[Row], settings: Settings) -> Iterator[tuple[Row, Row]]:
    """Each letter with what `ombud parse --json` says of it, read in this process."""
    reading = settings.accounts[0].reading
    for row in rows:
        message = parse_message(_mail(row), reading)
        yield row, understood("letter", Read(message=message), settings.policy)


def _mail(row: Row) -> bytes:
    if not row.get("answers"):
        return mail_of(row)
    return b"In-Reply-To: <ours@desk.example>\nReferences: <ours@desk.example>\n" + mail_of(row)


def shares(judgements: Iterable[Judged]) -> dict[str, tuple[int, int]]:
    """How many of each fact were read right, of how many."""
    counts: dict[str, tuple[int, int]] = {}
    for one in judgements:
        right, all_of_them = counts.get(one.fact, (0, 0))
        counts[one.fact] = right + one.is_right, all_of_them + 1
    return counts


def main() -> int:
    """Print how much is understood."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path, help="labelled letters or notes, one JSON object a line")
    arguments.add_argument("--config", type=Path, help="an ombud.toml whose words are read; otherwise the shipped ones")
    arguments.add_argument("--wrong", action="store_true", help="name what was read wrong")
    arguments.add_argument("--json", action="store_true", help="for machines")
    given = arguments.parse_args()
    settings = load(given.config, now=datetime.now(UTC))
    judgements: dict[str, list[Judged]] = {}
    for path in given.files:
        rows = read_rows(path, dict)
        some = judgements[str(path)] = []
        for number, (row, found) in enumerate(read_all(rows, settings), 1):
            some += judged(row, found)
            if sys.stderr.isatty():
                print(f"\r{path}: {number} of {len(rows)}", end="", file=sys.stderr, flush=True)
            if given.wrong and not given.json:
                _tell_wrong(path, number, row, found)
        if sys.stderr.isatty():
            print(file=sys.stderr)
    _report(judgements, as_json=given.json)
    return 0


def _tell_wrong(path: Path, number: int, row: Row, found: Row) -> None:
    for one in judged(row, found):
        if not one.is_right:
            subject = " ".join(row["subject"].split())
            print(f"{path}:{number} [{row['language']}] {subject}: {one.fact} is {one.meant}, read as {one.read}")


def _report(judgements: Mapping[str, Sequence[Judged]], *, as_json: bool) -> None:
    together = shares(one for some in judgements.values() for one in some)
    if as_json:
        print_json({**{name: shares(some) for name, some in judgements.items()}, "together": together})
        return
    for name, some in (judgements if len(judgements) > 1 else {}).items():
        print(name)
        _print_shares(shares(some))
    print("together")
    _print_shares(together)


def _print_shares(counts: Mapping[str, tuple[int, int]]) -> None:
    for fact, (right, count) in counts.items():
        much, aim = (
            (right, f"at least {_AIMS[fact]}") if fact in _AIMS else (count - right, f"at most {_NO_MORE[fact]}")
        )
        print(f"  {fact:28}{much:5} of {count:5}{much / count:8.3f}  {aim}")


if __name__ == "__main__":
    sys.exit(main())
