"""The customer's own words apart from the history they answer and from their signature.

Line based and linear. When unsure the text stays: losing a customer's words is worse than keeping a quotation.
"""

import re
from dataclasses import dataclass
from functools import cache

from parsers.signatures import without_signature
from parsers.tables import table

_OUR_MARK = re.compile(r"##-[^\n]{0,300}-##")
_LONG = 400  # characters from which a line is prose for certain
_QUOTED = re.compile(r"\s{0,3}(?:[>＞]|\|\s)")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.hH時时]\s?\d{2}(?!\d)|上午|下午|オ|午後|午前|오전|오후")
_YEAR = re.compile(r"(?:19|20|25)\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_RULE = re.compile(r"[-_=*\s·—–]{5,}\Z")
_DECORATION = " -_=*—–·:：>\t\u00a0"
_HEADER_LINE = re.compile(r"[>*\s]{0,6}([^:：\n]{1,25}?)[*\s]{0,3}[:：]")
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "؟")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The three kinds of text; `own` keeps everything that is neither surely history nor surely a signature."""

    own: str = ""
    quoted: str = ""
    signature: str = ""


def strip_reply(text: str) -> str:
    """The writer's own words: without quoted history, signature and the footers of programs."""
    return split_reply(text).own


def split_reply(text: str) -> Split:
    """Own words, quoted history and signature of a text with LF line ends."""
    lines = text.split("\n")
    cut, certain = _cut(lines)
    above, history = lines[:cut], lines[cut:]
    own, quoted = _without_quotes(above)
    own, signature = without_signature(own)
    kept = "\n".join(own).strip()
    if not kept and history and not certain:
        # Nothing but a forwarded message: that is what the sender wanted to show.
        return Split(own=text.strip(), signature="\n".join(signature).strip())
    return Split(
        own=kept,
        quoted="\n".join([*quoted, *history]).strip("\n"),
        signature="\n".join(signature).strip(),
    )


def _cut(lines: list[str]) -> tuple[int, bool]:
    """The first line of trailing history, and whether it is surely an answer (not a forward)."""
    for at, line in enumerate(lines):
        if len(line) > _LONG:
            continue
        if _OUR_MARK.search(line):
            return _above_mark(lines, at), True
        if _QUOTED.match(line):
            continue
        kind = _separator(line)
        if kind and not _answered_below(lines, at):
            return at, kind == "reply" and _has_text(lines[:at])
        if _is_header_block(lines, at):
            start = at - 1 if at and _RULE.match(lines[at - 1]) else at
            return start, _has_text(lines[:start])
        height = _attribution(lines, at)
        if height and not _is_quoted_below(lines, at + height) and _has_text(lines[at + height :]):
            return at, True
    return len(lines), True


def _has_text(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)


def _above_mark(lines: list[str], at: int) -> int:
    """Our mark opens our own letter; the client's introduction just above it belongs to the history as well."""
    start = at
    for back in range(at - 1, max(-1, at - 12), -1):
        line = lines[back]
        if not line.strip() or _QUOTED.match(line) or _RULE.match(line):
            continue
        top = next((t for t in range(max(0, back - 3), back + 1) if t + _attribution(lines, t) > back), None)
        if top is not None:
            return top
        if _separator(line) or _label(line):
            start = back
            continue
        break
    return start


@cache
def _separators() -> dict[str, str]:
    rows = table("quotes")["separators"]
    return {phrase.casefold(): kind for kind, phrases in rows.items() for phrase in phrases}


def _separator(line: str) -> str:
    """reply, forward or empty: what a line like `-----Original Message-----` introduces."""
    plain = line.strip(_DECORATION).casefold()
    if len(plain) > 60 or not plain:
        return ""
    kind = _separators().get(plain, "")
    decorated = line.strip()[:2] in ("--", "__", "==", "**") or plain.startswith(("begin ", "anfang ", "début "))
    return kind if decorated or line.strip().endswith((":", "：")) else ""


@cache
def _labels() -> dict[str, bool]:
    rows = table("quotes")["labels"]
    return {one.casefold(): False for one in rows["other"]} | {one.casefold(): True for one in rows["from"]}


def _label(line: str) -> str:
    """from, other or empty: the kind of header label a line begins with."""
    match = _HEADER_LINE.match(line[:120])
    if not match:
        return ""
    known = _labels().get(match[1].strip().casefold())
    return "" if known is None else "from" if known else "other"


def _is_header_block(lines: list[str], at: int) -> bool:
    """Whether a quoted header block starts here: a From label and two more labels within six lines."""
    kind = _label(lines[at])
    # Some clients put the subject or date first; then a rule must stand above.
    if kind != "from" and not (kind and at and _RULE.match(lines[at - 1])):
        return False
    kinds = [found for line in lines[at : at + 7] if (found := _label(line))]
    return len(kinds) >= 3 and "from" in kinds


@cache
def _attribution_words() -> tuple[str, ...]:
    return tuple(word.casefold() for word in table("quotes")["attribution"]["words"])


def _attribution(lines: list[str], at: int) -> int:
    """How many lines from here introduce a quotation (`On … wrote:`); 0 when none do."""
    first = lines[at].strip(" >\t")
    if not first or len(first) > _LONG:
        return 0
    joined = ""
    for height in range(1, 4):
        if at + height > len(lines):
            return 0
        line = lines[at + height - 1].strip(" >\t")
        if (
            not line
            or len(line) > _LONG
            or (height > 1 and _QUOTED.match(lines[at + height - 1]) and not _QUOTED.match(lines[at]))
        ):
            return 0
        if joined.endswith(_SENTENCE_ENDS):
            return 0
        joined = f"{joined} {line}".strip()
        if joined.endswith((":", "：", "-")) or _ends_with_word(joined):
            return height if _introduces(joined) else 0
    return 0


def _ends_with_word(text: str) -> bool:
    return text.casefold().endswith(("wrote", "写道", "寫道", "작성", "のメール", "書きました"))


def _introduces(text: str) -> bool:
    folded = text.casefold()
    signs = ("@" in text) + bool(_TIME.search(text)) + bool(_YEAR.search(text))
    word = any(one in folded for one in _attribution_words())
    return signs >= 2 or (word and signs >= 1)


def _is_quoted_below(lines: list[str], at: int) -> bool:
    """Whether the next line with text carries a quote mark; such blocks are taken out line by line."""
    for line in lines[at : at + 4]:
        if line.strip():
            return bool(_QUOTED.match(line))
    return False


def _answered_below(lines: list[str], at: int) -> bool:
    """Whether a separator stands above marked quotation with an answer below it."""
    below = lines[at + 1 : at + 60]
    return _is_quoted_below(lines, at + 1) and _has_text([one for one in below if not _QUOTED.match(one)])


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines without marked quotation; several blocks with answers between them stay together with their answers."""
    blocks = _blocks(lines)
    if not any(quoted for quoted, _, _ in blocks):
        return lines, []
    marked = [number for number, (quoted, _, _) in enumerate(blocks) if quoted]
    answers = [
        number
        for number, (quoted, start, end) in enumerate(blocks)
        if not quoted and number > marked[0] and _has_text(lines[start:end])
    ]
    inline = answers and len(marked) > 1 and marked[1] < answers[-1]
    if inline and not _only_signature(lines, blocks, answers):
        return lines, []
    own: list[str] = []
    history: list[str] = []
    for quoted, start, end in blocks:
        (history if quoted else own).extend(lines[start:end])
    return own, history


def _only_signature(lines: list[str], blocks: list[tuple[bool, int, int]], answers: list[int]) -> bool:
    """Whether all text below the first quotation is a signature."""
    text = [line for number in answers for line in lines[blocks[number][1] : blocks[number][2]] if line.strip()]
    return bool(text) and text[0].strip() in ("--", "-- ")


def _blocks(lines: list[str]) -> list[tuple[bool, int, int]]:
    """Runs of quoted and unquoted lines as (quoted, start, end); an introduction belongs to the quotation below it."""
    found: list[tuple[bool, int, int]] = []
    start = 0
    quoted = False
    for at, line in enumerate(lines):
        marked = bool(_QUOTED.match(line)) if line.strip() else quoted and _next_is_quoted(lines, at)
        if marked != quoted:
            if start < at:
                found.append((quoted, start, at))
            start, quoted = at, marked
    found.append((quoted, start, len(lines)))
    return _with_introductions(lines, found)


def _next_is_quoted(lines: list[str], at: int) -> bool:
    return at + 1 < len(lines) and bool(_QUOTED.match(lines[at + 1]))


def _with_introductions(lines: list[str], blocks: list[tuple[bool, int, int]]) -> list[tuple[bool, int, int]]:
    out: list[tuple[bool, int, int]] = []
    for quoted, start, end in blocks:
        if quoted and out and not out[-1][0]:
            top = _introduction(lines, out[-1][1], start)
            out[-1] = (False, out[-1][1], top)
            out.append((True, top, end))
        else:
            out.append((quoted, start, end))
    return out


def _introduction(lines: list[str], floor: int, quote: int) -> int:
    """The first line of the introduction that ends right above a quotation."""
    end = quote
    while end > floor and not lines[end - 1].strip():
        end -= 1
    best = quote
    for height in (1, 2, 3):
        top = end - height
        if top < floor or not lines[top].strip():
            break
        if height == 1 and _separator(lines[top]):
            return top
        if _attribution(lines, top) == height and (best == quote or not _is_dated(lines[best])):
            best = top  # a line without date may be only the end of a folded introduction
    return best


def _is_dated(line: str) -> bool:
    return bool(_TIME.search(line) or _YEAR.search(line))
