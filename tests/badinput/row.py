"""One row of the table of bad inputs: what arrives, how it must end, and why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.badinput.desk import BadDesk, Handled

# The bytes themselves, or how to make them: when they are large, or when they answer a letter of the desk.
# `%ID%` in them becomes a word of its own for each variant, so that no two are the same message by accident.
Raw = bytes | Callable[["BadDesk"], bytes]
Variants = Mapping[str, Raw]

ENDINGS = ("case", "noted", "beside", "joined", "duplicate", "bounce", "quarantined", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Each variant stands under the ending it must have.

    `case`: opens a case; whoever wrote, and nobody else outside, may get one answer. In all other endings nothing at
    all leaves the house. `noted`: kept and listed. `beside`: a note on the case of `BadDesk` that only staff see.
    `joined`: continues that case. `duplicate`: known on that case already. `bounce`: booked on the letter.
    `quarantined`: set aside for a person. `refused`: a command that is not carried out; the variant's name begins with
    the reason.

    `check` asks more of what became of the variants; `story` is for inputs that are a course of events. `elsewhere`
    names tests (`path::name`) that prove what needs other servers; `later` says why something is not demanded yet.
    """

    number: int
    title: str
    why: str
    case: Variants = field(default_factory=dict)
    noted: Variants = field(default_factory=dict)
    beside: Variants = field(default_factory=dict)
    joined: Variants = field(default_factory=dict)
    duplicate: Variants = field(default_factory=dict)
    bounce: Variants = field(default_factory=dict)
    quarantined: Variants = field(default_factory=dict)
    refused: Variants = field(default_factory=dict)
    check: Callable[["Handled"], None] | None = None
    story: Callable[["BadDesk"], None] | None = None
    elsewhere: tuple[str, ...] = ()
    later: str = ""

    def variants(self) -> Iterator[tuple[str, str, Raw]]:
        """Ending, name and message of each variant."""
        for ending in ENDINGS:
            for name, raw in getattr(self, ending).items():
                yield ending, name, raw
