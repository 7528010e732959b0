"""Why customers complained: causes and responsibility on record, and what a quarter comes to (policy §8, §10, M36)."""

import pytest

from cases.analysis import NONE, Past, analysis_view, counted, has_no_effect
from cases.quarters import Quarter, parse_quarter, quarter_of
from cases.rights import allowed
from cases.rises import series_of
from cases.root_causes import root_causes_in
from tests.stories.lives import lived
from tests.stories.telling import Story, berlin, shipped


def test_the_department_records_why_it_happened_and_whose_doing_it_was() -> None:
    case = lived(Story("general"), until="investigate")
    case.does("rossi", "cause: packaging, the corner pads were missing", "responsibility external: the packer")
    assert (("packaging",), "external") == (case.case.causes, case.case.responsibility)
    assert "packaging, the corner pads were missing" in [event.text for event in case.happened("CauseFound")]  # type: ignore[attr-defined]


def test_a_later_mail_corrects_what_was_thought_first_and_one_mail_may_name_several() -> None:
    case = Story("general")
    case.does("rossi", "cause: transport")
    case.until("Tue 3 Nov 10:00")
    case.does("rossi", "cause: design", "cause: material from the new supplier")
    assert ("design", "material") == case.case.causes


def test_a_cause_can_still_be_recorded_when_the_case_is_closed() -> None:
    case = lived(Story("general"))
    assert "closed" == case.case.status
    case.does("he", "cause: planning")
    assert ("planning",) == case.case.causes


def test_whoever_has_nothing_to_do_with_it_records_no_cause() -> None:
    assert "no right" == Story("general").refused("dubois", "cause: design")
    assert "text missing" == Story("general").refused("rossi", "cause")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("the carrier dropped it", ("transport",)),
        ("packaging: the carrier was careful", ("packaging",)),
        ("packaging and transport", ("packaging", "transport")),
        ("包装，缺少护角", ("packaging",)),
        ("supplied part cracked", ("material",)),
        ("nobody knows\nperhaps the software", ("other",)),
        ("", ("other",)),
    ],
)
def test_words_name_kinds_of_causes(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds == root_causes_in(text, shipped().reports)


def test_a_quarter_compares_itself_with_the_one_before_and_the_year_before() -> None:
    policy = shipped()
    first = lived(Story("important"))
    first.does("rossi", "cause: packaging")
    second = Story("general")
    cases = tuple(counted(story.case, policy) for story in (first, second, second))
    before = Past(cases=cases[:1], missed=2)
    view = analysis_view(Past(cases=cases, missed=5), before, None, (), about="", names=True)
    tables = {table["name"]: table["items"] for table in view["tables"]}  # type: ignore[attr-defined]
    assert [("packaging", 1, 1, -1), (NONE, 2, 0, -1)] == [
        (line["name"], line["now"], line["before"], line["year"]) for line in tables["cause"]
    ]
    totals = {line["name"]: (line["now"], line["before"], line["year"]) for line in view["totals"]}  # type: ignore[attr-defined]
    assert (3, 1, -1) == totals["received"]
    assert (5, 2, -1) == totals["limits missed"]
    assert 0 == view["unexplained"]
    assert [3] == [one["count"] for one in view["returning"]]  # type: ignore[attr-defined]


def test_who_may_not_know_the_customers_reads_the_numbers_of_their_cases_only() -> None:
    case = counted(Story("general").case, shipped())
    view = analysis_view(Past(cases=(case, case), missed=0), None, None, (), about="", names=False)
    assert [""] == [one["who"] for one in view["returning"]]  # type: ignore[attr-defined]
    assert "Ana" not in repr(view)
    assert "kunde" not in repr(view)


def test_compensation_counts_once_the_customer_agreed_or_the_case_was_solved() -> None:
    case = lived(Story("general"), until="propose")
    case.does("rossi", "propose: send it again, compensation 500 EUR")
    assert () == counted(case.case, case.policy).compensation
    case.does("weber", "approve")
    lived(case, without=("propose", "approve"))
    found = counted(case.case, case.policy)
    assert ("500 EUR",) == found.compensation
    assert found.cny > 3000


def test_a_measure_without_effect_says_so_first() -> None:
    policy = shipped()
    assert has_no_effect("None: the next crate broke as well", policy)
    assert has_no_effect("no effect", policy)
    assert has_no_effect("无效，又坏了三箱", policy)
    assert not has_no_effect("no broken corner since", policy)
    assert not has_no_effect("nonetheless better", policy)


def test_a_case_counts_once_somebody_took_it_for_a_complaint() -> None:
    doubtful = Story("general", doubtful=True)
    assert () == series_of(doubtful.case)
    doubtful.does("lin", "complaint")
    assert "category:delivery" in series_of(doubtful.case)
    inquiry = Story("general", doubtful=True)
    inquiry.does("lin", "inquiry")
    assert () == series_of(inquiry.case)


def test_quarters_follow_each_other_by_the_clocks_of_the_zone() -> None:
    assert Quarter(year=2026, number=3) == parse_quarter("2026-q3")
    assert parse_quarter("2026Q5") is None
    assert "2025Q4" == str(Quarter(year=2026, number=1).before)
    assert "2027Q1" == str(Quarter(year=2026, number=4).following)
    new_year = berlin("Thu 31 Dec 20:00")
    assert "2026Q4" == str(quarter_of(new_year, "Europe/Berlin"))
    assert "2027Q1" == str(quarter_of(new_year, "Asia/Shanghai"))


def test_the_cause_is_asked_for_with_the_investigation_and_as_long_as_nobody_has_said_it() -> None:
    """A letter offers few commands; these would be taken at any time."""

    def offered(case: Story) -> set[str]:
        rossi = case.policy.directory.people["rossi"]
        return {row.name for row in allowed(rossi, case.case, case.policy, case.now)} & {
            "cause",
            "responsibility internal",
        }

    case = lived(Story("general"), until="investigate")
    assert {"cause"} == offered(case)
    case.does("rossi", "investigated: lost at the depot")
    assert {"cause", "responsibility internal"} == offered(case)
    case.does("rossi", "cause: transport", "responsibility external")
    assert set() == offered(case)
