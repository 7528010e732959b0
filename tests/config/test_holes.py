"""What `ombud policy check` finds: policies that load, and in which something can never happen or nobody is told."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.letters import CONDITIONS
from cases.message import Proof
from cases.moments import FURTHER_MOMENTS
from cases.target import Target, Unit, parse_target
from cases.words import Grade, Status
from config.holes import BY_COMMAND, EXCLUSIVE, holes
from config.keeping import too_late
from config.mistakes import Mistake
from config.settings import load, rows_of
from tests.cases.test_placing import a_case
from tests.cases.world import BERLIN, RIYADH
from tests.config.desks import NOW, changed, load_text, sample

CONFIG = Path(__file__).parents[2] / "config"


def holes_in(folder: Path, text: str, **files: str) -> tuple[Mistake, ...]:
    settings = load_text(folder, text, **files)
    return holes(settings, *rows_of(folder / "ombud.toml"), NOW)


def shipped(name: str, *changes: tuple[str, str]) -> str:
    return changed((CONFIG / f"{name}.toml").read_text("utf-8"), *changes)


def without(name: str, row: str) -> str:
    """A shipped file without the row of that name."""
    head, *rows = re.split(r"(?m)^(?=\[)", shipped(name))
    left = [one for one in rows if f'name = "{row}"' not in one]
    assert len(left) == len(rows) - 1
    return head + "".join(left)


def test_what_comes_with_ombud_has_no_holes() -> None:
    assert () == holes(load(None, now=NOW, environment={}), *rows_of(None), NOW)


NOTICE = """
[[notice]]
name = "extra"
clause = "§7"
when = "{when}"
only = [{only}]
to = "{to}"
letter = "major-notice"
class = "owed"
"""
GRADE = '[[grade]]\nname = "extra"\nclause = "M13"\nis = "major"\n'
# What changes, the row that is named, what is said of it.
CASES: tuple[tuple[str, str, str, str], ...] = (
    (
        "notices",
        shipped("notices") + NOTICE.format(when="Graded", only='"plausible", "unproven"', to="hq"),
        "notice[extra]",
        "exclude each other",
    ),
    (
        "notices",
        shipped("notices") + NOTICE.format(when="Graded", only='"lost"', to="hq"),
        "notice[extra]",
        "said of letters",
    ),
    (
        "notices",
        shipped("notices") + NOTICE.format(when="Graded", only="", to="next level"),
        "notice[extra].to",
        "tells nobody",
    ),
    ("commands", without("commands", "investigated"), "stage[investigate].done", "InvestigationReported comes by"),
    ("commands", without("commands", "investigated"), "stage[confirm_findings].starts", "never starts"),
    (
        "stages",
        shipped("stages", ('general = "7 bd"', 'general = "4 bd"')),
        "stage[resolve].target",
        "investigate 3 bd + propose 2 bd",
    ),
    (
        "ladders",
        shipped(
            "ladders",
            ('at = "+1 bd", do = "escalate", who = "centre head"', 'at = "limit", do = "escalate", who = "owner"'),
        ),
        "ladder[standard].steps[escalate-centre].who",
        "its own owner",
    ),
    (
        "ladders",
        shipped("ladders")
        + '\n[ladder.spare]\nclause = "§7"\nsteps = [{ name = "a", at = "limit", do = "breach", who = "hq" }]\n',
        "ladder[spare]",
        "no stage climbs it",
    ),
    (
        "ladders",
        re.sub(
            r"(?s)\[ladder\.confirm\].*?\n\]\n",
            '[ladder.confirm]\nclause = "§7"\nsteps = [{ name = "a", at = "50 %", do = "remind", who = "owner" }]\n',
            shipped("ladders"),
        ),
        "ladder[confirm].steps",
        "nobody that a limit has passed",
    ),
    (
        "routes",
        shipped("routes") + '[[route]]\nname = "late"\ncategory = "price"\nclause = "§5"\ndepartments = ["finance"]\n',
        "route[late]",
        "'price' takes all",
    ),
    ("grades", shipped("grades") + GRADE + 'channels = ["staff"]\n', "grade[extra].channels", "channel staff"),
    (
        "stages",
        shipped(
            "stages",
            (
                'general = "2 bd", important = "3 bd", major = "5 bd"',
                'general = "40 wh", important = "3 bd", major = "5 bd"',
            ),
        ),
        "stage[resolve].target",
        "in calendar",
    ),
    (
        "stages",
        shipped("stages", ('done = ["RegistrationConfirmed"]', "done = []")),
        "stage[register].done",
        "never done",
    ),
    (
        "notices",
        shipped("notices", ('when = "FollowUpAdded"', 'when = "FollowUpAdded"\nstops = "investigate"')),
        "notice[pass on a further message].stops",
        "completes nothing",
    ),
    (
        "ladders",
        shipped(
            "ladders",
            (
                '{ name = "escalate-hq", at = "+2 bd"',
                '{ name = "x", at = "+1 bd", do = "escalate", who = "hq" },\n  { name = "escalate-hq", at = "+2 bd"',
            ),
        ),
        "ladder[standard].steps[escalate-hq].who",
        "has heard as hq",
    ),
    ("letters", shipped("letters", ("names = [", 'names = [\n  "spare",')), "names", "no row ever writes 'spare'"),
)


@pytest.mark.parametrize(("name", "content", "key", "reason"), CASES, ids=[f"{key} {why}" for _, _, key, why in CASES])
def test_a_hole_is_told_with_its_file_its_row_the_reason_and_what_to_do(
    tmp_path: Path, name: str, content: str, key: str, reason: str
) -> None:
    found = {one.key: one for one in holes_in(tmp_path, sample(), **{name: content})}
    assert key in found
    assert reason in found[key].wrong
    assert found[key].instead
    assert found[key].clause or "[" not in key
    own = key == "names" or key.startswith(name.removesuffix("s"))
    assert Path(found[key].file).name == (f"{name}.toml" if own else "stages.toml")


def test_a_letter_whose_only_notice_can_never_match_starts_and_ends_no_clock(tmp_path: Path) -> None:
    never = shipped("notices", ('name = "assign"', 'name = "assign"\nonly = ["triage", "complaint"]'))
    found = {one.key for one in holes_in(tmp_path, sample(), notices=never)}
    assert {"notice[assign]"} == found, "what is handed up is still told in writing"


def test_a_signal_and_a_category_that_no_word_speaks_of_are_told(tmp_path: Path) -> None:
    settings = load_text(tmp_path, sample())
    words = settings.lexicon
    deaf = replace(
        settings,
        lexicon=replace(
            words,
            signals=tuple(one for one in words.signals if one.rule != "press"),
            categories=tuple(one for one in words.categories if one.rule != "price"),
        ),
    )
    found = holes(deaf, *rows_of(tmp_path / "ombud.toml"), NOW)
    assert ["grade[press].signals", "route[price].category"] == [one.key for one in found]


def test_a_command_that_only_roles_may_give_which_nobody_has_is_told(tmp_path: Path) -> None:
    commands = shipped("commands", ('roles = ["intake desk"]', 'roles = ["audit"]'))
    found = holes_in(tmp_path, sample(('roles = ["audit"]\n', "")), commands=commands)
    assert [("command[complaint].roles", "nobody may give it: nobody has the role audit")] == [
        (one.key, one.wrong) for one in found if one.key.startswith("command")
    ]


AWAY = "absences = [{ first = 2026-12-03, last = 2026-12-04 }]\n"


def test_a_role_that_nobody_can_stand_in_for_on_a_known_day_is_told(tmp_path: Path) -> None:
    """He is stood in for by Lin, and Lin by Brandt: only when all three are away nobody is there."""
    deputies = (('deputy = "lin"', f'deputy = "lin"\n{AWAY}'), ('deputy = "brandt"', f'deputy = "brandt"\n{AWAY}'))
    (tmp_path / "two").mkdir()
    assert () == holes_in(tmp_path / "two", sample(*deputies))
    brandt = ('roles = ["intake desk"]\ncalendar = "europe"', f'roles = ["intake desk"]\ncalendar = "europe"\n{AWAY}')
    found = [one.wrong for one in holes_in(tmp_path, sample(*deputies, brandt))]
    assert any("'hq' is away from 2026-12-02" in one or "'hq' is away from 2026-12-03" in one for one in found)


def test_the_conditions_that_exclude_each_other_are_never_true_together() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    histories: tuple[dict[str, datetime], ...] = ({}, {"TriageAnswered": moment}, {"CaseReopened": moment})
    for status, proof, grade, provisional, moments in product(Status, Proof, Grade, (True, False), histories):
        case = replace(a_case(), status=status, proof=proof, grade=grade, provisional=provisional, moments=moments)
        for group in EXCLUSIVE:
            assert sum(CONDITIONS[one](case) for one in group if one in CONDITIONS) <= 1


def test_what_is_said_to_come_by_a_command_does() -> None:
    source = "".join(
        path.read_text("utf-8")
        for folder in ("cases", "daemon")
        for path in sorted((CONFIG.parent / folder).glob("*.py"))
    )
    reports = {event: frozenset({name}) for name, event in re.findall(r'"([\w ]+)": _report\(e\.(\w+)\)', source)}
    assert len(reports) >= 6
    assert reports.items() <= BY_COMMAND.items()
    for event in BY_COMMAND.keys() - reports.keys() - FURTHER_MOMENTS:
        assert 1 == len(re.findall(rf"\be\.{event}\(\s*(?:at=|\*\*act|\*\*cause)", source)), event


def test_a_calendar_in_which_nobody_works_for_weeks_is_told(tmp_path: Path) -> None:
    """Every limit of the centre would stand still, and nobody would wonder."""
    off = ", ".join(f"2027-02-{day:02}" for day in range(1, 29))
    away = ("days_off = [2026-12-28,", f"days_off = [{off}, 2026-12-28,")
    found = {one.key: one.wrong for one in holes_in(tmp_path, sample(away))}
    assert "nobody works from 2027-01-29 to 2027-03-01" in found["calendar[europe]"]


SPANS = st.builds(
    lambda amount, unit: Target(amount=Fraction(amount), unit=unit),
    st.integers(1, 30),
    st.sampled_from([Unit.HOURS, Unit.WORKING_HOURS, Unit.BUSINESS_DAYS]),
)


@given(parts=st.lists(SPANS, min_size=1, max_size=3), more=SPANS)
def test_a_limit_that_is_its_parts_and_more_is_never_called_too_short_in_one_unit(
    parts: list[Target], more: Target
) -> None:
    same = [Target(amount=part.amount, unit=more.unit) for part in parts]
    amount = sum((part.amount for part in same), more.amount)
    assert too_late(Target(amount=amount, unit=more.unit), same, [BERLIN], NOW) is None
    assert too_late(same[0], [*same, more], [BERLIN], NOW)


def test_spans_of_several_units_are_compared_where_they_are_counted() -> None:
    """Nine working hours are a day in Berlin, and eight in Riyadh; a clock goes on over the weekend."""
    day, hours, clock = (parse_target(text) for text in ("1 bd", "9 wh", "70 h"))
    assert too_late(day, [hours], [BERLIN], NOW) is None
    assert too_late(day, [hours], [BERLIN, RIYADH], NOW)
    found = too_late(clock, [parse_target("2 bd")], [BERLIN], NOW)
    assert found
    assert "Thu" <= f"{found[1]:%a}" or found[1].weekday() in {3, 4}


def test_a_report_for_a_role_that_nobody_has_is_told(tmp_path: Path) -> None:
    """The desk works all the same; nobody needs an auditor to answer complaints."""
    found = holes_in(tmp_path, sample(('roles = ["audit"]', "roles = []")))
    told = {one.key for one in found if one.file.endswith("reports.toml")}
    assert {"quarterly[cause analysis to audit].to", "rise[more limits missed].to"} == told
