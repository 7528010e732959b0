"""The customer's own words apart from the history they answer and from their signature.

Line based and linear. When unsure the text stays: losing a customer's words is worse than keeping a quotation. What is
kept and what goes, where the makers of such readers differ:

* Words of thanks, a mere name behind a dash, and one short line below the quotation stay; a closing (`Kind regards`)
  and what stands below it is the signature, and so are footers of programs, disclaimers and contact blocks, unless a
  number of an order or the like stands in them.
* An answer above or below the quotation stands alone, or in two parts around a whole mail. Answers between quoted
  lines, and the answer to a quoted question, stay together with them.
* A forwarded message is evidence: it stays when nothing, or only a pointer to it, stands above it. So does a history
  in which the writer says to have answered ("in red below").
* The only marked line that no client introduces, and a mail marked from end to end, are the writer's own.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from cases.making import quick
from parsers.clean import clean_text
from parsers.finder import Finder
from parsers.introductions import (
    HEIGHT,
    LONG,
    QUOTED,
    RULE,
    attribution,
    goes_on,
    is_dated,
    is_groupwise,
    is_header_block,
    is_open_introduction,
    is_plain_introduction,
    is_surely_quoted_history,
    label,
    labels_above,
    may_end,
    names_writer,
    notes_block,
    separator,
)
from parsers.quotemarks import ENDING, is_led_to, is_left_out, is_quoted_below, marks_of
from parsers.signatures import is_footer, without_signature
from parsers.tables import table

_OUR_MARK = re.compile(r"##-[^\n]{0,300}-##")
_POINTER = 240  # characters of a text that only points to the forwarded message below it
_LONG_QUOTE = 30  # lines of a quotation between two texts from which it is history and no question
_DECORATED = "-_=*#—>"  # first characters of lines that may be separators
# An introduction on the line on which the writer stopped.
_LATE = re.compile(r"(?<=[ \t-])(?:On|Am|Le|El|Il|Em|Op|Den) ")
_LEADING = frozenset(": \t\r\u00a0\u3000")  # last characters of lines that an introduction may end
_MOST_LATE = 5  # places of one line that are tried
_OPENING = ("On", "Am", "Le", "El", "Il", "Em", "Op", "Den")
_BARE = 14  # characters of a label that stands alone
_FAREWELL = re.compile(r"[^\W\d_][\w '’.,!-]{2,58}")
_ASKING = ("?", "？", "؟", ";")
_ARMOUR = ("-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The three kinds of text; `own` keeps everything that is neither surely history nor surely a signature."""

    own: str = ""
    quoted: str = ""
    signature: str = ""


def strip_reply(text: str) -> str:
    """The writer's own words: without quoted history, signature and the footers of programs."""
    return split_reply(clean_text(text)).own


def split_reply(text: str, *, sure: bool = False) -> Split:
    """Own words, quoted history and signature of a text with LF line ends.

    `sure`: all quote marks are a client's, none the writer's.
    """
    lines = text.split("\n")
    if _ARMOUR[0] in text:
        lines = _without_armour(lines)
    marks = marks_of(lines)
    open_ended = [line for line, marked in zip(lines, marks, strict=True) if not marked and line[-1:] in _LEADING]
    if any(map(_LATE.search, open_ended)):
        lines = _on_lines_of_their_own(lines)
        marks = marks_of(lines)
    # Of lines with a quote mark only these can begin a history.
    told = "##-" in text or ">>> " in text
    cut, certain = _cut(lines, marks, [at for at, marked in enumerate(marks) if told or not marked])
    above, history = lines[:cut], lines[cut:]
    own, quoted, signature = _without_quotes(above, marks[:cut], sure=sure)
    kept = "\n".join(own).strip()
    if history and ((not certain and (not kept or _points(kept))) or _answers_inside(kept)):
        # Nothing but a forwarded message: that is what the sender wanted to show. Or the answers stand in the history.
        return Split(own="\n".join(lines).strip())
    if not (sure or kept or history) and all(QUOTED.match(line) for line in lines if line.strip()):
        return Split(own=text.strip())  # no client quotes without a word of introduction: the writer marked it all
    return Split(
        own=kept,
        quoted="\n".join([*quoted, *history]).strip("\n"),
        signature="\n".join(signature).strip(),
    )


def _without_armour(lines: list[str]) -> list[str]:
    """The text inside a PGP signature in the text (RFC 9580 section 7); the signature itself says nothing to people."""
    begin = next((at for at, line in enumerate(lines) if line.strip() == _ARMOUR[0]), -1)
    end = next((at for at, line in enumerate(lines) if at > begin and line.strip() == _ARMOUR[1]), -1)
    if begin < 0 or end < 0:
        return lines
    start = begin + 1
    while start < end and lines[start].strip():
        start += 1
    return lines[:begin] + [line.removeprefix("- ") for line in lines[start + 1 : end]]


def _on_lines_of_their_own(lines: list[str]) -> list[str]:
    """Some programs put the introduction right behind the writer's last word: `reply--- On Monday, … wrote:`."""
    out: list[str] = []
    for line in lines:
        at = _late(line) if len(line) <= LONG and line.rstrip()[-1:] == ":" and not QUOTED.match(line) else 0
        out += [line[:at].rstrip(" \t-"), line[at:]] if at else [line]
    return out


def _late(line: str) -> int:
    """Where an introduction begins behind words of the writer; 0 when none does."""
    if line[:3].strip(" -").startswith(_OPENING):
        return 0
    for found in islice(_LATE.finditer(line), _MOST_LATE):
        above, below = line[: found.start()].rstrip(" \t-"), line[found.start() :]
        if above and not is_dated(above) and "@" not in above and is_dated(below) and attribution([below], 0):
            return found.start()
    return 0


@cache
def _pointing_words() -> Finder:
    return Finder(word.casefold() for word in table("quotes")["pointing"]["words"])


def _points(text: str) -> bool:
    """Whether a text only says that a forwarded message follows."""
    folded = text.casefold() if len(text) < _POINTER else ""
    return bool(folded) and bool(_pointing_words().found(folded))


@cache
def _inside() -> Finder:
    return Finder(phrase.casefold() for phrase in table("quotes")["inside"]["phrases"])


def _answers_inside(text: str) -> bool:
    """Whether a text says that its answers stand in the unmarked history below it (`my answers in red`)."""
    folded = text.casefold() if 0 < len(text) < _POINTER else ""
    return bool(folded) and bool(_inside().found(folded))


def _cut(lines: list[str], marks: list[bool], tried: list[int]) -> tuple[int, bool]:
    """The first of some lines with which trailing history begins, and whether it is surely an answer, no forward."""
    looked, ending = 0, -1  # lines looked at ahead, and the last of them with which an introduction may end
    for at in tried:
        line = lines[at]
        if marks[at] and "##-" not in line and (">>> " not in line or not is_groupwise(line)):
            continue
        text = line.strip()
        if not text or len(line) > LONG:
            continue
        if "##-" in line and _OUR_MARK.search(line):
            return _above_mark(lines, at), True
        if marks[at] and not is_groupwise(line):
            continue
        kind = separator(line) if text[0] in _DECORATED or text[-1] in ENDING else ""
        if kind and not _answered_below(lines, marks, at):
            return at, kind == "reply" and _has_text(lines[:at])
        start = _above_block(lines, at, text)
        if start >= 0:
            return start, _has_text(lines[:start])
        for ahead in range(max(at, looked), min(at + HEIGHT, len(lines))):
            if not marks[ahead] and len(lines[ahead]) <= LONG and may_end(lines[ahead]):
                ending = ahead
        looked = at + HEIGHT
        height = attribution(lines, at) if ending >= at else 0
        if height and _is_history(lines, marks, at, height):
            start = labels_above(lines, at)
            return start, _has_text(lines[:start])
    return len(lines), True


def _above_block(lines: list[str], at: int, text: str) -> int:
    """The first line of a header block, with what stands above its labels; -1 when none begins here."""
    if len(text) < _BARE and (notes := notes_block(lines, at)) >= 0:
        return notes
    if is_groupwise(text):
        return at
    if (":" in text[:40] or "：" in text[:40]) and is_header_block(lines, at):
        return _above_rule(lines, at)
    return -1


def _is_history(lines: list[str], marks: list[bool], at: int, height: int) -> bool:
    """Whether an introduction has history without quote marks below it."""
    if is_quoted_below(lines, marks, at + height) or not _has_text(lines[at + height :]):
        return False
    return is_surely_quoted_history(lines, at, height)


def _above_rule(lines: list[str], at: int) -> int:
    """The rule above a header block belongs to it."""
    above = at
    while above > max(0, at - 3) and not lines[above - 1].strip():
        above -= 1
    return above - 1 if above and RULE.match(lines[above - 1]) else at


def _has_text(lines: list[str]) -> bool:
    return any(map(str.strip, lines))


def _above_mark(lines: list[str], at: int) -> int:
    """Our mark opens our own letter; the client's introduction just above it belongs to the history as well."""
    start = at
    for back in range(at - 1, max(-1, at - 14), -1):
        line = lines[back]
        if not line.strip() or QUOTED.match(line) or RULE.match(line):
            continue
        top = next((t for t in range(max(0, back - 3), back + 1) if t + attribution(lines, t) > back), None)
        if top is not None:
            return top
        if separator(line) or label(line):
            start = back
            continue
        break
    return start


def _answered_below(lines: list[str], marks: list[bool], at: int) -> bool:
    """Whether a separator stands above marked quotation with an answer below it."""
    below = range(at + 1, min(at + 60, len(lines)))
    return is_quoted_below(lines, marks, at + 1) and _has_text([lines[place] for place in below if not marks[place]])


def _is_farewell(lines: list[str]) -> bool:
    """Whether all that stands below a quotation is one short line to the reader: it may be the whole answer."""
    written = [line.strip() for line in lines if line.strip()]
    if len(written) != 1 or len(written[0].split()) < 2 or is_footer(written[0]):
        return False
    return bool(_FAREWELL.fullmatch(written[0]))


_Block = tuple[bool, int, int]  # quoted, first line, line behind


def _without_quotes(lines: list[str], marks: list[bool], *, sure: bool) -> tuple[list[str], list[str], list[str]]:
    """Own lines, marked quotation and signature; answers between quotations stay together with them."""
    signature: list[str] = []
    history: list[str] = []
    blocks = _blocks(lines, marks, sure=sure)
    while blocks:
        quoted, start, end = blocks[-1]
        if quoted:
            history[:0] = lines[start:end]
            blocks.pop()
            continue
        # Below a quotation even the first line may be a signature, so a line is put above it.
        above = ["…"] if len(blocks) > 1 else []
        tail, below = without_signature([*above, *lines[start:end]])
        tail = tail[len(above) :]
        if above and not _has_text(tail) and _is_farewell(lines[start:end]):
            tail, below = lines[start:end], []
        signature[:0] = below
        if _has_text(tail):
            blocks[-1] = (False, start, start + len(tail))
            break
        blocks.pop()
    marked = [number for number, block in enumerate(blocks) if block[0]]
    if not marked:
        return [line for _, start, end in blocks for line in lines[start:end]], history, signature
    own: list[str] = []
    for number, (quoted, start, end) in enumerate(blocks):
        if quoted and not _is_asked(lines, blocks, number, len(marked)):
            history[:0] = lines[start:end]
            while own and not own[-1].strip():
                own.pop()
        else:
            own += lines[start:end]
    return own, history, signature


def _is_asked(lines: list[str], blocks: list[_Block], number: int, marked: int) -> bool:
    """Whether a quotation with text below it is a question that the text answers, not just the mail above an answer."""
    _, start, end = blocks[number]
    if marked > 1:
        return True
    introduced = not QUOTED.match(lines[start]) or separator(lines[start]) or attribution(lines, start)
    if introduced and not any(line.rstrip().endswith(_ASKING) for line in lines[start:end]):
        return False  # a client put the whole mail between two words of the writer
    above = _has_text([line for _, first, last in blocks[:number] for line in lines[first:last]])
    return above and end - start <= _LONG_QUOTE


def _blocks(lines: list[str], marks: list[bool], *, sure: bool) -> list[_Block]:
    """Runs of quoted and unquoted lines; an introduction belongs to the quotation below it."""
    found: list[_Block] = []
    start = at = 0
    quoted = False
    while True:
        at = _next_of(marks, not quoted, at)
        if quoted and at + 1 < len(lines) and marks[at + 1]:
            line = lines[at]
            if not line.strip() or _is_end_of_link(lines[at - 1], line):
                at += 1
                continue
        if at == len(lines):
            break
        if start < at:
            found.append((quoted, start, at))
        start, quoted = at, not quoted
    found.append((quoted, start, len(lines)))
    blocks = [block for block in found if block[0] or _has_text(lines[block[1] : block[2]])]
    return _with_introductions(lines, blocks if sure else _joined(lines, blocks))


def _joined(lines: list[str], blocks: list[_Block]) -> list[_Block]:
    """The blocks; the only marked line that nothing introduces is the writer's own (`> 50 degrees in the box`)."""
    plain: list[_Block] = []
    for block in blocks:
        if block[0] and not is_led_to(lines, block[1]) and not attribution(lines, block[1]):
            plain.append(block)
        if len(plain) > 1:
            return blocks
    if len(blocks) == 1 or not plain or not _is_own_mark(lines, plain[0]):
        return blocks
    out: list[_Block] = []
    for block in blocks:
        quoted, start, end = block
        quoted = quoted and block != plain[0]
        if not quoted and out and not out[-1][0]:
            out[-1] = (False, out[-1][1], end)
        else:
            out.append((quoted, start, end))
    return out


def _is_own_mark(lines: list[str], block: _Block) -> bool:
    marked = [line.strip() for line in lines[block[1] : block[2]] if line.strip()]
    if len(marked) != 1 or marked[0][-1:] in _ASKING:
        return False
    return not marked[0][1:].lstrip().startswith((">", "|"))


def _next_of(marks: list[bool], wanted: bool, at: int) -> int:
    """The next place of a mark; the end when there is none."""
    try:
        return marks.index(wanted, at)
    except ValueError:
        return len(marks)


def _is_end_of_link(above: str, line: str) -> bool:
    """Whether a line without mark is the rest of a link that was folded within the quotation."""
    if len(line) > LONG or len(above) > LONG:
        return False
    bare = line.strip().strip("()<> \t")
    whole = bare.startswith(("http://", "https://")) and len(bare.split()) == 1
    opened = max(above.rfind("(http"), above.rfind("<http"))
    return whole or (opened >= 0 and not any(end in above[opened:] for end in ")>") and line.strip()[-1] in ")>")


def _with_introductions(lines: list[str], blocks: list[_Block]) -> list[_Block]:
    out: list[_Block] = []
    for quoted, start, end in blocks:
        if quoted and out and not out[-1][0]:
            top = _introduction(lines, out[-1][1], start)
            out[-1] = (False, out[-1][1], top)
            if not _has_text(lines[out[-1][1] : top]):
                out.pop()
            out.append((True, top, end))
        else:
            out.append((quoted, start, end))
    return out


def _introduction(lines: list[str], floor: int, quote: int) -> int:
    """The first line of the introduction that ends right above a quotation."""
    end = quote
    while end > floor and is_left_out(lines[end - 1]):
        end -= 1
    best = quote
    for height in (1, 2, 3, 4):
        top = end - height
        if top < floor or not lines[top].strip():
            break
        if height == 1 and (separator(lines[top]) or is_open_introduction(lines[top])):
            return top
        if height == 1 and is_plain_introduction(lines[top]):
            best = top
        if attribution(lines, top) == height and (
            best == quote or not is_dated(lines[best]) or names_writer(lines[top]) or goes_on(lines, top, best, end)
        ):
            best = top  # a line without date, or below the writer's name, may be only the end of a folded introduction
    return best
