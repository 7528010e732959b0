"""Events of what colleagues asked for (policy §8)."""

from dataclasses import dataclass

from cases.events_base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused(Event):
    """A command was not carried out: which of the four proofs or rules was missing (invariant 6)."""

    raw: int
    sender: str
    command: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """What became of one command: its name as understood, whether it was done, and why not (a word of `refusals`)."""

    command: str
    done: bool
    because: str = ""
    detail: str = ""  # what is missing, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsAnswered(Event):
    """Everything one command mail asked for and what became of it; the colleague gets one answer (policy §8)."""

    raw: int
    person: str
    lines: tuple[AnswerLine, ...]
