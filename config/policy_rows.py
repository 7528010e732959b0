"""How the policy's files look: one model a kind of row; the words of the files are those of `cases.policy`."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from cases.words import GRADES
from config.fields import (
    ActionWord,
    ChannelWord,
    ClassWord,
    Clause,
    Country,
    Days,
    GradeWord,
    Language,
    Limit,
    Line,
    Many,
    Name,
    Some,
    Span,
    StepMoment,
    Word,
    Zone,
)
from config.shape import Row


def _each_grade(value: Any) -> Any:
    """One text or list for all grades, or a table by grade."""
    return {grade.value: value for grade in GRADES} if isinstance(value, str | list) else value


SoonByGrade = Annotated[
    dict[GradeWord, Literal["at once", "morning", "week"]], BeforeValidator(_each_grade), Field(min_length=1)
]


class StageModel(Row):
    """`[[stage]]` of stages.toml."""

    name: Name
    clause: Clause
    starts: Some[str]
    done: Many[str]
    moot: Many[str] = ()
    counted_from: str = "received"
    owner: Name
    counts_in: Literal["centre", "department", "head office"] = "centre"
    target: Annotated[dict[GradeWord, Limit], BeforeValidator(_each_grade), Field(min_length=1)]
    ladder: Annotated[dict[GradeWord, Name], BeforeValidator(_each_grade), Field(min_length=1)]
    pauses: Many[str] = ()
    no_later_than: str = ""
    confirmed_by: Annotated[dict[GradeWord, Name], BeforeValidator(_each_grade)] = Field(default_factory=dict)
    after_close: bool = False
    each: Literal["", "measure"] = ""
    stays_done: bool = False


class ChecklistModel(Row):
    """`[[checklist]]` of stages.toml."""

    name: Name
    clause: Clause
    met_by: Some[str]
    grades: Some[GradeWord] = GRADES
    due: str = ""


class StepModel(Row):
    """A step of a ladder."""

    name: Name
    at: StepMoment
    do: ActionWord
    who: Name
    repeat: Span | None = None
    longer: Annotated[int, Field(ge=1, le=10)] = 1
    longest: Span | None = None


class TellingModel(Row):
    """`[telling]` of ladders.toml."""

    clause: Clause
    remind: SoonByGrade
    breach: SoonByGrade
    escalate: SoonByGrade
    again: SoonByGrade
    margin: Span | None = None
    together: Span | None = None


class LadderModel(Row):
    """`[ladder.NAME]` of ladders.toml."""

    clause: Clause
    steps: Some[StepModel]


class NoticeModel(Row):
    """`[[notice]]` of notices.toml."""

    name: Name
    clause: Clause
    when: str
    only: Many[str] = ()
    to: Name
    letter: Name
    class_: Annotated[ClassWord, Field(alias="class")]
    stops: str = ""
    later: Span | None = None
    monthly: bool = False


class GradeModel(Row):
    """`[[grade]]` of grades.toml."""

    name: Name
    clause: Clause
    is_: Annotated[GradeWord, Field(alias="is")]
    signals: Many[Name] = ()
    facts: Many[Name] = ()
    loss_above: Annotated[int, Field(ge=0)] | None = None
    any_loss: bool = False
    loss_unknown: bool = False
    channels: Many[ChannelWord] = ()
    categories: Many[Name] = ()
    earlier_cases_above: Annotated[int, Field(ge=0)] | None = None
    repeats_above: Annotated[int, Field(ge=0)] | None = None
    within_days: Days | None = None
    customers_from: Annotated[int, Field(ge=2)] | None = None
    public: bool = False
    personal_data: bool = False

    @property
    def about_history(self) -> bool:
        return self.earlier_cases_above is not None or self.repeats_above is not None

    @model_validator(mode="after")
    def _matches_something(self) -> "GradeModel":
        conditions = (self.signals, self.facts, self.any_loss, self.loss_unknown, self.channels, self.categories)
        counts = (self.loss_above, self.customers_from)
        if not any(conditions) and not self.about_history and all(count is None for count in counts):
            raise ValueError("can never match; give it signals, a loss, channels or categories")
        if self.about_history != (self.within_days is not None):
            raise ValueError("within_days and earlier_cases_above or repeats_above belong together; write both")
        return self


class RouteModel(Row):
    """`[[route]]` of routes.toml."""

    name: Name = ""
    category: Name = ""
    clause: Clause
    departments: Some[Name]
    region: Many[Line] = ()
    language: Many[Language] = ()
    channel: Many[ChannelWord] = ()
    centre: Name = ""
    further: Many[Name] = ()

    @model_validator(mode="after")
    def _is_named(self) -> "RouteModel":
        if not (self.category or self.region or self.language or self.channel):
            raise ValueError("matches everything; give it a category, region, language or channel")
        if not (self.name or self.category):
            raise ValueError("has neither name nor category; give it a name")
        return self


class CommandModel(Row):
    """`[[command]]` of commands.toml."""

    name: Name
    clause: Clause
    words: Some[Word]
    roles: Some[Name]
    needs_text: bool = False
    to_customer: bool = False
    argument: Literal[
        "", "person", "category", "place", "case", "member", "address", "number", "span", "date", "measure"
    ] = ""
    parts: dict[Literal["by", "owner", "accept", "without"], Some[Line]] = Field(default_factory=dict)
    after: Annotated[dict[GradeWord, Many[str]], BeforeValidator(_each_grade)] = Field(default_factory=dict)
    who: str = ""
    when_closed: bool = False


class CeilingModel(Row):
    """`[[ceiling]]` of ceilings.toml."""

    name: Name
    clause: Clause
    count: Annotated[int, Field(ge=1)]
    window_hours: Annotated[int, Field(ge=1, le=8760)]
    per: Literal["case", "address", "domain", "all"]
    unproven_only: bool = False
    latched: bool = False


class MaxAgeModel(Row):
    """`[max_age]` of letters.toml."""

    clause: Clause
    days: Days


class UncertainModel(Row):
    """`[uncertain]` of letters.toml."""

    clause: Clause
    answer: Literal["resend", "park"]
    owed: Literal["resend", "park"]
    final: Literal["resend", "park"]


class DigestModel(Row):
    """`[digest]` of letters.toml."""

    clause: Clause
    most: Annotated[int, Field(ge=2, le=200)]


class StatusModel(Row):
    """`[status]` of letters.toml."""

    clause: Clause
    most_a_day: Annotated[int, Field(ge=0, le=100)]
    next_contact: Span


class GiveUpModel(Row):
    """`[give_up]` of letters.toml."""

    clause: Clause
    after_days: Days


class TokenModel(Row):
    """`[token]` of letters.toml."""

    clause: Clause
    valid_for_days: Days


class RecordModel(Row):
    """`[record]` of letters.toml."""

    clause: Clause
    every_days: Days


class QuarantineModel(Row):
    """`[quarantine]` of letters.toml."""

    clause: Clause
    target: Span


class BounceModel(Row):
    """`[bounce]` of letters.toml."""

    clause: Clause
    retry_after_hours: Annotated[int, Field(ge=1, le=240)]
    most_retries: Annotated[int, Field(ge=0, le=10)]
    statuses: Many[Line]
    words: Many[Line]


class SuppressionModel(Row):
    """`[suppression]` of letters.toml."""

    clause: Clause
    reports: Many[Line]


class LettersModel(Row):
    """letters.toml."""

    names: Some[Name]
    max_age: MaxAgeModel
    uncertain: UncertainModel
    digest: DigestModel
    status: StatusModel
    give_up: GiveUpModel
    token: TokenModel
    quarantine: QuarantineModel
    record: RecordModel
    bounce: BounceModel
    suppression: SuppressionModel


class RequiredModel(Row):
    """`[[required]]` of required.toml."""

    fact: Name
    or_one_of: Many[Name] = ()
    clause: Clause


class CauseModel(Row):
    """`[[cause]]` of causes.toml."""

    name: Name
    clause: Clause
    sure: bool
    within_days: Days
    facts: Many[Name] = ()
    same_category: bool = False
    signals: Many[Name] = ()
    similarity: Annotated[int, Field(ge=1, le=100)] | None = None
    least_words: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _says_what_is_the_same(self) -> "CauseModel":
        if not (self.facts or self.similarity):
            raise ValueError("would join everything; give it facts or a similarity")
        return self


class DatedRateModel(Row):
    """A rate that was valid before."""

    cny: Annotated[Decimal, Field(gt=0, strict=False)]
    on: date


class RateModel(Row):
    """`[rate]` of rates.toml, one currency: the present rate, and those of earlier days."""

    cny: Annotated[Decimal, Field(gt=0, strict=False)]
    on: date
    earlier: Many[DatedRateModel] = ()

    @model_validator(mode="after")
    def _days_differ(self) -> "RateModel":
        days = [self.on, *(rate.on for rate in self.earlier)]
        if len(set(days)) < len(days):
            raise ValueError("has two rates for one day; keep one of them")
        if self.on != max(days):
            raise ValueError("has a later rate under earlier; put the latest one first")
        return self


class ZonesModel(Row):
    """zones.toml: the zone in which a country's customers read dates."""

    clause: Clause
    zone: dict[Country, Zone]


class ClausesModel(Row):
    """clauses.toml: what the policy may cite, and what each clause demands."""

    clause: dict[Line, Line]
