"""Proof before power: four proofs, and all of them (invariant 6, threats T1 and G10)."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from cases.case import Case
from cases.commands import Command
from cases.message import Proof
from cases.policy import Policy
from cases.rights import Claim, allowed, why_not
from cases.sense import TRIAGE_ANSWERS, impossible
from cases.words import Status
from tests.cases.mail import MONDAY, NUMBER, Desk, message, staff_token
from tests.cases.world import POLICY, while_away

ACCEPT, RESOLVE, SPAM = (
    next(row for row in POLICY.commands if row.name == name) for name in ("accept", "resolve", "spam")
)
QUINN = "quinn@meridian.example"


def a_case() -> Case:
    desk = Desk()
    desk.open()
    return desk.case


CASE = a_case()


def claim(address: str, policy: Policy = POLICY) -> Claim:
    person = policy.directory.person_at(address)
    return Claim(message=message(address), person=person, token=staff_token(address))


@pytest.mark.parametrize(("listed", "proven", "token", "right"), list(product([True, False], repeat=4)))
def test_of_sixteen_combinations_one_may_act(listed: bool, proven: bool, token: bool, right: bool) -> None:
    sender = message(QUINN, proof=Proof.PROVEN if proven else Proof.PLAUSIBLE)
    person = POLICY.directory.person_at(QUINN) if listed else None
    held = Claim(message=sender, person=person, token=staff_token(QUINN) if token else None)
    proofs = {"not listed": listed, "unproven": proven, "no token": token, "no right": right}
    missing = [name for name, is_there in proofs.items() if not is_there]
    assert (missing or [""])[0] == why_not(held, ACCEPT if right else SPAM, CASE, POLICY, MONDAY)


@pytest.mark.parametrize(
    "token",
    [
        staff_token("dora@meridian.example"),
        staff_token("q.quality@mobile.example"),
        staff_token(QUINN, number="C-0000-0000"),
        staff_token(QUINN, purpose="customer"),
        staff_token(QUINN, purpose="bounce"),
        replace(staff_token(QUINN), expires_at=MONDAY),
    ],
    ids=["of somebody else", "of another address of theirs", "of another case", "customer", "bounce", "expired"],
)
def test_a_token_must_fit_exactly(token: object) -> None:
    held = Claim(message=message(QUINN), person=POLICY.directory.person_at(QUINN), token=token)  # type: ignore[arg-type]
    assert "no token" == why_not(held, ACCEPT, CASE, POLICY, MONDAY)


def test_nothing_is_done_that_was_not_typed_in_plain_text() -> None:
    sender = message(QUINN, html_only=True)
    held = Claim(message=sender, person=POLICY.directory.person_at(QUINN), token=staff_token(QUINN))
    assert "html only" == why_not(held, ACCEPT, CASE, POLICY, MONDAY)
    assert "" == why_not(replace(held, message=message(QUINN)), ACCEPT, CASE, POLICY, MONDAY)


def test_a_doubtful_from_header_proves_nothing() -> None:
    doubted = Claim(
        message=message(QUINN, sender_doubt="two From headers"),
        person=POLICY.directory.person_at(QUINN),
        token=staff_token(QUINN),
    )
    assert "unproven" == why_not(doubted, ACCEPT, CASE, POLICY, MONDAY)


def test_a_person_who_is_not_the_sender_is_not_listed() -> None:
    foreign = Claim(
        message=message("mallory@elsewhere.example"),
        person=POLICY.directory.person_at(QUINN),
        token=staff_token("mallory@elsewhere.example"),
    )
    assert "not listed" == why_not(foreign, ACCEPT, CASE, POLICY, MONDAY)
    nobody = Claim(message=message(sender=None), person=POLICY.directory.person_at(QUINN), token=staff_token(QUINN))
    assert "not listed" == why_not(nobody, ACCEPT, CASE, POLICY, MONDAY)


def test_any_address_of_a_colleague_may_act_with_its_own_token() -> None:
    assert "" == why_not(claim("Q.Quality@Mobile.example"), ACCEPT, CASE, POLICY, MONDAY)


def test_the_head_of_another_department_may_not() -> None:
    assert "no right" == why_not(claim("lars@meridian.example"), ACCEPT, CASE, POLICY, MONDAY)
    assert "no right" == why_not(claim("qadir@meridian.example"), ACCEPT, CASE, POLICY, MONDAY)


def test_the_head_of_the_cases_own_centre_may_and_of_another_may_not() -> None:
    assert "" == why_not(claim("carla@meridian.example"), ACCEPT, CASE, POLICY, MONDAY)
    assert "no right" == why_not(claim("omar@meridian.example"), ACCEPT, CASE, POLICY, MONDAY)


class TestDeputies:
    def test_a_deputy_may_act_while_the_head_is_away_and_only_then(self) -> None:
        assert "no right" == why_not(claim("dora@meridian.example"), ACCEPT, CASE, POLICY, MONDAY)
        away = while_away("quinn")
        assert "" == why_not(claim("dora@meridian.example", away), ACCEPT, CASE, away, MONDAY)
        assert "" == why_not(claim(QUINN, away), ACCEPT, CASE, away, MONDAY)
        back = MONDAY + timedelta(days=365)
        assert "no right" == why_not(claim("dora@meridian.example", away), ACCEPT, CASE, away, back)

    def test_a_deputy_of_the_intake_desk_may_answer_the_triage_they_are_asked_for(self) -> None:
        away = while_away("ida")
        assert "" == why_not(claim("ivan@meridian.example", away), SPAM, CASE, away, MONDAY)
        assert "no right" == why_not(claim("ivan@meridian.example"), SPAM, CASE, POLICY, MONDAY)


def test_a_command_that_does_not_exist_is_unknown_only_to_those_who_are_believed() -> None:
    assert "unknown" == why_not(claim(QUINN), None, CASE, POLICY, MONDAY)
    assert "not listed" == why_not(claim("mallory@elsewhere.example"), None, CASE, POLICY, MONDAY)


def test_letters_offer_only_what_would_be_carried_out() -> None:
    offers = 0
    for person in POLICY.directory.people.values():
        for row in allowed(person, CASE, POLICY, MONDAY):
            assert "" == why_not(claim(person.address), row, CASE, POLICY, MONDAY), person.id
            assert "" == impossible(CASE, row, Command(name=row.name, text="done", argument="5"), POLICY)
            offers += 1
    assert offers > 0
    assert NUMBER == CASE.number


def test_the_intake_desk_is_offered_the_triage_answers_only_while_the_case_is_in_triage() -> None:
    desk = POLICY.directory.with_role("intake desk")[0]
    waiting = replace(CASE, status=Status.TRIAGE)
    assert set(TRIAGE_ANSWERS) <= {row.name for row in allowed(desk, waiting, POLICY, MONDAY)}
    assert set(TRIAGE_ANSWERS).isdisjoint(row.name for row in allowed(desk, CASE, POLICY, MONDAY))
