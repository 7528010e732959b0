"""The word tables: one file of phrases a language, and weights.toml with what their rules weigh."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from cases.answering import RULES, AnswerWords
from cases.reading import ALWAYS, LEANING_FACTS, MARKS, REMEDIES, WANTED, Lexicon, Phrase
from cases.ways import OTHER
from config.checks import Place
from config.fields import Name, parse_language
from config.mistakes import Findings
from config.shape import Row, read_row
from config.toml_files import TomlFile, read_shipped, read_toml

FOLDER = "lexicon"
WEIGHTS = "weights.toml"
_GROUPS = ("complaint", "signals", "categories")
_SECTIONS = (*_GROUPS, "perhaps", "likely", "mentions", "nothing")


def _phrase(value: Any) -> tuple[str, float | None]:
    """A phrase, or a table of a phrase and its own weight."""
    text, weight = (value.get("text"), value.get("weight")) if isinstance(value, Mapping) else (value, None)
    if isinstance(value, Mapping) and value.keys() != {"text", "weight"}:
        raise ValueError('is no phrase; write "text" or { text = "…", weight = 0.5 }')
    if not isinstance(text, str) or not text.strip(" *") or isinstance(weight, bool | str):
        raise ValueError('is no phrase; write "text" or { text = "…", weight = 0.5 }')
    if any("*" in word[1:-1] for word in text.split()):
        raise ValueError(f"{text!r} has a * inside a word; write it at the beginning or the end of a word")
    if not text.strip(" *#."):
        raise ValueError(f"{text!r} has no word; write one beside ... and #")
    return text, None if weight is None else float(weight)


def _language(value: Any) -> str:
    return "*" if value == "*" else parse_language(value)


LanguageOrAny = Annotated[str, PlainValidator(_language)]
Words = Annotated[tuple[str, float | None], PlainValidator(_phrase)]
Weight = Annotated[Decimal, Field(strict=False)]


class WeightsModel(Row):
    """weights.toml."""

    strong_from: Annotated[Weight, Field(gt=0)]
    weak_from: Annotated[Weight, Field(gt=0)]
    also_from: Annotated[Weight, Field(gt=0)]
    alarm: Annotated[float, Field(ge=0)] = 0.8
    letter: float = 0.0
    perhaps: Annotated[float, Field(ge=0, le=1)] = 0.5
    likely: Annotated[float, Field(ge=0, le=1)] = 0.6
    mentions: Annotated[float, Field(ge=0, le=1)] = 0.5
    complaint: dict[Name, Weight]
    signals: dict[Name, Weight]
    categories: dict[Name, Weight]
    marks: dict[Name, Weight] = Field(default_factory=dict)
    leanings: dict[Name, dict[str, Weight]] = Field(default_factory=dict)


class WordsModel(Row):
    """The phrases of one language, by rule."""

    language: LanguageOrAny
    complaint: dict[str, list[Words]] = Field(default_factory=dict)
    signals: dict[str, list[Words]] = Field(default_factory=dict)
    categories: dict[str, list[Words]] = Field(default_factory=dict)
    perhaps: dict[str, list[Words]] = Field(default_factory=dict)
    likely: dict[str, list[Words]] = Field(default_factory=dict)
    mentions: dict[str, list[Words]] = Field(default_factory=dict)
    nothing: dict[str, list[Words]] = Field(default_factory=dict)
    answers: dict[str, list[Annotated[str, Field(min_length=1)]]] = Field(default_factory=dict)


def lexicon_files(folder: Path | None, findings: Findings) -> dict[str, TomlFile]:
    """The shipped word tables, and those of `folder`/lexicon, which replace or join them."""
    shipped = sorted(item.name for item in files("config").joinpath(FOLDER).iterdir() if item.name.endswith(".toml"))
    own = {path.name: path for path in sorted((folder / FOLDER).glob("*.toml"))} if folder else {}
    names = dict.fromkeys((*shipped, *own))
    return {
        name: read_toml(own[name], findings) if name in own else read_shipped(f"{FOLDER}/{name}", findings)
        for name in names
    }


def lexicon_of(found: Mapping[str, TomlFile], findings: Findings) -> Lexicon:
    """The lexicon; what is wrong with a table is noted and left out."""
    file = found[WEIGHTS]
    weights = None if file.broken else read_row(WeightsModel, file.data, file.name, "", findings)
    if weights is None:
        return Lexicon()
    if weights.weak_from > weights.strong_from:
        findings.add(file.name, "weak_from", "is more than strong_from", "write less")
    for mark in weights.marks:
        Place(findings=findings, file=file.name, key="").must_be_known("marks", mark, MARKS, "mark")
    _check_leanings(weights, Place(findings=findings, file=file.name, key=""))
    rows = [(file.name, row) for name, file in found.items() if (row := _words(name, file, findings))]
    for name, row in rows:
        for rule in row.answers:
            Place(findings=findings, file=name, key="").must_be_known("answers", rule, RULES, "rule")
        for group in row.nothing:
            Place(findings=findings, file=name, key="").must_be_known("nothing", group, _GROUPS, "table")
    places = [(Place(findings=findings, file=name, key=""), row) for name, row in rows]
    phrases = {
        group: tuple(phrase for place, row in places for phrase in _phrases(row, group, weights, place))
        for group in _GROUPS
    }
    return Lexicon(
        complaint=phrases["complaint"],
        signals=phrases["signals"],
        categories=phrases["categories"],
        alarm=weights.alarm,
        letter=weights.letter,
        marks=tuple((name, float(weight)) for name, weight in weights.marks.items()),
        leanings=tuple(
            (category, tuple((sign, float(weight)) for sign, weight in signs.items()))
            for category, signs in weights.leanings.items()
        ),
        strong_from=float(weights.strong_from),
        weak_from=float(weights.weak_from),
        also_from=float(weights.also_from),
    )


def _check_leanings(weights: WeightsModel, place: Place) -> None:
    known = {ALWAYS, *LEANING_FACTS, *(f"{WANTED} {remedy}" for remedy in REMEDIES), *weights.signals}
    for category, signs in weights.leanings.items():
        place.must_be_known("leanings", category, {*weights.categories, OTHER}, "category")
        for sign in signs:
            place.must_be_known(f"leanings.{category}", sign, known, "sign")


def answers_of(found: Mapping[str, TomlFile]) -> AnswerWords:
    """What customers answer in each language; mistakes are told by `lexicon_of`."""
    rows = [row for name, file in found.items() if (row := _words(name, file, Findings())) and row.answers]
    phrases: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        known = phrases.setdefault(row.language, {})
        for rule, some in row.answers.items():
            known[rule] = (*known.get(rule, ()), *some)
    return AnswerWords(phrases=phrases)


def _words(name: str, file: TomlFile, findings: Findings) -> WordsModel | None:
    if name == WEIGHTS or file.broken:
        return None
    if file.path is None:
        return _shipped_words(name)
    return read_row(WordsModel, file.data, file.name, "", findings)


@cache
def _shipped_words(name: str) -> WordsModel:
    """A file that comes with ombud: tests read each as an admin's, so that starting need not check all words again."""
    data = read_shipped(f"{FOLDER}/{name}", Findings()).data
    sections: dict[str, Any] = {
        section: {rule: [_as_it_is(one) for one in phrases] for rule, phrases in data.get(section, {}).items()}
        for section in _SECTIONS
    }
    return WordsModel.model_construct(language=_language(data["language"]), answers=data.get("answers", {}), **sections)


def _as_it_is(value: Any) -> tuple[str, float | None]:
    return (value, None) if isinstance(value, str) else (value["text"], float(value["weight"]))


def _phrases(row: WordsModel, group: str, weights: WeightsModel, place: Place) -> Iterator[Phrase]:
    """The rows of a table: those with its full weight, those that only hint at it, and those that say nothing."""
    usual: Mapping[str, Decimal] = getattr(weights, group)
    for section, part in _sections(group, weights):
        rules: Mapping[str, list[tuple[str, float | None]]] = getattr(row, section)
        for rule, phrases in rules.items():
            place.must_be_known(section, rule, usual, "rule")
            weight = float(usual.get(rule, 1)) * part
            for text, own in phrases:
                yield Phrase(text=text, language=row.language, rule=rule, weight=weight if own is None else own)
    for text, _ in row.nothing.get(group, ()):
        yield Phrase(text=text, language=row.language, rule="nothing", weight=0.0)


def _sections(group: str, weights: WeightsModel) -> Iterator[tuple[str, float]]:
    """The sections of a language's file that count for a table, each with the part of the weights that it has."""
    yield group, 1.0
    if group == "signals":
        yield "perhaps", weights.perhaps
    elif group == "categories":
        yield "likely", weights.likely
        yield "mentions", weights.mentions
