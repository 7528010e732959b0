"""Meridian Trade, a small company with two service centres: the policy that the tests argue about.

It is written by hand and as short as the rules allow, so that a test can be checked with a calendar and a pencil.
Berlin works Monday to Friday 9 to 18, Riyadh Sunday to Thursday 9 to 12 and 13 to 18; the company sits in Berlin.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from cases.calendar import Calendar
from cases.people import Absence, Centre, Department, Directory, Person
from cases.policy import (
    Ceiling,
    CommandRow,
    GradeRow,
    LadderStep,
    LetterRules,
    NoticeRow,
    Organisation,
    Policy,
    Rate,
    RouteRow,
    StageRow,
    TellingRules,
)
from cases.target import Target, parse_target
from cases.words import Action, Grade, LetterClass

# Working time

HOLIDAYS = frozenset({date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)})
HALF_DAYS = frozenset({date(2026, 12, 24), date(2026, 12, 31)})
Hours = tuple[tuple[str, str], ...]


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    """`2026-03-02 10:00` on the clocks of a zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def calendar(
    name: str,
    zone: str,
    *,
    weekdays: str = "Mon Tue Wed Thu Fri",
    hours: Hours = (("09:00", "18:00"),),
    first: date = date(2026, 1, 1),
    last: date = date(2027, 12, 31),
) -> Calendar:
    """Shifts on weekdays, but not on holidays; on half days until 13:00."""
    spans: list[tuple[int, int]] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        if f"{day:%a}" not in weekdays.split() or day in HOLIDAYS:
            continue
        shifts = (("09:00", "13:00"),) if day in HALF_DAYS else hours
        spans += [tuple(int(at(f"{day} {time}", zone).timestamp()) for time in shift) for shift in shifts]  # type: ignore[misc]
    return Calendar(name=name, zone=zone, intervals=tuple(spans))


BERLIN = calendar("berlin", "Europe/Berlin")
RIYADH = calendar(
    "riyadh", "Asia/Riyadh", weekdays="Sun Mon Tue Wed Thu", hours=(("09:00", "12:00"), ("13:00", "18:00"))
)

# People

PEOPLE = (
    Person(id="ida", name="Ida Intake", addresses=("ida@meridian.example",), roles=("intake desk",), deputy="ivan"),
    Person(id="ivan", name="Ivan Intern", addresses=("ivan@meridian.example",)),
    Person(id="hanna", name="Hanna Headquarters", addresses=("hanna@meridian.example",), roles=("hq",)),
    Person(id="maria", name="Maria Manager", addresses=("maria@meridian.example",), roles=("management",)),
    Person(id="leo", name="Leo Legal", addresses=("leo@meridian.example",), roles=("legal",)),
    Person(
        id="quinn",
        name="Quinn Quality",
        addresses=("quinn@meridian.example", "q.quality@mobile.example"),
        deputy="dora",
        language="zh-Hans",
    ),
    Person(id="dora", name="Dora Deputy", addresses=("dora@meridian.example",), deputy="dirk"),
    Person(id="dirk", name="Dirk Deputy", addresses=("dirk@meridian.example",), deputy="quinn"),
    Person(id="lars", name="Lars Logistics", addresses=("lars@meridian.example",)),
    Person(id="carla", name="Carla Centre", addresses=("carla@meridian.example",)),
    Person(id="omar", name="Omar Centre", addresses=("omar@meridian.example",), calendar="riyadh"),
    Person(id="qadir", name="Qadir Quality", addresses=("qadir@meridian.example",), calendar="riyadh"),
)
DEPARTMENTS = (
    Department(id="quality", name="Quality", head="quinn"),
    Department(id="production", name="Production", head="dora"),
    Department(id="logistics", name="Logistics", head="lars"),
    Department(id="customer-service", name="Customer service", head="hanna"),
)
EUROPE = Centre(
    id="europe",
    name="Europe",
    head="carla",
    calendar="berlin",
    zone="Europe/Berlin",
    countries=("DE", "FR"),
    language="de",
)
MIDDLE_EAST = Centre(
    id="middle-east",
    name="Middle East",
    head="omar",
    calendar="riyadh",
    zone="Asia/Riyadh",
    countries=("SA", "AE"),
    language="ar",
    departments={"quality": "qadir"},
)


def directory(people: tuple[Person, ...] = PEOPLE) -> Directory:
    """Everybody, and what they are responsible for."""
    return Directory(
        people={person.id: person for person in people},
        departments={department.id: department for department in DEPARTMENTS},
        centres={centre.id: centre for centre in (EUROPE, MIDDLE_EAST)},
        default_centre="europe",
        by_address={address.casefold(): person for person in people for address in person.addresses},
    )


# Stages, ladders

ALL = (Grade.GENERAL, Grade.IMPORTANT, Grade.MAJOR)


def by_grade(general: str, important: str = "", major: str = "") -> Mapping[Grade, Target]:
    """`3 bd` for general and so on; `-` for a grade without the stage."""
    texts = zip(ALL, (general, important or general, major or important or general), strict=True)
    return {grade: parse_target(text) for grade, text in texts if text != "-"}


def ladders(usual: str, major: str = "") -> Mapping[Grade, str]:
    return dict(zip(ALL, (usual, usual, major or usual), strict=True))


STAGES = (
    StageRow(
        name="acknowledge",
        clause="M15.1",
        starts=("CaseOpened",),
        done=("LetterSent:acknowledge",),
        owner="intake desk",
        target=by_grade("1 wh"),
        ladder=ladders("desk"),
    ),
    StageRow(
        name="triage",
        clause="§1",
        starts=("TriageAsked",),
        done=("TriageAnswered",),
        counted_from="start",
        owner="intake desk",
        target=by_grade("1 wh"),
        ladder=ladders("desk"),
    ),
    StageRow(
        name="head_told",
        clause="T3.1",
        starts=("Routed",),
        done=("LetterSent:head_told",),
        owner="intake desk",
        target=by_grade("1 bd", major="1 h"),
        ladder=ladders("desk"),
    ),
    StageRow(
        name="accept",
        clause="[ours]",
        starts=("LetterSent:head_told",),
        done=("AssignmentAccepted", "HandlerAssigned"),
        moot=("Resolved", "AssignmentRefused"),
        counted_from="start",
        owner="lead department",
        target=by_grade("1 bd", major="1 h"),
        ladder=ladders("standard", "fast"),
    ),
    StageRow(
        name="register",
        clause="M15.2",
        starts=("CaseOpened",),
        done=("RegistrationConfirmed",),
        moot=("Resolved",),
        owner="intake desk",
        target=by_grade("2 bd"),
        ladder=ladders("desk"),
    ),
    StageRow(
        name="contain",
        clause="M25",
        starts=("MajorConfirmed",),
        done=("ContainmentReported",),
        moot=("Resolved",),
        counted_from="start",
        owner="centre head",
        target=by_grade("-", "-", "1 h"),
        ladder=ladders("fast"),
    ),
    StageRow(
        name="investigate",
        clause="M16, M20, M26",
        starts=("Routed",),
        done=("InvestigationReported",),
        moot=("Resolved",),
        owner="lead department",
        target=by_grade("3 bd", "5 bd", "10 bd"),
        ladder=ladders("standard", "fast"),
    ),
    StageRow(
        name="resolve",
        clause="M18, M22, M28",
        starts=("Routed",),
        done=("Resolved",),
        owner="lead department",
        target=by_grade("7 bd", "15 bd", "30 bd"),
        ladder=ladders("standard", "fast"),
    ),
    StageRow(
        name="progress",
        clause="M22",
        starts=("Routed", "ProgressTold"),
        done=(),
        moot=("Resolved",),
        counted_from="start",
        owner="handler",
        target=by_grade("-", "3 bd"),
        ladder=ladders("standard", "fast"),
    ),
    StageRow(
        name="tell_result",
        clause="M18, M23, M29",
        starts=("Resolved",),
        done=("LetterSent:tell_result",),
        counted_from="start",
        owner="handler",
        target=by_grade("1 bd"),
        ladder=ladders("standard"),
    ),
)


def step(name: str, action: Action, who: str, when: str, repeat: str = "") -> LadderStep:
    """`50 %` of the target, `limit`, or a span after the limit."""
    again = parse_target(repeat) if repeat else None
    if when == "limit" or when.endswith("%"):
        share = Fraction(1) if when == "limit" else Fraction(when.rstrip(" %")) / 100
        return LadderStep(name=name, action=action, who=who, share=share, repeat=again)
    return LadderStep(name=name, action=action, who=who, after=parse_target(when), repeat=again)


LADDERS = {
    "standard": (
        step("remind-50", Action.REMIND, "owner", "50 %"),
        step("remind-80", Action.REMIND, "owner", "80 %"),
        step("breach", Action.BREACH, "owner", "limit"),
        step("escalate-centre", Action.ESCALATE, "centre head", "1 bd"),
        step("escalate-hq", Action.ESCALATE, "hq", "2 bd"),
        step("escalate-management", Action.ESCALATE, "management", "4 bd", repeat="5 bd"),
    ),
    "fast": (
        step("remind-50", Action.REMIND, "owner", "50 %"),
        step("breach", Action.BREACH, "owner", "limit"),
        step("escalate-hq", Action.ESCALATE, "hq", "1 h"),
        step("escalate-management", Action.ESCALATE, "management", "1 bd", repeat="1 bd"),
    ),
    "desk": (
        step("breach", Action.BREACH, "intake desk", "limit"),
        step("escalate-hq", Action.ESCALATE, "hq", "1 bd", repeat="2 bd"),
    ),
}

# Notices


def notice(when: str, to: str, letter: str, only: str = "", *, kind: str = "owed", stops: str = "") -> NoticeRow:
    return NoticeRow(
        name=f"{letter} to {to}",
        clause="§8",
        when=when,
        only=tuple(part for part in only.split(", ") if part),
        to=to,
        letter=letter,
        letter_class=LetterClass(kind),
        stops=stops,
    )


NOTICES = (
    notice("CaseOpened", "customer", "acknowledgement", "complaint, plausible", kind="answer", stops="acknowledge"),
    notice("CaseOpened", "customer", "acknowledgement-bare", "complaint, unproven", kind="answer", stops="acknowledge"),
    notice("CaseOpened", "customer", "triage-acknowledgement", "triage", kind="answer", stops="acknowledge"),
    notice("TriageAsked", "intake desk", "triage"),
    notice("TriageAnswered", "customer", "acknowledgement", "became complaint, plausible", kind="answer"),
    notice("TriageAnswered", "customer", "acknowledgement-bare", "became complaint, unproven", kind="answer"),
    notice("Routed", "lead department", "assignment", stops="head_told"),
    notice("HandedUp", "lead department", "handed-on", stops="head_told"),
    notice("HandlerAssigned", "handler", "handed-on"),
    notice("AssignmentRefused", "intake desk", "handed-on", "first refusal"),
    notice("AssignmentRefused", "management", "handed-on", "disputed"),
    notice("FollowUpAdded", "handler", "follow-up"),
    notice("Graded", "intake desk", "major-notice", "provisional major"),
    notice("Graded", "centre head", "major-notice", "provisional major"),
    notice("Graded", "centre head", "major-notice", "confirmed major"),
    notice("Graded", "management", "major-notice", "confirmed major"),
    notice("ProgressTold", "customer", "progress", kind="final"),
    notice("ResultTold", "customer", "result", kind="final", stops="tell_result"),
    notice("LetterBounced", "handler", "undelivered", "to the customer"),
    notice("LetterFailed", "handler", "undelivered", "to the customer, lost"),
    notice("LetterWithheld", "handler", "undelivered", "to the customer, suppressed, no answer"),
    notice("LetterBounced", "next level", "undelivered", "to a colleague"),
    notice("LetterFailed", "next level", "undelivered", "to a colleague, lost"),
)

# Grades, routes, commands

GRADES = (
    GradeRow(name="loss_over_limit", clause="M13", grade=Grade.MAJOR, loss_above=Decimal(10_000)),
    GradeRow(name="loss_unknown", clause="M13", grade=Grade.MAJOR, loss_unknown=True),
    GradeRow(name="regulator", clause="M13", grade=Grade.MAJOR, channels=("regulator",)),
    GradeRow(name="lawyer", clause="M13", grade=Grade.MAJOR, signals=("lawyer",)),
    GradeRow(name="any_loss", clause="M13", grade=Grade.IMPORTANT, any_loss=True),
    GradeRow(name="delay", clause="M13", grade=Grade.IMPORTANT, signals=("delay",)),
    GradeRow(name="customer_data", clause="M13", grade=Grade.IMPORTANT, categories=("data-protection",)),
)
ROUTES = (
    RouteRow(name="product-quality", category="product-quality", clause="T2.2", departments=("quality", "production")),
    RouteRow(name="delivery", category="delivery", clause="T2.2", departments=("logistics", "production")),
    RouteRow(name="price", category="price", clause="T3.1", departments=("logistics",)),
    RouteRow(name="data-protection", category="data-protection", clause="M12", departments=("quality",)),
    RouteRow(name="other", category="other", clause="M7", departments=("customer-service",)),
)
WORKERS = ("handler", "lead department", "centre head")


def command(
    name: str, words: str, *roles: str, needs_text: bool = False, to_customer: bool = False, argument: str = ""
) -> CommandRow:
    return CommandRow(
        argument=argument,
        name=name,
        clause="§8",
        words=tuple(words.split(", ")),
        roles=roles,
        needs_text=needs_text,
        to_customer=to_customer,
    )


COMMANDS = (
    command("accept", "accept, accepted, 接受", "lead department", "centre head"),
    command("refuse", "refuse, 拒绝", "lead department", "centre head", needs_text=True),
    command("hand up", "hand up, 上报", *WORKERS, needs_text=True),
    command("assign", "assign, 指派", "lead department", "centre head", "intake desk", argument="person"),
    command("category", "category, 类别", "intake desk", "hq", argument="category"),
    command("route", "route, 转派", "intake desk", "hq", "management", argument="place"),
    command("resolve", "resolve, resolved, 已解决", *WORKERS, needs_text=True),
    command("investigated", "investigated, 调查结果", *WORKERS, needs_text=True),
    command("propose", "propose, 方案", *WORKERS, needs_text=True),
    command("contained", "contained, 已控制", *WORKERS, needs_text=True),
    command("progress", "progress, 进展", *WORKERS, needs_text=True, to_customer=True),
    command("result", "result, 结果", *WORKERS, needs_text=True, to_customer=True),
    command("grade general", "grade general", "intake desk", "centre head", needs_text=True),
    command("grade major", "grade major", "intake desk", "centre head", needs_text=True),
    command("complaint", "complaint, 投诉", "intake desk"),
    command("inquiry", "inquiry, 咨询", "intake desk"),
    command("out of scope", "out of scope, 超出范围", "intake desk"),
    command("spam", "spam, 垃圾邮件", "intake desk"),
    command("register", "register, 登记", "intake desk"),
    command("note", "note, 备注", *WORKERS, "intake desk", needs_text=True),
    command("help", "help, 帮助", *WORKERS, "intake desk"),
)
CEILINGS = (
    Ceiling(name="case", clause="[ours]", count=3, window=timedelta(hours=24), per="case"),
    Ceiling(name="address", clause="[ours]", count=5, window=timedelta(hours=24), per="address"),
)
LETTERS = LetterRules(
    max_age=timedelta(days=3),
    uncertain={LetterClass.ANSWER: "resend", LetterClass.OWED: "resend", LetterClass.FINAL: "park"},
    give_up_after=timedelta(days=5),
    token_valid_for=timedelta(days=400),
)

POLICY = Policy(
    stages=STAGES,
    ladders=LADDERS,
    notices=NOTICES,
    grades=GRADES,
    routes=ROUTES,
    several_lead="customer-service",
    commands=COMMANDS,
    ceilings=CEILINGS,
    letters=LETTERS,
    calendars={"berlin": BERLIN, "riyadh": RIYADH},
    directory=directory(),
    rates={
        "EUR": (Rate(on=date(2025, 7, 1), cny=Decimal("8.0")), Rate(on=date(2026, 1, 1), cny=Decimal("7.8"))),
        "SAR": (Rate(on=date(2026, 1, 1), cny=Decimal("1.9")),),
    },
    required=("order_number|waybill", "wanted"),
    organisation=Organisation(name="Meridian Trade", privacy="https://meridian.example/privacy"),
    head_office="berlin",
    country_zones={"SA": "Asia/Riyadh", "FR": "Europe/Paris"},
    quarantine_target=parse_target("1 wh"),
)
# What a company that wants few letters says of them.
MORNINGS = TellingRules(
    remind={Grade.GENERAL: "morning", Grade.IMPORTANT: "morning"},
    again={Grade.GENERAL: "week", Grade.IMPORTANT: "week", Grade.MAJOR: "morning"},
    margin=parse_target("2 wh"),
    together=parse_target("1 h"),
)
DIRECTORY_OF = POLICY.directory


def while_away(*ids: str, policy: Policy = POLICY) -> Policy:
    """The same policy while these people are absent, all of 2026."""
    absence = Absence(start=at("2026-01-01 00:00"), end=at("2027-01-01 00:00"))
    people = tuple(
        replace(person, absences=(absence,)) if person.id in ids else person
        for person in policy.directory.people.values()
    )
    return replace(policy, directory=directory(people))
