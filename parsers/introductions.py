"""The lines that introduce a quotation: `On … wrote:`, `-----Original Message-----`, blocks of header lines."""

import re
from functools import cache, lru_cache

from parsers.finder import Finder
from parsers.tables import table

LONG = 400  # characters from which a line is prose for certain
QUOTED = re.compile(r"\s{0,3}(?:[>＞]|\|\s)")
RULE = re.compile(r"[-_=*~\s·—–]{5,}\Z")
# Patterns begin with what they hold for certain: so they are searched for many times as fast.
_CLOCK = re.compile(r"\d(?<!\d\d)\d?[:.hH時时]\s?\d{2}(?!\d)")
_HALF_DAY = re.compile(r"上午|下午|午後|午前|오전|오후")
_YEAR = re.compile(r"(?:19|20|25)\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}-[A-Za-z]{3,5}\.?-\d{2,4}")
_ISO_NAME = re.compile(r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}\b.{0,80}<[^<>@\s]{1,100}@[^<>\s]{1,200}>")
_ISO_GMT = re.compile(r"(?:19|20)\d{2}-\d{2}-\d{2} \d{1,2}:\d{2} GMT[+-]\d{2}:\d{2} \S.{0,80}")
_DECORATED_NAME = 120
_PLAIN, _PLAIN_WORDS = 90, 9  # characters and words of an introduction without date and address
_ALONE = 80  # characters of a line that holds a name or a moment alone
_ADDRESS = re.compile(r"[<(\[][^<>()\s@]{1,100}@[^<>()\s]{1,200}[>)\]]")
_DECORATION = " -_=*—–·:：>\t\u00a0|#\u200b\u200e\u200f\u202a\u202b\u202c"
_HEADER_LINE = re.compile(r"[>*\s|]{0,8}([^:：\n]{1,25}?)[*\s]{0,3}[:：]")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "؟")
_ENDS = (":", "：", "-", "︰")
HEIGHT = 4  # lines over which clients fold an introduction
_BLOCK = 10  # lines within which the labels of a header block stand


@cache
def _separators() -> dict[str, str]:
    rows = table("quotes")["separators"]
    return {phrase.casefold(): kind for kind, phrases in rows.items() for phrase in phrases}


@lru_cache(maxsize=64)  # each line is looked at from above and from below
def separator(line: str) -> str:
    """reply, forward or empty: what a line like `-----Original Message-----` introduces."""
    if len(line) > 300:
        return ""
    bare = (line.replace("&nbsp;", " ") if "&" in line else line).strip(" \t>\u00a0")
    plain = bare.strip(_DECORATION).casefold()
    if not plain:
        return ""
    decorated = bare[:2] in ("--", "__", "==", "**", "##", "—-", "-—", "——") or bare.startswith(("*--", "-- ", "- -"))
    if decorated and len(plain) > 60:
        # Some programs put the first header line or a name on the same line.
        plain = re.split(r"\s*-{3,}|\s{2,}", plain, maxsplit=1)[0]
    kind = _separators().get(plain, "")
    if not kind and decorated and plain.startswith(("forwarded by ", "original message ", "forwarded message ")):
        kind = "reply" if plain.startswith("original") else "forward"
    opens = plain.startswith(("begin ", "anfang ", "début ", "start of ", "inicio ", "início ", "inizio "))
    return kind if decorated or opens or bare.endswith(_ENDS) else ""


@cache
def _labels() -> dict[str, bool]:
    rows = table("quotes")["labels"]
    return {one.casefold(): False for one in rows["other"]} | {one.casefold(): True for one in rows["from"]}


def label(line: str) -> str:
    """from, other or empty: the kind of header label a line begins with."""
    return _label(line[:120])


@lru_cache(maxsize=4096)
def _label(line: str) -> str:
    match = _HEADER_LINE.match(line)
    if not match:
        return ""
    known = _labels().get(match[1].strip("* \t\u00a0").casefold())
    return "" if known is None else "from" if known else "other"


def is_header_block(lines: list[str], at: int) -> bool:
    """Whether a quoted header block starts here.

    That is a From label and two more; one more when the line names an address or the other a moment; or any label
    below a rule with two more, one of them From.
    """
    kind = label(lines[at])
    if not kind:
        return False
    if kind != "from" and not (at and RULE.match(lines[at - 1])) and not _is_moment(lines[at]):
        return False
    kinds = [(found, line) for line in _block(lines, at) if (found := label(line))]
    if len(kinds) < 2 or not any("@" in line or _name(line[:120]) in _sure_labels() for _, line in kinds):
        return False  # without address, subject or moment of sending it may be the way of a parcel
    names = {_name(line[:120]) for _, line in kinds}
    if kind != "from" and not (at and RULE.match(lines[at - 1])):
        return len(names) > 1 and ("from" in dict(kinds) or "@" in kinds[1][1])
    if "from" not in dict(kinds):
        return False
    if len(names) >= 3:
        return True
    return len(names) == 2 and ("@" in lines[at] or any(_is_moment(line) for _, line in kinds))


def labels_above(lines: list[str], at: int) -> int:
    """The rule above labels that one client puts above its introduction (`Subject: …`), or the introduction itself."""
    top = at
    while top > max(0, at - 4) and label(lines[top - 1]):
        top -= 1
    return top - 1 if 0 < top < at and RULE.match(lines[top - 1]) else at


def _block(lines: list[str], at: int) -> list[str]:
    """The lines of one header block: not those of the next one, nor the text below a blank line."""
    found: list[str] = []
    named = told = False
    for number, line in enumerate(lines[at : at + _BLOCK]):
        kind = label(line)
        if number and QUOTED.match(line) and not QUOTED.match(lines[at]):
            break
        if not line.strip():
            if told:
                break
        elif (kind == "from" and named) or (not kind and number and (not named or not lines[at + number - 1].strip())):
            break
        named = named or kind == "from"
        told = told or (not kind and bool(line.strip()))
        found.append(line)
    return found


@cache
def _sure_labels() -> frozenset[str]:
    return frozenset(one.casefold() for one in table("quotes")["labels"]["sure"])


@lru_cache(maxsize=4096)
def _name(line: str) -> str:
    """The words before the colon of a header line."""
    return re.split("[:：]", line, maxsplit=1)[0].strip(" *>|\u00a0").casefold()


def _is_moment(line: str) -> bool:
    return is_timed(line[:200]) and bool(_YEAR.search(line[:200]))


@cache
def _attribution_words() -> tuple[str, ...]:
    return tuple(word.casefold() for word in table("quotes")["attribution"]["words"])


@cache
def _wrote() -> Finder:
    return Finder(_attribution_words())


@cache
def _last_words() -> tuple[str, ...]:
    return tuple(word for word in _attribution_words() if len(word) > 1)


@cache
def _openers() -> frozenset[str]:
    return frozenset(word.casefold() for word in table("quotes")["attribution"]["openers"])


def may_end(line: str) -> bool:
    """Whether an introduction may end with this line; a quick look that spares the long one for nearly all lines."""
    text = line[-60:].rstrip(" >\t\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\r-")
    if text != line[-60:].rstrip() or text.endswith(_ENDS) or line[:8].strip(" >")[:1].isdigit():
        return True
    return _ends_with_word(text)


def attribution(lines: list[str], at: int) -> int:
    """How many lines from here introduce a quotation (`On … wrote:`); 0 when none do.

    A line that merely stands above the introduction is no part of it.
    """
    height = _height(lines, at)
    for later in range(1, height):
        if _opens(lines[at + later]) and _height(lines, at + later) == height - later:
            named = "@" not in " ".join(lines[at + later : at + height]) and _ADDRESS.search(lines[at])
            return height if named else 0
    if height > 1 and not _opens(lines[at]) and not _signs(lines[at]):
        return 0
    return height


def is_surely_quoted_history(lines: list[str], at: int, height: int) -> bool:
    """Whether an introduction without quote marks below it can be nothing else, not even a sentence of the writer."""
    joined = " ".join(line.strip() for line in lines[at : at + height])
    if (joined.startswith("--") and joined.endswith("--")) or _ISO_GMT.fullmatch(joined.rstrip(": ")):
        return True
    if "@" not in joined and (_is_told(joined) or not says_wrote(joined)):
        return False
    if _signs(joined) >= 2:
        return True
    return _opens(lines[at]) and joined.count(",") >= 2 and bool(_YEAR.search(joined))


def goes_on(lines: list[str], top: int, best: int, end: int) -> bool:
    """Whether the lines from `top` to `best` are the folded beginning of the introduction that ends before `end`."""
    above, below = " ".join(lines[top:best]), " ".join(lines[best:end])
    if _ADDRESS.search(above):
        return "@" not in below
    return _opens(lines[top]) and bool(_YEAR.search(above)) and not _YEAR.search(below)


def is_open_introduction(line: str) -> bool:
    """Whether a line right above marked text introduces it without a colon (`Am … um … schrieb Anna Berg`)."""
    open_ended = len(line) <= LONG and not line.rstrip().endswith(_ENDS)
    return open_ended and _opens(line) and _signs(line) > 1 and says_wrote(line)


def is_plain_introduction(line: str) -> bool:
    """Whether a line right above marked text introduces it by the writer alone: `Anna Berg wrote:`."""
    bare = line.strip(" >\t*-")
    if not bare.endswith(_ENDS) or len(bare) > _PLAIN:
        return False
    words = _WORD.findall(bare)
    least = 2 if bare.isascii() else 1  # some scripts put no blank between name and verb
    if not least <= len(words) <= _PLAIN_WORDS:
        return False
    opened = _opens(line)
    told, characters = _tellers()
    spoken = told - _articles() if opened else told
    if not spoken.isdisjoint((*words, words[0].lower())) or (
        not bare.isascii() and any(one in bare for one in characters)
    ):
        return False
    stem = bare.rstrip(":：-︰ \u00a0").casefold()
    return stem.endswith(_last_words()) or (opened and any(word.casefold() in _attribution_words() for word in words))


def is_groupwise(line: str) -> bool:
    """GroupWise puts `>>> Name <address> 2/5/2024 10:59 AM >>>` above unmarked history."""
    if ">>> " not in line:
        return False
    bare = line.strip()
    return bare[:4] == ">>> " and bare[-4:] == " >>>" and len(bare) <= LONG and _signs(bare) > 1


@cache
def _bare() -> tuple[frozenset[str], frozenset[str]]:
    rows = table("quotes")["notes"]
    return frozenset(rows["to"]), frozenset(rows["subject"])


def notes_block(lines: list[str], at: int) -> int:
    """The first line of Lotus Notes' block when the label of its readers stands alone on this line, else -1.

    Writer and moment stand above on lines of their own, the values below their labels.
    """
    to, subject = _bare()
    if lines[at].strip().casefold() not in to:
        return -1
    if not any(line.strip().casefold() in subject for line in lines[at + 1 : at + _BLOCK]):
        return -1
    above = [row for row in range(max(0, at - 6), at) if lines[row].strip()]
    short = (row for row in reversed(above) if len(lines[row].strip()) < _ALONE)
    moment = next((row for row in short if _is_moment(lines[row])), -1)
    if moment < 0:
        return -1
    named = moment - 1 if moment and 0 < len(lines[moment - 1].strip()) < _ALONE else moment
    return named if not _is_moment(lines[named]) or named == moment else moment


@cache
def _tellers() -> tuple[frozenset[str], tuple[str, ...]]:
    row = table("quotes")["told"]
    return frozenset(row["words"]), tuple(row["characters"])


@cache
def _articles() -> frozenset[str]:
    return frozenset(table("quotes")["told"]["articles"])


def _is_told(line: str) -> bool:
    """Whether a person tells who wrote (`your driver said:`); programs put a name there."""
    words, characters = _tellers()
    return not words.isdisjoint(_WORD.findall(line)[1:]) or any(one in line for one in characters)


def is_dated(line: str) -> bool:
    """Whether a time or a date stands in the line."""
    return is_timed(line) or bool(_YEAR.search(line))


def is_timed(line: str) -> bool:
    """Whether a time of day stands in the line."""
    return bool(_CLOCK.search(line) or (not line.isascii() and _HALF_DAY.search(line)))


def names_writer(line: str) -> bool:
    """Whether a line names an address and says that somebody wrote, as the first line of a folded introduction does."""
    return "@" in line and says_wrote(line)


def says_wrote(line: str) -> bool:
    """Whether a line says that somebody wrote, in any language."""
    return len(line) <= LONG and bool(_wrote().found(line.casefold()))


def _height(lines: list[str], at: int) -> int:
    first = lines[at].strip(" >\t-")
    if not first or len(first) > LONG:
        return 0
    named = lines[at].lstrip(" >\t-").rstrip(":： \t-")
    if lines[at].strip()[:2] == lines[at].strip()[-2:] == "--" and len(named) < _DECORATED_NAME and says_wrote(named):
        return 1  # Notes: `-----Anna/Firm wrote: -----`
    if _ISO_NAME.fullmatch(named) or _ISO_GMT.fullmatch(named):
        return 1
    joined = ""
    for height in range(1, HEIGHT + 1):
        if at + height > len(lines):
            return 0
        whole = lines[at + height - 1]
        line = whole.strip(" >\t\u00a0\u200b\u200e\u200f\u202a\u202b\u202c")
        if not line or len(line) > LONG or (height > 1 and QUOTED.match(whole) and not QUOTED.match(lines[at])):
            return 0
        if (joined.endswith(_SENTENCE_ENDS) and not joined.endswith(("г.", "р.", "a.m.", "p.m.", "."))) or len(
            joined
        ) > LONG:
            return 0
        joined = f"{joined} {line.rstrip('-').rstrip()}".strip()
        if joined.endswith(_ENDS):
            return height if _introduces(joined) else 0
        if _ends_with_word(joined) and _introduces(joined):
            return height
    return 0


@cache
def _ending_words() -> dict[str, tuple[str, ...]]:
    """By their last character."""
    found: dict[str, tuple[str, ...]] = {}
    for word in _attribution_words():
        if len(word) > 3 or not word.isascii():
            found[word[-1]] = (*found.get(word[-1], ()), word)
    return found


def _ends_with_word(text: str) -> bool:
    end = text[-40:].casefold()
    return end.endswith(_ending_words().get(end[-1:], ()))


@lru_cache(maxsize=64)  # each introduction is looked at from above and from below
def _introduces(text: str) -> bool:
    folded = text.casefold()
    signs = _signs(text)
    word = bool(_wrote().found(folded))
    if not text.endswith(_ENDS) and not (word and signs >= 2):
        return " via " in folded and word
    return signs >= 2 or (word and (signs >= 1 or " via " in folded))


def _signs(text: str) -> int:
    return ("@" in text) + is_timed(text) + bool(_YEAR.search(text))


def _opens(line: str) -> bool:
    plain = line.strip(" >\t-*\"'").casefold()
    if not plain:
        return False
    first = plain.split(None, 1)[0]
    return (
        (first[0].isdigit() and "@" not in first)
        or first.rstrip(".,") in _openers()
        or plain.startswith(("in message", "w dniu", "in data"))
    )
