"""The labelled letters, and how well ombud's full reading agrees with their labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from cases.grading import grade_of
from cases.message import IncomingMessage, Strength
from cases.policy import Policy
from cases.reading import Reading
from cases.words import Channel, Grade
from parsers import parse_message

FOLDER = Path(__file__).parent
HALVES = ("tuning", "held_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter with what a careful reader says of it."""

    language: str
    subject: str
    text: str
    is_complaint: bool
    category: str = ""  # empty when it is no complaint
    grade: Grade = Grade.GENERAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What ombud says of a letter."""

    letter: Letter
    is_complaint: bool
    category: str
    grade: Grade
    message: IncomingMessage


@dataclass(slots=True)
class Score:
    """How many letters were read as labelled; category and grade are asked of complaints only."""

    letters: int = 0
    complaints: int = 0
    told: int = 0
    category: int = 0
    grade: int = 0
    missed: list[Letter] = field(default_factory=list)  # major ones that were graded general

    def add(self, found: Found) -> None:
        letter = found.letter
        self.letters += 1
        self.told += letter.is_complaint is found.is_complaint
        if letter.is_complaint:
            self.complaints += 1
            self.category += letter.category == found.category
            self.grade += letter.grade is found.grade
            if letter.grade is Grade.MAJOR and found.grade is Grade.GENERAL:
                self.missed.append(letter)

    def shares(self) -> tuple[float, float, float]:
        """Complaint or not, category, grade; each from 0 to 1."""
        return self.told / self.letters, self.category / self.complaints, self.grade / self.complaints


def letters_of(half: str) -> Iterator[Letter]:
    for path in sorted((FOLDER / half).glob("*.txt")):
        for part in f"\n{path.read_text(encoding='utf-8')}".split("\n=== ")[1:]:
            label, subject, text = part.split("\n", 2)
            kind, *rest = label.split()
            is_complaint = kind == "complaint"
            yield Letter(
                language=path.stem,
                subject=subject,
                text=text.strip(),
                is_complaint=is_complaint,
                category=rest[0] if is_complaint else "",
                grade=Grade(rest[1]) if is_complaint else Grade.GENERAL,
            )


def read(letter: Letter, reading: Reading, policy: Policy) -> Found:
    mail = EmailMessage()
    mail["From"] = "Kim <kim@customer.example>"
    mail["To"] = "desk@firm.example"
    mail["Subject"] = letter.subject
    mail["Message-ID"] = "<1@customer.example>"
    mail.set_content(letter.text)
    message = parse_message(mail.as_bytes(), reading)
    category = message.categories[0] if message.categories else "other"
    grade, _ = grade_of(message.facts, message.signals, category, Channel.CUSTOMER, policy)
    told = message.automatic is None and message.complaint is not Strength.NONE
    return Found(letter=letter, is_complaint=told, category=category, grade=grade, message=message)


def scores(found: Iterable[Found]) -> dict[str, Score]:
    """By language, and of all together under `all`."""
    table: dict[str, Score] = {}
    for one in found:
        for key in (one.letter.language, "all"):
            table.setdefault(key, Score()).add(one)
    return table
