"""Who leads, who stands in, and that somebody always hears of it (policy §5, M15.4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.case import Case
from cases.people import Absence, Person
from cases.policy import RouteRow
from cases.routing import people_for, roles_of
from cases.ways import Origin, hidden_by, way_of
from cases.words import Channel
from tests.cases.mail import MONDAY, Desk
from tests.cases.world import POLICY, while_away


def a_case() -> Case:
    desk = Desk()
    desk.open()
    return desk.case


CASE = a_case()
SAUDI = replace(CASE, centre="middle-east")


@pytest.mark.parametrize(
    ("categories", "departments"),
    [
        (("product-quality",), ("quality", "production")),
        (("delivery", "price"), ("logistics", "production")),  # price is logistics' too
        (("product-quality", "delivery"), ("quality", "production", "logistics")),  # production is in both
        (("product-quality", "price"), ("customer-service", "quality", "production", "logistics")),  # HQ leads
        (("data-protection", "price", "delivery"), ("customer-service", "quality", "logistics", "production")),
        (("product-quality", "no such"), ("quality", "production")),
        ((), ("customer-service",)),
        (("no such",), ("customer-service",)),
    ],
)
def test_the_first_department_leads_and_hq_leads_several_unrelated_ones(
    categories: tuple[str, ...], departments: tuple[str, ...]
) -> None:
    assert departments == way_of(categories, Origin(), POLICY).departments


@pytest.mark.parametrize(
    ("role", "case", "people"),
    [
        ("lead department", CASE, ["quinn"]),
        ("lead department", SAUDI, ["qadir"]),  # the centre's own head of quality
        ("lead department", replace(SAUDI, departments=("logistics",)), ["lars"]),
        ("handler", CASE, ["quinn"]),
        ("handler", replace(CASE, handler="lars"), ["lars"]),
        ("centre head", SAUDI, ["omar"]),
        ("management", CASE, ["maria"]),
        ("lead department", replace(CASE, departments=()), ["ida"]),
        ("centre head", replace(CASE, centre="gone"), ["ida"]),
        ("no such role", CASE, ["ida"]),
    ],
)
def test_roles_are_people_and_nobody_means_the_intake_desk(role: str, case: Case, people: list[str]) -> None:
    assert people == [person.id for person in people_for(role, case, POLICY, MONDAY)]


@pytest.mark.parametrize(
    ("away", "people"),
    [
        (("dora",), ["quinn"]),
        (("quinn",), ["dora"]),
        (("quinn", "dora"), ["dirk"]),
        (("quinn", "dora", "dirk"), ["ida"]),  # dirk's deputy is quinn again
        (("quinn", "dora", "dirk", "ida"), ["ivan"]),
        (("quinn", "dora", "dirk", "ida", "ivan"), ["hanna"]),
        (("quinn", "dora", "dirk", "ida", "ivan", "hanna"), ["ida"]),  # a letter that waits beats no letter
    ],
)
def test_deputies_stand_in_along_the_chain(away: tuple[str, ...], people: list[str]) -> None:
    policy = while_away(*away)
    assert people == [person.id for person in people_for("lead department", CASE, policy, MONDAY)]


def test_a_deputy_who_holds_the_role_already_is_told_once() -> None:
    policy = while_away("ida")
    people = tuple(
        replace(person, roles=("intake desk",)) if person.id == "ivan" else person
        for person in policy.directory.people.values()
    )
    both = replace(policy, directory=replace(policy.directory, people={person.id: person for person in people}))
    assert ["ivan"] == [person.id for person in people_for("intake desk", CASE, both, MONDAY)]


def test_who_is_told_has_the_role() -> None:
    """Whatever the role and whoever is away: nobody gets a letter whose commands they may not use."""
    for away in ((), ("quinn",), ("quinn", "dora"), ("ida",), ("hanna",), ("carla",)):
        policy = while_away(*away)
        for role in ("lead department", "handler", "centre head", "intake desk"):
            for person in people_for(role, CASE, policy, MONDAY):
                roles = roles_of(person, CASE, policy, MONDAY)
                assert role in roles or "intake desk" in roles or person.id == "hanna", (away, role, person.id)


def test_an_absence_ends() -> None:
    policy = while_away("quinn")
    (absence,) = policy.directory.people["quinn"].absences
    assert ["dora"] == [person.id for person in people_for("handler", CASE, policy, absence.start)]
    assert ["quinn"] == [person.id for person in people_for("handler", CASE, policy, absence.end)]


@pytest.mark.parametrize(
    ("country", "centre"), [("DE", "europe"), ("SA", "middle-east"), ("BR", "europe"), ("", "europe")]
)
def test_the_country_chooses_the_centre(country: str, centre: str) -> None:
    assert centre == POLICY.directory.centre_for(country).id


def test_addresses_are_found_in_any_case() -> None:
    person = POLICY.directory.person_at("Q.QUALITY@mobile.example")
    assert person is not None
    assert "quinn@meridian.example" == person.address
    assert POLICY.directory.person_at("mallory@elsewhere.example") is None


def way(name: str, category: str = "", **more: tuple[str, ...]) -> RouteRow:
    return RouteRow(name=name, category=category, clause="§5", departments=("quality",), **more)  # type: ignore[arg-type]


TABLE = (
    way("quality", "product-quality"),
    way("middle east", regions=("middle-east",)),
    way("emirates", regions=("AE",)),
    way("chinese", languages=("zh",)),
    way("quality in the middle east", "product-quality", regions=("middle-east",)),
    way("quality in the emirates", "product-quality", regions=("AE",)),
    way("referrals", channels=("regulator",)),
    way("quality in arabic", "product-quality", languages=("ar",)),
    way("twin", "product-quality", languages=("ar",)),
    way("other", "other"),
)


@pytest.mark.parametrize(
    ("category", "origin", "name"),
    [
        ("product-quality", Origin(country="DE", centre="europe", language="de"), "quality"),
        ("price", Origin(country="SA", centre="middle-east", language="en"), "middle east"),
        ("price", Origin(country="AE", centre="middle-east", language="en"), "emirates"),
        ("product-quality", Origin(country="SA", centre="middle-east"), "quality in the middle east"),
        ("product-quality", Origin(country="AE", centre="middle-east"), "quality in the emirates"),
        ("product-quality", Origin(country="AE", centre="middle-east", language="ar"), "quality in the emirates"),
        ("product-quality", Origin(country="DE", centre="europe", language="ar"), "quality in arabic"),
        ("price", Origin(country="DE", centre="europe", language="zh-Hant"), "chinese"),
        ("price", Origin(channel=Channel.REGULATOR, country="AE", centre="middle-east"), "referrals"),
        ("price", Origin(country="DE", centre="europe", language="de"), "other"),
    ],
)
def test_the_most_specific_row_wins(category: str, origin: Origin, name: str) -> None:
    assert name == way_of((category,), origin, replace(POLICY, routes=TABLE)).rows[0].name


def test_a_row_that_another_one_always_beats_is_found() -> None:
    hidden = {row.name: found.name for row in TABLE if (found := hidden_by(row, TABLE))}
    assert {"twin": "quality in arabic"} == hidden


def test_head_office_leads_several_unrelated_departments_whatever_the_centre_has() -> None:
    case = replace(SAUDI, departments=("quality", "logistics"))
    assert ["quinn"] == [x.id for x in people_for("lead department", replace(case, hq_leads=True), POLICY, MONDAY)]
    assert way_of(("product-quality", "price"), Origin(), POLICY).hq_leads


@pytest.mark.parametrize("level", [0, 1, 3])
@pytest.mark.parametrize("case", [CASE, SAUDI, replace(CASE, handler="hanna", further=("legal",), approvals=("hq",))])
def test_somebody_far_off_who_is_away_changes_nobodys_roles(case: Case, level: int) -> None:
    """Roles are found in another way where somebody is away."""
    absent = Person(
        id="guest",
        name="Guest",
        addresses=("guest@shop.example",),
        absences=(Absence(start=MONDAY, end=MONDAY + timedelta(days=1)),),
    )
    directory = POLICY.directory
    other = replace(POLICY, directory=replace(directory, people={**directory.people, absent.id: absent}))
    for person in directory.people.values():
        seen = replace(case, level=level)
        assert roles_of(person, seen, other, MONDAY) == roles_of(person, seen, POLICY, MONDAY)
