"""Earlier mails that a mail answers, found without ids: by quoted words, introduction, ticket, subject, people."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from parsers.evidence import ENOUGH, got, is_form, is_moment, may_follow, nearness, points
from parsers.letters import Letter
from parsers.subjects import LEAST, is_alike, is_generic

_COMMON = 6  # mails that may share a shingle before it says nothing
_WEIGHTS = (0.0, 1.0, 1.0, 0.5, 0.25, 0.25)  # of a shingle, by the number of subjects under which it occurs
_SPREAD = len(_WEIGHTS)  # subjects under which a footer occurs
_LOOKED_BACK = 40  # earlier mails of one subject or sender that are compared
_LONG_AGO = timedelta(days=60)
_GENERIC_AGO = timedelta(days=21)
_FEWEST, _MOST = 3, 20  # words of subjects that are compared with others
_WORDS = re.compile(r"\w+")
_ALIKE_AGO = timedelta(days=14)
_SERIES_WITHIN = timedelta(minutes=15)
_STEP = timedelta(seconds=4)  # between two parts that a program sends, which ties them together by headers
_HELPING = 0.2  # share of the answers with ids below which headers are taken to be lost


class Relations:
    """An index over all letters, which are sorted by date; numbers are places in that order."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self._letters = letters
        self._own: dict[int, list[int]] = defaultdict(list)
        self._by_base: dict[str, list[int]] = defaultdict(list)
        self._by_shorter: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_sender: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_ticket: dict[str, list[int]] = defaultdict(list)
        self._by_series: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        self._roots: Counter[str] = Counter()
        for number, letter in enumerate(letters):
            self._add(number, letter)
        self._spread = self._spread_out()
        answers = [bool(letter.refs) for letter in letters if letter.subject.replies]
        self._lost = sum(answers) < _HELPING * len(answers)
        self._plain = self._unprefixed()
        self._threaded = {key for key, numbers in self._by_series.items() if self._is_threaded(numbers)}

    def _add(self, number: int, letter: Letter) -> None:
        for shingle in letter.own:
            holders = self._own[shingle]
            if len(holders) <= _COMMON:
                holders.append(number)
        base = letter.subject.base
        if base not in self._by_base:
            for key in _shorter(base):
                self._by_shorter[key].append(base)
        self._by_base[base].append(number)
        self._by_sender[letter.sender].append(number)
        name = _WORDS.findall(letter.sender_name)
        if len(name) > 1:
            self._by_name[f"{name[0]} {name[1]}"].append(number)
        if letter.ticket:
            self._by_ticket[letter.ticket].append(number)
        if letter.series:
            self._by_series[(*letter.series, letter.sender)].append(number)
        self._roots[letter.subject.base] += not (letter.subject.replies or letter.subject.forwards)

    def _spread_out(self) -> dict[int, int]:
        """Under how many subjects own words of a mail occur, in own or quoted words; footers do under many.

        Where a subject says nothing it is how many people have them.
        """
        groups: dict[str, set[int]] = defaultdict(set)
        for letter in self._letters:
            base = letter.subject.base
            about = letter.sender if is_generic(base) else base
            groups[about].update(shingle for shingle in (*letter.own, *letter.quoted) if shingle in self._own)
        spread = dict.fromkeys(self._own, 0)
        for shingles in groups.values():
            for shingle in shingles:
                spread[shingle] += 1
        return spread

    def of(self, number: int) -> Iterable[int]:
        """Mails of the same conversation; empty when nothing says enough."""
        letter = self._letters[number]
        found = self.quoted(number, letter)
        if not any(other < number for other in found):  # later mails may quote the same as this one
            for rule in (self._copied, self._introduced, self._ticketed):
                one = rule(number, letter)
                if one is not None:
                    found.append(one)
                    break
        bases = {self._letters[other].subject.base for other in found if other < number}
        if letter.subject.base in bases:
            return found if letter.subject.was in bases | {""} else found + self._was(number, letter)
        named = self._was(number, letter) + self._subject(number, letter)
        if not (bases or named):
            named = self._misspelt(number, letter)
            part = self._series(number, letter) if not named else None
            named += [] if part is None else [part]
        return found + named

    def quoted(self, number: int, letter: Letter) -> list[int]:
        """Mails whose own words this one quotes; a word counts for one mail only, the likeliest."""
        votes: dict[int, set[int]] = defaultdict(set)
        for shingle in letter.quoted:
            holders = self._own.get(shingle, ())
            if 0 < len(holders) <= _COMMON and self._spread[shingle] < _SPREAD:
                for other in holders:
                    votes[other].add(shingle)
        votes.pop(number, None)
        likeliest = sorted(votes, key=lambda one: self._likelihood(letter, one, len(votes[one])))
        found: list[int] = []
        counted: set[int] = set()
        for other in likeliest[:_LOOKED_BACK]:
            earlier = self._letters[other]
            if not may_follow(letter, earlier) or is_form(letter, earlier):
                continue
            rare = sum(_WEIGHTS[self._spread[one]] for one in votes[other] - counted)
            if rare and points(letter, earlier, rare, len(votes[other])) >= ENOUGH:
                found.append(other)
                counted |= votes[other]
        return found

    def _likelihood(self, letter: Letter, other: int, votes: int) -> tuple[bool, int, int, int]:
        """Sorts the likeliest first."""
        earlier = self._letters[other]
        return letter.subject.base != earlier.subject.base, -nearness(letter, earlier), -votes, other

    def _introduced(self, number: int, letter: Letter) -> int | None:
        """The mail that the introduction of the quotation names by writer, day and minute."""
        if not letter.quoted_clocks:
            return None
        words = _WORDS.findall(letter.introduction)
        named = dict.fromkeys(" ".join(pair) for pair in pairwise(words))
        writers = [self._by_sender[one] for one in letter.quoted_senders if one in self._by_sender]
        writers += [self._by_name[one] for one in named if one in self._by_name]
        for numbers in writers:
            for other in self._before(numbers, number):
                earlier = self._letters[other]
                told = letter.subject.replies or letter.subject.forwards or letter.sender in earlier.recipients
                if not (told or letter.subject.base == earlier.subject.base):
                    continue
                if is_moment(letter, earlier) and may_follow(letter, earlier, _GENERIC_AGO) and got(letter, earlier):
                    return other
        return None

    def _ticketed(self, number: int, letter: Letter) -> int | None:
        if not letter.ticket:
            return None
        for other in self._before(self._by_ticket[letter.ticket], number):
            if nearness(letter, self._letters[other]) and may_follow(letter, self._letters[other]):
                return other
        return None

    def _was(self, number: int, letter: Letter) -> list[int]:
        """The nearest earlier mail of the subject that this one replaced."""
        found = self._of_base(letter.subject.was, number, letter) if letter.subject.was else None
        return [] if found is None else [found]

    def _subject(self, number: int, letter: Letter) -> list[int]:
        """The nearest earlier mail of the same subject, for mails that are answers."""
        found = None
        if letter.subject.replies or letter.subject.forwards:
            found = self._of_base(letter.subject.base, number, letter)
        elif (letter.listed and letter.quoted) or _program(letter) in self._plain:  # some answer without any prefix
            found = self._of_base(letter.subject.base, number, letter, by_others=True)
        return [] if found is None else [found]

    def _misspelt(self, number: int, letter: Letter) -> list[int]:
        """An answer to a subject that nobody wrote is one to a subject that is nearly the same."""
        base = letter.subject.base
        if not letter.subject.replies or self._before(self._by_base[base], number):
            return []
        for key in sorted(_shorter(base)):
            for other in self._by_shorter.get(key, ())[-_COMMON:]:
                found = self._of_base(other, number, letter, within=_ALIKE_AGO) if is_alike(base, other) else None
                if found is not None:
                    return [found]
        return []

    def _of_base(
        self, base: str, number: int, letter: Letter, *, by_others: bool = False, within: timedelta = _LONG_AGO
    ) -> int | None:
        generic = is_generic(base)
        within = min(_GENERIC_AGO, within) if generic else within
        plain = _program(letter) in self._plain
        rare = not generic and len(base) >= 8 and (plain or self._roots[base] <= 1)
        least = 3 if generic else 2
        earlier = [
            (nearness(letter, self._letters[other], rare=rare), other)
            for other in self._before(self._by_base.get(base, ()), number)
            if may_follow(letter, self._letters[other], within)
            and not (by_others and letter.sender == self._letters[other].sender)
        ]
        # Who got a mail answers it rather than one that came later to somebody else.
        return next((other for want in (3, 2) for near, other in earlier if near == want >= least), None)

    def _unprefixed(self) -> set[tuple[str, ...]]:
        """The lists and archives whose answers have no prefix, since a program takes it away."""
        seen: dict[tuple[str, ...], Counter[bool]] = defaultdict(Counter)
        for letter in self._letters:
            if letter.quoted and (program := _program(letter)):
                seen[program][letter.subject.replies > 0] += 1
        return {tags for tags, times in seen.items() if times[False] >= max(_COMMON, 4 * times[True])}

    def _is_threaded(self, numbers: Sequence[int]) -> bool:
        """Whether headers tie some mails of a series together, which says that its sender means them as one."""
        parts = {letter.id or letter.name: letter for letter in (self._letters[number] for number in numbers)}
        named = Counter(one for letter in parts.values() for one in {letter.id, *letter.refs} - {""})
        return any(times > 1 for times in named.values())

    def _series(self, number: int, letter: Letter) -> int | None:
        """Part 2/3 belongs to part 1/3, sent by the same person a moment before.

        On a list many send their parts as threads of their own, so there headers must tie some of them together, or
        where headers were lost the parts must follow each other as fast as only a program sends them.
        """
        if letter.series is None:
            return None
        key = (*letter.series, letter.sender)
        threaded = key in self._threaded or not letter.listed
        for other in self._before(self._by_series[key], number):
            earlier = self._letters[other]
            steps = max(1, abs(letter.part - earlier.part))
            within = _SERIES_WITHIN if threaded else steps * _STEP
            if (threaded or self._lost) and may_follow(letter, earlier, within):
                return other
        return None

    def _copied(self, number: int, letter: Letter) -> int | None:
        """The same mail that came by another road, where ids were written anew: same second, subject and words."""
        for other in self._before(self._by_base[letter.subject.base], number)[:_LOOKED_BACK]:
            earlier = self._letters[other]
            if letter.date is None or earlier.date is None or letter.date - earlier.date > timedelta(0):
                return None
            if len(letter.own) > 1 and len(set(letter.own) & set(earlier.own)) >= 0.8 * len(letter.own):
                return other
        return None

    def _before(self, numbers: Sequence[int], number: int) -> Sequence[int]:
        """The nearest of the sorted numbers before this one, nearest first."""
        end = bisect_left(numbers, number)
        return numbers[max(0, end - _LOOKED_BACK) : end][::-1]


def _program(letter: Letter) -> tuple[str, ...]:
    """Which list or archive the mail came from; empty when that is not known."""
    if letter.archived:
        return letter.subject.tags or ("archive",)
    return letter.subject.tags if letter.listed else ()


def _shorter(base: str) -> set[tuple[str, ...]]:
    """Its first characters, and the words without one of them: what subjects that are nearly the same share."""
    words = tuple(_WORDS.findall(base))
    found: set[tuple[str, ...]] = {(base[:LEAST],)} if len(base) >= LEAST else set()
    if _FEWEST <= len(words) <= _MOST:
        found |= {words[:at] + words[at + 1 :] for at in range(len(words))}
    return found
