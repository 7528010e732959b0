"""Where a message belongs: the whole table, and what strangers cannot reach (invariant 6, policy §12)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.case import Case, Participant
from cases.message import IncomingMessage
from cases.placing import Again, Beside, Fresh, Join, Known, KnownMessage, Place, place_of
from cases.tokens import IssuedToken, mint
from tests.cases.mail import CUSTOMER, MONDAY, NUMBER, Desk, mark, message

KEYS = {"a": b"a key of thirty-two bytes........"}
STRANGER = "mallory@elsewhere.example"


def a_case(number: str = NUMBER) -> Case:
    desk = Desk()
    desk.open()
    return replace(desk.case, number=number)


CASE = a_case()
OTHER = a_case("C-9999-9999")


def issued(address: str = CUSTOMER, number: str = NUMBER, name: str = "abcdefgh", **more: Any) -> IssuedToken:
    usual = IssuedToken(
        id=name, number=number, address=address, purpose="customer", expires_at=MONDAY + timedelta(days=400)
    )
    return replace(usual, **more)


def known(*tokens: IssuedToken, cases: Mapping[str, Case] | None = None, **more: Any) -> Known:
    usual = Known(
        tokens={token.id: token for token in tokens},
        by_message_id=(),
        by_number=(),
        same_message=(),
        cases={NUMBER: CASE, OTHER.number: OTHER} if cases is None else cases,
        keys=KEYS,
    )
    return replace(usual, **more)


def place(what: IncomingMessage, facts: Known) -> Place:
    return place_of(what, mark(what), facts, MONDAY)


def written(token: IssuedToken) -> str:
    return mint(token, "a", KEYS["a"])


def earlier(what: IncomingMessage, sender: str = CUSTOMER, number: str = NUMBER) -> KnownMessage:
    return KnownMessage(raw_id=7, sender=sender, fingerprint=mark(what), number=number)


class TestTokens:
    def test_the_sender_with_their_own_token_joins_in_any_case_of_letters(self) -> None:
        token = issued()
        came = message(CUSTOMER.upper(), tokens=("nonsense", written(token).upper()))
        assert Join(number=NUMBER, how="token", token=token) == place(came, known(token))

    def test_a_token_in_a_strangers_hands_makes_a_note(self) -> None:
        came = message(STRANGER, tokens=(written(issued()),))
        assert Beside(number=NUMBER, because="token of another address") == place(came, known(issued()))

    @pytest.mark.parametrize("sender", [None], ids=["nobody"])
    def test_so_does_a_token_without_a_sender(self, sender: None) -> None:
        came = message(tokens=(written(issued(address="")),), sender=sender)
        assert isinstance(place(came, known(issued(address=""))), Beside)

    @pytest.mark.parametrize(
        "facts",
        [known(), known(issued(), keys={}), known(issued(expires_at=MONDAY)), known(issued(number=OTHER.number))],
        ids=["no row", "no key", "expired", "of another case"],
    )
    def test_a_token_we_did_not_issue_like_this_is_no_token(self, facts: Known) -> None:
        assert Fresh() == place(message(tokens=(written(issued()),)), facts)

    def test_of_several_tokens_the_senders_own_one_counts(self) -> None:
        foreign, own = issued(STRANGER, OTHER.number, "bbbbbbbb"), issued()
        came = message(tokens=(written(foreign), written(own)))
        assert Join(number=NUMBER, how="token", token=own) == place(came, known(foreign, own))


class TestHints:
    @pytest.mark.parametrize(
        ("facts", "how"),
        [(known(by_message_id=(NUMBER,)), "references"), (known(by_number=(NUMBER,)), "subject")],
        ids=["references", "subject"],
    )
    def test_references_and_subject_lead_participants_in_and_strangers_beside(self, facts: Known, how: str) -> None:
        assert Join(number=NUMBER, how=how) == place(message(CUSTOMER.title()), facts)
        assert Fresh(links=(NUMBER,)) == place(message(STRANGER), facts)
        assert Fresh(links=(NUMBER,)) == place(message(sender=None), facts)

    def test_a_second_address_of_the_customer_may_be_a_participant_too(self) -> None:
        partner = replace(CASE, participants=(*CASE.participants, Participant(address=STRANGER, role="partner")))
        facts = known(by_number=(NUMBER,), cases={NUMBER: partner})
        assert Join(number=NUMBER, how="subject") == place(message(STRANGER), facts)

    def test_a_copy_grants_nothing(self) -> None:
        came = message(STRANGER, cc=CASE_ADDRESS, to=CASE_ADDRESS, reply_to=CASE_ADDRESS)
        assert Fresh(links=(NUMBER,)) == place(came, known(by_number=(NUMBER,)))

    def test_of_several_cases_the_one_the_sender_belongs_to_counts_and_links_come_once(self) -> None:
        foreign = replace(OTHER, participants=(Participant(address="else@x.example"),))
        facts = known(
            by_message_id=(OTHER.number, NUMBER), by_number=(NUMBER,), cases={OTHER.number: foreign, NUMBER: CASE}
        )
        assert Join(number=NUMBER, how="references") == place(message(), facts)
        assert Fresh(links=(OTHER.number, NUMBER)) == place(message(STRANGER), facts)

    def test_numbers_of_cases_that_do_not_exist_lead_nowhere(self) -> None:
        assert Fresh() == place(message(), known(by_number=("C-1234-5678",), cases={}))

    def test_a_stranger_with_a_token_and_a_tag_is_beside(self) -> None:
        came = message(STRANGER, tokens=(written(issued()),))
        assert isinstance(place(came, known(issued(), by_number=(OTHER.number,))), Beside)


class TestSameMessageId:
    def test_the_same_words_are_the_same_letter(self) -> None:
        assert Again(number=NUMBER, raw_id=7) == place(message(), known(same_message=(earlier(message()),)))

    def test_even_when_each_copy_carries_a_token(self) -> None:
        """An answer to two of our addresses is one answer."""
        came = message(tokens=(written(issued()),))
        assert Again(number=NUMBER, raw_id=7) == place(came, known(issued(), same_message=(earlier(came),)))

    def test_other_words_of_a_participant_join(self) -> None:
        facts = known(same_message=(earlier(message(text="Something else.")),))
        assert Join(number=NUMBER, how="message-id") == place(message(), facts)

    def test_another_sender_with_the_same_id_is_a_stranger(self) -> None:
        facts = known(same_message=(earlier(message()),))
        assert Fresh() == place(message(STRANGER), facts)

    def test_a_stranger_gets_no_further_with_a_second_message_of_the_same_id(self) -> None:
        """The first one became a note beside the case, which makes nobody a participant."""
        first = earlier(message(STRANGER, text="First."), sender=STRANGER)
        token = issued()
        came = message(STRANGER, text="Second.", tokens=(written(token),))
        assert Beside(number=NUMBER, because="token of another address") == place(
            came, known(token, same_message=(first,))
        )
        assert Fresh() == place(message(STRANGER, text="Second."), known(same_message=(first,)))

    def test_an_earlier_message_that_belonged_to_no_case_says_nothing(self) -> None:
        assert Fresh() == place(message(), known(same_message=(earlier(message(), number=""),)))

    def test_two_messages_without_a_sender_are_not_one(self) -> None:
        nobody = message(sender=None)
        assert Fresh() == place(nobody, known(same_message=(earlier(nobody, sender=""),)))


CASE_ADDRESS = (message().sender,)


def test_what_nobody_knows_is_new() -> None:
    assert Fresh() == place(message(), known())
