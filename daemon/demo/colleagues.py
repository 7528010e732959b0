"""How colleagues behave who were not told anything else: they answer letters by mail, during their working hours.

A few cases are nobody's favourite: about those nothing is answered by habit, so that limits pass and others hear of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.people import Person
from cases.policy import Policy
from daemon.demo.mails.replying import Letter, answer
from daemon.demo.scenes import Delivery, Posted, Scene, Stage, colleague

# Letter and, for reminders, the stage they are about → what is answered, in English and in Chinese.
HABITS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("assignment", ""): ("accept", "接受"),
    ("reminder", "accept"): ("accept", "接受"),
    ("reminder", "register"): ("register", "登记"),
    ("reminder", "investigate"): (
        "investigated: We have spoken to everybody involved. Cause and responsibility are in our file.",
        "调查结果：已与相关人员逐一核实，原因与责任已记录在案。",
    ),
    ("reminder", "progress"): (
        "progress: I have called the customer and told them where we stand.",
        "进展：已致电客户，说明目前的处理情况。",
    ),
    ("reminder", "propose"): (
        "propose: Repair or replace at our cost, and a check of the next ten deliveries. Owner and dates are in our file.",
        "方案：由我方承担费用维修或更换，并抽查后续十批产品，责任人与时间已记录。",
    ),
    ("reminder", "plan"): (
        "plan: We talk to everybody involved by Thursday, read the papers with legal, and report to the centre on Friday.",
        "调查计划：周四前与相关人员核实，会同法务审阅材料，周五向中心汇报。",
    ),
}
PATIENCE = timedelta(minutes=50)  # from a letter to its answer
# Who lets which case lie, by person and scene; "*" is any reader.
LETS_LIE = frozenset({("novak", "khalid"), ("kim", "sato"), ("wang", "olga"), ("wang", "kanzlei"), ("rossi", "unproven")})
# Of two people at the intake desk one does the work.
DOES_NOTHING = frozenset({"brandt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleagues:
    """Everybody in the directory. `scripted` are answers that the story itself tells: letter, person and case."""

    policy: Policy
    scripted: frozenset[tuple[str, str, str]] = frozenset()

    def answer(self, posted: Posted, case: str) -> Scene | None:
        """What the reader of a letter will send, if anything; `case` is the key of the scene that opened it."""
        row = posted.row
        person = self.policy.directory.person_at(row.recipient)
        stage = row.key.split(":")[2].partition("/")[0] if row.letter == "reminder" else ""
        says = HABITS.get((row.letter, stage))
        if person is None or says is None or not case or self._is_left(person, row.letter, case):
            return None
        chinese = person.language.startswith("zh")
        return self._scene(person, posted.letter, f"{person.id}-{row.id}", says[chinese], posted.row.settled_at)

    def _is_left(self, person: Person, letter: str, case: str) -> bool:
        return (
            person.id in DOES_NOTHING
            or (person.id, case) in LETS_LIE
            or (letter, person.id, case) in self.scripted
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
            about=f"{person.name} answers a letter of the desk.",
            writer=writer.name,
            charset=writer.charset,
            make=make,
            is_ours=True,
        )
