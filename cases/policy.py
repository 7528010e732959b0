"""The policy as rows: stages, ladders, notices, grades, routes, ceilings; each row named, each with its clause."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from cases.answering import AnswerWords
from cases.calendar import Calendar
from cases.making import quick
from cases.people import Directory, Person
from cases.report_rules import ReportRules
from cases.target import Target
from cases.words import GRADES, Action, Grade, LetterClass

MEASURE_OWNER, VERIFIER = "measure owner", "verifier"
EACH_HAS = frozenset({MEASURE_OWNER, VERIFIER})  # roles that each measure has its own people for


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A stage of policy §6 and its clock.

    The clock starts with any event named in `starts` and is stopped by any in `done`; an event in `moot` ends it
    without the stage having been done. Names are event kinds or `cases.moments.FURTHER_MOMENTS`.
    `counted_from` is `received` (R of policy §6) or `start` (the starting event). No target for a grade: no clock.
    `pauses` are the kinds of waiting (`PauseRow.kind`) during which the clock stands still. `no_later_than` names a
    date of the case (`cases.limits.DATES`) that the limit never passes; it is the limit where the target is a date.
    `confirmed_by` is who must find good what was done, for grades where somebody must.
    """

    name: str
    clause: str
    starts: tuple[str, ...]
    done: tuple[str, ...]
    moot: tuple[str, ...] = ()
    counted_from: str = "received"
    owner: str
    target: Mapping[Grade, Target]
    ladder: Mapping[Grade, str]
    pauses: tuple[str, ...] = ()
    no_later_than: str = ""
    counts_in: str = "centre"  # whose calendar: also `department` and `head office` (`cases.calendaring`)
    confirmed_by: Mapping[Grade, str] = field(default_factory=dict)  # role
    after_close: bool = False  # its clock also runs in a closed case
    stays_done: bool = False  # started again, its clock does not run anew: only a reopened case is worked anew
    each: str = ""  # `measure`: every corrective action of a case has a clock of its own (`Policy.stage("correct 2")`)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRow:
    """Whom the desk may wait for (policy §6). The target of `stage` is the longest single pause of each grade.

    A grade without such a target knows no pause. `at_end` says what happens then: `resume`, or `close` with notice.
    """

    kind: str
    clause: str
    stage: str
    at_end: Mapping[Grade, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRow:
    """How far the limit of a stage may be extended, all extensions together, and who approves (M28, C3.4)."""

    stage: str
    clause: str
    most: Mapping[Grade, Target]  # no entry: never
    approver: Mapping[Grade, str]  # roles


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationRow:
    """Who approves a compensation above so many CNY, whatever the grade (C3.4)."""

    name: str
    clause: str
    above: Decimal
    approver: str  # role


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """What moves a limit: pauses, extensions, and the amounts that need an approver of their own."""

    pauses: tuple[PauseRow, ...] = ()
    pauses_together: Mapping[Grade, Target] = field(default_factory=dict)  # all pauses of a case
    extensions: tuple[ExtensionRow, ...] = ()
    compensations: tuple[CompensationRow, ...] = ()
    compensation_words: tuple[str, ...] = ()  # case-folded; the amount stands behind one of them
    currencies: Mapping[str, str] = field(default_factory=dict)  # words and signs, case-folded → ISO 4217

    def pause(self, kind: str) -> PauseRow | None:
        """The row of that kind of waiting, if there is one."""
        return next((row for row in self.pauses if row.kind == kind), None)

    def waiting(self, stage: str) -> PauseRow | None:
        """The kind of waiting whose time the stage measures, if it is such a stage."""
        return next((row for row in self.pauses if row.stage == stage), None)

    def extension(self, stage: str) -> ExtensionRow | None:
        """The row of the stage, if its limit may be extended at all."""
        return next((row for row in self.extensions if row.stage == stage), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistRow:
    """What must be on record before a case is archived (C3.5): any of the moments in `met_by`.

    It is asked for in cases of these grades, and only once the moment `due` has come, if one is named.
    """

    name: str
    clause: str
    met_by: tuple[str, ...]
    grades: tuple[Grade, ...] = GRADES
    due: str = ""


LIMIT, AFTER_LIMIT = 1.0, 2.0  # places of ladder steps


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One step of a ladder (policy §7): a share of the target, or the limit plus a span."""

    name: str
    action: Action
    who: str  # role
    share: Fraction | None = None  # of the target; 1 is the limit itself
    after: Target | None = None  # after the limit
    repeat: Target | None = None  # the step comes again and again at this distance
    longer: int = 1  # each distance is so many times the one before
    longest: Target | None = None  # but never longer than this

    place: float = field(init=False, compare=False)  # of two first times that with the greater place comes no sooner

    def __post_init__(self) -> None:
        """Parts of the target come before the limit, spans after it."""
        place = (AFTER_LIMIT if self.after else LIMIT) if self.share is None else min(float(self.share), LIMIT)
        object.__setattr__(self, "place", place)

    def distance(self, count: int) -> Target | None:
        """How long after the one before the repetition of this number comes; the first one has the number 2."""
        if self.repeat is None or self.longer == 1 or count <= 2:
            return self.repeat
        # What never ends to grow would soon reach beyond every calendar.
        grown = self.repeat.amount * self.longer ** min(count - 2, _MOST_GROWTH)
        amount = min(grown, self.longest.amount) if self.longest else grown
        return Target(amount=amount, unit=self.repeat.unit)


_MOST_GROWTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingRules:
    """How soon a reader hears of a ladder step (policy §7); without rules at once, in their working time.

    `remind`, `breach`, `escalate` and `again` (a step that comes again) say it by grade: `at once`, `morning` (of the
    reader's next business day) or `week` (the morning of the first business day of a week).
    """

    remind: Mapping[Grade, str] = field(default_factory=dict)
    breach: Mapping[Grade, str] = field(default_factory=dict)
    escalate: Mapping[Grade, str] = field(default_factory=dict)
    again: Mapping[Grade, str] = field(default_factory=dict)
    margin: Target | None = (
        None  # of the reader's time that a reminder must leave until the limit, else it goes at once
    )
    together: Target | None = None  # after a letter, in which what falls due waits for the next one

    def soon(self, action: Action, grade: Grade, *, again: bool) -> str:
        """`at once`, `morning` or `week`."""
        by_grade = {Action.REMIND: self.remind, Action.BREACH: self.breach, Action.ESCALATE: self.escalate}[action]
        return (self.again if again and self.again else by_grade).get(grade, AT_ONCE)


AT_ONCE, MORNING, WEEK = "at once", "morning", "week"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Who is told what when something happens. All conditions of `only` must hold (`cases.letters.CONDITIONS`)."""

    name: str
    clause: str
    when: str  # event kind
    only: tuple[str, ...] = ()
    to: str  # `customer` or a role
    letter: str  # name of the template
    letter_class: LetterClass
    stops: str = ""  # the stage that its sending completes
    later: Target | None = None  # in the calendar of the owning centre; None: it leaves at once
    monthly: bool = False  # one line of a letter that its reader gets once a month (`cases.rolling_up`)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """A reason for a grade (policy §4). Any one condition that is set suffices."""

    name: str
    clause: str
    grade: Grade
    signals: tuple[str, ...] = ()  # any of these signals
    facts: tuple[str, ...] = ()  # any fact of these kinds
    loss_above: Decimal | None = None  # CNY
    loss_unknown: bool = False  # a loss is claimed in a currency without a rate
    any_loss: bool = False
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    earlier_cases_above: int | None = None  # of the same customer within `within`
    repeats_above: int | None = None  # of them about the same order, contract, project or product
    within: timedelta | None = None
    customers_from: int | None = None  # so many customers complain of one cause
    personal_data: bool = False  # personal data may have got out (GDPR 33)
    public: bool = False  # may come to wide public effect: nothing is published before management knows (N3.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one unit of a currency is worth in CNY from a day on."""

    on: date
    cny: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """Category × region × language × channel → departments, the first one leads (policy §5); empty: any."""

    name: str
    category: str = ""
    clause: str
    departments: tuple[str, ...]
    regions: tuple[str, ...] = ()  # centres or countries (ISO 3166 alpha-2)
    languages: tuple[str, ...] = ()  # BCP 47; `zh` also means zh-Hans
    channels: tuple[str, ...] = ()
    centre: str = ""  # takes the case over from the centre of the region
    further: tuple[str, ...] = ()  # departments that are told and own nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """When cases of several customers have one cause (M34). All conditions that are set must hold.

    `sure`: they are joined at once; else a person is asked.
    """

    name: str
    clause: str
    sure: bool
    within: timedelta
    facts: tuple[str, ...] = ()  # the same value of any of these kinds; `model` is what looks like a product's model
    similarity: Fraction | None = None  # of their words, 0 to 1
    least_words: int = 0  # of the shorter text
    same_category: bool = False
    signals: tuple[str, ...] = ()  # any of these in the new message


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A command that staff may give by replying (policy §8) and the roles that may give it."""

    name: str
    clause: str
    words: tuple[str, ...]  # spellings, case-folded, in all languages
    roles: tuple[str, ...]
    needs_text: bool = False
    to_customer: bool = False  # its text reaches the customer, so it must open the message
    argument: str = ""  # what is named on its line: a person, a category, a place, a case, a number, a span or a date
    after: Mapping[Grade, tuple[str, ...]] = field(default_factory=dict)  # moments, `A|B`: all of them come first
    who: str = ""  # besides a role of `roles` the person must be the one to decide now: confirmer, approver, reviewer
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # part of its text → words that begin it
    when_closed: bool = False  # it makes sense in a closed case too


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """At most `count` answers within `window` (invariant 7)."""

    name: str
    clause: str
    count: int
    window: timedelta
    per: str  # case, address, domain, all
    unproven_only: bool = False
    latched: bool = False  # what it holds leaves only when a person says so, not by itself when time has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceRules:
    """When a letter that came back is tried again. `words` are looked for in case-folded server texts."""

    retry_after: timedelta = timedelta(hours=8)
    most_retries: int = 0
    statuses: tuple[str, ...] = ()  # of RFC 3463, besides those of class 4
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRules:
    """How letters leave."""

    max_age: timedelta  # letters about older messages are held (policy §1)
    uncertain: Mapping[LetterClass, str]  # resend | park (invariant 4)
    give_up_after: timedelta  # of retrying
    digest_most: int = 40  # letters in one digest
    token_valid_for: timedelta
    record_told_every: timedelta | None = None  # audit gets the head of the record; None: never
    bounce: BounceRules = BounceRules()
    status_a_day: int = 2  # questions of one customer how it stands that are answered by themselves (N4)
    status_contact: Target | None = None  # to the next contact at the latest, where none was told
    suppressing: tuple[str, ...] = ()  # kinds of feedback reports after which an address gets no letters any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What letters say about the company."""

    name: str
    privacy: str = ""  # one sentence or link on how data is handled (GDPR 13)
    privacy_in: Mapping[str, str] = field(default_factory=dict)  # the same by language (BCP 47)

    def privacy_for(self, language: str) -> str:
        """The sentence in the language, else in its next wider tag (`pt-BR`, `pt`), else the one for everybody."""
        parts = language.casefold().split("-")
        tags = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
        known = {tag.casefold(): text for tag, text in self.privacy_in.items()}
        return next((known[tag] for tag in tags if tag in known), self.privacy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every rule there is, checked and complete; made by `config`, never changed, replaced as a whole on reload."""

    stages: tuple[StageRow, ...]
    ladders: Mapping[str, tuple[LadderStep, ...]]
    notices: tuple[NoticeRow, ...]
    grades: tuple[GradeRow, ...]
    routes: tuple[RouteRow, ...]
    several_lead: str  # department that leads when several unrelated ones are concerned (M15.4)
    commands: tuple[CommandRow, ...]
    ceilings: tuple[Ceiling, ...]
    letters: LetterRules
    calendars: Mapping[str, Calendar]
    directory: Directory
    rates: Mapping[str, tuple[Rate, ...]]  # by currency, the oldest first
    required: tuple[str, ...]  # kinds of facts a registration must have (policy §2)
    organisation: Organisation
    head_office: str  # name of the calendar of people without one
    causes: tuple[CauseRow, ...] = ()
    most_members: int = 200  # of a group; what comes then is only linked
    tell_group_at: tuple[int, ...] = (2, 3)  # customers of what may be one cause, or is one: then a letter tells
    boilerplate_from: int = 5  # customers; what so many say alike makes no two of them alike
    regulators: tuple[str, ...] = ()  # domains of authorities (M33)
    country_zones: Mapping[str, str] = field(default_factory=dict)  # ISO 3166 alpha-2 → IANA zone to show dates in
    quarantine_target: Target | None = None  # policy §1: 1 wh
    clocks: ClockRules = ClockRules()
    checklist: tuple[ChecklistRow, ...] = ()  # before a case is archived
    telling: TellingRules = TellingRules()
    answers: AnswerWords = field(default_factory=AnswerWords)
    low_rating: int = 2  # of 5; such a rating opens a review (policy §10)
    good_rating: int = 0  # of 5; with such a one a case closes by itself when nothing else is owed; 0: never
    reports: ReportRules = field(default_factory=ReportRules)

    _stages: Mapping[str, StageRow] = field(init=False, repr=False, compare=False)  # by name, as each event asks
    _commands: Mapping[str, CommandRow] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Builds the search tables."""
        object.__setattr__(self, "_stages", {row.name: row for row in self.stages})
        object.__setattr__(self, "_commands", {row.name: row for row in self.commands})

    def stage(self, name: str) -> StageRow | None:
        """The stage of that name, if the policy has it."""
        row = self._stages.get(name)
        if row or not name[-1:].isdecimal():
            return row
        base, _, place = name.rpartition(" ")
        each = self._stages.get(base)
        return stage_of(each, int(place)) if each and each.each else None

    def calendar_of_person(self, person: Person) -> Calendar:
        """The calendar a colleague works by, else the head office's."""
        return self.calendars[person.calendar or self.head_office]

    def command(self, name: str) -> CommandRow | None:
        """The command of that name, if the policy has it."""
        return self._commands.get(name)


# One row for each place, made once: plans and clocks know their row by its identity.
_made: dict[tuple[int, int], tuple[StageRow, StageRow]] = {}
_MOST_MADE = 2_000


def stage_of(row: StageRow, place: int) -> StageRow:
    """The stage as the clock of one of several: its name, events, date and owner are those of that place."""
    known = _made.get((id(row), place))
    if known and known[0] is row:
        return known[1]
    if len(_made) >= _MOST_MADE:
        _made.clear()
    made = replace(
        row,
        name=f"{row.name} {place}",
        starts=tuple(f"{kind} {place}" for kind in row.starts),
        done=tuple(f"{kind} {place}" for kind in row.done),
        owner=f"{row.owner} {place}" if row.owner in EACH_HAS else row.owner,
        no_later_than=f"{row.no_later_than} {place}" if row.no_later_than else "",
        each="",
    )
    _made[id(row), place] = row, made
    return made
