"""What the gallery shows: plain values, collected once the week is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Tone(StrEnum):
    """What kind of thing an entry is, for its colour."""

    IN = "in"
    OUT = "out"
    DECIDED = "decided"
    DONE = "done"
    REMINDED = "reminded"
    ALARM = "alarm"
    NOTED = "noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLetter:
    """One letter that left, as its reader got it."""

    id: int
    key: str
    at: datetime
    number: str
    kind: str  # name of the letter
    reader: str
    address: str
    is_customer: bool
    role: str  # of a colleague
    sender: str
    subject: str
    html: str
    text: str
    locale: str
    headers: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    tries: int = 1
    returned: bool = False  # it bounced


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """One message that came in. `text` is its writer's own words; empty when nobody could read it."""

    id: int
    key: str
    at: datetime
    writer: str
    address: str
    subject: str
    program: str
    charset: str
    language: str
    size: int
    text: str
    about: str
    outcome: str
    because: str
    number: str
    files: tuple[str, ...]
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a case's timeline. `letter` and `post` are ids to jump to; `chips` are small facts."""

    at: datetime
    tone: Tone
    title: str
    detail: str = ""
    quote: str = ""
    chips: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    clause: str = ""
    letter: int | None = None
    post: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDeadline:
    """A running clock."""

    stage: str
    due: datetime
    target: str
    owner: str
    clause: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """One case at the end of the week."""

    number: str
    key: str
    customer: str
    address: str
    proof: str
    language: str
    country: str
    subject: str
    status: str
    grade: str
    provisional: bool
    category: str
    centre: str
    departments: tuple[str, ...]
    handler: str
    received_at: datetime
    deadlines: tuple[ShownDeadline, ...]
    timeline: tuple[Entry, ...]
    letters: int
    reminders: int
    escalations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that had to happen. `detail` says what did."""

    name: str
    holds: bool
    detail: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """Everything for the page and for the terminal."""

    organisation: str
    begin: datetime
    end: datetime
    cases: tuple[ShownCase, ...]
    letters: tuple[ShownLetter, ...]
    post: tuple[ShownPost, ...]
    checks: tuple[Check, ...] = ()
    languages: tuple[str, ...] = ()
    charsets: tuple[str, ...] = ()
    old: int = 0  # messages that lay there before
    held_back: int = 0  # letters that became needless before their turn

    @property
    def holds(self) -> bool:
        """Whether everything expected did happen."""
        return all(check.holds for check in self.checks)

    def count(self, *kinds: str) -> int:
        """How many letters of these kinds left."""
        return sum(letter.kind in kinds for letter in self.letters)
