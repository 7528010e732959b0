"""Which lines of a text carry a quote mark: `>`, `|`, or the initials of the writer (`AB> `)."""

import re

from parsers.introductions import HEIGHT, QUOTED, is_dated, label, says_wrote, separator

_INITIALS = re.compile(r"\s{0,8}([^\W\d_]{1,4})>")
_DEEP = re.compile(r"\s{4,8}>")  # below initials, which are set in
_SNIP = re.compile(
    r"(?i)[\[<({（【]\W{0,5}(?:snip\w{0,6}|skip\w{0,4}|cut|lost|deleted|omitted|trimmed|gekürzt|gelöscht|schnipp|coupé"
    r"|omissis|recorte|corte|вырезано|поскипано|skipnuto|wycięto|中略|省略|略|생략)?\W{0,5}[\])>}）】]|[.…]{1,6}"
)
ENDING = ":：-_=*"  # last characters of lines that may lead to a quotation


def marks_of(lines: list[str]) -> list[bool]:
    """Whether each line carries a quote mark."""
    marks = [line[:1] == ">" or (not line[:1].isalnum() and _is_marked(line)) for line in lines]
    by_initials: dict[str, list[int]] = {}
    for at in [at for at, line in enumerate(lines) if not marks[at] and ">" in line[1:14]]:
        if found := _INITIALS.match(lines[at]):
            by_initials.setdefault(found[1], []).append(at)
    for places in by_initials.values():
        if is_led_to(lines, places[0]):
            for at in places:
                marks[at] = True
    if by_initials:
        for at, line in enumerate(lines):
            marks[at] = marks[at] or (at > 0 and marks[at - 1] and _DEEP.match(line) is not None)
    return marks


def _is_marked(line: str) -> bool:
    """Whether a line begins with a mark that is not the border of a table."""
    return QUOTED.match(line) is not None and not (line.lstrip()[0] == "|" and line.rstrip()[-1] == "|")


def is_led_to(lines: list[str], at: int) -> bool:
    """Whether the lines with text above may introduce a quotation."""
    above = [line for line in lines[max(0, at - 8) : at] if line.strip()][-HEIGHT:]
    if above and (separator(above[-1]) or (above[-1].rstrip()[-1] in ENDING and says_wrote(above[-1]))):
        return True
    return any("@" in one or is_dated(one) or label(one) for one in above)


def is_quoted_below(lines: list[str], marks: list[bool], at: int) -> bool:
    """Whether the next line that says something carries a quote mark."""
    for place in range(at, min(at + 6, len(lines))):
        if not is_left_out(lines[place]):
            return marks[place]
    return False


def is_left_out(line: str) -> bool:
    """Whether a line says nothing, or only that words were left out: `[...]`, `<snip>`."""
    text = line.strip()
    return not text or _SNIP.fullmatch(text) is not None
