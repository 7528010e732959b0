"""Earlier mails that a mail answers, found without ids: by quoted words, introduction, ticket, subject, people."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from parsers.letters import Letter
from parsers.subjects import is_generic

_COMMON = 6  # mails that may share a shingle before it says nothing
_LOOKED_BACK = 40  # earlier mails of one subject or sender that are compared
_LONG_AGO = timedelta(days=60)
_GENERIC_AGO = timedelta(days=21)
_SERIES_WITHIN = timedelta(minutes=15)
_STEP = timedelta(seconds=4)  # between two parts that a program sends, which ties them together by headers
_HELPING = 0.2  # share of the answers with ids below which headers are taken to be lost
_NAME = 5  # characters of a name that says who it is
_NAMED = 2  # shingles that must be quoted besides, whatever the subject is now
_SKEW = timedelta(hours=26)  # clocks and zones of others


class Relations:
    """An index over all letters, which are sorted by date; numbers are places in that order."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self._letters = letters
        self._own: dict[int, list[int]] = defaultdict(list)
        self._by_base: dict[str, list[int]] = defaultdict(list)
        self._by_sender: dict[str, list[int]] = defaultdict(list)
        self._by_ticket: dict[str, list[int]] = defaultdict(list)
        self._by_series: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        self._roots: Counter[str] = Counter()
        for number, letter in enumerate(letters):
            self._add(number, letter)
        answers = [bool(letter.refs) for letter in letters if letter.subject.replies]
        self._lost = sum(answers) < _HELPING * len(answers)
        self._threaded = {key for key, numbers in self._by_series.items() if self._is_threaded(numbers)}

    def _add(self, number: int, letter: Letter) -> None:
        for shingle in letter.own:
            holders = self._own[shingle]
            if len(holders) <= _COMMON:
                holders.append(number)
        self._by_base[letter.subject.base].append(number)
        self._by_sender[letter.sender].append(number)
        if letter.ticket:
            self._by_ticket[letter.ticket].append(number)
        if letter.series:
            self._by_series[(*letter.series, letter.sender)].append(number)
        self._roots[letter.subject.base] += not (letter.subject.replies or letter.subject.forwards)

    def of(self, number: int, letter: Letter) -> Iterable[int]:
        """Mails of the same conversation; empty when nothing says enough."""
        quoted = self._quoted(number, letter)
        if any(other < number for other in quoted):
            return quoted
        for rule in (self._copied, self._introduced, self._ticketed):
            found = rule(number, letter)
            if found is not None:
                return (*quoted, found)
        named = self._subject(number, letter)
        part = self._series(number, letter) if not named else None
        # What is quoted may be later mails, which quote the same as this one.
        return (*quoted, *named) if part is None else (*quoted, part)

    def _quoted(self, number: int, letter: Letter) -> list[int]:
        """Mails whose own words this one quotes; a word counts for one mail only, the likeliest."""
        votes: dict[int, set[int]] = defaultdict(set)
        for shingle in letter.quoted:
            holders = self._own.get(shingle, ())
            if len(holders) <= _COMMON:
                for other in holders:
                    votes[other].add(shingle)
        votes.pop(number, None)
        likeliest = sorted(votes, key=lambda one: self._likelihood(letter, one, len(votes[one])))
        found: list[int] = []
        counted: set[int] = set()
        for other in likeliest[:_LOOKED_BACK]:
            if self._is_quoted(letter, self._letters[other], len(votes[other]), len(votes[other] - counted)):
                found.append(other)
                counted |= votes[other]
        return found

    def _likelihood(self, letter: Letter, other: int, votes: int) -> tuple[bool, int, int, int]:
        """Sorts the likeliest first."""
        earlier = self._letters[other]
        return letter.subject.base != earlier.subject.base, -nearness(letter, earlier), -votes, other

    def _is_quoted(self, letter: Letter, earlier: Letter, count: int, fresh: int) -> bool:
        """Whether the shingles found, and those of them that no likelier mail explains, are enough."""
        if not _may_follow(letter, earlier) or _is_form(letter, earlier):
            return False
        if _is_named(letter, earlier):
            return fresh >= _NAMED
        part = count / max(1, len(earlier.own))
        if letter.subject.base == earlier.subject.base and not is_generic(letter.subject.base):
            near = nearness(letter, earlier)
            least = (0 if near >= 2 else 1) if part >= 0.6 else 2
            return fresh >= least and (near > 0 or part >= 0.6 or count >= 8)
        if not nearness(letter, earlier):
            return fresh >= 20 and part >= 0.6
        return (fresh >= 3 and part >= 0.6) or (fresh >= 12 and part >= 0.4)

    def _introduced(self, number: int, letter: Letter) -> int | None:
        """The mail that the introduction of the quotation names by sender and minute."""
        for sender in letter.quoted_senders:
            for other in self._before(self._by_sender.get(sender, []), number):
                earlier = self._letters[other]
                minute = earlier.date.minute if earlier.date else -1
                if (
                    minute in letter.quoted_minutes
                    and _may_follow(letter, earlier, timedelta(days=30))
                    and (letter.subject.base == earlier.subject.base or letter.sender in earlier.recipients)
                ):
                    return other
        return None

    def _ticketed(self, number: int, letter: Letter) -> int | None:
        if not letter.ticket:
            return None
        for other in self._before(self._by_ticket[letter.ticket], number):
            if nearness(letter, self._letters[other]) and _may_follow(letter, self._letters[other]):
                return other
        return None

    def _subject(self, number: int, letter: Letter) -> list[int]:
        """The nearest earlier mails of the same subject, and of the one it replaced, for mails that are answers."""
        found = [self._of_base(letter.subject.was, number, letter)] if letter.subject.was else []
        if letter.subject.replies or letter.subject.forwards:
            found.append(self._of_base(letter.subject.base, number, letter))
        elif letter.listed and letter.quoted:  # on lists some programs answer without any prefix
            found.append(self._of_base(letter.subject.base, number, letter, by_others=True))
        return [other for other in found if other is not None]

    def _of_base(self, base: str, number: int, letter: Letter, *, by_others: bool = False) -> int | None:
        generic = is_generic(base)
        within = _GENERIC_AGO if generic else _LONG_AGO
        rare = not generic and len(base) >= 8 and self._roots[base] <= 1
        least = 3 if generic else 2
        earlier = [
            (nearness(letter, self._letters[other], rare=rare), other)
            for other in self._before(self._by_base[base], number)
            if _may_follow(letter, self._letters[other], within)
            and not (by_others and letter.sender == self._letters[other].sender)
        ]
        # Who got a mail answers it rather than one that came later to somebody else.
        return next((other for want in (3, 2) for near, other in earlier if near == want >= least), None)

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
            if (threaded or self._lost) and _may_follow(letter, earlier, within):
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


def _is_form(letter: Letter, earlier: Letter) -> bool:
    """Whether the two may be mails of one sender about different things that have their form in common."""
    told = letter.subject.replies or letter.subject.forwards or letter.subject.was or letter.introduction
    return letter.sender == earlier.sender and not told and letter.subject.base != earlier.subject.base


def _is_named(letter: Letter, earlier: Letter) -> bool:
    """Whether the introduction of the quotation names the writer of the earlier mail and its minute."""
    if earlier.date is None or len(earlier.sender_name) < _NAME or earlier.sender_name not in letter.introduction:
        return False
    return earlier.date.minute in letter.quoted_minutes


def nearness(letter: Letter, earlier: Letter, *, rare: bool = False) -> int:
    """How near the people of two mails are.

    3: the writer got the earlier mail and writes to its writer or other readers, or wrote both to the same people;
    2: a list got both, or the writer passes on what they got; 1: the earlier mail's writer got this one, or one
    reader both, as everybody's letters to one desk do; 0: strangers, also two customers whom one desk answers.
    `rare`: few mails have the subject, so that mails of archives, which do not say who got them, are as near as those
    of a list.
    """
    if not letter.sender:
        return 0
    shared = bool(letter.recipients & earlier.recipients)
    answers = earlier.sender in letter.recipients
    if letter.sender in earlier.recipients and not (answers or shared):
        return 2 if letter.subject.forwards else 0
    if letter.sender in earlier.recipients or (shared and _is_same_person(letter, earlier)):
        return 3
    listed = letter.listed and earlier.listed
    archived = letter.archived and earlier.archived
    if (shared and listed) or (rare and (listed or archived or (answers and earlier.listed))):
        return 2
    return int(shared or answers)


def _is_same_person(letter: Letter, earlier: Letter) -> bool:
    """Whether one person wrote both, be it from another address."""
    return letter.sender == earlier.sender or (" " in letter.sender_name and letter.sender_name == earlier.sender_name)


def _may_follow(letter: Letter, earlier: Letter, within: timedelta = timedelta(days=400)) -> bool:
    if letter.date is None or earlier.date is None:
        return True
    return -_SKEW <= letter.date - earlier.date <= within
