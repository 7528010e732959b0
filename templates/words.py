"""The words of one locale: labels for what policy and facts name, patterns of dates, names of cities."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global

_SECTIONS = frozenset({"format", "cities", "units", "label"})
_MOST_COUNTED = 1000
_FORMATS = (
    "marker", "case_number", "colon", "moment", "moment_short", "day", "day_short", "clock", "in_zone", "in_zone_short",
    "zone", "at", "join", "join_units",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`templates/<tag>/words.toml`, checked.

    `formats`: patterns in the notation of CLDR, and sentences with `{places}`. `units`: plural forms, `{n}` is the
    number. `labels`: by list (`stage`, `fact`, …), then by name.
    """

    tag: str
    locale: Locale = field(repr=False)
    formats: Mapping[str, str]
    cities: Mapping[str, str]
    units: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, Mapping[str, str]]
    # Letters tell of few spans, again and again.
    _counted: dict[tuple[str, float], str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def rtl(self) -> bool:
        """Whether the locale is written from right to left."""
        return str(self.locale.text_direction) == "rtl"

    def label(self, names: str, name: str) -> str:
        """What the locale calls it; a name that policy added meanwhile is shown as it is, with spaces."""
        if names not in self.labels:
            raise ValueError(f"no list of labels is called {names!r}; there are {', '.join(sorted(self.labels))}")
        base, _, place = name.rpartition(" ")
        if place.isdecimal() and base in self.labels[names]:  # one of several, such as the second measure of a case
            return f"{self.labels[names][base]} {place}"
        return self.labels[names].get(name) or name.replace("_", " ").replace("-", " ")

    def count(self, unit: str, amount: float) -> str:
        """`3 business days`: an amount in the plural form of the locale."""
        found = self._counted.get((unit, amount))
        if found is None:
            if len(self._counted) >= _MOST_COUNTED:
                self._counted.clear()
            found = self._counted[unit, amount] = self._count(unit, amount)
        return found

    def _count(self, unit: str, amount: float) -> str:
        from babel.numbers import format_decimal

        forms = self.units[unit]
        form = forms.get(self.locale.plural_form(amount), forms["other"])
        return form.replace("{n}", format_decimal(amount, locale=self.locale))


def parse_words(tag: str, text: str, shipped: str = "") -> Words:
    """Reads a words.toml; what it does not say is taken from the `shipped` one of the locale.

    Raises ValueError with everything that is wrong in it.
    """
    read = _over(tomllib.loads(shipped), tomllib.loads(text))
    mistakes = [f"[{name}] is no section; there are {', '.join(sorted(_SECTIONS))}" for name in read.keys() - _SECTIONS]
    formats = read.get("format", {})
    mistakes += [f"[format] lacks {name}" for name in _FORMATS if not isinstance(formats.get(name), str)]
    mistakes += [f"[format] {name} is not known" for name in formats.keys() - set(_FORMATS)]
    units = read.get("units", {})
    mistakes += [f"[units.{name}] lacks `other`" for name, forms in units.items() if "other" not in forms]
    labels = read.get("label", {})
    mistakes += [f"{where} is not text" for where in _not_text("", {"label": labels, "units": units})]
    if mistakes:
        raise ValueError("; ".join(mistakes))
    return Words(
        tag=tag, locale=locale_of(tag), formats=formats, cities=read.get("cities", {}), units=units, labels=labels
    )


def _over(below: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Sections and lists of labels are joined word by word, the forms of a unit belong together."""
    joined = below | own
    for name in below.keys() & own.keys() - {"units"}:
        if isinstance(below[name], dict) and isinstance(own[name], dict):
            joined[name] = _over(below[name], own[name])
    if isinstance(below.get("units"), dict) and isinstance(own.get("units"), dict):
        joined["units"] = below["units"] | own["units"]
    return joined


def _not_text(where: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _not_text(f"{where}.{key}".lstrip("."), item)]
    return [] if isinstance(value, str) else [where]


@cache
def locale_of(tag: str) -> Locale:
    """The CLDR locale of a BCP 47 tag. Raises ValueError when there is none."""
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{tag!r} is no locale that CLDR knows") from error


@cache
def script_of(tag: str) -> tuple[str, str]:
    """Language and script of a BCP 47 tag, the script by CLDR's likely subtags where the tag names none.

    So `zh-TW` is Chinese in traditional script and `zh` in simplified. Unknown tags give `("", "")`.
    """
    parts = [part for part in tag.replace("_", "-").split("-") if part]
    if not parts or not all(part.isascii() and part.isalnum() for part in parts):
        return "", ""
    language = parts[0].lower()
    script = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    if script:
        return language, script
    likely = get_global("likely_subtags")
    region = next((part.upper() for part in parts[1:] if len(part) == 2), "")
    found = likely.get(f"{language}_{region}") or likely.get(language) or ""
    return language, next((part for part in found.split("_")[1:] if len(part) == 4), "")
