"""The shipped rows say what docs/policy.md says."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from cases import events
from cases.policy import LadderStep, Policy
from cases.words import GRADES, Action, Grade, LetterClass
from config.mistakes import Findings
from config.policy_tables import policy_files, read_tables
from config.settings import load
from config.vocabulary import CATEGORIES, EVENT_KINDS, expand_clauses, unknown_clauses
from tests.config.desks import NOW

POLICY_TEXT = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(None, now=NOW, environment={}).policy


def stage_rows() -> dict[str, list[str]]:
    """The table of policy §6: first cell → limits by grade, such as `3 bd`."""
    section = POLICY_TEXT.split("## 6 ")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return {row[0].split(" (")[0].split(" [")[0]: [limit(cell) for cell in row[2:5]] for row in rows[2:]}


def limit(cell: str) -> str:
    found = re.search(r"(\d+) (bd|wh|h)\b", cell)
    return f"{found[1]} {found[2]}" if found else ""


# The words of policy §6 → our stage.
STAGES = {
    "acknowledge": "acknowledge",
    "contain, report to HQ, legal and management": "contain",
    "head told in writing": "head_told",
    "accept the assignment": "accept",
    "register, first check, route": "register",
    "investigation plan": "plan",
    "investigate": "investigate",
    "propose": "propose",
    "resolve": "resolve",
    "progress note to the customer": "progress",
    "tell the result": "tell_result",
    "satisfaction / follow-up visit": "satisfaction",
}
# Rows for which the table gives no span; ours are in stages.toml with the reason.
WITHOUT_SPAN = {
    "approve": "approve",
    "customer agrees": "agree",
    "case report and review": "report",
    "archive when the checklist is complete": "archive",
}
OURS = {
    "triage",
    "management_told",
    "confirm_grade",
    "confirm_findings",
    "put_to_customer",
    "ask_satisfaction",
    "visit",
    "read_answer",
    "assess",
    "close",
    "review",
    "archive_general",
    "roll_up",
    "contact",
    "waiting_customer",
    "waiting_third_party",
    "approve_extension",
    "regulator",
    "tell_authority",
    "data_request",
    "correct",
    "verify",
    "check_effect",
}
# Ladders of pauses, whose end is no breach (clocks.toml).
WAITING = {"waiting-customer", "waiting-third-party"}


# T2.3: what a department does not take is found another one, and a dispute is management's to settle.
HANDED_ON = ("reroute", "settle_dispute")


def test_every_stage_of_the_policy_is_a_row(policy: Policy) -> None:
    assert set(stage_rows()) == STAGES.keys() | WITHOUT_SPAN.keys()
    assert {row.name for row in policy.stages} == {*STAGES.values(), *WITHOUT_SPAN.values(), *OURS, *HANDED_ON}


@pytest.mark.parametrize("words", STAGES)
def test_the_limits_of_a_stage_are_those_of_the_policy(policy: Policy, words: str) -> None:
    row = policy.stage(STAGES[words])
    assert row is not None
    limits = [str(row.target[grade]) if grade in row.target else "" for grade in GRADES]
    assert stage_rows()[words] == limits


def test_triage_and_quarantine_have_an_hour(policy: Policy) -> None:
    triage = policy.stage("triage")
    assert triage is not None
    assert {"1 wh"} == {str(target) for target in triage.target.values()}
    assert "1 wh" == str(policy.quarantine_target)
    assert "the intake desk (1 wh)" in POLICY_TEXT
    assert "the intake desk, and a 1 wh limit" in POLICY_TEXT


def test_an_unconfirmed_major_case_reaches_management_after_half_of_its_first_limit(policy: Policy) -> None:
    confirm, contain = policy.stage("confirm_grade"), policy.stage("contain")
    assert confirm is not None
    assert contain is not None
    assert contain.target[Grade.MAJOR].share(Fraction(1, 2)) == confirm.target[Grade.MAJOR]
    assert "management" in {step.who for step in policy.ladders["confirm"] if step.share == 1}
    assert "or when half of the first limit passed unconfirmed" in POLICY_TEXT


def test_grades_follow_the_policy(policy: Policy) -> None:
    line = next(row for row in policy.grades if row.name == "loss_over_limit")
    assert (Decimal(10_000), Grade.MAJOR) == (line.loss_above, line.grade)
    assert "loss > 10 000 CNY" in POLICY_TEXT
    by_signal = {signal: row.grade for row in policy.grades for signal in row.signals}
    major = {
        "group", "press", "regulator", "lawyer", "data_leak", "termination", "breach_of_law", "trade_secret", "injury",
        "concealment",
    }  # fmt: skip
    important = {
        "broken_promise", "delay", "emotional", "contract_deviation", "fraud", "data_slip", "small_group", "leaving",
        "named_deal",
    }  # fmt: skip
    assert dict.fromkeys(major, Grade.MAJOR) | dict.fromkeys(important, Grade.IMPORTANT) == by_signal


def test_categories_are_those_of_the_policy_and_each_has_a_route(policy: Policy) -> None:
    listed = POLICY_TEXT.split("Categories: `")[1].split("`")[0].split(", ")
    assert list(CATEGORIES) == listed
    assert set(listed) == {route.category for route in policy.routes}


def test_letters_follow_the_policy(policy: Policy) -> None:
    assert f"older than {policy.letters.max_age.days} days" in POLICY_TEXT
    assert {LetterClass.ANSWER: "resend", LetterClass.OWED: "resend", LetterClass.FINAL: "park"} == dict(
        policy.letters.uncertain
    )
    written = [row.letter_class for row in policy.notices if row.letter in {"progress", "result"}]
    assert [LetterClass.FINAL, LetterClass.FINAL] == written


def test_only_answers_to_customers_fall_under_ceilings(policy: Policy) -> None:
    for row in policy.notices:
        is_answer = row.to == "customer" and ("acknowledgement" in row.letter or row.letter == "status")
        assert is_answer == (row.letter_class is LetterClass.ANSWER), row.name


def test_every_answer_to_a_first_message_completes_the_acknowledgement(policy: Policy) -> None:
    rows = [row for row in policy.notices if row.when == "CaseOpened" and row.to == "customer"]
    assert {("complaint", "plausible"), ("complaint", "unproven"), ("triage",)} == {row.only for row in rows}
    assert {"acknowledge"} == {row.stops for row in rows}


def test_every_ladder_ends_with_management_again_and_again(policy: Policy) -> None:
    owners = {name: row.owner for row in policy.stages for name in row.ladder.values()}
    for name, steps in policy.ladders.items():
        last = steps[-1]
        if owners[name] == "management":
            assert ("hq", True) == (last.who, bool(last.repeat)), "nobody stands above, so head office keeps asking"
            continue
        if name in WAITING:
            assert {Action.REMIND} == {step.action for step in steps}
            continue
        assert ("management", Action.ESCALATE) == (last.who, last.action), name
        assert last.repeat, name


def test_every_ladder_climbs(policy: Policy) -> None:
    """Reminders, then the breach, then escalations, each later than the one before."""
    calendar = policy.calendars["china"]

    def moment(step: LadderStep) -> tuple[float, float]:
        late = (calendar.add(NOW, step.after) - NOW).total_seconds() if step.after else 0.0
        return (float(step.share or 1), late)

    for name, steps in policy.ladders.items():
        assert sorted(steps, key=moment) == list(steps), name
        assert name in WAITING or 1 <= sum(step.action is Action.BREACH for step in steps), name
        levels = [step.who for step in steps if step.action is Action.ESCALATE]
        assert [role for role in ("centre head", "hq", "legal", "management") if role in levels] == levels, name


def test_major_cases_climb_faster(policy: Policy) -> None:
    for name in ("investigate", "propose", "resolve"):
        row = policy.stage(name)
        assert row is not None
        assert ("standard", "fast") == (row.ladder[Grade.GENERAL], row.ladder[Grade.MAJOR])


def test_every_clause_of_the_appendix_may_be_cited_and_no_other() -> None:
    findings = Findings()
    clauses = read_tables(policy_files(None, findings), findings).clauses
    assert clauses is not None
    sections = {
        f"§{number}": title.strip() for number, title in re.findall(r"^## (\d+) ([^\[\n]+)", POLICY_TEXT, re.MULTILINE)
    }
    appendix = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", POLICY_TEXT.split("## Appendix")[1], re.MULTILINE))
    del appendix["clause"]
    assert sections | appendix == dict(clauses.clause)


def test_every_clause_that_the_policy_cites_is_in_its_appendix() -> None:
    findings = Findings()
    clauses = read_tables(policy_files(None, findings), findings).clauses
    known = expand_clauses(clauses.clause if clauses else {})
    text, _, _ = POLICY_TEXT.partition("## Appendix")
    cited = ", ".join(re.findall(r"\[([MSNTC]\d[^\]]*)\]", text))
    single = {part.strip() for part in re.split(r"[,;:]", cited) if re.fullmatch(r" ?[MSNTC][\d.–]+", part)}
    assert 40 < len(single)
    written_out = {re.sub(r"^(.)(\d+)–(\d+)$", r"\1\2–\1\3", part): "" for part in single}
    assert () == unknown_clauses(", ".join(sorted(expand_clauses(written_out))), known)


@pytest.mark.parametrize(
    ("key", "clauses"),
    [
        ("M13", {"M13"}),
        ("M6–M8", {"M6", "M7", "M8"}),
        ("N3.1–N3.3", {"N3.1", "N3.2", "N3.3"}),
        ("C2.2, C3.1–C3.2", {"C2.2", "C3.1", "C3.2"}),
        ("GDPR 15, 17", {"GDPR 15", "GDPR 17"}),
        ("GDPR ch. V", {"GDPR ch. V"}),
    ],
)
def test_one_line_may_stand_for_several_clauses(key: str, clauses: set[str]) -> None:
    assert clauses == expand_clauses({key: ""})


@pytest.mark.parametrize(
    ("cited", "unknown"),
    [
        ("M13", ()),
        ("M13, T3.1", ()),
        ("M15.2", ()),
        ("M13 [ours] because", ()),
        ("[ours] because, of course", ()),
        ("M13, X1", ("X1",)),
        ("M133", ("M133",)),
        ("[ours]", ("[ours] without a reason",)),
        ("", ("nothing",)),
    ],
)
def test_a_clause_is_known_or_ours_with_a_reason(cited: str, unknown: tuple[str, ...]) -> None:
    assert unknown == unknown_clauses(cited, frozenset({"M13", "M15", "T3.1"}))


def test_classes_that_others_are_derived_from_never_happen() -> None:
    assert {"CaseOpened", "LetterSent", "Reminded", "TriageAsked"} <= EVENT_KINDS
    assert set() == EVENT_KINDS & {"Event", "LetterEvent", "LadderStepTaken", "TextEvent"}
    assert all(hasattr(events, kind) for kind in EVENT_KINDS)
