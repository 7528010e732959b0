"""How well conversations are found in mail whose headers tell them, as these headers are taken away.

    python -m bench.threads FILE_OR_FOLDER... [--seed 5]

Reads mbox files, and folders of files with one mail each. The truth is what Message-ID, References and In-Reply-To say,
counted over sound threads alone: those in which every mail but the first points to another one that is there, and the
first does not say that it answers. (All mails are read; what headers cannot tell is not counted.) Prints precision,
recall and F1 over pairs of mails:

    full      nothing taken away
    half      References and In-Reply-To taken from a random half of the mails
    refs      taken from all
    ids       and every Message-ID written anew
    bare      and the fields by which lists are known
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from parsers.conversations import gathered
from parsers.letters import Letter, read_letter

_FROM_LINE = re.compile(rb"(?m)^From (?=\S+ +\w{3} +\w{3} +\d)")
MODES = ("full", "half", "refs", "ids", "bare")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("paths", nargs="+", type=Path)
    arguments.add_argument("--seed", type=int, default=5)
    given = arguments.parse_args()
    letters = [read_letter(name, raw) for path in given.paths for name, raw in _mails(path)]
    truth = _by_ids(letters)
    counted = _sound(letters, truth)
    print(f"{len(letters)} mails, {len(counted)} of them counted in {len({truth[one] for one in counted})} threads")
    print(f"{'mode':<8}{'precision':>11}{'recall':>9}{'F1':>8}")
    for mode in MODES:
        found = gathered(_without(letters, mode, random.Random(given.seed)))
        print("{:<8}{:>11.3f}{:>9.3f}{:>8.3f}".format(mode, *_score(truth, found, counted)))
    return 0


def _mails(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            raw = file.read_bytes()
            for number, one in enumerate(_FROM_LINE.split(raw) if raw.startswith(b"From ") else [raw]):
                if one.strip():
                    yield f"{file}#{number}", b"From " + one if raw.startswith(b"From ") else one


def _by_ids(letters: Sequence[Letter]) -> dict[str, str]:
    """The thread of each mail, as some name or id in it."""
    people = {f"<{one}>" for letter in letters for one in (letter.sender, *letter.recipients)}
    above: dict[str, str] = {}

    def top(one: str) -> str:
        while above.setdefault(one, one) != one:
            one = above[one]
        return one

    for letter in letters:
        for one in (letter.id, *letter.refs):
            if one and one not in people:
                above[top(letter.name)] = top(one)
    return {letter.name: top(letter.name) for letter in letters}


def _sound(letters: Sequence[Letter], truth: Mapping[str, str]) -> set[str]:
    threads: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        threads[truth[letter.name]].append(letter)
    ids = {letter.id for letter in letters}
    counted: set[str] = set()
    for thread in threads.values():
        first = [one for one in thread if not (ids - {one.id}) & set(one.refs)]
        if len(first) == 1 and not first[0].refs and not first[0].subject.replies:
            counted |= {one.name for one in thread}
    return counted


def _without(letters: Sequence[Letter], mode: str, chance: random.Random) -> Iterator[Letter]:
    for number, letter in enumerate(letters):
        if mode == "full" or (mode == "half" and chance.random() < 0.5):
            yield letter
            continue
        left = replace(letter, refs=(), outlook="")
        if mode in ("ids", "bare"):
            left = replace(left, id=f"<{number}@anew.example>", sha256=f"{number:x}")
        yield replace(left, listed=False) if mode == "bare" else left


def _score(truth: Mapping[str, str], found: Mapping[str, str], counted: set[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs."""

    def pairs(groups: Counter[tuple[str, ...]]) -> int:
        return sum(size * (size - 1) // 2 for size in groups.values())

    both = pairs(Counter((truth[one], found[one]) for one in counted))
    joined = pairs(Counter((found[one],) for one in counted))
    meant = pairs(Counter((truth[one],) for one in counted))
    precision = both / joined if joined else 1.0
    recall = both / meant if meant else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


if __name__ == "__main__":
    raise SystemExit(main())
