"""Signatures, the footers of programs and the disclaimers of companies below the writer's own words."""

import re
import unicodedata
from functools import cache, lru_cache

from parsers.labels import ANY_DIGIT
from parsers.numbers import find_numbers
from parsers.tables import table

_SIGNATURE_LINES = 15
_DISCLAIMER_LINES = 40
_DISCLAIMER = 4000  # characters of one paragraph
_MOST_DISCLAIMERS = 10
_LIST_LINES = 6  # of a list's footer without a rule
_LAST = 40  # lines at the end in which closings and footers are looked for
_SPOKEN, _SPOKEN_CHARACTERS = 4, 8  # words and characters of a sentence of the writer
_NAME_LINE = 90  # characters of a line below a closing
_WORDS_AFTER = 4  # words that may follow a closing on its line: a name or a place
_MARKS = frozenset(("--", "—", "––", "——", "__", "___", "- -", "---", "–", "***", "----"))
_DASHES = frozenset(("--", "—", "––", "——", "___", "---"))  # below which nothing has stayed
_RULE = re.compile(r"[-_=*~\s·—–]{5,}\Z")
_LONG_RULE = re.compile(r"\s{0,3}[_=-]{20,}\s*\Z")
_NOT_WORDS = re.compile(r"[\s,.!;:~*_()\u00a0\"'“”、。，！…·|/–—،؛-]+")
_SENTENCE = re.compile(r"[.!?。！？]\s+\S+.*[.!?。！？]|[?？؟]\s*\Z")

_WORD = re.compile(r"[^\W\d_]+")
_TOLD = re.compile(r"\w+\W+\w+\W+\w+\W.*[.!?。！？]\s*\Z")  # a sentence of four words and more
_SHORT = 4  # characters up to which a device must be a whole word
_SHORT_FOOTER = 27  # columns of a footer that names no device we know
_FOOTER_WORDS, _FOOTER_REST = 14, 4  # words of a footer, and those of them that may follow the device

_Lines = list[str]


def without_signature(lines: _Lines) -> tuple[_Lines, _Lines]:
    """The lines of the letter, and those of signature, footers and disclaimers below it.

    A block in which a number of an order, a waybill or a contract stands is never taken away.
    """
    own = lines
    for _ in range(6):
        start = min(rule(own) for rule in (_mark, _list_footer, _footer, _disclaimers_from, _closing, _contact))
        if start == len(own):
            break
        own = own[:start]
    own = _trimmed(own)
    below = lines[len(own) :]
    return own, below if _has_text(below) else []


def _has_text(lines: _Lines) -> bool:
    return any(map(str.strip, lines))


def _trimmed(lines: _Lines) -> _Lines:
    end = len(lines)
    while end and (not (line := lines[end - 1].strip()) or (end > 1 and (_RULE.match(line) or line in _DASHES))):
        end -= 1
    return lines[:end] if _has_text(lines[:end]) else lines


def _from_end(lines: _Lines) -> range:
    return range(len(lines) - 1, max(-1, len(lines) - 1 - _LAST), -1)


def _names_numbers(lines: _Lines) -> bool:
    text = "\n".join(lines)[:3000]
    return ANY_DIGIT.search(text) is not None and bool(find_numbers(text))


def _goes_on(lines: _Lines) -> bool:
    """Whether the writer goes on below: a postscript, a question, several sentences, a number we need."""
    starts = _postscripts()
    for line in lines:
        plain = line.strip().casefold()
        if plain.startswith(starts):
            return True
        if "@" not in line and "http" not in line and (_SENTENCE.search(line) or _speaks(plain)):
            return True
    return _names_numbers(lines)


@cache
def _writer() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    row = table("signatures")["writer"]
    return frozenset(row["words"]), tuple(row["characters"]), tuple(row["polite"])


def _speaks(line: str) -> bool:
    """Whether a folded line is a sentence in which the writer speaks of herself, as signatures do not."""
    words, characters, polite = _writer()
    spoken = len(line) >= _SPOKEN_CHARACTERS and any(one in line for one in characters)
    if not spoken:
        found = _WORD.findall(line)
        spoken = len(found) >= _SPOKEN and not words.isdisjoint(found)
    return spoken and not any(one in line for one in polite) and not is_footer(line)


@cache
def _postscripts() -> tuple[str, ...]:
    return tuple(one.casefold() for one in table("signatures")["postscript"]["starts"])


def _mark(lines: _Lines) -> int:
    """The signature mark of RFC 3676 section 4.3, or a short rule that stands in for it."""
    plain = [line.strip() for line in lines]
    if _MARKS.isdisjoint(plain):
        return len(lines)
    below = sum(1 for line in plain if line)
    for at, line in enumerate(lines):
        below -= bool(line.strip())
        if line == "-- " and at:
            return at
        # Without its blank the mark may be a mere rule in the text, so only little may follow.
        if line.strip() in _MARKS and 0 < below <= _SIGNATURE_LINES and _has_text(lines[:at]):
            under = [one for one in lines[at + 1 :] if one.strip()]
            if all(len(one) < 200 for one in under) and not any(one.strip() in _MARKS for one in under):
                return at if not _reads_on(line.strip(), under) else len(lines)
    return 0 if lines and lines[0] == "-- " else len(lines)


def _reads_on(mark: str, under: _Lines) -> bool:
    """Whether the letter goes on below a rule; below the usual marks only when it begins with a sentence."""
    if mark in ("--", "—"):
        return bool(_TOLD.search(under[0])) and _goes_on(under)
    return _goes_on(under) or any(_TOLD.search(line) and "@" not in line for line in under)


def _list_footer(lines: _Lines) -> int:
    """A long rule and a few lines below it that speak of a list."""
    words = table("signatures")["lists"]["words"]
    for at in _from_end(lines):
        if _LONG_RULE.match(lines[at]) and at:
            text = "\n".join(lines[at + 1 :]).casefold()
            listed = len(text) < 2000 and any(word in text for word in words)
            return at if listed and not any(map(_speaks, text.split("\n"))) else len(lines)
    return _bare_list_footer(lines)


def _bare_list_footer(lines: _Lines) -> int:
    """The last lines, when these are the link or address by which a program lets readers leave a list."""
    words = table("signatures")["lists"]
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    top = end
    while top and end - top < _LIST_LINES and _is_of_list(lines[top - 1], words["words"]):
        top -= 1
    text = "\n".join(lines[top:end])[:2000].casefold()
    return top if _has_text(lines[:top]) and any(map(text.__contains__, words["machine"])) else len(lines)


def _is_of_list(line: str, words: list[str]) -> bool:
    """Whether a line gives a link or an address, or speaks of a list without a word of a person."""
    folded = line.strip().casefold()
    told = "http" in folded or "@" in folded or any(map(folded.__contains__, words))
    return told and len(line) <= _NAME_LINE and not _speaks(folded)


@cache
def _footers() -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """How footers begin, by the first character; devices and programs."""
    row = table("signatures")["footers"]
    starts: dict[str, tuple[str, ...]] = {}
    for start in (one.casefold().replace("’", "'") for one in row["starts"]):
        starts[start[0]] = (*starts.get(start[0], ()), start)
    return starts, tuple(map(str.casefold, row["devices"]))


def _footer(lines: _Lines) -> int:
    """The first line of the footers of programs at the end; only a few short lines may stand below them."""
    best = len(lines)
    below = 0
    for at in _from_end(lines):
        line = lines[at]
        if not line.strip() or _RULE.match(line):
            continue
        if is_footer(line):
            best, below = at, 0
            continue
        below += 1
        if below > 5 or len(line) > _NAME_LINE:
            break
    if best < len(lines) and _goes_on([line for line in lines[best + 1 :] if not is_footer(line)]):
        return len(lines)
    return best


def is_footer(line: str) -> bool:
    """Whether a program put the line below the text: `Sent from my phone`."""
    plain = line.strip(" \t-*_<>()[]|·•—–\u00a0").casefold().replace("’", "'")
    starts, devices = _footers()
    if len(plain) > 160 or not plain.startswith(starts.get(plain[:1], ())) or plain.endswith(("?", "？")):
        return False
    head = re.split(r"[,.;!](?=\s)", plain, maxsplit=1)[0]
    width = len(plain) if plain.isascii() else sum(1 + (one >= "\u2e80") for one in plain)
    if width <= _SHORT_FOOTER and not plain.endswith(("!", ",")):
        return True
    last = _last_device(head, devices)
    if last < 0:
        return False
    rest = head[last:].split()[1:]
    return len(head.split()) <= _FOOTER_WORDS and len(rest) <= _FOOTER_REST and not _names_numbers([line])


def _last_device(head: str, devices: tuple[str, ...]) -> int:
    """Where the last device or program is named; short names count only as whole words. -1 when none is."""
    best = -1
    for device in devices:
        at = head.rfind(device)
        if at > best and (len(device) > _SHORT or not device.isascii() or _is_word(head, at, at + len(device))):
            best = at
    return best


def _is_word(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalpha() or text[end : end + 1].isalpha())


@cache
def _closings() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]], int]:
    rows = table("signatures")
    every = frozenset(_words(one) for row in rows["closings"].values() for one in row)
    weak = frozenset(_words(one) for one in rows["weak"]["words"])
    return every, weak, max(map(len, every))


@lru_cache(maxsize=128)
def _words(text: str) -> tuple[str, ...]:
    """The words without case, and without accents where the script knows them as marks: many type none."""
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))
    return tuple(word for word in _NOT_WORDS.split(folded) if word)


def _closing(lines: _Lines) -> int:
    """The line of a closing with nothing but a signature below it; the topmost one of the end."""
    best = len(lines)
    for at in _from_end(lines):
        line = lines[at]
        if not line.strip():
            continue
        if _is_closing(lines, at) and _has_text(lines[:at]) and not _goes_on(lines[at + 1 : best]):
            best = at
        elif len(line) > 250 and "@" not in line and "http" not in line:
            break
    return best if sum(1 for line in lines[best:] if line.strip()) <= _LAST // 2 else len(lines)


def _is_closing(lines: _Lines, at: int) -> bool:
    line = lines[at].strip()
    if len(line) > _NAME_LINE or line.endswith(("?", "？")):
        return False
    every, weak, longest = _closings()
    words = _words(line)
    for size in range(min(longest, len(words)), 0, -1):
        phrase, after = words[:size], len(words) - size
        if phrase not in every:
            continue
        if phrase in weak:
            return after <= 2 and (after > 0 or _names_below(lines, at)) and not line.endswith((".", "!"))
        return after <= (_WORDS_AFTER if size > 1 or line[len(phrase[0]) :][:1] in ",-–—" else 2)
    return False


def _names_below(lines: _Lines, at: int) -> bool:
    """Whether the next line with text is short enough to be a name."""
    following = next((line.strip() for line in lines[at + 1 : at + 4] if line.strip()), "")
    return 0 < len(following) <= 40 and not following.endswith((".", "?", "!", ":", "。"))


@cache
def _contact_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    row = table("signatures")["contact"]
    return tuple(row["strong"]), tuple(row["weak"])


def _contact(lines: _Lines) -> int:
    """A last paragraph of short lines that is a company's contact block."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    top = end
    while top and lines[top - 1].strip() and end - top < 12:
        top -= 1
    block = lines[top:end]
    if not 3 <= len(block) < 12 or not _has_text(lines[:top]) or max(map(len, block)) > _NAME_LINE:
        return len(lines)
    strong, weak = _contact_words()
    text = f"{' '.join(block)} ".casefold()
    shown = sum(map(text.__contains__, strong))
    if not shown or shown + sum(map(text.__contains__, weak)) < 3 or not _is_name(block[0]) or _goes_on(block):
        return len(lines)
    return top


def _is_name(line: str) -> bool:
    words = line.split()
    return 1 <= len(words) <= 6 and line.strip()[-1:] not in ".:!?," and not any(c.isdigit() for c in line)


@cache
def _disclaimers() -> tuple[tuple[str, ...], tuple[str, ...]]:
    row = table("quotes")["disclaimers"]
    return tuple(start.casefold() for start in row["starts"]), tuple(word.casefold() for word in row["words"])


def _disclaimers_from(lines: _Lines) -> int:
    """Where the disclaimers at the end begin; the number of lines when there are none, or nothing else."""
    start = end = len(lines)
    first = next((at for at, line in enumerate(lines) if line.strip()), end)
    for _ in range(_MOST_DISCLAIMERS):
        while end > 0 and (not lines[end - 1].strip() or _RULE.match(lines[end - 1])):
            end -= 1
        top = end
        while top > 0 and end - top < _DISCLAIMER_LINES and lines[top - 1].strip() and not _RULE.match(lines[top - 1]):
            top -= 1
        if top == end or not _is_disclaimer(lines[top:end]) or top <= first:
            break
        start = end = top
    return start


def _is_disclaimer(paragraph: _Lines) -> bool:
    starts, words = _disclaimers()
    text = " ".join(" ".join(paragraph).casefold().split()).lstrip("*_-#[( ")
    return len(text) < _DISCLAIMER and text.startswith(starts) and sum(word in text for word in words) >= 2
