"""A case is handed on: refused, handed up, assigned, put into another category, sent elsewhere (policy §5, T2.3)."""

from typing import Any

import pytest

from cases import events as e
from cases.commands import Command, parse_commands
from cases.deadlines import owed
from cases.handing import category_named, person_named, place_named
from cases.routing import people_for
from tests.cases.mail import Desk, kinds, message
from tests.cases.world import DIRECTORY_OF, POLICY


def opened(**more: Any) -> Desk:
    desk = Desk()
    desk.open(message(**more))
    desk.send_all()
    return desk


def told(desk: Desk, letter: str = "handed-on") -> list[str]:
    return [x.person for x in desk.letters if x.letter == letter]


def leads(desk: Desk) -> list[str]:
    return [person.id for person in people_for("lead department", desk.case, desk.policy, desk.now)]


class TestRefusing:
    def test_a_refused_case_goes_back_to_the_intake_desk_with_the_reason(self) -> None:
        desk = opened()
        assert ["AssignmentRefused", "CommandsAnswered"] == kinds(desk.command("quinn", "refuse: it is the carrier"))
        assert (["ida"], ["ida"]) == (told(desk), leads(desk))
        refused = next(event for event in desk.events if isinstance(event, e.AssignmentRefused))
        assert ("it is the carrier", ("quality", "production"), False) == (
            refused.text,
            refused.departments,
            refused.dispute,
        )
        assert "accept" not in {deadline.stage for deadline in owed(desk.case, desk.policy)}

    def test_the_new_lead_has_clocks_of_its_own(self) -> None:
        desk = opened()
        desk.command("quinn", "refuse: it is the carrier")
        desk.wait(hours=2)
        desk.command("ida", "route logistics: the carrier broke it")
        assert ["lars"] == leads(desk)
        routed = next(event for event in reversed(desk.events) if isinstance(event, e.Routed))
        assert "the carrier broke it" == routed.because
        assert {"head_told"} <= {d.stage for d in owed(desk.case, desk.policy) if d.round == desk.now}
        desk.send_all()
        (accept,) = (d for d in owed(desk.case, desk.policy) if d.stage == "accept")
        assert desk.now == accept.round
        desk.command("lars", "accept")
        assert "lars" == desk.case.handler

    def test_a_second_refusal_is_managements_to_settle(self) -> None:
        desk = opened()
        desk.command("quinn", "refuse: it is the carrier")
        desk.command("ida", "route logistics")
        desk.letters.clear()
        desk.command("lars", "refuse: the machine was broken before")
        assert ["maria"] == told(desk)
        assert "Disputed" in desk.case.moments
        desk.command("maria", "route production: I have decided")
        assert ["dora"] == leads(desk)

    def test_only_who_leads_may_refuse(self) -> None:
        desk = opened()
        assert ["CommandRefused", "CommandsAnswered"] == kinds(desk.command("lars", "refuse: no time"))

    def test_a_reason_is_needed(self) -> None:
        assert "text missing" == refusal(opened(), "quinn", "refuse")


def refusal(desk: Desk, person: str, text: str) -> str:
    refused = [event for event in desk.command(person, text) if isinstance(event, e.CommandRefused)]
    return refused[0].because if refused else ""


class TestHandingUp:
    def test_head_office_leads_what_a_centre_cannot_solve(self) -> None:
        desk = opened(country="SA")
        assert ["qadir"] == leads(desk)
        desk.command("qadir", "investigated: the bearing broke")
        desk.wait(hours=1)
        desk.command("omar", "hand up: we have no such part in the region")
        assert ["hanna"] == leads(desk)
        assert ["hanna"] == told(desk)
        assert ("customer-service", "quality", "production") == desk.case.departments
        assert "investigate" not in {d.stage for d in owed(desk.case, desk.policy)}, "what was done stays done"
        assert "already handed up" == refusal(desk, "omar", "hand up: once more")


class TestAssigning:
    @pytest.mark.parametrize(
        "text", ["assign Dora Deputy", "assign: dora", "Assign dora@meridian.example: she knows it"]
    )
    def test_the_colleague_is_told_and_works_on_it(self, text: str) -> None:
        desk = opened()
        desk.command("quinn", text)
        assert ("dora", ["dora"]) == (desk.case.handler, told(desk))

    def test_nobody_of_that_name_is_said_so(self) -> None:
        assert "unknown person" == refusal(opened(), "quinn", "assign Deputy")
        assert "text missing" == refusal(opened(), "quinn", "assign")


def test_another_category_is_another_way() -> None:
    desk = opened()
    desk.command("ida", "category delivery")
    assert ("delivery", ["lars"]) == (desk.case.category, leads(desk))
    assert "unknown category" == refusal(desk, "ida", "category weather")


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("middle-east/quality", ("middle-east", "quality")),
        ("Middle East / Quality", ("middle-east", "quality")),
        ("SA", ("middle-east", "")),
        ("customer service", ("", "customer-service")),
        ("/logistics", ("", "logistics")),
        ("moon/quality", None),
        ("europe/cheese", None),
        ("a/b/c", None),
        ("/", None),
        ("", None),
    ],
)
def test_a_place_is_a_region_a_department_or_both(place: str, found: tuple[str, str] | None) -> None:
    assert found == place_named(place, DIRECTORY_OF)


def test_a_region_alone_takes_its_own_department() -> None:
    desk = opened()
    desk.command("ida", "route middle-east")
    assert ("middle-east", ["qadir"]) == (desk.case.centre, leads(desk))


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Quinn", "quinn"),
        ("quinn quality", "quinn"),
        ("Q.Quality@mobile.example", "quinn"),
        ("Headquarters", "hanna"),
        ("Deputy", ""),
        ("Head", ""),
        ("", ""),
    ],
)
def test_a_person_is_meant_only_when_it_can_be_nobody_else(name: str, person: str) -> None:
    found = person_named(name, DIRECTORY_OF)
    assert person == (found.id if found else "")


def test_a_category_may_be_written_with_blanks() -> None:
    assert "product-quality" == category_named("Product quality", POLICY)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("assign ida", Command(name="assign", argument="ida", written="assign ida")),
        (
            "指派 ida：她认识客户",
            Command(name="assign", argument="ida", text="她认识客户", written="指派 ida：她认识客户"),
        ),
        ("assign: ida", Command(name="assign", argument="ida", written="assign: ida")),
        (
            "route middle-east/quality.",
            Command(name="route", argument="middle-east/quality", written="route middle-east/quality."),
        ),
    ],
)
def test_what_a_command_names_may_stand_on_its_line(line: str, command: Command) -> None:
    assert (command,) == parse_commands(line, POLICY.commands)


def test_a_sentence_that_begins_with_such_a_word_is_a_note() -> None:
    assert () == parse_commands("Assign this one to whoever has time for it, please", POLICY.commands)
