"""Fit the weights by which a letter's remedy is chosen (`parsers/data/wanted_weights.toml`) to labelled letters.

`python -m bench.remedies FILE.jsonl ... [--write]`: one letter a line with `language`, `subject`, `text`, `complaint`,
`wanted` (a remedy or null) and, where two can be defended, `wanted2`. Tells for each file how many of its letters are
read right by weights fitted to the others. A softmax over the remedies with a quadratic penalty, in plain Python.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import softmax
from bench.softmax import Example
from cases.reading import REMEDIES
from parsers.asking import find_asked
from parsers.claims import read_claims
from parsers.wanted import NOTHING, find_signs

_TABLE = Path(__file__).parent.parent / "parsers" / "data" / "wanted_weights.toml"
_SENTENCES = Path(__file__).parent.parent / "tests" / "parsers" / "wanted.toml"
_RULES = (*REMEDIES, NOTHING)
_PENALTY = {"every": 0.002, "own": 0.015, "letter": 0.01}
_STEPS = 250
_PACE = 0.08
_LEAST = 0.03  # weights below it are left out
_SECOND = 0.35  # how much of a letter its second label gets
_NO_COMPLAINT = 0.1  # how much a letter counts that is no complaint: it wants nothing of a desk
_SENTENCE = 0.6  # how much a lone sentence counts
_HEAD = """# How much speaks for each remedy, and for none ("nothing"); fitted by `python -m bench.remedies`.
# Words are named (wanted.toml), said, meant or hinted (wishes_*.toml, from plain to vague); asked in a question,
# demanded in a sentence that asks, or in the very clause. What holds for the more also holds for the less: weights add.
"""

Name = tuple[str, str, str]  # table, rule (empty for every), sign
Letter = Example[Name]  # with what speaks for each remedy, and how much of it each remedy gets


def read_labelled(lines: Sequence[str]) -> list[Letter]:
    """The letters of a file."""
    return [_labelled(json.loads(line)) for line in lines if line.strip()]


def read_sentences() -> list[Letter]:
    """The sentences of one demand each by which `tests/parsers` asks for each remedy in each language."""
    rows = tomllib.loads(_SENTENCES.read_text(encoding="utf-8"))["row"]
    return [
        replace(
            _labelled({"language": row["l"], "subject": "", "text": text, "complaint": True, "wanted": rule}),
            share=_SENTENCE,
        )
        for row in rows
        for rule in REMEDIES
        for text in row.get(rule, ())
    ]


def _labelled(letter: dict[str, Any]) -> Letter:
    language = letter["language"]
    said = read_claims(letter["text"], language)
    found = find_signs(said, read_claims(letter["subject"], language), find_asked(said))
    signs: dict[str, dict[Name, float]] = {}
    for rule in _RULES:
        own = found.own.get(rule, {})
        signs[rule] = {
            **{("every", "", name): much for name, much in own.items()},
            **{("own", rule, name): much for name, much in own.items()},
            **{("letter", rule, name): much for name, much in {**found.letter, "any": 1.0}.items()},
        }
    first = (letter["wanted"] if letter["complaint"] else None) or NOTHING
    second = letter.get("wanted2") if letter["complaint"] else None
    truth = {first: 1 - _SECOND, second: _SECOND} if second else {first: 1.0}
    share = 1.0 if letter["complaint"] else _NO_COMPLAINT
    return Example(signs, truth, share)


def fit(letters: Sequence[Letter]) -> dict[Name, float]:
    """The weights under which the labels are likeliest, less the penalty."""
    names = sorted({name for one in letters for signs in one.signs.values() for name in signs})
    whole = sum(one.share for one in letters)
    found = softmax.fit(letters, names, lambda name, weight: _PENALTY[name[0]] * whole * weight, _STEPS, _PACE)
    return {name: round(weight, 2) for name, weight in found.items() if abs(weight) >= _LEAST}


def table_of(weights: dict[Name, float]) -> str:
    """The weights as the table the reader reads."""
    return _HEAD + "\n".join(_lines(weights))


def _lines(weights: dict[Name, float]) -> Iterator[str]:
    for part, rule in sorted({name[:2] for name in weights}, key=lambda one: (list(_PENALTY).index(one[0]), one[1])):
        yield f"\n[{part}.{rule}]" if rule else f"\n[{part}]"
        for name, weight in sorted(weights.items()):
            if name[:2] == (part, rule):
                yield f'"{name[2]}" = {weight}' if " " in name[2] else f"{name[2]} = {weight}"
    yield ""


def main() -> None:
    """Fit, tell how well it does on files it was not fitted to, and write the table if asked to."""
    paths = [Path(one) for one in sys.argv[1:] if one != "--write"]
    sentences = read_sentences()
    files = {path: read_labelled(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    for path, letters in files.items() if len(files) > 1 else ():
        weights = fit(sentences + [one for other, some in files.items() if other != path for one in some])
        judged = [one.is_right(weights) for one in letters if one.share == 1.0]
        print(f"{path}: {sum(judged)} of {len(judged)} = {sum(judged) / max(1, len(judged)):.3f}")
    weights = fit(sentences + [one for letters in files.values() for one in letters])
    if "--write" in sys.argv:
        _TABLE.write_text(table_of(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
