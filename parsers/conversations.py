"""Which mails belong to one conversation: by their headers where these still help, else by what they say.

Header ids make a graph; broken, missing and reused ids are forgiven. A mail whose ids lead nowhere is placed beside an
earlier one by the words it quotes, the introduction of its quotation, its subject and its participants
(`parsers/relations.py`, weighed in `parsers/evidence.py`; lists that do not say so are found by `parsers/meeting.py`).
Precision first: two mails of one subject and nothing else in common stay apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from parsers.letters import Letter, read_letter
from parsers.meeting import meeting_places
from parsers.relations import Relations

_LATEST = datetime.max.replace(tzinfo=UTC)


class _Sets:
    """Disjoint sets with path halving."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def top(self, one: object) -> object:
        above = self._above
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    def join(self, one: object, other: object) -> None:
        self._above[self.top(one)] = self.top(other)


def conversations(mails: Mapping[str, bytes]) -> dict[str, str]:
    """The conversation of each mail, as the name of its earliest mail.

    Never raises; a mail that cannot be read is a conversation of its own. The cost grows with the number of mails.
    """
    found = gathered(read_letter(name, raw) for name, raw in mails.items())
    return {name: found[name] for name in mails}


def gathered(unsorted: Iterable[Letter]) -> dict[str, str]:
    """The conversation of each letter, by its name, as the name of its earliest letter."""
    letters = sorted(unsorted, key=lambda letter: (letter.date or _LATEST, letter.name))
    sets = _Sets()
    placed = _by_header(letters, sets)
    relations = _related(letters)
    for number in range(len(letters)):
        sets.top(("mail", number))
        if number not in placed:
            for other in relations.of(number):
                sets.join(("mail", number), ("mail", other))
    first: dict[object, str] = {}
    found: dict[str, str] = {}
    for number, letter in enumerate(letters):
        found[letter.name] = first.setdefault(sets.top(("mail", number)), letter.name)
    return found


def _related(letters: list[Letter]) -> Relations:
    relations = Relations(letters)
    places = meeting_places(letters, relations.quoted)
    if not places:
        return relations
    return Relations([replace(one, listed=True) if one.recipients & places else one for one in letters])


def _by_header(letters: list[Letter], sets: _Sets) -> set[int]:
    """Join what header fields tie together; the numbers of the mails that point to a mail we have."""
    by_id: dict[str, list[int]] = {}
    by_bytes: dict[str, int] = {}
    people = {letter.sender for letter in letters} | {one for letter in letters for one in letter.recipients}
    for number, letter in enumerate(letters):
        if letter.sha256:
            sets.join(("mail", number), ("mail", by_bytes.setdefault(letter.sha256, number)))
        if letter.id:
            by_id.setdefault(letter.id, []).append(number)
    for numbers in by_id.values():
        _same_id(letters, numbers, sets)
    placed: set[int] = set()
    for number, letter in enumerate(letters):
        if letter.outlook:
            sets.join(("mail", number), ("outlook", letter.outlook))
        # `In-Reply-To: Your message <anna@home.example>` holds no id.
        refs = [one for one in letter.refs if one.strip("<>") not in people]
        for ref in refs:
            if ref not in by_id or by_id[ref] == [number]:
                sets.join(("mail", number), ("id", ref))
        for ref in (*refs, *letter.quoted_ids):
            target = _meant(letters, number, [other for other in by_id.get(ref, ()) if other != number])
            if target is not None:
                sets.join(("mail", number), ("mail", target))
                placed.add(number)
    return placed


def _same_id(letters: list[Letter], numbers: list[int], sets: _Sets) -> None:
    """Copies of one letter that came by several roads; the same id on another letter is a client's mistake."""
    roads: dict[tuple[str, str], int] = {}
    for number in numbers:
        letter = letters[number]
        key = (letter.subject.base, letter.sender)
        sets.join(("mail", number), ("mail", roads.setdefault(key, number)))


def _meant(letters: list[Letter], number: int, known: list[int]) -> int | None:
    """The mail that a reference means, when several carry the id: the one with its subject."""
    if len(known) < 2:
        return known[0] if known else None
    base = letters[number].subject.base
    return next((other for other in known if letters[other].subject.base == base), None)
