"""The shipped word tables as a `Lexicon`, read the way `config` reads them, for tests that must not import `config`."""

import tomllib
from functools import cache
from pathlib import Path

from cases.reading import Lexicon, Phrase

FOLDER = Path(__file__).parents[2] / "config" / "lexicon"
KINDS = ("complaint", "signals", "categories")
FAINT = {"signals": ("perhaps",), "categories": ("likely", "mentions")}


@cache
def shipped() -> Lexicon:
    weights = tomllib.loads((FOLDER / "weights.toml").read_text(encoding="utf-8"))
    rows: dict[str, list[Phrase]] = {kind: [] for kind in KINDS}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name == "weights.toml":
            continue
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for kind in KINDS:
            for section, part in ((kind, 1.0), *((one, float(weights[one])) for one in FAINT.get(kind, ()))):
                for rule, phrases in table.get(section, {}).items():
                    for phrase in phrases:
                        row = phrase if isinstance(phrase, dict) else {"text": phrase}
                        weight = float(row.get("weight", weights[kind][rule] * part))
                        rows[kind].append(
                            Phrase(text=row["text"], language=table["language"], rule=rule, weight=weight)
                        )
            rows[kind] += [
                Phrase(text=text, language=table["language"], rule="nothing", weight=0.0)
                for text in table.get("nothing", {}).get(kind, ())
            ]
    return Lexicon(
        complaint=tuple(rows["complaint"]),
        signals=tuple(rows["signals"]),
        categories=tuple(rows["categories"]),
        alarm=float(weights["alarm"]),
        letter=float(weights["letter"]),
        marks=tuple(weights["marks"].items()),
        leanings=tuple((category, tuple(signs.items())) for category, signs in weights["leanings"].items()),
        strong_from=float(weights["strong_from"]),
        weak_from=float(weights["weak_from"]),
        also_from=float(weights["also_from"]),
    )
