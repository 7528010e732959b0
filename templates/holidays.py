"""Names of public holidays in the words of a locale; what it does not know is shown as it was given."""

import re
from collections.abc import Mapping

from templates.words import Words

_EXCHANGED = re.compile(r"Day off \(substituted from (\d\d)/(\d\d)/(\d{4})\)")
_EXCHANGED_LABEL = "Day off (substituted from …)"
_QUALIFIED = re.compile(r"(.+) \(([a-z, ]+)\)")
_BETWEEN = "; "  # several holidays on one day


def holiday(words: Words, name: str) -> str:
    """The name of a public holiday as English calendars have it, or several of them, or an admin's own reason."""
    known = words.labels.get("holiday", {})  # an admin's own words.toml may be older than this list
    return words.formats["join"].join(_one(known, words, one) for one in name.split(_BETWEEN))


def _one(known: Mapping[str, str], words: Words, name: str) -> str:
    if found := known.get(name):
        return found
    exchanged = _EXCHANGED.fullmatch(name)
    if exchanged and _EXCHANGED_LABEL in known:
        month, day, year = exchanged.groups()
        return known[_EXCHANGED_LABEL].replace("{date}", f"{year}-{month}-{day}")
    qualified = _QUALIFIED.fullmatch(name)
    if qualified and qualified[1] in known and qualified[2] in known:
        brackets = words.formats["in_zone"]
        return brackets.replace("{time}", known[qualified[1]]).replace("{zone}", known[qualified[2]])
    return name
