"""Customers who come again, and customers who complain of one cause (policy §9, M34, M35)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import events as e
from cases.arrival import Background
from cases.decide import on_message
from cases.kinship import customers_in, models_of, resemblance, things_of
from cases.message import Fact, Signal, Strength
from cases.placing import Fresh
from cases.policy import Policy
from cases.words import Grade
from tests.cases.office import Office
from tests.config.desks import load_text, sample


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The shipped one, for a company of the sample's shape."""
    return load_text(tmp_path_factory.mktemp("desk"), sample()).policy


def number(kind: str, value: str) -> tuple[Fact, ...]:
    return (Fact(kind=kind, value=value, confidence=0.9, words=f"{kind} {value}"),)


ORDER = number("order_number", "PO-20418")
TEXT = (
    "Since the update of last week the screen of the control panel stays dark every morning, and the whole line stands "
    "still until somebody has switched the main breaker off and on again, which costs us half an hour a day."
)


class TestOneCause:
    def test_two_customers_of_one_order_are_joined_under_the_older_case(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("anna@one.example", "Order PO-20418 is broken.", facts=ORDER)
        second = office.write("ben@two.example", "Our order po 20418 leaks!", facts=number("order_number", "po20418"))
        assert (first, "") == (office.case(second).lead, office.case(first).lead)
        assert [second] == [member.number for member in office.case(first).members]
        joined = next(event for event in office.events[second] if isinstance(event, e.GroupJoined))
        assert ("same_order", "order_number po20418") == (joined.cause, joined.because)
        assert [Grade.IMPORTANT] * 2 == [office.case(one).grade for one in (first, second)]
        assert "two_customers" in {reason.rule for reason in office.case(first).grade_reasons}

    def test_three_customers_make_a_major_case_until_a_person_has_looked(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"{name}@{name}.example", f"{name}: PO-20418!", facts=ORDER) for name in "abc"]
        for one in numbers:
            case = office.case(one)
            assert (Grade.MAJOR, True, "several_customers") == (
                case.grade,
                case.provisional,
                case.grade_reasons[0].rule,
            )
            assert f"3 ≥ 3: {', '.join(numbers)}" == case.grade_reasons[0].detail
        notices = [letter for letter in office.letters if letter.letter == "major-notice"]
        assert {numbers[0]} == {letter.number for letter in notices}, "one case is written about, not three"
        assert [] == office.command(numbers[0], intake(policy), "grade major: I called all three")
        assert [(Grade.MAJOR, False)] * 3 == [(office.case(x).grade, office.case(x).provisional) for x in numbers]

    def test_a_person_who_says_that_it_is_no_group_lowers_all_of_them(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"{name}@{name}.example", f"{name}: PO-20418!", facts=ORDER) for name in "abc"]
        office.command(numbers[0], intake(policy), "grade general: three colleagues of one firm")
        assert [Grade.GENERAL] * 3 == [office.case(one).grade for one in numbers]

    def test_a_member_that_is_grave_by_itself_stays_so_when_the_group_is_none(self, policy: Policy) -> None:
        office = Office(policy)
        lawyer = (Signal(name="lawyer", words="my lawyer"),)
        first, grave, third = (
            office.write(f"{name}@{name}.example", f"{name}: PO-20418!", facts=ORDER, signals=lawyer * (name == "b"))
            for name in "abc"
        )
        assert {first} == {office.case(one).lead for one in (grave, third)}
        office.command(first, intake(policy), "grade general: three colleagues of one firm")
        assert [Grade.GENERAL, Grade.MAJOR, Grade.GENERAL] == [office.case(x).grade for x in (first, grave, third)]

    def test_one_customer_with_three_addresses_is_one(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("anna@one.example", "PO-20418 is broken", facts=ORDER)
        again = office.write("Anna+shop@one.example", "PO-20418 is still broken", facts=ORDER)
        assert ("", ()) == (office.case(again).lead, office.case(first).members)

    def test_a_customers_own_case_is_no_second_customer_whoever_looked_it_up(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("anna@one.example", "PO-20418 is broken", facts=ORDER)
        arrival = office.arrived("Anna+shop@one.example", "PO-20418 is still broken", facts=ORDER)
        known = Background(alike=(office.case(first),))
        events = on_message(None, replace(arrival, background=known), Fresh(), policy, office.now)
        assert [] == [event for event in events if isinstance(event, e.GroupJoined | e.GroupSuggested)]

    def test_the_same_project_and_the_same_trouble_is_one_cause_and_another_trouble_is_not(
        self, policy: Policy
    ) -> None:
        office = Office(policy)
        project = number("project", "NEOM-7731")
        first = office.write("a@a.example", "The pump of the project fails.", facts=project)
        other = office.write("b@b.example", "The invoice is wrong.", facts=project, categories=("billing",))
        second = office.write("c@c.example", "Your pump fails.", facts=project)
        assert ("", first) == (office.case(other).lead, office.case(second).lead)

    def test_a_text_that_goes_round_is_one_cause(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("a@a.example", f"Dear all, {TEXT} Yours, A")
        second = office.write("b@b.example", f"Hello, {TEXT} Best wishes, Bernd")
        assert first == office.case(second).lead

    def test_a_text_without_blanks_between_its_words_goes_round_too(self, policy: Policy) -> None:
        office = Office(policy)
        text = (
            "自从上周更新以后，控制面板的屏幕每天早上都是黑的，整条生产线都要停下来，等有人把总开关关掉再打开才能继续，每天要浪费半个小时。"
            "我们已经打了三次电话没有人回答，也写了两封信没有回音。昨天机器又停了，客户取消了订单，我们不知道应该向谁要求赔偿，请尽快派人来修理，"
            "否则我们只能把设备退回去，并且要求退还全部货款和运费。这台设备是去年三月买的，保修期还没有过，发票和照片都在附件里面，请你们看一下。"
        )
        first = office.write("a@a.example", text)
        assert first == office.case(office.write("b@b.example", text)).lead
        short = [office.write(f"{name}@{name}.example", "机器坏了请换一台") for name in "cd"]
        assert ["", ""] == [office.case(one).lead for one in short]

    def test_short_texts_that_are_alike_are_nobodys_proof(self, policy: Policy) -> None:
        office = Office(policy)
        office.write("a@a.example", "The machine is broken, please send a new one.")
        second = office.write("b@b.example", "The machine is broken, please send a new one.")
        assert "" == office.case(second).lead

    def test_who_says_that_others_suffer_too_and_names_the_model_belongs_to_them(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("a@a.example", "Our PX-200 burned a fuse.")
        group = (Signal(name="group", words="we five"),)
        second = office.write("b@b.example", "We five all have a PX 200 that smells of smoke.", signals=group)
        assert first == office.case(second).lead

    def test_what_is_not_sure_is_asked_of_the_intake_desk(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("a@a.example", "Our PX-200 burned a fuse.")
        second = office.write("b@b.example", "The PX-200 arrived with a scratch.")
        assert "" == office.case(second).lead
        assert [first] == list(office.case(second).links)
        asked = office.letters_of(second, "group-notice")[0]
        kin = office.shown(asked)["kin"]
        assert {
            "how": "suggested",
            "other": first,
            "cause": "same_model",
            "because": "model px200; product-quality",
            "customers": 2,
            "cases": [first, second],
        } == kin
        assert [] == office.command(second, intake(policy), f"link {first}: same batch")
        assert (second, [first]) == (office.case(first).lead, [x.number for x in office.case(second).members])

    def test_an_old_case_is_another_cause(self, policy: Policy) -> None:
        office = Office(policy)
        office.write("a@a.example", "PO-20418 is broken.", facts=ORDER)
        office.now += timedelta(days=200)
        assert "" == office.case(office.write("b@b.example", "PO-20418 leaks.", facts=ORDER)).lead

    @pytest.mark.parametrize(("late", "joined"), [(0, True), (1, False)], ids=["on the day", "a second late"])
    def test_so_long_after_the_first_and_no_longer_it_is_one_cause(
        self, policy: Policy, late: int, joined: bool
    ) -> None:
        office = Office(policy)
        first = office.write("a@a.example", "PO-20418 is broken.", facts=ORDER)
        within = next(row.within for row in policy.causes if row.name == "same_order")
        office.now += within - timedelta(minutes=10) + timedelta(seconds=late)  # a mail takes ten minutes to come
        second = office.write("b@b.example", "PO-20418 leaks.", facts=ORDER)
        assert within + timedelta(seconds=late) == office.case(second).received_at - office.case(first).received_at
        assert (first if joined else "") == office.case(second).lead

    def test_a_doubtful_message_is_never_joined_by_itself(self, policy: Policy) -> None:
        office = Office(policy)
        office.write("a@a.example", "PO-20418 is broken.", facts=ORDER)
        weak = office.write("b@b.example", "Is PO-20418 available?", facts=ORDER, complaint=Strength.WEAK)
        assert "" == office.case(weak).lead
        assert "GroupSuggested" in office.kinds(weak)

    def test_a_later_mail_may_show_the_cause(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("a@a.example", "PO-20418 is broken.", facts=ORDER)
        second = office.write("b@b.example", "It leaks.")
        office.write_again(second, "The order was PO-20418.", facts=ORDER)
        assert first == office.case(second).lead

    def test_a_group_has_an_end(self, policy: Policy) -> None:
        office = Office(replace(policy, most_members=2))
        numbers = [office.write(f"{name}@{name}.example", f"{name}: PO-20418!", facts=ORDER) for name in "abcd"]
        assert ["", numbers[0], numbers[0], ""] == [office.case(one).lead for one in numbers]
        assert "CasesLinked" in office.kinds(numbers[3])
        assert [] == office.letters_of(numbers[3], "group-notice"), "nobody could look at each letter of a flood"
        office.write_again(numbers[3], "PO-20418, I said!", facts=ORDER)
        assert 1 == office.kinds(numbers[3]).count("CasesLinked"), "that is known"


class TestFlood:
    """The desk learns of what may be one cause, and that it grows, and is not asked about each complaint."""

    def test_two_hundred_complaints_that_are_alike_ask_five_questions(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"c{n}@d{n}.example", "The PX-200 is broken.") for n in range(200)]
        asked = [event for one in numbers for event in office.events[one] if getattr(event, "tells", False)]
        assert [2, 3, 10, 30, 100] == [event.customers for event in asked if isinstance(event, e.GroupSuggested)]
        readers = len(policy.directory.with_role("intake desk"))
        assert 5 * readers == len([letter for letter in office.letters if letter.letter == "group-notice"])
        assert [()] + [(numbers[0],)] * 199 == [office.case(one).links for one in numbers], "all are found by the first"
        third = office.shown(office.letters_of(numbers[2], "group-notice")[0])["kin"]
        assert isinstance(third, dict)
        assert (numbers[0], 3, numbers[:3]) == (third["other"], third["customers"], third["cases"])

    def test_a_customer_who_complains_again_is_not_one_more(self, policy: Policy) -> None:
        office = Office(policy)
        office.write("a@a.example", "The PX-200 is broken.")
        for _ in range(4):
            office.write("b@b.example", "The PX-200 is broken.")
        assert 1 == len({letter.number for letter in office.letters if letter.letter == "group-notice"})
        third = office.write("c@c.example", "The PX-200 is broken.")
        assert 3 == office.case(third).suspects
        assert office.letters_of(third, "group-notice")

    def test_after_the_oldest_case_is_closed_the_question_is_a_new_one(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"{x}@{x}.example", "The PX-200 is broken.") for x in "abc"]
        closed = e.CaseClosed(at=office.now, by="staff", because="done")
        office.conclude(office.case(numbers[0]), (closed,))
        fourth = office.write("d@d.example", "The PX-200 is broken.")
        assert (numbers[1], 2) == (office.case(fourth).suspected, office.case(fourth).suspects)
        assert office.letters_of(fourth, "group-notice")

    def test_a_mail_that_follows_does_not_ask_again(self, policy: Policy) -> None:
        office = Office(policy)
        office.write("a@a.example", "The PX-200 is broken.")
        second = office.write("b@b.example", "The PX-200 is broken.")
        office.write_again(second, "I wait. The PX-200 is broken, as I said.")
        assert 1 == len({letter.key for letter in office.letters if letter.letter == "group-notice"}) // len(
            policy.directory.with_role("intake desk")
        )

    def test_who_handles_a_group_hears_of_a_few_numbers_too(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"c{n}@d{n}.example", "PO-20418!", facts=ORDER) for n in range(40)]
        told = [event.tells for event in office.events[numbers[0]] if isinstance(event, e.MemberJoined)]
        assert [place for place, tells in enumerate(told, 2) if tells] == [2, 3, 10, 30]

    FORM = (
        "This message was written with the form on our website. Whoever sends it agrees that we keep what it says as "
        "long as the law asks for it, and that we answer by mail. Please do not answer this notice. Name of the "
        "sender: {name}. What happened: {what}"
    )
    STORIES = (
        "The lorry came two days late and nobody had called us, so that three fitters stood in the yard for nothing",
        "Your invoice of March names a discount that was never taken off, although the offer says twelve per cent",
        "The display of our oven shows nothing any more since the storm last night, while its fan keeps running",
        "I was promised that somebody would ring back on Friday about my contract, and I am still waiting for it",
        "Two of the nine chairs have a leg that is shorter than the others, and the box with the screws was empty",
        "A colleague of yours was rude on the telephone when all I asked was where to send the broken lamp back to",
        "The water heater drips on the cellar floor, the plumber says that a seal is missing that belongs to it",
        "My password is known to somebody who ordered four telephones in my name, to a street where I never lived",
        "After the second repair the machine makes the same noise as before, and now it smells of burnt rubber too",
        "The paint is a different green from the sample that hangs in your shop, and half of our fence is done",
    )

    def test_the_words_of_a_form_make_no_complaints_alike(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [
            office.write(f"c{n}@d{n}.example", self.FORM.format(name=f"Customer {n}", what=story))
            for n, story in enumerate(self.STORIES)
        ]
        later = [office.case(one) for one in numbers[5:]]
        assert [("", ())] * 5 == [(case.lead, case.links) for case in later], "five customers show what a form says"

    def test_a_letter_that_goes_round_is_one_cause_however_many_send_it(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"c{n}@d{n}.example", f"Dear all, {TEXT} Yours, customer {n}") for n in range(12)]
        assert [numbers[0]] * 11 == [office.case(one).lead for one in numbers[1:]]


def intake(policy: Policy) -> str:
    return policy.directory.with_role("intake desk")[0].id


BROKEN = "The PX-200 is broken."


class TestSuspicion:
    """What the intake desk answers when it is asked whether several customers complain of one cause."""

    def suspected(self, office: Office, names: str) -> list[str]:
        return [office.write(f"{name}@{name}.example", BROKEN) for name in names]

    def test_one_word_joins_all_under_the_oldest_and_three_customers_are_major(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = self.suspected(office, "abcd")
        (letter, *_) = office.letters_of(numbers[2], "group-notice")
        assert ["join all", "not one cause"] == office.shown(letter)["allowed"][:2]  # type: ignore[index]
        assert [] == office.command(numbers[3], intake(policy), "join all: the whole batch")
        lead = office.case(numbers[0])
        assert numbers[1:] == [member.number for member in lead.members]
        assert ["", *[numbers[0]] * 3] == [office.case(one).lead for one in numbers]
        assert [(Grade.MAJOR, True)] * 4 == [(office.case(x).grade, office.case(x).provisional) for x in numbers]
        joined = next(one for one in office.events[numbers[1]] if isinstance(one, e.GroupJoined))
        assert ("same_model", "the whole batch") == (joined.cause, joined.because)
        assert ["nothing suspected"] == office.command(numbers[3], intake(policy), "join all")

    def test_closed_cases_and_those_of_other_groups_stay_as_they_are(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = self.suspected(office, "abcd")
        other = office.write("z@z.example", "Something else")
        office.conclude(office.case(numbers[1]), (e.CaseClosed(at=office.now, by="staff", because="done"),))
        office.command(other, intake(policy), f"link {numbers[2]}")
        office.command(numbers[3], intake(policy), "join all")
        assert ["", "", other, numbers[0]] == [office.case(one).lead for one in numbers]

    def test_when_the_oldest_is_closed_by_then_the_one_that_was_asked_about_leads(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = self.suspected(office, "abc")
        office.conclude(office.case(numbers[0]), (e.CaseClosed(at=office.now, by="staff", because="done"),))
        office.command(numbers[2], intake(policy), "join all")
        assert ["", numbers[2], ""] == [office.case(one).lead for one in numbers]

    def test_a_group_that_the_oldest_belongs_to_takes_them_in(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = self.suspected(office, "abc")
        lead = office.write("z@z.example", "The batch of May")
        office.command(lead, intake(policy), f"link {numbers[0]}")
        office.command(numbers[2], intake(policy), "join all")
        assert [lead] * 3 == [office.case(one).lead for one in numbers]
        assert set(numbers) == {member.number for member in office.case(lead).members}

    def test_who_says_that_they_have_no_common_cause_is_not_asked_about_them_again(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = self.suspected(office, "ab")
        assert [] == office.command(numbers[1], intake(policy), "not one cause: two machines, two reasons")
        assert ["nothing suspected"] == office.command(numbers[1], intake(policy), "not one cause")
        third = office.write("c@c.example", BROKEN)
        assert ("", []) == (office.case(third).suspected, office.letters_of(third, "group-notice"))
        # What came since may have a cause of its own.
        fourth = office.write("d@d.example", BROKEN)
        assert (third, 2) == (office.case(fourth).suspected, office.case(fourth).suspects)
        for one in numbers:
            said = [x for x in office.events[one] if isinstance(x, e.CauseNotShared)]
            assert ["two machines, two reasons"] == [x.because for x in said]

    def test_all_of_a_wave_join_whichever_letter_is_answered(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"c{n}@d{n}.example", BROKEN) for n in range(40)]
        assert [] == office.command(numbers[2], intake(policy), "join all")
        assert [numbers[0]] * 39 == [office.case(one).lead for one in numbers[1:]]
        assert [""] * 40 == [office.case(one).suspected for one in numbers]

    def test_nor_is_anybody_asked_again_about_a_wave_that_has_no_common_cause(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"c{n}@d{n}.example", BROKEN) for n in range(40)]
        office.command(numbers[2], intake(policy), "not one cause")
        assert [("", True)] * 40 == [(office.case(one).suspected, office.case(one).apart) for one in numbers]
        later = [office.write(f"l{n}@m{n}.example", BROKEN) for n in range(70)]
        assert {later[0]} == {office.case(one).suspected for one in later[1:]}

    def test_a_group_takes_in_no_more_than_it_may_hold_and_closed_cases_take_no_place(self, policy: Policy) -> None:
        office = Office(replace(policy, most_members=2))
        numbers = self.suspected(office, "abcdef")
        for one in numbers[1:3]:
            office.conclude(office.case(one), (e.CaseClosed(at=office.now, by="staff", because="done"),))
        office.command(numbers[5], intake(policy), "join all")
        assert ["", "", "", numbers[0], numbers[0], ""] == [office.case(one).lead for one in numbers]
        assert numbers[3:5] == [member.number for member in office.case(numbers[0]).members]

    def test_another_sign_of_one_cause_is_asked_about_all_the_same(self, policy: Policy) -> None:
        office = Office(policy)
        first, second = (office.write(f"{x}@{x}.example", BROKEN, facts=ORDER if x == "a" else ()) for x in "ab")
        office.command(second, intake(policy), "not one cause")
        assert first == office.case(office.write("c@c.example", "PO-20418!", facts=ORDER)).lead


class TestByHand:
    def test_whoever_is_linked_by_hand_is_told_of_also_between_the_numbers_that_are_news(self, policy: Policy) -> None:
        office = Office(policy)
        first, *others = (office.write(f"{name}@{name}.example", f"{name} has trouble") for name in "abcde")
        assert {4, 5}.isdisjoint(policy.tell_group_at)
        for other in others:
            assert [] == office.command(first, intake(policy), f"link {other}: same batch")
        assert [True] * 4 == [one.tells for one in office.events[first] if isinstance(one, e.MemberJoined)]

    def test_linked_and_unlinked(self, policy: Policy) -> None:
        office = Office(policy)
        first, second, third = (office.write(f"{name}@{name}.example", f"{name} has trouble") for name in "abc")
        person = intake(policy)
        office.command(second, person, f"link {third}: same batch")
        office.command(first, person, f"link {second}")
        assert ["", first, first] == [office.case(one).lead for one in (first, second, third)]
        assert {second, third} == {member.number for member in office.case(first).members}
        assert () == office.case(second).members
        office.command(first, person, f"unlink {third}: another batch")
        assert ("", [second]) == (office.case(third).lead, [x.number for x in office.case(first).members])
        office.command(second, person, f"unlink {first}")
        assert ("", ()) == (office.case(second).lead, office.case(first).members)

    @pytest.mark.parametrize(
        ("text", "because"),
        [("link", "text missing"), ("link C-0000-0001", "unknown case"), ("confirm group", "no group")],
    )
    def test_what_makes_no_sense_is_refused(self, policy: Policy, text: str, because: str) -> None:
        office = Office(policy)
        assert [because] == office.command(office.write("a@a.example", "Trouble"), intake(policy), text)

    def test_one_answer_goes_to_each_customer_in_a_letter_of_their_own(self, policy: Policy) -> None:
        office = Office(policy)
        numbers = [office.write(f"{name}@{name}.example", f"{name}: PO-20418!", facts=ORDER) for name in "ab"]
        head = policy.directory.head_of(office.case(numbers[0]).departments[0], office.case(numbers[0]).centre)
        assert head
        office.command(numbers[0], head.id, "accept")
        office.letters.clear()
        assert [] == office.command(numbers[0], head.id, "common: The batch is exchanged.")
        common = [letter for letter in office.letters if letter.letter == "common"]
        assert [(numbers[0], "a@a.example"), (numbers[1], "b@b.example")] == [(x.number, x.to) for x in common]
        for letter in common:
            assert ("The batch is exchanged.", head.name) == (
                office.shown(letter)["text"],
                office.shown(letter)["contact"],
            )


class TestComingAgain:
    def test_the_assignment_says_what_was_before(self, policy: Policy) -> None:
        office = Office(policy)
        first = office.write("anna@one.example", "PO-20418 is broken", facts=ORDER)
        office.write("anna@one.example", "The invoice is wrong", categories=("billing",))
        third = office.write("anna@one.example", "PO-20418 is broken again", facts=ORDER)
        earlier = office.shown(office.letters_of(third, "assignment")[0])["earlier"]
        assert isinstance(earlier, dict)
        assert (2, [first]) == (earlier["count"], earlier["same"])
        links = [event for event in office.events[third] if isinstance(event, e.CasesLinked)]
        assert [(first, "order_number po20418")] == [(link.other, link.because) for link in links]

    def test_the_third_case_about_one_thing_is_graver(self, policy: Policy) -> None:
        office = Office(policy)
        grades = [
            office.case(office.write("anna@one.example", f"PO-20418 is broken, {time}", facts=ORDER)).grade
            for time in ("first", "second", "third")
        ]
        assert [Grade.GENERAL, Grade.GENERAL, Grade.IMPORTANT] == grades

    def test_a_stranger_has_no_history(self, policy: Policy) -> None:
        office = Office(policy)
        office.write("anna@one.example", "PO-20418 is broken", facts=ORDER)
        assert () == office.case(office.write("ben@two.example", "Trouble")).earlier


THINGS = st.sampled_from(["PO-20418", "PO-99999", ""])


@settings(max_examples=40, deadline=None)
@given(writers=st.lists(st.tuples(st.sampled_from("abcd"), THINGS), min_size=2, max_size=7), data=st.data())
def test_no_letter_to_a_customer_ever_holds_anything_of_another(
    policy: Policy, writers: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Whoever writes, is joined, linked, unlinked or answered: nobody outside learns of anybody else."""
    office = Office(policy)
    numbers: dict[str, list[str]] = {}
    for name, thing in writers:
        facts = number("order_number", f"{thing}") if thing else ()
        text = f"secret-of-{name} {thing} {TEXT}"
        numbers.setdefault(name, []).append(
            office.write(f"{name}@secret-{name}.example", text, facts=facts, subject=f"subject-of-{name}")
        )
    every = [one for some in numbers.values() for one in some]
    person = intake(policy)
    for _ in range(data.draw(st.integers(0, 4))):
        one, other = data.draw(st.sampled_from(every)), data.draw(st.sampled_from(every))
        office.command(one, person, f"{data.draw(st.sampled_from(['link', 'unlink']))} {other}")
    for one in every:
        head = policy.directory.with_role("hq")[0].id
        office.command(one, head, "common: We exchange the batch.")
    for letter in office.letters:
        if letter.person:
            continue
        name = letter.to[0]
        assert f"{name}@secret-{name}.example" == letter.to
        said = json.dumps(office.shown(letter), default=str) + letter.key
        others = set("abcd") - {name}
        foreign = {f"secret-{other}" for other in others} | {f"secret-of-{other}" for other in others}
        foreign |= {f"subject-of-{other}" for other in others}
        foreign |= {x for other in others for x in numbers.get(other, ())}
        assert not [word for word in foreign if word in said], letter.key
    for case in office.book.cases.values():
        leads = office.book.cases[case.lead] if case.lead else None
        assert leads is None or (leads.lead == "" and case.number in {x.number for x in leads.members})
        assert all(office.book.cases[x.number].lead == case.number for x in case.members)


@pytest.mark.parametrize(
    ("people", "count"),
    [([("a",)], 1), ([("a",), ("b",)], 2), ([("a", "b"), ("b",)], 1), ([("a",), ("b",), ("a", "b")], 1), ([], 0)],
)
def test_whoever_shares_an_address_is_one_customer(people: list[tuple[str, ...]], count: int) -> None:
    assert count == customers_in(people)


@pytest.mark.parametrize(
    ("words", "models"),
    [
        ("The PX-200 and the px 200 fail", ("px200",)),
        ("ordered in May 2024", ()),
        ("XR7 is too short", ()),
        ("our ABC-1200b", ("abc1200b",)),
    ],
)
def test_what_looks_like_a_model(words: str, models: tuple[str, ...]) -> None:
    assert models == models_of(words)


def test_short_numbers_are_many_peoples() -> None:
    assert () == things_of(number("order_number", "1234"))
    assert () == things_of((Fact(kind="order_number", value="20418", confidence=0.3, words="20418"),))
    assert ("order_number:20418",) == things_of(number("order_number", "2 04-18"))


def test_resemblance_is_of_words_in_any_script() -> None:
    assert 1.0 == resemblance("one two three four", "One, two three FOUR!")
    assert 0.0 == resemblance("one two three four", "five six seven eight")
    assert resemblance("这台机器每天早上都黑屏，需要重启才能用", "这台机器每天早上都会黑屏，需要重启才能用") > 0.6
    assert 0.0 == resemblance("", "")
