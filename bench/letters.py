"""How well letters are understood: complaint or not, main category, grade, on the labelled letters of the tests.

    python -m bench.letters [--half tuning|held_out] [--wrong] [LANGUAGE...]

Prints the figures by language. `--wrong` also shows what was read wrong, of the letters for tuning only.
"""

import argparse
import sys
from datetime import UTC, datetime

from cases.reading import Reading
from config.settings import load
from tests.letters.labelled import HALVES, Found, letters_of, read, scores


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("languages", nargs="*")
    arguments.add_argument("--half", choices=HALVES)
    arguments.add_argument("--wrong", action="store_true")
    given = arguments.parse_args()
    settings = load(None, now=datetime.now(UTC))
    reading = Reading(lexicon=settings.lexicon)
    for half in [given.half] if given.half else HALVES:
        letters = [one for one in letters_of(half) if not given.languages or one.language in given.languages]
        found = [read(letter, reading, settings.policy) for letter in letters]
        table = scores(found)
        print(f"{half}: {len(letters)} letters")
        print(f"{'language':<10}{'letters':>8}{'complaint':>11}{'category':>10}{'grade':>8}  major as general")
        for language, score in table.items():
            told, category, grade = score.shares()
            print(f"{language:<10}{score.letters:>8}{told:>11.2f}{category:>10.2f}{grade:>8.2f}  {len(score.missed)}")
        if given.wrong and half == "tuning":
            for one in found:
                _show(one)
    return 0


def _show(found: Found) -> None:
    letter = found.letter
    expected = (letter.is_complaint, letter.category, letter.grade) if letter.is_complaint else (False, "", "")
    told = (found.is_complaint, found.category, found.grade) if letter.is_complaint else (found.is_complaint, "", "")
    if expected == told:
        return
    print(f"\n[{letter.language}, read as {found.message.language}] {letter.subject}\n{letter.text}")
    print(f"  expected {expected}\n  found    {told}")
    print("  signals", [(signal.name, signal.words) for signal in found.message.signals])
    print("  categories", found.message.categories)


if __name__ == "__main__":
    sys.exit(main())
