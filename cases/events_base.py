"""What every event has in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events.

    `by` is `message:N`, `person:ID`, `tick`, `outbox`, `case:NUMBER` (what happened to another case), `group`,
    `command line:USER`, or `command line:USER for ID` when somebody at the command line acts for a person of the
    directory.
    """

    at: datetime
    by: str
    rule: str = ""
    clause: str = ""

    @property
    def kind(self) -> str:
        """The class name, as stored."""
        return type(self).__name__

    @property
    def person_id(self) -> str:
        """The colleague whose doing it was; empty when it was nobody's of the directory."""
        kind, _, rest = self.by.partition(":")
        if kind == "person":
            return rest
        return rest.partition(" for ")[2] if kind == "command line" else ""


class Cause(TypedDict):
    """What all events of one decision have in common."""

    at: datetime
    by: str
    rule: str
    clause: str
