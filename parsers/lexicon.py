"""The admins' word tables at work: which of their phrases a message holds, less what is denied or meant otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import itemgetter

from cases.reading import Lexicon, Phrase
from parsers.folding import plain
from parsers.matching import Hit, Index, Matcher, Row, rows_of
from parsers.negation import REACH, is_denied, is_joined
from parsers.toned import TONED, is_said, is_typed_toned

__all__ = (
    "CATEGORIES", "COMPLAINT", "DENIED", "SIGNALS", "Hit", "Matcher", "counts_for", "find_words", "fold",
    "languages_of", "matcher_of",
)  # fmt: skip

COMPLAINT, SIGNALS, CATEGORIES = range(3)  # numbers of the tables
DENIED = 3  # where the denied words of a complaint come

# A denial takes these away. Signals that are not here often are denials themselves ("never arrived").
_DENIABLE = {
    SIGNALS: dict.fromkeys(
        (
            "breach_of_law", "concealment", "data_leak", "fraud", "group", "injury", "lawyer", "leaving", "press",
            "regulator", "termination", "trade_secret", "urgent",
        ),
        REACH,
    ),
    COMPLAINT: {"damage": 2, "dissatisfaction": 2, "explicit": REACH, "praise": 3, "rudeness": 2, "settled": 2},
    CATEGORIES: {"product-quality": 2, "service-attitude": 2},
}  # fmt: skip
# Whose denial says that there is nothing to complain of.
_COMFORTING = frozenset({"damage", "dissatisfaction", "explicit"})
# Languages that are taken for each other, or whose writers mix them: the rows of all of them count.
_KIN = {
    "bs": ("hr", "sr"), "cs": ("sk",), "da": ("nb",), "gl": ("es", "pt"), "hr": ("sr", "bs"), "id": ("ms",),
    "ms": ("id",), "nb": ("da",), "nn": ("nb", "da"), "no": ("nb", "da"), "sk": ("cs",), "sr": ("hr",),
    "be": ("ru",), "mk": ("bg",), "sh": ("hr",),
}  # fmt: skip


@dataclass
class _Compiled:
    """A lexicon at work: its rows by language, each made when a text of the language first comes, and its matchers."""

    lexicon: Lexicon
    matchers: dict[str, Matcher] = field(default_factory=dict)
    _places: list[dict[str, list[int]]] = field(default_factory=list)  # by table: language, places of its phrases
    _indexes: dict[str, Index] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[tuple[Phrase, ...], ...]:
        return self.lexicon.complaint, self.lexicon.signals, self.lexicon.categories

    def matcher(self, languages: frozenset[str] | None) -> Matcher:
        """For texts of these languages, or of any."""
        if not self._places:
            self._places = [_by_language(phrases) for phrases in self.tables]
        known = dict.fromkeys(chain.from_iterable(self._places))
        return Matcher([self._index(one) for one in known if languages is None or one in languages])

    @cached_property
    def languages(self) -> frozenset[str]:
        """Those that phrases of a complaint are of, without regions."""
        return frozenset(phrase.language.partition("-")[0] for phrase in self.lexicon.complaint)

    @cached_property
    def leanings(self) -> dict[str, list[tuple[int, str, float]]]:
        """By sign of a letter: the categories it leans to and how much, with their places in the table."""
        found: dict[str, list[tuple[int, str, float]]] = {}
        rows = ((category, *row) for category, signs in self.lexicon.leanings for row in signs)
        for place, (category, sign, weight) in enumerate(rows):
            found.setdefault(sign, []).append((place, category, weight))
        return found

    def _index(self, language: str) -> Index:
        found = self._indexes.get(language)
        if found is None:
            found = self._indexes[language] = Index(chain.from_iterable(self._rows_of(language)))
        return found

    def _rows_of(self, language: str) -> Iterator[tuple[Row, ...]]:
        """The rows of a language, numbered by their place in all tables: what is found depends on no other language."""
        for number, phrases in enumerate(self.tables):
            places = self._places[number].get(language, ())
            once = {phrases[place]: place for place in reversed(places)}
            for phrase, place in sorted(once.items(), key=itemgetter(1)):
                yield rows_of(phrase, number, number << 24 | place)


def _by_language(phrases: Sequence[Phrase]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, phrase in enumerate(phrases):
        places.setdefault(phrase.language, []).append(place)
    found: dict[str, list[int]] = {}
    for language, some in places.items():
        found.setdefault(language.partition("-")[0], []).extend(some)
    return found


# Hashing thousands of rows for each message would cost more than reading it, so lexicons are known by identity; each
# is kept beside its matchers, which keeps the identity from being used again.
_compiled: dict[int, tuple[Lexicon, _Compiled]] = {}
_LEXICONS = 4


def languages_of(language: str) -> frozenset[str] | None:
    """Whose rows count for a text: its own, those of any language, of its kin and of English; None when all do."""
    own = language.partition("-")[0]
    return frozenset({"*", "en", own, *_KIN.get(own, ())}) if own else None


def counts_for(phrase: Phrase, languages: frozenset[str] | None) -> bool:
    """Whether a row counts for a text of these languages."""
    return languages is None or phrase.language.partition("-")[0] in languages


def matcher_of(lexicon: Lexicon, language: str = "") -> Matcher:
    """The compiled tables for texts of a language.

    Each is compiled when it is first needed, from rows that are made once for all of them, also when the lexicon comes
    again as an equal copy.
    """
    compiled = _compiled_of(lexicon)
    matchers = compiled.matchers
    own = language.partition("-")[0]
    matcher = matchers.get(own)
    if matcher is None:
        matcher = matchers[own] = compiled.matcher(languages_of(own))
    return matcher


def _compiled_of(lexicon: Lexicon) -> _Compiled:
    known = _compiled.get(id(lexicon))
    if known is None:
        equal = next((compiled for other, compiled in _compiled.values() if other == lexicon), None)
        while len(_compiled) >= _LEXICONS:
            _compiled.pop(next(iter(_compiled)), None)
        known = _compiled[id(lexicon)] = (lexicon, equal or _Compiled(lexicon))
    return known[1]


def is_covered(language: str, lexicon: Lexicon) -> bool:
    """Whether complaints of the language (BCP 47) or its kin have a table, besides that of English."""
    own = language.partition("-")[0]
    return not own or not _compiled_of(lexicon).languages.isdisjoint((own, *_KIN.get(own, ())))


def leanings_of(lexicon: Lexicon, sign: str) -> Sequence[tuple[int, str, float]]:
    """The categories that a sign of a letter speaks for or against, and how much, each with its place in the table."""
    return _compiled_of(lexicon).leanings.get(sign, ())


def find_words(subject: str, own: str, lexicon: Lexicon, language: str = "") -> tuple[list[Hit], ...]:
    """The hits of each table, and the denied words of a complaint; spans are offsets into `own`, (-1, -1) in a subject.

    Left out is what is denied ("no lawyer"), and what stands within a longer phrase that says what it means.
    """
    text = f"{subject}\n{own}"
    below = len(subject) + 1
    tables: tuple[list[Hit], ...] = ([], [], [])
    toned: bool | None = None  # asked only where such a language is met
    for hit in matcher_of(lexicon, language).find(own, subject):
        if hit.phrase.language in TONED and toned is None:
            toned = is_typed_toned(own)
        if not toned or hit.phrase.language not in TONED or is_said(hit.phrase.text, text[hit.start : hit.end]):
            tables[hit.table].append(hit)
    found: list[list[Hit]] = []
    denied: list[Hit] = []
    for number, hits in enumerate(tables):
        kept = [hit for group in _alike(hits, language) for hit in _unmasked(group, masks_only=number == SIGNALS)]
        left = list(_undenied(text, kept))
        found.append([_placed(hit, text, below) for hit in left])
        if number == COMPLAINT and len(left) < len(kept):
            said = set(map(id, left))
            denied = [hit for hit in kept if id(hit) not in said and hit.phrase.rule in _COMFORTING]
    return (*found, [_placed(hit, text, below) for hit in denied])


def _placed(hit: Hit, text: str, below: int) -> Hit:
    start, end = (hit.start - below, hit.end - below) if hit.start >= below else (-1, -1)
    words = text[hit.start : hit.end]
    if not words.isprintable() or "  " in words:
        words = " ".join(words.split())
    return Hit(hit.phrase, hit.table, start, end, words)


def _undenied(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """The hits that are not denied, neither by themselves nor together: "no lawyer or journalist"."""
    end = -1  # of the last one that was denied
    for hit in hits:
        reach = _DENIABLE.get(hit.table, {}).get(hit.phrase.rule)
        if reach is None:
            yield hit
        elif is_denied(text, hit.start, hit.end, hit.phrase.language, reach) or (
            0 <= end <= hit.start and is_joined(text[end : hit.start], hit.phrase.language)
        ):
            end = max(end, hit.end)
        else:
            yield hit


def _alike(hits: list[Hit], language: str) -> Iterable[list[Hit]]:
    """The hits that may hide each other: all where the language is known, else only those of one language."""
    if language:
        return [hits]
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.phrase.language, []).append(hit)
    return groups.values()


def _unmasked(hits: Sequence[Hit], *, masks_only: bool) -> list[Hit]:
    """The hits that stand in no longer one, nor in one that weighs nothing ("social media manager").

    Of signals only rows without weight hide others: a shorter alarm is an alarm as well.
    """
    if len(hits) < 2:
        return [hit for hit in hits if hit.phrase.weight]
    covers = [hit for hit in hits if not hit.phrase.weight or not masks_only]
    furthest: dict[int, int] = {}
    for cover in covers:
        furthest[cover.start] = max(cover.end, furthest.get(cover.start, 0))
    empty = {(cover.start, cover.end) for cover in covers if not cover.phrase.weight}
    earlier = iter(sorted(furthest.items()))
    kept, reach, coming = [], 0, next(earlier, None)
    for hit in hits:
        while coming and coming[0] < hit.start:
            reach, coming = max(reach, coming[1]), next(earlier, None)
        hidden = reach >= hit.end or furthest.get(hit.start, 0) > hit.end or (hit.start, hit.end) in empty
        if hit.phrase.weight and not hidden:
            kept.append(hit)
    return kept


def fold(word: str) -> str:
    """A word without case, accents and optional marks, as tables are compared."""
    return plain(word)
