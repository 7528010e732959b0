"""What a colleague asks for in the first lines of a reply (policy §8)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cases.policy import CommandRow

MOST_COMMANDS = 20  # in one message; what follows is refused with help (threats input 99)
_LONGEST_GUESS = 3  # words; a longer first line without a colon is a sentence, not a misspelt command


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: the row's name, empty when unknown, and the text after the colon."""

    name: str
    text: str = ""
    written: str = ""  # the words as written, shortened


def parse_commands(own_words: str, rows: Iterable[CommandRow]) -> tuple[Command, ...]:
    """The commands at the top of a colleague's own words; empty when the message is a plain note.

    A command stands at the start of a line, in any case and width, alone or followed by a colon and text; text goes on
    until the next command. The first line decides: if it is a sentence, the message is a note and nothing is done.
    """
    words = {spelling: row for row in rows for spelling in row.words}
    found: list[Command] = []
    for line in own_words.splitlines():
        row, text = _command_in(line, words)
        if row:
            found.append(Command(name=row.name, text=text, written=line.strip()[:80]))
        elif found and (found[-1].text or _needs_text(found[-1], words)):
            found[-1] = _with_line(found[-1], line)
        elif not found and line.strip():
            return _unknown(line, own_words)
        elif line.strip() and found:
            break
    return tuple(_trimmed(command) for command in found[:MOST_COMMANDS])


def _command_in(line: str, words: dict[str, CommandRow]) -> tuple[CommandRow | None, str]:
    head, colon, text = unicodedata.normalize("NFKC", line).partition(":")
    row = words.get(_plain(head))
    return (row, text.strip()) if row and (colon or not text) else (None, "")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".!。！")


def _needs_text(command: Command, words: dict[str, CommandRow]) -> bool:
    return any(row.needs_text for row in words.values() if row.name == command.name)


def _with_line(command: Command, line: str) -> Command:
    return Command(name=command.name, text=f"{command.text}\n{line}", written=command.written)


def _trimmed(command: Command) -> Command:
    return Command(name=command.name, text=command.text.strip(), written=command.written)


def _unknown(line: str, own_words: str) -> tuple[Command, ...]:
    """A short single line, or a word with a colon, was meant as a command; anything longer is a note."""
    rest = [other for other in own_words.splitlines() if other.strip()]
    head, colon, _ = line.partition(":")
    looks_like_one = len(line.split()) <= _LONGEST_GUESS and len(rest) == 1
    if looks_like_one or (colon and re.fullmatch(r"\s*\w+(\s\w+)?\s*", head)):
        return (Command(name="", written=line.strip()[:80]),)
    return ()
