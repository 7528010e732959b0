"""Which of many phrases stand in a text: asked of its words, most of which were met before, not of each phrase."""

from collections.abc import Iterable

_KEY = 4  # characters by which phrases within words are looked up
_SHORT_KEY = 2  # the same where words have no borders
_EDGE = 3  # characters by which the beginnings and ends of words are looked up
_REMEMBERED = 400_000  # characters of words


def _edge(word: str) -> int:
    """How many characters of a word at its beginning or end tell enough: fewer where they are syllables."""
    return _EDGE if word.isascii() else _EDGE - 1


class Finder:
    """Phrases, by what of them a word between blanks must hold."""

    def __init__(self, phrases: Iterable[str] = ()) -> None:
        self._whole: dict[str, list[str]] = {}  # by a word of their own
        self._heads: dict[str, list[tuple[str, str]]] = {}  # by how the word begins with which they end
        self._tails: dict[str, list[tuple[str, str]]] = {}  # by how the word ends with which they begin
        self._inside: dict[str, list[str]] = {}
        self._loose: list[str] = []
        self._met: tuple[dict[str, tuple[str, ...]], set[str]] = ({}, set())  # words with phrases, and all words
        self._size = 0
        self.add(phrases)

    def add(self, phrases: Iterable[str]) -> None:
        """Look for these as well."""
        for phrase in phrases:
            first, *inner, last = parts if len(parts := phrase.split(" ")) > 1 else (phrase, "")
            if any(inner):
                self._whole.setdefault(max(inner, key=len), []).append(phrase)
            elif len(parts) > 1 and len(last) >= max(_edge(last), len(first)):
                self._heads.setdefault(last[:_EDGE], []).append((phrase, last))
            elif len(parts) > 1 and len(first) >= _edge(first):
                self._tails.setdefault(first[-_EDGE:], []).append((phrase, first))
            elif len(parts) > 1 or len(phrase) < (_KEY if phrase.isascii() else _SHORT_KEY):
                self._loose.append(phrase)
            else:
                self._inside.setdefault(phrase[: _KEY if len(phrase) >= _KEY else _SHORT_KEY], []).append(phrase)
        self._met = ({}, set())

    def found(self, text: str) -> frozenset[str]:
        """The phrases that stand in the text, in time linear to it."""
        said = frozenset(text.split(" "))
        known, met = self._met
        if not said <= met:
            known, met = self._learn(said)
        likely = {phrase for word in known.keys() & said for phrase in known[word]}
        likely.update(self._loose)
        return frozenset([phrase for phrase in likely if phrase in text])

    def _learn(self, words: frozenset[str]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
        """Remember what each word may be a part of."""
        if self._size > _REMEMBERED:
            self._met, self._size = ({}, set()), 0
        known, met = self._met
        for word in words - met:
            if likely := self._likely(word):
                known[word] = likely
            met.add(word)
            self._size += len(word)
        return known, met

    def _likely(self, word: str) -> tuple[str, ...]:
        found = list(self._whole.get(word, ()))
        for size in range(_edge(word), _EDGE + 1):
            found += [phrase for phrase, last in self._heads.get(word[:size], ()) if word.startswith(last)]
            found += [phrase for phrase, first in self._tails.get(word[-size:], ()) if word.endswith(first)]
        for size in (_KEY,) if word.isascii() else (_KEY, _SHORT_KEY):
            for at in range(len(word) - size + 1):
                if some := self._inside.get(word[at : at + size]):
                    found += [phrase for phrase in some if word.startswith(phrase, at)]
        return tuple(found)
