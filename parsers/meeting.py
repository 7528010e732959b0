"""Addresses at which people talk with each other, such as lists whose own header fields were lost.

Who quotes there what somebody else wrote there, and did not get it directly, reads what comes to that address. Where
the same people quote and are quoted so, they talk; at a desk those of its house answer what others write.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from parsers.letters import Letter

_SENDERS = 6  # people who write to an address before anything is taken from it
_TALKING = 4  # people there who quote and are quoted
_SHARE = 0.1  # of all who write there


def meeting_places(letters: Sequence[Letter], quoted: Callable[[int, Letter], Iterable[int]]) -> frozenset[str]:
    """The addresses of lists that do not say so themselves; `quoted` tells which letters a letter quotes."""
    writers: dict[str, set[str]] = defaultdict(set)
    for letter in letters:
        if not letter.listed:
            for one in letter.recipients:
                writers[one].add(letter.sender)
    busy = {one for one, senders in writers.items() if len(senders) >= _SENDERS}
    quoting: dict[str, set[str]] = defaultdict(set)
    source: dict[str, set[str]] = defaultdict(set)
    for number, letter in enumerate(letters):
        places = letter.recipients & busy
        if not places or letter.listed:
            continue
        for earlier in (letters[other] for other in quoted(number, letter)):
            if earlier.sender != letter.sender and letter.sender not in earlier.recipients:
                for place in places & earlier.recipients:
                    quoting[place].add(letter.sender)
                    source[place].add(earlier.sender)
    talking = {place: sum(_house(one) != _house(place) for one in quoting[place] & source[place]) for place in quoting}
    return frozenset(place for place, count in talking.items() if count >= max(_TALKING, _SHARE * len(writers[place])))


def _house(address: str) -> str:
    return address.rpartition("@")[2]
