"""What customers say about remedies and money: one pass over the text with our own word tables, and its sentences."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from cases.reading import Phrase
from parsers.lexicon import Hit, Matcher
from parsers.tables import table
from parsers.wishes import Wish, find_wishes

MAX_TEXT = 20_000
_MOST = 80  # cues of one kind
_MOST_WISHES = 200  # the same; they are not compared with one another
_BESIDE = ("undone", "send", "again", "fallback", "or", "informing", "bills")  # tables without rules
_EVIDENCE = "evidence"  # looked for in the same pass; no cue of a demand
# Each begins with the sign itself, then looks around: characters are found faster than places.
# A point before a small letter or a digit belongs to an abbreviation ("Rs. 500", "z. B.").
_SENTENCE = re.compile(
    r"[!?;….。！？；।؟۔\n](?:(?<=[!?;…])(?=\s)|(?<=\.)(?=\s+[^\sa-zа-яё\d(])|(?<=[。！？；।؟۔])"
    r"|(?<=[\u3040-\u9fff][.!?;])|(?<=\n)[ \t]*\n)"
)
_CLAUSE = re.compile(
    r"[,:()–—，、：。！？；،؛।؟\n!?;….-](?:(?<=[^\S\n][-–—])\s|(?<=[,:()–—])(?=\s|\Z|[\u3040-\u9fff])"
    r"|(?<=[\u3040-\u9fff][,:()])|(?<=[，、：。！？；،؛।؟\n!?;…])|(?<=\.)(?=\s|\Z))"
)
_WRAPPED = 45  # characters from which on a line may go on in the next one
_ASKING = frozenset("?？؟;")  # the last one is Greek
_BREAKS = frozenset(".!?:;,。！？：；，、।؟…>")  # a line that ends with one does not just go on


class Cue(NamedTuple):
    """A word of the tables in the text: its table and rule, and its place."""

    kind: str  # wanted, wished, loose, vague: less and less plain; wish, order: what asks; else a table of `_matcher`
    rule: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True)
class Said:
    """The cues of a text in their order, and where its sentences and clauses end."""

    text: str
    cues: tuple[Cue, ...]
    sentences: tuple[int, ...]
    clauses: tuple[int, ...]
    evidence: tuple[int, int] | None = None  # the first mention of something sent along or kept as proof

    def sentence_of(self, place: int) -> int:
        """The number of the sentence at the offset."""
        return bisect_right(self.sentences, place)

    def clause_of(self, place: int) -> int:
        """The number of the clause at the offset."""
        return bisect_right(self.clauses, place)

    @property
    def asks(self) -> bool:
        """Whether there is a question mark at all."""
        return any(map(self.text.__contains__, _ASKING))

    def is_question(self, sentence: int) -> bool:
        """Whether the sentence of this number ends with a question mark."""
        end = self.sentences[sentence] if sentence < len(self.sentences) else len(self.text)
        return self.text[max(0, end - 8) : end].rstrip()[-1:] in _ASKING

    def of(self, *kinds: str) -> Iterator[Cue]:
        """The cues of some kinds."""
        if len(kinds) == 1:
            return iter(self._by_kind.get(kinds[0], ()))
        return (cue for cue in self.cues if cue.kind in kinds)

    def beside(self, cue: Cue, *kinds: str) -> Iterator[Cue]:
        """The cues of some kinds in the clause of another one."""
        return (one for one in self._by_clause.get(self.clause_of(cue.start), ()) if one.kind in kinds)

    @cached_property
    def _by_kind(self) -> dict[str, list[Cue]]:
        found: dict[str, list[Cue]] = {}
        for cue in self.cues:
            found.setdefault(cue.kind, []).append(cue)
        return found

    @cached_property
    def _by_clause(self) -> dict[int, list[Cue]]:
        found: dict[int, list[Cue]] = {}
        for cue in self.cues:
            found.setdefault(self.clause_of(cue.start), []).append(cue)
        return found


@cache
def _matcher() -> tuple[Matcher, tuple[str, ...]]:
    """The compiled tables and the kind of each."""
    wanted, loss, evidence = table("wanted"), table("loss"), table("happened")["evidence"]
    tables: list[tuple[str, Sequence[Phrase]]] = [
        ("wanted", [one for rule, words in wanted["kinds"].items() for one in _phrases(words, rule)]),
        ("ask", _phrases(wanted["asks"]["words"], "")),
        ("deny before", _phrases(wanted["denials"]["before"], "")),
        ("instead", _phrases(wanted["denials"]["instead"], "")),
        ("deny after", _phrases(wanted["denials"]["after"], "")),
        ("past", _phrases(wanted["past"]["words"], "")),
        *((kind, _phrases(wanted[kind]["words"], "")) for kind in _BESIDE),
        *((kind, _phrases(row["words"], "")) for kind, row in loss.items()),
        (_EVIDENCE, [Phrase(text=word, language="*", rule="evidence") for word in evidence["words"]]),
    ]
    return Matcher.of_tables([phrases for _, phrases in tables]), tuple(kind for kind, _ in tables)


def _phrases(words: Sequence[str], rule: str) -> list[Phrase]:
    """Rows of a table; `hu ro:word` counts in texts of these languages only."""
    pairs = [word.partition(":") if ":" in word else ("*", ":", word) for word in words]
    return [Phrase(text=word, language=languages, rule=rule) for languages, _, word in pairs]


def read_claims(text: str, language: str) -> Said:
    """The cues of the writer's own words; `language` (BCP 47, may be empty) leaves out words of other languages."""
    text = text[:MAX_TEXT]
    matcher, kinds = _matcher()
    primary = language.partition("-")[0]
    hits = matcher.find(text)
    told = find_wishes(text, language)
    if not (hits or told):
        return Said(text, (), (), ())
    sentences, clauses = _ends(text, _SENTENCE), _ends(text, _CLAUSE)
    proof = next(((hit.start, hit.end) for hit in hits if kinds[hit.table] == _EVIDENCE), None)
    cues = tuple(
        Cue(kinds[hit.table], hit.phrase.rule, hit.start, hit.end, bisect_right(sentences, hit.start))
        for hit in _longest(hits)
        if hit.phrase.language == "*" or not primary or primary in hit.phrase.language.split()
    )
    cues = _few(cues)
    again = tuple(_sent_again(cues, clauses))
    wishes = _few(tuple(_wished(told, sentences)), _MOST_WISHES)
    return Said(text, cues + again + wishes, sentences, clauses, proof)


def _wished(told: Sequence[Wish], sentences: tuple[int, ...]) -> Iterator[Cue]:
    """The wishes that name no remedy, within one sentence each, and the words that ask for them."""
    for one in told:
        sentence = bisect_right(sentences, one.start)
        if one.rule in ("ask", "order"):
            yield Cue("wish" if one.rule == "ask" else "order", "", one.start, one.end, sentence)
        elif sentence == bisect_right(sentences, one.end - 1):
            yield Cue(one.kind, one.rule, one.start, one.end, sentence)


def _few(cues: Sequence[Cue], most: int = _MOST) -> tuple[Cue, ...]:
    """The first cues of each kind: they are compared with one another, and no letter has so many."""
    if len(cues) <= most:
        return tuple(cues)
    counts: Counter[str] = Counter()
    kept = []
    for cue in cues:
        counts[cue.kind] += 1
        if counts[cue.kind] <= most:
            kept.append(cue)
    return tuple(kept)


def _sent_again(cues: Sequence[Cue], clauses: tuple[int, ...]) -> Iterator[Cue]:
    """Redelivery in other words: "send the parcel again", "отправьте заказ ещё раз"."""
    again = {bisect_right(clauses, one.start): one for one in cues if one.kind == "again"}
    for one in cues if again else ():
        other = again.get(bisect_right(clauses, one.start)) if one.kind == "send" else None
        if other and other.start != one.start:
            start, end = min(one.start, other.start), max(one.end, other.end)
            yield Cue("wanted", "redelivery", start, end, one.sentence)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Of hits of one table in one place the longest one."""
    best: dict[tuple[int, int, str], Hit] = {}
    for hit in hits:
        key = (hit.table, hit.start, hit.phrase.rule)
        if key not in best or hit.end > best[key].end:
            best[key] = hit
    return sorted(best.values(), key=lambda hit: (hit.start, hit.end))


def _ends(text: str, pattern: re.Pattern[str]) -> tuple[int, ...]:
    """Where sentences or clauses end; a full line that just goes on in the next one is no end."""
    found = [match.end() for match in pattern.finditer(text) if match[0] != "\n"]
    return tuple(sorted({*found, *_ends_of_lines(text)}))


@lru_cache(maxsize=2)
def _ends_of_lines(text: str) -> tuple[int, ...]:
    found = []
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        bare = line.rstrip()
        if bare and (len(bare) < _WRAPPED or bare[-1] in _BREAKS) and not _goes_on(bare):
            found.append(end)
        start = end
    return tuple(found)


def _goes_on(bare: str) -> bool:
    """Whether a full line ends in the middle of a clause."""
    return len(bare) >= _WRAPPED and bare[-1] in ",，、"
