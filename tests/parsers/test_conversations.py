"""Conversations are found by headers, and without them by quoted words, people and subjects."""

import textwrap
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import conversations

DESK, ANNA, BOB = "desk@shop.example", "anna@home.example", "bob@office.example"
START = datetime(2026, 2, 2, 10, 0, tzinfo=UTC)
FIRST = "The pump that you delivered last week leaks at the lower flange and has ruined our cellar floor."
SECOND = "We are sorry to hear of the ruined floor and ask you for a picture of the flange and the serial number."


def mail(
    subject: str,
    text: str = "Hello there.",
    *,
    sender: str = ANNA,
    to: str = DESK,
    hours: float = 0,
    **headers: str | None,
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(START + timedelta(hours=hours))
    for name, value in headers.items():
        del message[name]
        if value is not None:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def groups(**mails: bytes) -> list[str]:
    """Names of one conversation joined, in the order of the names."""
    found = conversations(mails)
    assert list(mails) == list(found)
    return sorted("".join(name for name in found if found[name] == one) for one in set(found.values()))


def quoting(own: str, old: str) -> str:
    return own + "\n\n" + "\n".join("> " + line for line in textwrap.wrap(old, 40))


def test_ids_tie_mails_together_even_through_a_mail_that_is_missing() -> None:
    assert ["abc", "d"] == groups(
        a=mail("Pump", Message_ID="<a@x.example>"),
        b=mail("other words", References="<a@x.example> <lost@x.example>", Message_ID="<b@x.example>", hours=1),
        c=mail("again others", In_Reply_To="Your mail of today <LOST@x.example>", Message_ID="<c@x.example>", hours=2),
        d=mail("Pump", Message_ID="<d@x.example>", sender=BOB, hours=3),
    )


def test_an_id_that_a_client_uses_again_ties_nothing_by_itself() -> None:
    assert ["ac", "bd"] == groups(
        a=mail("Pump leaks", Message_ID="<same@x.example>"),
        b=mail("Invoice of May", Message_ID="<same@x.example>", sender=BOB, hours=1),
        c=mail("Re: Pump leaks", In_Reply_To="<same@x.example>", sender=DESK, to=ANNA, hours=2),
        d=mail("AW: Invoice of May", In_Reply_To="<same@x.example>", sender=DESK, to=BOB, hours=3),
    )


def test_the_same_letter_by_two_roads_is_one_conversation() -> None:
    assert ["ab"] == groups(
        a=mail("Pump", FIRST, Message_ID="<a@x.example>"),
        b=mail("[list] Pump", FIRST + "\n-- \nfooter", Message_ID="<a@x.example>", hours=0),
    )


PREFIXES = (
    *(
        "Re:",
        "ＲＥ：",
        "{Spam?} Re:",
        "***SPAM*** Re:",
        "Automatic reply:",
        "已读：",
        "Re: [desk] AW:",
        "RE[2]:",
        "Re^3:",
        "AW:",
        "SV:",
        "VS:",
        "Antw:",
        "Odp:",
        "YNT:",
        "RIF:",
        "RES:",
        "Vá:",
        "ΑΠ:",
        "Отв:",
        "Відп:",
    ),
    *("תגובה:", "رد:", "回复:", "答复：", "返信:", "답장:", "R:", "[desk] Re:", "Fwd:", "转发:", "WG:"),
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_answer_without_ids_is_found_by_subject_and_people(prefix: str) -> None:
    assert ["ab", "c"] == groups(
        a=mail("Pump 4711 leaks"),
        b=mail(f"{prefix} Pump 4711 leaks", sender=DESK, to=ANNA, hours=5),
        c=mail("Something else", hours=6),
    )


def test_one_subject_and_nothing_else_in_common_stays_apart() -> None:
    assert ["a", "b", "c"] == groups(
        a=mail("Complaint", FIRST),
        b=mail("Complaint", "My chair broke.", sender=BOB, hours=1),
        c=mail("Re: Complaint", "I am still waiting.", sender="carl@z.example", to="other@y.example", hours=2),
    )


@pytest.mark.parametrize("subject", ["Order", "Invoice", "Hello", "", "Bestellung", "问题", "Where is my parcel?"])
def test_answers_of_one_desk_to_two_customers_stay_apart(subject: str) -> None:
    """Without ids and quotation: the desk got both letters, so only whom it writes to tells its answers apart."""
    assert ["ace", "bdf"] == groups(
        a=mail(subject, FIRST),
        b=mail(subject, "My chair broke.", sender=BOB, hours=1),
        c=mail(f"Re: {subject}", "A picture, please.", sender=DESK, to=ANNA, hours=3),
        d=mail(f"Re: {subject}", "Which chair?", sender=DESK, to=BOB, hours=4),
        e=mail(f"AW: Re: {subject}", "Here it is.", hours=5),
        f=mail(f"RE: Re: {subject}", "The red one.", sender=BOB, hours=6),
    )


NEWS = "Our summer sale 2026"


@pytest.mark.parametrize("to", ["undisclosed-recipients:;", "carl@z.example"])
def test_customers_who_answer_one_letter_of_the_desk_have_nothing_else_in_common(to: str) -> None:
    assert ["a", "b", "n"] == groups(
        n=mail(NEWS, FIRST, sender=DESK, to=to),
        a=mail(f"Re: {NEWS}", "When do you deliver to us?", hours=3),
        b=mail(f"AW: {NEWS}", "Please take me off this list.", sender=BOB, hours=9),
    )


def test_one_who_writes_from_another_address_is_known_by_name() -> None:
    assert ["abc", "d"] == groups(
        a=mail("Pump 4711 leaks", FIRST, sender=f"Anna Berg <{ANNA}>"),
        b=mail("Re: Pump 4711 leaks", "A picture, please.", sender=DESK, to=ANNA, hours=3),
        c=mail("Re: Pump 4711 leaks", "Here.", sender="Anna Berg <anna@work.example>", hours=9),
        d=mail("Re: Pump 4711 leaks", "Mine too.", sender=f"Bob <{BOB}>", hours=9),
    )


@pytest.mark.parametrize(
    "fields", [{"List_Id": "<pumps.example>"}, {"To": None}], ids=["came over a list", "comes from an archive"]
)
def test_strangers_talk_with_each_other_on_lists(fields: dict[str, Any]) -> None:
    def talk(subject: str, sender: str, hours: float) -> bytes:
        return mail(subject, f"I, {sender}, think so.", sender=sender, to=DESK, hours=hours, **fields)

    assert ["ab", "c"] == groups(
        a=talk("Pump 4711 leaks", ANNA, 0), b=talk("Re: Pump 4711 leaks", BOB, 3), c=talk("Leaks", "c@x.example", 4)
    )


def test_archives_hide_addresses() -> None:
    def kept(subject: str, sender: str, hours: float, text: str = "Yes.") -> bytes:
        return mail(subject, text, sender="x@y.example", hours=hours, To=None).replace(b"x@y.example", sender.encode())

    intro = "On 2 Feb 2026, at 10:00, anna at home.example wrote:\n> Yes."
    assert ["ab", "c", "d"] == groups(
        a=kept("Pump 4711 leaks", "anna at home.example (Anna Berg)", 0),
        b=kept("Re: Pump 4711 leaks", "bob at office.example (Bob)", 3),
        c=kept("Question", "c at x.example (Carl)", 5),
        d=kept("Leaks", "anna at home.example (Anna Berg)", 7),
    )
    assert ["ab"] == groups(
        a=kept("Pump", "anna at home.example (Anna Berg)", 0),
        b=kept("Pump", "bob at office.example (Bob)", 3, f"No.\n\n{intro}"),
    )


def test_an_answer_on_a_list_without_prefix_quotes() -> None:
    quote = "> of an older mail that nobody has kept\n\nI do not think so."
    assert ["ab", "c"] == groups(
        a=mail("[pumps] Pump 4711 leaks", FIRST, List_Id="<pumps.example>"),
        b=mail("[pumps] Pump 4711 leaks", quote, sender=BOB, hours=3, List_Id="<pumps.example>"),
        c=mail("[pumps] Pump 4711 leaks", SECOND, sender="carl@z.example", hours=4, List_Id="<pumps.example>"),
    )


def test_two_reports_of_one_form_are_two_conversations() -> None:
    form = "\n\n> these lines stand in every report that this program sends to all of its readers, day by day"
    assert ["a", "b"] == groups(
        a=mail("Headlines of Monday", "One." + form), b=mail("Stories of Tuesday", "Two." + form, hours=24)
    )


def test_a_clock_that_is_years_ahead_is_not_believed() -> None:
    came = "from a.example by b.example; Mon, 2 Feb 2026 14:00:00 +0000"
    assert ["ab"] == groups(
        a=mail("Pump 4711 leaks", FIRST),
        b=mail("Re: Pump 4711 leaks", "A picture.", sender=DESK, to=ANNA, hours=24 * 900, Received=came),
    )


def test_mails_that_quote_the_same_lost_mail_do_not_hide_the_subject() -> None:
    lost = "\n".join(f"> {line}" for line in textwrap.wrap(f"{FIRST} {SECOND}", 40))
    assert ["abc"] == groups(
        a=mail("Pump 4711 leaks", "It does.", sender=BOB, to=f"{DESK}, {ANNA}"),
        b=mail("Re: Pump 4711 leaks", f"{lost}\n\nThis was an excellent answer of yours, thank you", hours=2),
        c=mail(
            "Re: Pump 4711 leaks",
            f"{FIRST} {SECOND} Or so it was said",
            sender=DESK,
            to=f"{ANNA}, {BOB}",
            hours=3,
        ),
    )


def test_a_letter_passed_on_to_somebody_else_stays_with_it() -> None:
    assert ["ab", "c"] == groups(
        a=mail("Pump 4711 leaks", FIRST),
        b=mail("Fwd: Pump 4711 leaks", "For you.", sender=DESK, to="works@other.example", hours=3),
        c=mail("Pump 4712 leaks", "Mine as well.", sender=BOB, hours=1),
    )


def test_a_subject_that_comes_every_month_is_a_new_conversation_each_time() -> None:
    assert ["ab", "cd"] == groups(
        a=mail("Monthly statement", "January figures", sender=DESK, to=ANNA),
        b=mail("Re: Monthly statement", "Thank you", hours=2),
        c=mail("Monthly statement", "February figures", sender=DESK, to=ANNA, hours=700),
        d=mail("Re: Monthly statement", "Thank you", hours=702),
    )


def test_quoted_words_lead_to_their_mail_whatever_the_subject_says() -> None:
    assert ["abc", "d"] == groups(
        a=mail("Pump", FIRST),
        b=mail("Your question of today", quoting(SECOND, FIRST), sender=DESK, to=ANNA, hours=3),
        c=mail("", quoting("Here is the picture.", SECOND), hours=20),
        d=mail("Pump", "Where is my new order of garden chairs? It should be here.", hours=30),
    )


def test_the_introduction_of_a_quotation_names_its_mail() -> None:
    text = f"No.\n\nOn Mon, 2 Feb 2026 at 11:07 Anna <{ANNA}> wrote:\n\n> cut"
    assert ["ab"] == groups(
        a=mail("Pump", FIRST, hours=7 / 60),
        b=mail("Question", text, sender=DESK, to=ANNA, hours=30),
    )


def test_a_letter_that_many_got_ties_no_two_customers() -> None:
    mails = {}
    for number in range(4):
        customer = f"customer{number}@home.example"
        mails[f"l{number}"] = mail("We got your letter", SECOND, sender=DESK, to=customer, hours=number)
        mails[f"r{number}"] = mail("Re: We got your letter", quoting("ok", SECOND), sender=customer, hours=number + 9)
    found = conversations(mails)
    assert {f"l{number}" for number in range(4)} == set(found.values())
    assert all(found[f"r{number}"] == f"l{number}" for number in range(4))


@pytest.mark.parametrize(("name", "joined"), [("Anna Berg", ["ab"]), ("Carl Dahl", ["a", "b"])])
def test_a_line_is_enough_where_the_introduction_names_writer_and_minute(name: str, joined: list[str]) -> None:
    few = f"On Mon, 2 Feb 2026 at 10:00, {name} wrote:\n> leaks at the lower flange and has ruined\n\nWhich flange?"
    assert joined == groups(
        a=mail("Pump", FIRST, sender="Anna Berg <anna@home.example>"),
        b=mail("A question of ours", few, sender=BOB, to="carl@other.example", hours=2),
    )


def test_parts_that_one_customer_sends_in_a_row_belong_together() -> None:
    assert ["abc", "d"] == groups(
        a=mail("Pictures 1/3", Message_ID="<a@x.example>"),
        b=mail("Pictures 2/3", Message_ID="<b@x.example>", hours=0.03),
        c=mail("Pictures 3/3", Message_ID="<c@x.example>", hours=0.06),
        d=mail("Pictures 1/3", Message_ID="<d@x.example>", sender=BOB, hours=0.07),
    )


@pytest.mark.parametrize(("seconds", "joined"), [(1, ["abcd"]), (40, ["a", "bd", "c"])])
def test_parts_on_a_list_belong_together_where_headers_were_lost_and_a_program_sent_them(
    seconds: int, joined: list[str]
) -> None:
    def part(number: int) -> bytes:
        return mail(
            f"[PATCH {number}/2] pump: part {number}",
            f"part {number}",
            hours=number * seconds / 3600,
            List_Id="<l.example>",
        )

    answer = mail("Re: [PATCH 1/2] pump: part 1", "> part 1\nfine", sender=BOB, to=ANNA, hours=3, List_Id="<l.example>")
    assert joined == groups(a=part(0), b=part(1), c=part(2), d=answer)


def test_a_letter_that_came_by_two_roads_under_two_ids_is_one() -> None:
    assert ["ab", "c"] == groups(
        a=mail("Pump", FIRST, Message_ID="<a@x.example>"),
        b=mail(
            "Pump", FIRST + "\n_____\nlist footer", Message_ID="<b@y.example>", to=BOB, sender="anna-x@list.example"
        ),
        c=mail("Pump", SECOND, Message_ID="<c@y.example>", sender=BOB),
    )


OLD = "Pump leaks badly"


@pytest.mark.parametrize(
    "old",
    [
        f"(was: {OLD})",
        f"(war: AW: {OLD})",
        f"[было: {OLD}]",
        f"(was Re: {OLD} (was Re: Older))",
        f"(Was: {OLD}",
        f"- was: {OLD}",
        f"（原：{OLD}）",
        f"Re: {OLD}",
    ],
)
def test_a_subject_that_names_the_one_it_replaces_stays_with_it(old: str) -> None:
    assert ["ab"] == groups(
        a=mail("Pump leaks badly", FIRST), b=mail(f"Cellar {old}", "No.", sender=DESK, to=ANNA, hours=2)
    )


@pytest.mark.parametrize(
    "changed",
    ["Cellar (was: [desk] Pump(s)?)", "Cellar (Re: Pump(s)? (was: Older))", "Cellar (Was: Pump(s)?"],
)
def test_brackets_within_the_old_subject_do_not_hide_it(changed: str) -> None:
    assert ["ab"] == groups(a=mail("Pump(s)?", FIRST), b=mail(changed, "No.", sender=DESK, to=ANNA, hours=2))


def test_a_changed_subject_ties_the_old_one_also_where_a_later_mail_is_quoted() -> None:
    assert ["abc"] == groups(
        a=mail("Pump leaks badly", FIRST),
        b=mail("Cellar floor", SECOND, sender=DESK, to=ANNA, hours=1),
        c=mail("Re: Cellar floor (was: Pump leaks badly)", quoting("Here it is.", SECOND), hours=2),
    )


@pytest.mark.parametrize(
    "told",
    [
        f'Message from Desk <{DESK}> of "Mon, 02 Feb 2026"',
        f"Desk <{DESK}>",
        "Message from D <d@away.example> of Monday <%s@lost.example>",
    ],
)
def test_an_address_in_the_field_for_ids_ties_nothing(told: str) -> None:
    assert ["a", "b"] == groups(
        a=mail("Re: Pump", "It leaks.", In_Reply_To=told.replace("%s", "1")),
        b=mail("Re: Chair", "It broke.", sender=BOB, In_Reply_To=told.replace("%s", "2"), hours=1),
    )


@pytest.mark.parametrize(
    "told", ["%s", "Your message of Monday %s", "%s (Anna's message of Monday)", "%s from Anna", "id %s of Monday"]
)
def test_words_around_an_id_do_no_harm(told: str) -> None:
    assert ["ab"] == groups(
        a=mail("Pump", Message_ID="<a@x.example>"),
        b=mail("Chair", sender=BOB, In_Reply_To=told % "<a@x.example>", hours=1),
    )


def test_an_id_in_the_introduction_ties_where_the_fields_for_ids_were_lost() -> None:
    text = "In message <a1@x.example>, Anna writes:\n> cut\n\nNo."
    assert ["ab"] == groups(
        a=mail("Pump", FIRST, Message_ID="<a1@x.example>"),
        b=mail("Something else", text, sender=BOB, to="carl@z.example", hours=9),
    )


@pytest.mark.parametrize(
    ("subject", "answer", "joined"),
    [
        ("Delivery of the leaking pump", "Re: Delivery of the laeking pump", True),
        ("Delivery of the leaking pump in our cellar", "Re: Delivery of the leaking pump in o", True),
        ("Delivery of the leaking pump", "Re: Delivery of the leaking pump (still waiting)", True),
        ("Delivery of pump 4711", "Re: Delivery of pump 4712", False),
        ("Delivery of the pump", "Re: Delivery of the chair", False),
        ("Delivery of the pump", "Re: Delivery of the pump 2", False),
    ],
)
def test_an_answer_may_misspell_or_cut_a_subject_but_not_change_its_numbers(
    subject: str, answer: str, joined: bool
) -> None:
    found = groups(a=mail(subject, FIRST), b=mail(answer, "A picture, please.", sender=DESK, to=ANNA, hours=2))
    assert (["ab"] if joined else ["a", "b"]) == found


MOMENTS = (
    "On Mon, 2 Feb 2026 at 11:07, Anna Berg wrote:",
    "On Feb 2, 2026, at 5:07 PM, Anna Berg <hidden> wrote:",
    "Am 02.02.26 um 11:07 schrieb Anna Berg:",
    "Le lun. 2 févr. 2026 à 15h37, Anna Berg a écrit :",
    "Anna Berg 于2026年2月2日周一 18:07写道：",
    "2026年2月2日(月) 19:07 Anna Berg:",
    "-----Original Message-----\nFrom: Anna Berg\nSent: Monday, February 2, 2026 10:07:00\nTo: Desk",
)


@pytest.mark.parametrize("introduction", MOMENTS)
@pytest.mark.parametrize("shift", [None, ("07", "09"), (" 2", " 5")])
def test_the_day_and_the_minute_in_an_introduction_mean_one_mail(
    introduction: str, shift: tuple[str, str] | None
) -> None:
    """In whatever zone and language; another minute or day means another mail."""
    told = introduction.replace(*shift) if shift else introduction
    found = groups(
        a=mail("Complaint", FIRST, sender=f"Anna Berg <{ANNA}>", hours=7 / 60),
        b=mail("Re: Question", f"No.\n\n{told}\n> cut", sender=DESK, to=ANNA, hours=30),
    )
    assert (["a", "b"] if told != introduction else ["ab"]) == found


@pytest.mark.parametrize("date", ["2/5/26", "5.2.2026", "2026-02-05", "2026年2月5日", "05/02/2026"])
def test_the_month_is_not_taken_for_the_day(date: str) -> None:
    assert ["a", "b"] == groups(
        a=mail("Complaint", FIRST, sender=f"Anna Berg <{ANNA}>", hours=7 / 60),
        b=mail("Re: Question", f"No.\n\nOn {date} 11:07, Anna Berg wrote:\n> cut", sender=DESK, to=ANNA, hours=99),
    )


@pytest.mark.parametrize(
    "introduction",
    ["", "The desk wrote:", f"On Mon, 2 Feb 2026 at 11:41, The Desk <{DESK}> wrote:"],
)
@pytest.mark.parametrize("subject", ["Complaint", "Order", "投诉"])
def test_a_form_letter_that_another_customer_quotes_is_another_copy(introduction: str, subject: str) -> None:
    """Only the copy for one of them is known."""
    desk = f"The Desk <{DESK}>"
    assert ["ab", "c"] == groups(
        a=mail(subject, "My chair broke."),
        b=mail(f"Re: {subject}", f"{FIRST} {SECOND}", sender=desk, to=ANNA, hours=1),
        c=mail(f"Re: {subject}", quoting(f"Well.\n\n{introduction}", f"{FIRST} {SECOND}"), sender=BOB, hours=2),
    )


def test_a_letter_that_another_customer_quotes_in_part_is_another_copy_under_a_subject_of_their_own_too() -> None:
    desk = f"The Desk <{DESK}>"
    assert ["ab", "c"] == groups(
        a=mail("Order 4711 pump", "My pump broke."),
        b=mail("Re: Order 4711 pump", FIRST[:50], sender=desk, to=ANNA, hours=1),
        c=mail("Re: Order 4711 pump", quoting("Well.\n\nThe Desk wrote:", FIRST[:50]), sender=BOB, hours=2),
    )


def test_the_same_words_that_were_sent_at_another_time_are_another_mail() -> None:
    words = "Thank you for your order, which we pack today."
    told = f"It is not here yet.\n\nOn Mon, 12 Jan 2026 at 09:13, The Desk <{DESK}> wrote:"
    assert ["a", "b"] == groups(
        a=mail("Your order", words, sender=f"The Desk <{DESK}>", to=ANNA),
        b=mail("Where is it?", quoting(told, words), hours=30),
    )


def test_a_colleague_who_tells_the_moment_has_seen_the_letter() -> None:
    text = quoting("I add the picture.\n\nOn Mon, 2 Feb 2026 at 11:00, The Desk wrote:", SECOND)
    assert ["abc"] == groups(
        a=mail("Complaint", FIRST, sender="info@firm.example"),
        b=mail("Re: Complaint", SECOND, sender=f"The Desk <{DESK}>", to="info@firm.example", hours=1),
        c=mail("Re: Complaint", text, sender="carl@firm.example", hours=2),
    )


def test_a_footer_that_everybody_quotes_ties_nobody() -> None:
    footer = (
        "This mail is meant for its reader only. Pumps Limited, registered in Exampleton under number 1234, VAT 99."
    )
    answers = {
        f"c{number}": mail(
            f"Re: Your pump {word}",
            quoting(f"The {word} one is broken.", f"We look after the {word} pump. {footer}"),
            sender=f"c{number}@home.example",
            hours=number,
        )
        for number, word in enumerate(("red", "blue", "green", "white", "black", "brown", "grey"))
    }
    letter = mail("Re: Chairs", f"Your chair is on its way.\n{footer}", sender=DESK, to=ANNA, hours=-1)
    assert [*answers, "letter"] == groups(letter=letter, **answers)


@pytest.mark.parametrize("subject", ["Order", "Our summer sale 2026"])
def test_one_of_the_desk_who_copies_the_desk_writes_to_two_customers(subject: str) -> None:
    agent = "dora@shop.example"
    assert ["a", "b"] == groups(
        a=mail(f"Re: {subject}", "It is on its way.", sender=agent, to=ANNA, Cc=DESK),
        b=mail(f"Re: {subject}", "It is sold out.", sender=agent, to=BOB, Cc=DESK, hours=2),
    )


def test_lists_whose_program_takes_the_prefix_away_still_talk() -> None:
    def talk(subject: str, sender: str, hours: float, text: str) -> bytes:
        return mail(f"[pumps] {subject}", text, sender=sender, to=DESK, hours=hours, List_Id="<pumps.example>")

    chatter = {
        f"n{number}": talk(
            f"Tale of wonder {chr(97 + number)}", f"n{number}@x.example", number, "> of a mail of old\n\nYes."
        )
        for number in range(8)
    }
    mails = {
        **chatter,
        "a": talk("Pump 4711 leaks", ANNA, 10, FIRST),
        "b": talk("Pump 4711 leaks", BOB, 12, "Mine does not."),
        "c": talk("Pump 4712 leaks", BOB, 13, "This one does."),
    }
    assert sorted(["ab", "c", *chatter]) == groups(**mails)


SAYINGS = (
    "Last winter mine froze to the wall, and only hot water and patience brought the valve back to life.",
    "You should never tighten that ring by hand, since its thread is softer than it seems to be at first.",
    "The shop round the corner sells seals of a better kind for half the price of those from the maker.",
    "I keep a spare flange in the shed, and it has saved me from a wet floor three times in two years.",
    "There is a tale that the first of these pumps ran for forty years in a mine without any service.",
)


def test_where_people_talk_with_each_other_is_a_list_even_if_nothing_says_so() -> None:
    """Who quotes what others wrote to an address reads it; then a subject says as much as on a list."""
    people = [f"p{number}@home{number}.example" for number in range(6)]
    place = "pumps@club.example"
    mails: dict[str, bytes] = {}
    for number, saying in enumerate(SAYINGS):
        one, other = people[number], people[(number + 1) % 5]
        mails[f"a{number}"] = mail(f"Tale {saying[:15]}", saying, sender=one, to=place, hours=number)
        answer = quoting(f"Is this so, dear number {number}?", saying)
        mails[f"b{number}"] = mail(f"Re: Tale {saying[:15]}", answer, sender=other, to=place, hours=number + 0.5)
    mails["x"] = mail("Winter meeting of the club", "Who comes?", sender=people[0], to=place, hours=20)
    mails["y"] = mail("Re: Winter meeting of the club", "I do.", sender=people[5], to=place, hours=21)
    assert "xy" in groups(**mails)
    assert {"x", "y"} < set(groups(**{name: mails[name] for name in ("x", "y", "a0", "b0", "a1", "b1")}))


def test_a_desk_whose_people_quote_its_customers_is_no_list() -> None:
    """Six of the desk answer what came to it, and one another, with a copy for the desk each."""
    mails: dict[str, bytes] = {}
    for number, saying in enumerate(SAYINGS):
        customer, agent, second = f"c{number}@home.example", f"d{number}@shop.example", f"d{number + 1}@shop.example"
        answer, note = f"We are sorry, case {number}. {saying[::-1]}", f"A note about {number}. {saying.upper()}."
        mails[f"a{number}"] = mail(f"Tale {saying[:15]}", saying, sender=customer, hours=number)
        mails[f"b{number}"] = mail(
            f"Re: Tale {saying[:15]}", quoting(answer, saying), sender=agent, to=customer, Cc=DESK, hours=number + 0.2
        )
        mails[f"e{number}"] = mail(
            f"Re: Tale {saying[:15]}", quoting(note, answer), sender=second, to=customer, Cc=DESK, hours=number + 0.4
        )
    mails["x"] = mail("Where is my garden pump?", "I wait.", sender=ANNA, hours=20)
    mails["y"] = mail("Re: Where is my garden pump?", "I still wait.", sender=BOB, hours=21)
    assert {"x", "y"} < set(groups(**mails))


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=300), max_size=8))
def test_any_bytes_have_a_conversation(mails: dict[str, bytes]) -> None:
    found = conversations(mails)
    assert mails.keys() == found.keys()
    assert set(found.values()) <= mails.keys()
