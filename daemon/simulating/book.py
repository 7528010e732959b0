"""A casebook in memory: what the store answers, for as long as a simulation runs."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from cases.case import Case
from cases.kinship import mark_of_cause, marks_of_case
from cases.numbers import number_of
from cases.placing import KnownMessage
from cases.tokens import IssuedToken


class MemoryBook:
    """Cases, the messages that belong to them, and which answers left. Nothing of it outlives the run."""

    def __init__(self, first: int = 0) -> None:
        """`first` is the index of the first case's number (`cases.numbers`)."""
        self.cases: dict[str, Case] = {}
        self.opened: list[str] = []
        self._first = first
        self._of_message: dict[str, tuple[str, ...]] = {}
        self._same: defaultdict[str, list[KnownMessage]] = defaultdict(list)
        self._answers: defaultdict[tuple[str, str, bool], list[datetime]] = defaultdict(list)
        self._keys: set[str] = set()
        self._of_mark: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._of_address: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def next_number(self) -> str:
        """The number that the next case gets; taken once the case is kept."""
        return number_of(self._first + len(self.opened))

    def keep(self, case: Case, message_id: str = "") -> None:
        """The case as it is now; the Message-ID belongs to it from now on."""
        before = self.cases.get(case.number)
        if before is None:
            self.opened.append(case.number)
        self.cases[case.number] = case
        if before is None or before.facts is not case.facts:
            for mark in marks_of_case(case):
                self._of_mark[mark].setdefault(case.number)
        if before is None or before.participants is not case.participants:
            for person in case.participants:
                self._of_address[person.address.casefold()].setdefault(case.number)
        known = self._of_message.get(message_id, ())
        if message_id and case.number not in known:
            self._of_message[message_id] = (*known, case.number)

    def remember(self, message_id: str, known: KnownMessage) -> None:
        """A message that was read."""
        if message_id:
            self._same[message_id].append(known)

    def is_new_letter(self, key: str) -> bool:
        """Whether no letter has this key yet; it is taken then (invariant 4)."""
        is_new = key not in self._keys
        self._keys.add(key)
        return is_new

    def answered(self, at: datetime, where: Mapping[str, str], *, unproven: bool) -> None:
        """An answer left; `where` says what it counts for under each kind of ceiling."""
        for per, value in where.items():
            self._answers[(per, value, False)].append(at)
            if unproven:
                self._answers[(per, value, True)].append(at)

    # what the store would answer

    @property
    def unit_number(self) -> int:
        """0: there are no units, each answer is counted anew."""
        return 0

    def answers_since(self, *, since: datetime, until: datetime, per: str, value: str, unproven_only: bool) -> int:
        """How many answers left after `since` and up to `until`."""
        times = self._answers.get((per, value, unproven_only), [])
        return bisect_right(times, until) - bisect_right(times, since)

    def tokens(self, token_ids: Sequence[str], /) -> tuple[IssuedToken, ...]:
        """None: the letters that gave them away left from another record."""
        del token_ids
        return ()

    def cases_of_messages(self, message_ids: Sequence[str], /) -> Mapping[str, tuple[str, ...]]:
        """Message-ID → numbers of the cases it belongs to, for those that are known."""
        return {one: self._of_message[one] for one in message_ids if one in self._of_message}

    def same_message(self, message_id: str, /) -> Sequence[KnownMessage]:
        """Messages read earlier that claim this Message-ID."""
        return self._same.get(message_id, ())

    def latest_of_address(self, address: str, /) -> tuple[str, ...]:
        """Numbers of the newest cases in which the address takes part, the newest first."""
        return tuple(islice(reversed(self._of_address.get(address.casefold(), {})), 20))

    def cases_of_marks(self, marks: Sequence[str], /) -> tuple[str, ...]:
        """Numbers of the newest cases that have any of these marks."""
        found = (number for mark in marks for number in islice(reversed(self._of_mark.get(mark, {})), 10))
        return tuple(dict.fromkeys(found))

    def suspected_with(self, oldest: str) -> tuple[str, ...]:
        """Numbers of the cases that were suspected to have one cause with this one, in their order."""
        return tuple(self._of_mark.get(mark_of_cause(oldest), {}))

    def load_many(self, numbers: Sequence[str], /) -> dict[str, Case]:
        """The cases of these numbers, for those that exist."""
        return {number: self.cases[number] for number in numbers if number in self.cases}
