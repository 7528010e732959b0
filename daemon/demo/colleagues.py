"""How colleagues behave who were not told anything else: they answer letters by mail, during their working hours.

A few cases are nobody's favourite: about those nothing is answered by habit, so that limits pass and others hear of it.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from cases.people import Person
from cases.policy import Policy
from daemon.demo.mails.replying import Letter, answer
from daemon.demo.scenes import Delivery, Posted, Scene, Stage, colleague

PATIENCE = timedelta(minutes=50)  # from a letter to its answer
# Who lets which case lie, by person and scene.
LETS_LIE = frozenset(
    {("zhao", "khalid"), ("kim", "sato"), ("wang", "olga"), ("wang", "kanzlei"), ("rossi", "unproven")}
)
# Of two people at the intake desk one does the work.
DOES_NOTHING = frozenset({"brandt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """`answers`: by letter and, for a reminder, its stage; in English and in Chinese. `told`: by language."""

    answers: Mapping[tuple[str, str], tuple[str, str]]
    told: Mapping[str, str]


def read_habits() -> Habits:
    """What is in `habits.toml`."""
    found = tomllib.loads(files("daemon.demo.mails").joinpath("habits.toml").read_text(encoding="utf-8"))
    answers = {(row["letter"], row.get("about", "")): (row["en"], row["zh"]) for row in found["habit"]}
    return Habits(answers=answers, told=found["told"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleagues:
    """Everybody in the directory. `scripted` are answers that the story itself tells: letter, person and case.

    `language_of` is the language of a case by its number.
    """

    policy: Policy
    habits: Habits
    language_of: Callable[[str], str] = lambda _number: "en"
    scripted: frozenset[tuple[str, str, str]] = frozenset()

    def answer(self, posted: Posted, case: str) -> Scene | None:
        """What the reader of a letter will send, if anything; `case` is the key of the scene that opened it."""
        row = posted.row
        person = self.policy.directory.person_at(row.recipient)
        stage = row.key.split(":")[2].partition("/")[0] if row.letter == "reminder" else ""
        says = self.habits.answers.get((row.letter, stage))
        if person is None or says is None or not case or self._is_left(person, row.letter, case):
            return None
        text = says[person.language.startswith("zh")]
        text = text.format(told=self.habits.told.get(self.language_of(row.number), self.habits.told["en"]))
        about = posted.letter.about
        key = f"{person.id}-{row.id}" + (f"-{about}-{stage}" if about else "")
        return self._scene(person, posted.letter, key, text, posted.row.settled_at)

    def _is_left(self, person: Person, letter: str, case: str) -> bool:
        return (
            person.id in DOES_NOTHING
            or (person.id, case) in LETS_LIE
            or (letter, person.id, case) in self.scripted
            or (letter == "reminder" and ("assignment", person.id, case) in self.scripted)
        )

    def _scene(self, person: Person, letter: Letter, key: str, text: str, sent_at: datetime | None) -> Scene | None:
        if sent_at is None:
            return None
        writer = colleague(person, self.policy)
        at = self.policy.calendars[person.calendar or self.policy.head_office].opening(sent_at + PATIENCE)
        at = at.replace(second=0, microsecond=0)

        def make(_stage: Stage) -> tuple[Delivery, ...]:
            return (Delivery(raw=answer(key, writer, letter, text, at)),)

        return Scene(
            key=key,
            at=at,
            about=f"{person.name} answers a letter of the desk: {text.splitlines()[0]}",
            writer=writer.name,
            charset=writer.charset,
            make=make,
            is_ours=True,
        )
