"""Holes in a policy whose rows all fit: what can never happen, what nobody is told, what cannot be kept.

`config.settings.load` refuses what is wrong; what stands here works and is all the same hardly what its author meant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import combinations

from cases import events
from cases.calendar import Calendar
from cases.letters import EVENT_CONDITIONS
from cases.people import Person
from cases.reaching import NEXT_LEVEL
from cases.sense import TRIAGE_ANSWERS
from cases.target import Target
from cases.ways import hidden_by
from cases.words import GRADES, Action, Channel, Grade
from config.desk_tables import Desk
from config.keeping import long_break, too_late
from config.mistakes import Findings, Mistake
from config.policy_checks import LETTER_SENT, roles_used
from config.policy_rows import LadderModel, NoticeModel, StageModel
from config.policy_tables import Tables, name_in
from config.values import Settings
from config.vocabulary import BY_FACTS, DIRECTORY_ROLES, OWN_LETTERS

# What happens by a command only, so never where no row of commands.toml gives it (cases/acting.py).
BY_COMMAND = {
    "Appealed": frozenset({"appeal"}),
    "ApprovalGranted": frozenset({"approve"}),
    "ApprovalRefused": frozenset({"reject"}),
    "AssessmentFiled": frozenset({"assessed"}),
    "AssignmentAccepted": frozenset({"accept"}),
    "AssignmentRefused": frozenset({"refuse"}),
    "AuthorityTold": frozenset({"reported to authority"}),
    "CauseFound": frozenset({"cause"}),
    "CauseNotShared": frozenset({"not one cause"}),
    "CauseShared": frozenset({"join all"}),
    "CommonTold": frozenset({"common"}),
    "GroupConfirmed": frozenset({"confirm group"}),
    "ContainmentReported": frozenset({"contained"}),
    "CorrectionChecked": frozenset({"effect"}),
    "CorrectionDone": frozenset({"corrected"}),
    "CorrectionOpened": frozenset({"correct"}),
    "CorrectionReturned": frozenset({"not verified"}),
    "CorrectionVerified": frozenset({"verified"}),
    "CustomerAgreed": frozenset({"agreed"}),
    "CustomerConfirmed": frozenset({"customer confirmed"}),
    "CustomerDeclined": frozenset({"declined"}),
    "CustomerSilent": frozenset({"no answer"}),
    "DataBreachFound": frozenset({"data breach"}),
    "DataRequestAnswered": frozenset({"request answered"}),
    "DataRequestReceived": frozenset({"data request"}),
    "ExtensionAsked": frozenset({"extend"}),
    "ExtensionGranted": frozenset({"grant extension"}),
    "ExtensionRefused": frozenset({"refuse extension"}),
    "FollowUpVisited": frozenset({"visited"}),
    "HandedUp": frozenset({"hand up"}),
    "HandlerAssigned": frozenset({"assign"}),
    "InvestigationConfirmed": frozenset({"investigated"}),  # nothing to confirm without a report
    "InvestigationReported": frozenset({"investigated"}),
    "MeetingFlagged": frozenset({"meeting"}),
    "Paused": frozenset({"wait customer", "ask customer", "wait third party"}),
    "PlanFiled": frozenset({"plan"}),
    "ProgressTold": frozenset({"progress"}),
    "RegulatorAnswered": frozenset({"regulator answered"}),
    "ReportFiled": frozenset({"report"}),
    "Resolved": frozenset({"resolve"}),
    "ResponsibilityFound": frozenset(
        {"responsibility internal", "responsibility external", "responsibility force majeure"}
    ),
    "ResultTold": frozenset({"result"}),
    "ReviewFiled": frozenset({"reviewed"}),
    "SolutionApproved": frozenset({"propose", "approve"}),
    "SolutionOffered": frozenset({"offer"}),
    "SolutionProposed": frozenset({"propose"}),
    "TriageAnswered": frozenset(TRIAGE_ANSWERS),
    "WaitingForCustomer": frozenset({"wait customer", "ask customer"}),
    "WaitingForThirdParty": frozenset({"wait third party"}),
    "WorkClosed": frozenset({"close"}),
}
# Of each group a case can be one thing at a time only.
EXCLUSIVE = (
    frozenset({"complaint", "became complaint", "triage"}),
    frozenset({"plausible", "unproven"}),
    frozenset({"provisional major", "confirmed major"}),
    frozenset({"reopened", "not reopened"}),
    frozenset({"to the customer", "to a colleague"}),
    frozenset({"disputed", "first refusal"}),
    frozenset({"believed", "not believed"}),
)


def holes(settings: Settings, desk: Desk, tables: Tables, now: datetime) -> tuple[Mistake, ...]:
    """Every hole with its file, its row, the reason and what to do; `now` decides which absences still count."""
    search = _Search(settings=settings, desk=desk, tables=tables, now=now, found=Findings())
    search.stages()
    search.limits()
    search.ladders()
    search.notices()
    search.grades()
    search.routes()
    search.commands()
    search.calendars()
    search.letters()
    search.reports()
    search.presence()
    return tuple(search.found.mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    settings: Settings
    desk: Desk
    tables: Tables
    now: datetime
    found: Findings

    def add(self, file: str, key: str, wrong: str, instead: str) -> None:
        self.found.add(self.tables.name_of(file), key, wrong, instead, clause_of(key, self.tables))

    def stages(self) -> None:
        for key, row in self.tables.stages:
            if not any(map(self._happens, row.starts)):
                self.add("stages.toml", f"{key}.starts", f"never starts: {self._why(row.starts)}", _MEND_EVENT)
            elif row.done and not any(map(self._happens, row.done)):
                self.add("stages.toml", f"{key}.done", f"can never be done: {self._why(row.done)}", _MEND_EVENT)
            elif not row.done and set(row.starts).isdisjoint(BY_COMMAND):
                wrong = "is never done and never begins anew, so its clock only ever ends without it"
                self.add("stages.toml", f"{key}.done", wrong, "name the event that completes it")

    def _happens(self, event: str) -> bool:
        """Whether anything in this policy gives rise to the event."""
        if event.startswith(LETTER_SENT):
            stops = event.removeprefix(LETTER_SENT)
            return any(row.stops == stops and not self._never(row) for _, row in self.tables.notices)
        given = {row.name for _, row in self.tables.commands}
        event = "AssignmentRefused" if event == "Disputed" else event
        return event not in BY_COMMAND or not given.isdisjoint(BY_COMMAND[event])

    def _why(self, missing: Iterable[str]) -> str:
        return "; ".join(
            f"no notice that can match stops {event.removeprefix(LETTER_SENT)!r}"
            if event.startswith(LETTER_SENT)
            else f"{event} comes by a command only ({', '.join(sorted(BY_COMMAND[event]))}), which no row gives"
            for event in missing
        )

    def limits(self) -> None:
        """A limit that ends a stage, or two that follow each other, leaves them at least their own time."""
        for grade in GRADES:
            clocked = [(key, row) for key, row in self.tables.stages if grade in row.target]
            whole = [(key, row) for key, row in clocked if row.counted_from == "received"]
            for key, limit in whole:
                ended = [row for _, row in clocked if row is not limit and not set(row.moot).isdisjoint(limit.done)]
                for chain in _chains(ended):
                    self._limit(f"{key}.target", grade, limit, chain)

    def _limit(self, key: str, grade: Grade, limit: StageModel, chain: tuple[StageModel, ...]) -> None:
        targets = [row.target[grade] for row in chain]
        whole = limit.target[grade]
        if found := too_late(whole, targets, self._calendars(), self.now):
            parts = " + ".join(f"{row.name} {row.target[grade]}" for row in chain)
            mixed = any(target.unit is not whole.unit for target in targets)
            seen = (
                f", as for a complaint of {found[1]:%Y-%m-%d %H:%M} UTC in calendar {found[0].name!r}" if mixed else ""
            )
            least = Target(amount=sum((one.amount for one in targets), Fraction(0)), unit=whole.unit)
            wrong = f"{whole} for {grade} cases are over before the stages within may be: {parts}{seen}"
            self.add("stages.toml", key, wrong, "write more" if mixed else f"write at least {least}, or shorten those")

    def _calendars(self) -> tuple[Calendar, ...]:
        """Those in which limits are counted: head office's and the centres'."""
        policy = self.settings.policy
        names = (policy.head_office, *(centre.calendar for centre in policy.directory.centres.values()))
        return tuple(policy.calendars[name] for name in dict.fromkeys(names))

    def calendars(self) -> None:
        for calendar in self._calendars():
            if free := long_break(calendar, self.now):
                key = f"calendar[{calendar.name}]"
                own = any(key == one for one, _ in self.desk.calendars)
                file = self.desk.file.name if own else self.tables.name_of("calendars.toml")
                wrong = f"nobody works from {free[0]:%Y-%m-%d} to {free[1]:%Y-%m-%d}, so every limit stands still"
                self.found.add(file, key, wrong, "give it hours or shorter holidays", clause_of(key, self.tables))

    def ladders(self) -> None:
        used = {ladder for _, row in self.tables.stages for ladder in row.ladder.values()}
        for key, ladder in self.tables.ladders:
            if name_in(key) not in used:
                self.add("ladders.toml", key, "no stage climbs it", "name it in stages.toml, or remove it")
            elif all(step.do is Action.REMIND for step in ladder.steps) and not self._only_waits(name_in(key)):
                self.add(
                    "ladders.toml", f"{key}.steps", "tells nobody that a limit has passed", "add a step at = 'limit'"
                )
            for stage, grade in self._climbers(name_in(key)):
                self._circling(key, ladder, stage, grade)
            self._told_before(key, ladder)

    def _only_waits(self, ladder: str) -> bool:
        """Whether the ladder belongs to pauses alone, whose end is no breach."""
        waiting = {row.stage for _, row in self.tables.pauses}
        return {row.name for _, row in self.tables.stages if ladder in row.ladder.values()} <= waiting

    def _climbers(self, ladder: str) -> Iterator[tuple[StageModel, Grade]]:
        for _, row in self.tables.stages:
            yield from ((row, grade) for grade in row.target if row.ladder.get(grade) == ladder)

    def _circling(self, key: str, ladder: LadderModel, stage: StageModel, grade: Grade) -> None:
        for step in ladder.steps:
            if step.do is Action.ESCALATE and step.who in {"owner", stage.owner}:
                self.add(
                    "ladders.toml",
                    f"{key}.steps[{step.name}].who",
                    f"hands {stage.name!r} of {grade} cases up to its own owner, so nobody else hears of it",
                    "name a role above",
                )

    def _told_before(self, key: str, ladder: LadderModel) -> None:
        """Nobody is told of one clock twice, so a step to those who have heard already tells nobody."""
        directory = self.settings.policy.directory
        heard: dict[str, str] = {}
        for step in ladder.steps:
            if step.do is Action.REMIND or step.who not in DIRECTORY_ROLES:
                continue
            people = [person.id for person in directory.with_role(step.who)]
            before = {heard[one] for one in people if one in heard}
            if people and step.repeat is None and all(one in heard for one in people):
                wrong = f"tells nobody: whoever is {step.who!r} has heard as {' or '.join(sorted(before))!s}"
                self.add(
                    "ladders.toml", f"{key}.steps[{step.name}].who", wrong, "name another role, or give it a repeat"
                )
            heard |= {one: heard.get(one, step.who) for one in people}

    def letters(self) -> None:
        written = {row.letter for _, row in self.tables.notices} | OWN_LETTERS | DESK_LETTERS
        for name in self.tables.letters.names if self.tables.letters else ():
            if name not in written:
                self.add(
                    "letters.toml", "names", f"no row ever writes {name!r}", "name it in notices.toml, or remove it"
                )

    def notices(self) -> None:
        ends = {row.name: row.done for _, row in self.tables.stages}
        for key, row in self.tables.notices:
            if row.stops and f"{LETTER_SENT}{row.stops}" not in ends.get(row.stops, ()):
                wrong = f"completes nothing: {row.stops!r} is not done by a letter"
                self.add(
                    "notices.toml", f"{key}.stops", wrong, f"add '{LETTER_SENT}{row.stops}' to its done, or remove it"
                )
            if because := self._never(row):
                self.add("notices.toml", key, f"can never match: {because}", "correct its conditions, or remove it")
            elif row.to == NEXT_LEVEL and not _is_letter_event(row.when):
                self.add(
                    "notices.toml",
                    f"{key}.to",
                    f"tells nobody: {row.when} is about no letter, so nobody stands above its reader",
                    "name a role",
                )

    def _never(self, row: NoticeModel) -> str:
        """Why no event can ever meet the row; empty when one can."""
        for one, other in combinations(row.only, 2):
            if one != other and any({one, other} <= group for group in EXCLUSIVE):
                return f"{one!r} and {other!r} exclude each other"
        for one in row.only:
            if one in _SAID_OF and row.when not in _SAID_OF[one].split("|"):
                return f"{one!r} is said of {_SAID_OF[one].replace('|', ' and ')} only"
        about_letters = [one for one in row.only if one in EVENT_CONDITIONS and one not in {*_SAID_OF, "of itself"}]
        if about_letters and not _is_letter_event(row.when):
            return f"{about_letters[0]!r} is said of letters, and {row.when} is about none"
        return "" if self._happens(row.when) else self._why([row.when])

    def grades(self) -> None:
        lexicon = self.settings.lexicon
        spoken = {phrase.rule for phrase in lexicon.signals if phrase.weight > 0} | BY_FACTS
        channels = {account.channel for account in self.settings.accounts}
        for key, row in self.tables.grades:
            for signal in row.signals:
                if signal not in spoken:
                    self.add(
                        "grades.toml", f"{key}.signals", f"no word of any language is a sign of {signal!r}", _WORDS
                    )
            for category in row.categories:
                self._must_be_found("grades.toml", f"{key}.categories", category)
            others = (row.signals, row.categories, row.facts, row.any_loss, row.loss_unknown, row.about_history)
            counts = (row.loss_above, row.customers_from)
            if not any(others) and all(count is None for count in counts) and channels.isdisjoint(row.channels):
                wrong = f"can never match: no account has the channel {' or '.join(row.channels)}"
                self.add("grades.toml", f"{key}.channels", wrong, "give an account that channel, or remove the row")

    def routes(self) -> None:
        for key, route in self.tables.routes:
            if route.category:
                self._must_be_found("routes.toml", f"{key}.category", route.category)
        rows = self.settings.policy.routes
        channels = {account.channel for account in self.settings.accounts}
        for (key, _), row in zip(self.tables.routes, rows, strict=True):
            if other := hidden_by(row, rows):
                wrong = f"can never match: {other.name!r} takes all that it would"
                self.add("routes.toml", key, wrong, "make it more specific, put it before that row, or remove it")
            elif row.channels and channels.isdisjoint(row.channels) and Channel.REGULATOR not in row.channels:
                wrong = f"can never match: no account has the channel {' or '.join(row.channels)}"
                self.add("routes.toml", f"{key}.channel", wrong, "give an account that channel, or remove the row")

    def _categories(self) -> frozenset[str]:
        return frozenset(phrase.rule for phrase in self.settings.lexicon.categories if phrase.weight > 0)

    def _must_be_found(self, file: str, key: str, category: str) -> None:
        # "other" is what a message is of that no words decide.
        if category != "other" and category not in self._categories():
            self.add(file, key, f"no word of any language speaks of {category!r}", _WORDS)

    def commands(self) -> None:
        held = {role for _, person in self.desk.people for role in person.roles}
        for key, row in self.tables.commands:
            if set(row.roles) <= DIRECTORY_ROLES - held:
                wrong = f"nobody may give it: nobody has the role {' or '.join(row.roles)}"
                self.add("commands.toml", f"{key}.roles", wrong, "add a role that somebody has")

    def reports(self) -> None:
        """An analysis reaches somebody, and so does a warning; of one that reaches nobody the intake desk hears."""
        directory = self.settings.policy.directory
        told = [(key, row.to) for key, row in self.tables.analyses]
        told += [(key, role) for key, row in self.tables.rises for role in row.to]
        for key, role in told:
            if role in DIRECTORY_ROLES and not directory.with_role(role):
                wrong = f"nobody has the role {role!r}, so nobody is told"
                self.add("reports.toml", f"{key}.to", wrong, f"give {role!r} to a [[person]], or name another role")

    def presence(self) -> None:
        """Somebody, or a deputy, is there at every moment that is already known."""
        directory = self.settings.policy.directory
        people = directory.people
        for role in sorted(roles_used(self.tables)):
            self._present("person", f"who has the role {role!r}", directory.with_role(role))
        for department in directory.departments.values():
            self._present(f"department[{department.id}].head", "who heads it", (people[department.head],))
        for centre in directory.centres.values():
            self._present(f"centre[{centre.id}].head", "who heads it", (people[centre.head],))
            for id_, head in centre.departments.items():
                self._present(f"centre[{centre.id}].departments.{id_}", "who heads it there", (people[head],))

    def _present(self, key: str, who: str, holders: tuple[Person, ...]) -> None:
        directory = self.settings.policy.directory
        starts = (absence.start for person in directory.people.values() for absence in person.absences)
        for moment in (self.now, *sorted(start for start in starts if start > self.now)):
            if holders and not directory.present(holders, moment):
                since = "now" if moment == self.now else f"from {moment:%Y-%m-%d %H:%M} UTC on"
                wrong = f"everybody {who} is away {since}, deputies too: their letters go to the intake desk"
                self.found.add(self.desk.file.name, key, wrong, "name a deputy who is there", "§7")
                return


# Conditions on events that are not about letters, each on one kind or on two.
_SAID_OF = {
    "after silence": "CaseClosed",
    "believed": "StatusAsked",
    "by itself": "Resumed",
    "disputed": "AssignmentRefused",
    "first refusal": "AssignmentRefused",
    "not believed": "StatusAsked",
    "for the customer": "Paused",
    "personal data": "Graded",
    "tells": "GroupSuggested|MemberJoined",
}


def clause_of(key: str, tables: Tables) -> str:
    """The clause that the row of a dotted key keeps; empty where its table names none."""
    kinds = (
        tables.stages,
        tables.ladders,
        tables.notices,
        tables.grades,
        tables.routes,
        tables.commands,
        tables.calendars,
        tables.analyses,
        tables.rises,
    )
    rows: dict[str, str] = {row: model.clause for kind in kinds for row, model in kind}
    return next((clause for row, clause in rows.items() if key == row or key.startswith(f"{row}.")), "")


# Letters that no row of the policy writes: what the program tells the desk and audit.
DESK_LETTERS = frozenset({"desk-notice", "record-head"})
_MEND_EVENT = "add the row that leads to it, or name another event"
_WORDS = "add words to a lexicon file in policy_dir, or remove it"


def _chains(rows: list[StageModel]) -> Iterator[tuple[StageModel, ...]]:
    """Each stage that counts from the receipt, alone and with all that follow it, each started by the one before."""
    pending: list[tuple[StageModel, ...]] = [(row,) for row in rows if row.counted_from == "received"]
    while pending:
        chain = pending.pop()
        yield chain
        pending += [
            (*chain, row)
            for row in rows
            if row not in chain and row.counted_from == "start" and not set(row.starts).isdisjoint(chain[-1].done)
        ]


def _is_letter_event(kind: str) -> bool:
    return issubclass(getattr(events, kind), events.LetterEvent)
