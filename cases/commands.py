"""What a colleague asks for in the first lines of a reply (policy §8)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cases.making import quick
from cases.policy import CommandRow

MOST_COMMANDS = 20  # in one message; the next one ends the reading and is answered as unknown (threats input 99)
_LONGEST_ARGUMENT = 4  # words
_DATE = "date"  # `CommandRow.argument`
_MAY_BE_LEFT_OUT = frozenset({"measure"})  # arguments that are not looked for behind the colon
_BEFORE_A_NUMBER = re.compile(r"(?<=[^\W\d_])(?=\d)")  # Chinese needs no space there
_LONGEST_GUESS = 3  # words; a longer first line without a colon is a sentence, not a misspelt command


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: the row's name, empty when unknown, what it names, and the text after the colon."""

    name: str
    text: str = ""
    argument: str = ""  # `Ida` of `assign Ida: she knows them`
    written: str = ""  # the words as written, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    row: CommandRow
    argument: str
    written: str
    lines: list[str]


def parse_commands(own_words: str, rows: Iterable[CommandRow]) -> tuple[Command, ...]:
    """The commands at the top of a colleague's own words; empty when the message is a plain note.

    A command stands at the start of a line, in any case and width, alone or followed by a colon and text; text goes on
    until the next command. The first line decides: if it is a sentence, the message is a note and nothing is done.
    """
    words = {spelling: row for row in rows for spelling in row.words}
    found: list[_Found] = []
    for line in own_words.splitlines():
        row, argument, text = _command_in(line, words)
        if row and row.to_customer and found:
            # "Result: …" inside a colleague's report must not become a letter to the customer.
            row = None
        if row and len(found) == MOST_COMMANDS:
            return (*map(_command, found), Command(name="", written=_shortened(line)))
        if row:
            found.append(_Found(row=row, argument=argument, written=_shortened(line), lines=[text]))
        elif found and (found[-1].row.needs_text or any(found[-1].lines)):
            found[-1].lines.append(line)
        elif line.strip():
            # A sentence after the last command is nobody's text; before the first one it makes the whole a note.
            return tuple(map(_command, found)) or _unknown(line, own_words)
    return tuple(map(_command, found))


def _command(found: _Found) -> Command:
    row, text = found.row, "\n".join(found.lines).strip()
    argument = found.argument
    if row.argument == _DATE:
        argument, text = _dated(argument, text)
    elif row.argument and not argument and row.argument not in _MAY_BE_LEFT_OUT:
        # `assign: Ida` names her too, and what follows her name is the text.
        first, _, rest = text.partition("\n")
        argument, _, behind = first.partition(":")
        argument, text = argument.strip(), f"{behind.strip()}\n{rest}".strip()
    return Command(name=row.name, text=text, argument=argument, written=found.written)


def _dated(argument: str, text: str) -> tuple[str, str]:
    """The day, and the time of day if there is one, whose colon is not the one that ends the command."""
    hour, minute = re.search(r"(?<=\s)\d{1,2}$", argument), re.match(r"(\d{2})\s*:\s*", text)
    if not (hour and minute):
        return argument, text
    return f"{argument}:{minute[1]}", text[minute.end() :]


def _command_in(line: str, words: dict[str, CommandRow]) -> tuple[CommandRow | None, str, str]:
    """The row, what stands between its word and the colon, and the text behind it."""
    plain = unicodedata.normalize("NFKC", line)
    head, _, text = plain.partition(":")
    if row := words.get(_plain(head)):
        return row, "", text.strip()
    # `assign Ida` and `assign Ida: she knows them`; a longer line is a sentence that begins with such a word.
    parts = _BEFORE_A_NUMBER.sub(" ", head).split()
    for count in (2, 1):
        row = words.get(_plain(" ".join(parts[:count])))
        if row and row.argument and 0 < len(parts) - count <= _LONGEST_ARGUMENT:
            return row, " ".join(parts[count:]).rstrip(".!。！"), text.strip()
    return None, "", text.strip()


def _plain(text: str) -> str:
    return " ".join(text.casefold().rstrip(" \t.!。！").split())


def _shortened(line: str) -> str:
    return line.strip()[:80]


def _unknown(line: str, own_words: str) -> tuple[Command, ...]:
    """A short single line, or a word or two with a colon, was meant as a command; anything longer is a note."""
    rest = [other for other in own_words.splitlines() if other.strip()]
    head, colon, _ = unicodedata.normalize("NFKC", line).partition(":")
    looks_like_one = _length(line) <= _LONGEST_GUESS and len(rest) == 1
    if looks_like_one or (colon and _length(head) <= _LONGEST_GUESS and re.fullmatch(r"\s*\w+(\s\w+)?\s*", head)):
        return (Command(name="", written=_shortened(line)),)
    return ()


def _length(line: str) -> float:
    """In words; scripts without spaces have about two characters a word."""
    wide = sum(unicodedata.east_asian_width(char) == "W" for char in line)
    return max(len(line.split()), wide / 2)
