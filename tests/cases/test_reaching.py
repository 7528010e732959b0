"""Who hears of a letter that did not arrive, and where it is tried next: always further on, so it always ends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import events as e
from cases.again import once_more
from cases.case import Participant
from cases.decide import on_delivery
from cases.identity import base_address
from cases.letters import Letter
from cases.message import Proof
from cases.policy import Policy
from cases.reaching import LEVELS, next_address
from tests.cases.mail import Desk, message
from tests.cases.world import POLICY, while_away

HOME = "home@customer.example"


def opened(policy: Policy = POLICY) -> Desk:
    desk = Desk(policy)
    desk.open(message(proof=Proof.PROVEN))
    return desk


def lost(desk: Desk, letter: Letter, because: str = "5.1.1") -> e.LetterEvent:
    """The letter came back."""
    (event,) = on_delivery(letter.ref, e.LetterBounced, because, desk.now)
    assert isinstance(event, e.LetterEvent)
    return event


def the(desk: Desk, name: str) -> Letter:
    return next(letter for letter in desk.letters if letter.letter == name)


def test_the_same_letter_goes_to_the_next_address_and_after_the_last_to_none() -> None:
    desk = opened()
    desk.conclude((e.ParticipantAdded(at=desk.now, by="command line:x", address=HOME),))
    first = the(desk, "acknowledgement")
    again = once_more(desk.case, lost(desk, first), desk.events, desk.policy, desk.now)
    assert again
    assert (HOME, f"{first.key}:again-1", first.stops) == (again.to, again.key, again.stops)
    assert "" == next_address(desk.case, lost(desk, again), desk.policy)
    assert once_more(desk.case, lost(desk, again), desk.events, desk.policy, desk.now) is None


def test_what_may_have_arrived_goes_nowhere_else() -> None:
    desk = opened()
    desk.conclude((e.ParticipantAdded(at=desk.now, by="command line:x", address=HOME),))
    unsure = lost(desk, the(desk, "acknowledgement"), "uncertain: no reply to the final dot")
    assert once_more(desk.case, unsure, desk.events, desk.policy, desk.now) is None


def test_somebody_elses_address_on_the_case_is_never_tried() -> None:
    desk = opened()
    stranger = Participant(address="authority@gov.example", role="regulator")
    case = replace(desk.case, participants=(*desk.case.participants, stranger))
    assert "" == next_address(case, lost(desk, the(desk, "acknowledgement")), desk.policy)


@given(st.sets(st.sampled_from(sorted(POLICY.directory.people)), max_size=6))
@pytest.mark.parametrize("name", ["assignment", "acknowledgement"])
def test_each_further_loss_is_told_further_up_until_nobody_is_left(name: str, away: set[str]) -> None:
    """Whoever is absent, and whoever stands in for them."""
    desk = opened(while_away(*sorted(away)))
    readers: list[str] = []
    letters = [letter for letter in desk.letters if letter.letter == name]
    while letters and len(readers) <= 2 * len(LEVELS):
        readers.append(letters[0].person)
        desk.letters.clear()
        # To an address that nobody is known to have, so that no other one is tried first.
        desk.conclude((replace(lost(desk, letters[0]), to="nowhere@meridian.example"),))
        letters = [letter for letter in desk.letters if letter.letter == "undelivered"]
    assert [] == letters, "it never ends"
    assert len(readers) <= len(LEVELS) + 1
    assert sorted(set(readers)) == sorted(readers), "somebody hears of their own loss again"


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("Ana@Kunde.Example", "ana@kunde.example"),
        ("ana+shop@kunde.example", "ana@kunde.example"),
        ("ana+a+b@kunde.example", "ana@kunde.example"),
        ("+ana@kunde.example", "+ana@kunde.example"),
        ("kunde.example", "kunde.example"),
    ],
)
def test_what_stands_behind_a_plus_sign_is_nobody_new(address: str, base: str) -> None:
    assert base == base_address(address)
