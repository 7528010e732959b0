"""What a letter may know: all its template needs, and of an unproven sender nothing at all (invariant 9)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from cases import events as e
from cases.commands import MOST_COMMANDS
from cases.decide import on_delivery, on_tick
from cases.letters import Letter
from cases.message import Address, Attachment, Fact, Proof, Signal, Strength
from cases.policy import Organisation
from cases.views import view_of
from templates.library import load_library
from templates.render import render
from templates.samples import SAMPLES
from templates.words import parse_words
from tests.cases.mail import MONDAY, Desk, message
from tests.cases.world import at

CANARY = "xyzzy"
HOSTILE: dict[str, Any] = {
    "sender": Address(address="victim@customer.example", name=f"{CANARY} name"),
    "subject": f"{CANARY} subject",
    "text": f"{CANARY} text",
    "new_text": f"{CANARY} own words",
    "message_id": f"<{CANARY}@x.example>",
    "facts": (Fact(kind="order_number", value=f"{CANARY}-1", confidence=1.0, words=CANARY),),
    "signals": (Signal(name="delay", words=CANARY),),
    "attachments": (Attachment(name=f"{CANARY}.pdf", type="application/pdf", size=1, sha256="cc"),),
}
# The composer adds these to every view, the daemon writes the notices that belong to no case.
ADDITION: dict[str, object] = {"marker": True, "reference": "", "actions": [], "answers": []}
ADDED = set(ADDITION)


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def view(desk: Desk, letter: Letter) -> dict[str, object]:
    return view_of(letter, desk.case, desk.policy, desk.now, desk.events)


def a_life(**more: Any) -> Desk:
    """Every letter there is, once or more."""
    desk = Desk()
    usual: dict[str, Any] = {"complaint": Strength.WEAK, "signals": (Signal(name="lawyer", words="my lawyer"),)}
    desk.open(message(**(usual | more)))
    desk.command("ida", "complaint")
    desk.now = at("2026-03-09 14:30")
    desk.conclude(on_tick(desk.case, desk.policy, desk.now))
    desk.now = at("2026-04-20 10:00")
    desk.conclude(on_tick(desk.case, desk.policy, desk.now))
    desk.write_again()
    desk.command("quinn", "progress: We are searching.")
    desk.command("quinn", "accept\nresolve: done")
    desk.command("quinn", "result: We replaced the screen.")
    desk.now = at("2026-04-20 14:30")
    desk.conclude(on_tick(desk.case, desk.policy, desk.now))
    result = next(letter for letter in desk.letters if letter.letter == "result")
    desk.conclude(on_delivery(result.ref, e.LetterBounced, "5.1.1 no such user", desk.now))
    return desk


class TestNothingOfAnUnprovenSenderLeaves:
    @pytest.mark.parametrize(
        ("strength", "letter"),
        [(Strength.STRONG, "acknowledgement-bare"), (Strength.WEAK, "triage-acknowledgement")],
    )
    def test_no_value_of_a_bare_view_holds_their_words(self, strength: Strength, letter: str) -> None:
        desk = Desk()
        desk.open(message(**(HOSTILE | {"proof": Proof.UNPROVEN, "complaint": strength})))
        (answer,) = (x for x in desk.letters if not x.person)
        assert letter == answer.letter
        assert [] == [leaf for leaf in leaves(view(desk, answer)) if CANARY in str(leaf)]

    def test_nor_the_result(self) -> None:
        desk = a_life(**(HOSTILE | {"proof": Proof.UNPROVEN}))
        answers = [letter for letter in desk.letters if not letter.person]
        assert {"triage-acknowledgement", "acknowledgement-bare", "progress", "result"} == {x.letter for x in answers}
        for answer in answers:
            assert CANARY not in repr(view(desk, answer)), answer.letter

    def test_a_believed_sender_sees_what_was_understood(self) -> None:
        desk = Desk()
        desk.open(message(**HOSTILE))
        (answer,) = (x for x in desk.letters if not x.person)
        shown = view(desk, answer)
        assert [{"kind": "order_number", "value": f"{CANARY}-1"}] == shown["understood"]
        assert f"{CANARY} subject" == shown["subject"]
        assert [{"name": f"{CANARY}.pdf", "size": 1}] == shown["evidence"]


def test_no_customer_is_told_a_grade_or_a_reason() -> None:
    for proof in Proof:
        desk = a_life(proof=proof, subject="s", text="t")
        for letter in (x for x in desk.letters if not x.person):
            shown = view(desk, letter)
            assert not {"grade", "reasons", "provisional_major", "customer", "deadlines", "history"} & set(shown)
            assert not {"major", "important", "general"} & {str(leaf) for leaf in leaves(shown)}


def test_the_full_acknowledgement_says_what_policy_wants_it_to_say() -> None:
    desk = Desk()
    desk.open(message(facts=(Fact(kind="order_number", value="1", confidence=0.4, words="1"),), country="SA"))
    (answer,) = (x for x in desk.letters if not x.person)
    shown = view(desk, answer)
    assert [] == shown["understood"], "what is guessed is not repeated"
    assert ["wanted"] == shown["missing"]
    assert shown["resolve_by"] == desk.case.told_date("resolve")
    assert ("Asia/Riyadh", "Asia/Riyadh") == (shown["zone"], shown["service_zone"])
    assert not shown["provisional"]


class TestTemplates:
    def test_every_letter_of_a_life_has_what_its_template_needs(self) -> None:
        desk = a_life()
        bare = a_life(proof=Proof.UNPROVEN)
        pairs = [(desk, letter) for letter in desk.letters] + [(bare, letter) for letter in bare.letters]
        for owner, letter in pairs:
            shown = view(owner, letter)
            missing = set(SAMPLES[letter.letter]) - ADDED - set(shown)
            assert not missing, (letter.letter, missing)
        written = {letter.letter for _, letter in pairs}
        later = {"proposal", "report", "satisfaction", "appeal", "handed-on"}  # tests/stories writes them
        later |= {"question", "question-reminder", "closed-unanswered", "extension", "extension-asked", "clock-notice"}
        later |= {"group-notice", "common", "attention", "regulator-report", "status", "correction"}
        about_no_case = {"cause-analysis", "desk-notice", "digest", "early-warning", "record-head", "roll-up"}
        assert set(SAMPLES) - about_no_case - later == written

    def test_values_are_plain(self) -> None:
        desk = a_life()
        for letter in desk.letters:
            for leaf in leaves(view(desk, letter)):
                assert leaf is None or type(leaf) in {str, int, float, bool, type(MONDAY)}, (letter.letter, leaf)

    def test_no_raw_name_is_shown_to_a_colleague(self) -> None:
        """In Chinese every English name of a stage, a role, a reason or an event stands out."""
        words = parse_words("zh-Hans", load_library(None).files["zh-Hans/words.toml"])
        named = {name for table, names in words.labels.items() if table != "reply" for name in names}
        named -= {"customer", "lawyer"}  # the sender's own words
        desk, shown = a_life(), set()
        desk.command("ida", "spam\nregister\nwhatever")
        for letter in (replace(x, language="zh-Hans") for x in desk.letters if x.person):
            text = render(letter.letter, "zh-Hans", view(desk, letter) | ADDITION).text
            found = {name for name in named if re.search(rf"(?<![\w-]){name}(?![\w-])", text, re.ASCII)}
            assert not found, (letter.key, found)
            shown.add(letter.letter)
        assert {"command-answer", "triage", "reminder", "escalation", "assignment", "major-notice"} <= shown


class TestSteps:
    def reminder(self, when: str) -> tuple[Desk, Letter]:
        desk = Desk()
        desk.open()
        desk.send_all()
        desk.command("quinn", "accept")
        desk.letters.clear()
        desk.now = at(when)
        desk.conclude(on_tick(desk.case, desk.policy, desk.now))
        return desk, next(x for x in desk.letters if "investigate/" in x.key)

    def test_a_reminder_says_how_much_time_is_left(self) -> None:
        desk, letter = self.reminder("2026-03-03 14:30")
        shown = view(desk, letter)
        assert (13.5 * 3600, 0, 0.5) == (shown["left"], shown["late_for"], shown["share"])
        assert ("remind", "investigate", "3 bd", "Quinn Quality") == tuple(
            shown[key] for key in ("action", "stage", "target", "owner")
        )
        assert at("2026-03-05 10:00") == shown["due"]

    def test_it_says_so_for_the_moment_it_leaves(self) -> None:
        desk, letter = self.reminder("2026-03-03 14:30")
        later = replace(letter, not_before=at("2026-03-04 09:00"))
        assert 10 * 3600 == view(desk, later)["left"]

    def test_an_escalation_says_how_late_it_is_and_who_heard_before(self) -> None:
        desk, letter = self.reminder("2026-03-05 10:00")
        desk.letters.clear()
        desk.now = at("2026-03-06 10:00")
        desk.conclude(on_tick(desk.case, desk.policy, desk.now))
        letter = next(x for x in desk.letters if "investigate/" in x.key)
        shown = view(desk, letter)
        assert ("escalate", 0, 9 * 3600) == (shown["action"], shown["left"], shown["late_for"])
        assert [{"who": "Quinn Quality", "at": at("2026-03-05 10:00")}] == shown["chain"]

    def test_history_tells_news_in_order_and_leaves_out_bookkeeping(self) -> None:
        desk, letter = self.reminder("2026-03-05 10:00")
        history = view(desk, letter)["history"]
        assert isinstance(history, list)
        told = [row["kind"] for row in history]
        assert ["CaseOpened", "Graded", "RegistrationConfirmed", "Routed"] == told[:4]
        assert not {"FactsFound", "LetterQueued", "DateTold", "CommandsAnswered"} & set(told)

    def test_history_comes_in_parts_for_any_language(self) -> None:
        desk, letter = self.reminder("2026-03-05 10:00")
        desk.command("lars", "accept")
        desk.command("quinn", "investigated: a bearing broke")
        rows = view(desk, letter)["history"]
        assert isinstance(rows, list)
        parts = {
            row["kind"]: {key: part for key, part in row.items() if part and key not in {"at", "kind"}} for row in rows
        }
        assert {"grade": "general"} == parts["Graded"]
        assert {"departments": ["Quality", "Production"]} == parts["Routed"]
        assert {"who": "Quinn Quality"} == parts["AssignmentAccepted"]
        assert {"stage": "investigate", "role": "lead department"} == parts["LimitBreached"]
        assert {"who": "Quinn Quality", "text": "a bearing broke"} == parts["InvestigationReported"]
        assert {"word": "accept", "refusal": "no right", "who": "Lars Logistics"} == parts["CommandRefused"]
        sent = [(row["letter"], row["role"], row["who"]) for row in rows if row["kind"] == "LetterSent"]
        assert [("acknowledgement", "customer", ""), ("assignment", "", "Quinn Quality")] == sent


def test_a_follow_up_says_whether_it_reopened_the_case() -> None:
    desk = Desk()
    desk.open()
    desk.letters.clear()
    desk.write_again()
    assert view(desk, desk.letters[0])["reopened"] is False
    desk.command("quinn", "resolve: done")
    desk.wait(days=1)
    desk.letters.clear()
    desk.write_again()
    (letter,) = (x for x in desk.letters if x.letter == "follow-up")
    assert view(desk, letter)["reopened"] is True


def test_a_command_answer_says_what_is_allowed() -> None:
    desk = Desk()
    desk.open()
    desk.letters.clear()
    desk.command("quinn", "accept\nspam")
    shown = view(desk, desk.letters[0])
    lines = shown["lines"]
    assert isinstance(lines, list)
    assert [("accept", True, ""), ("spam", False, "no right")] == [
        (row["command"], row["done"], row["because"]) for row in lines
    ]
    allowed = shown["allowed"]
    assert isinstance(allowed, list)
    assert {"investigated", "resolve", "help"} <= set(allowed)
    assert {"accept", "spam"}.isdisjoint(allowed)
    assert isinstance(desk.letters[0].cause, e.CommandsAnswered)


def test_more_commands_than_one_message_may_hold_are_said_to_be_too_many() -> None:
    desk = Desk()
    desk.open()
    desk.letters.clear()
    desk.command("quinn", "help\n" * (MOST_COMMANDS + 3))
    lines = view(desk, desk.letters[0])["lines"]
    assert isinstance(lines, list)
    assert MOST_COMMANDS + 1 == len(lines)
    assert [(False, "too many commands")] == [(x["done"], x["because"]) for x in lines if x["because"]]


def test_commands_are_named_in_the_words_of_the_reader() -> None:
    desk = Desk()
    desk.open()
    desk.letters.clear()
    desk.command("quinn", "resolved: done\nspam")
    shown = view(desk, desk.letters[0])
    lines = shown["lines"]
    assert isinstance(lines, list)
    assert ["已解决", "垃圾邮件"] == [row["word"] for row in lines]
    english = view(desk, replace(desk.letters[0], language="en"))
    assert ({"result": "result: …", "help": "help"}, {"result": "结果：…", "help": "帮助"}) == tuple(
        {name: word for name, word in cast("dict[str, str]", one["typed"]).items() if name in {"result", "help"}}
        for one in (english, shown)
    )


class TestProgress:
    def told(self, when: str) -> dict[str, object]:
        desk = Desk()
        desk.open(message(signals=(Signal(name="delay", words="late"),)))
        desk.letters.clear()
        desk.now = at(when)
        desk.command("quinn", "progress: The part\nis ordered.")
        (letter,) = (x for x in desk.letters if not x.person)
        return view(desk, letter)

    def test_the_customer_reads_what_was_written_and_when_to_expect_more(self) -> None:
        shown = self.told("2026-03-03 10:00")
        assert ("The part\nis ordered.", at("2026-03-06 10:00")) == (shown["text"], shown["next_contact_at"])

    def test_each_note_promises_the_next_one_also_when_it_came_late(self) -> None:
        assert at("2026-03-10 10:00") == self.told("2026-03-05 10:00")["next_contact_at"]


class TestTriage:
    def test_the_desk_sees_which_words_were_noticed(self) -> None:
        desk = Desk()
        signs = (Signal(name="delay", words="a little: late"), Signal(name="lawyer", words="my lawyer"))
        desk.open(message(complaint=Strength.WEAK, signals=signs))
        shown = view(desk, next(x for x in desk.letters if x.letter == "triage"))
        assert "weak signs" == shown["because"]
        assert [("delay", "a little: late"), ("lawyer", "my lawyer")] == [
            (sign["signal"], sign["words"]) for sign in cast("list[dict[str, str]]", shown["signs"])
        ]

    def test_who_answers_after_the_closing_is_read_by_their_new_words(self) -> None:
        desk = Desk()
        desk.open(message(text="Hello?", complaint=Strength.NONE))
        desk.command("ida", "inquiry")
        desk.wait(days=1)
        desk.letters.clear()
        desk.write_again("I do complain!")
        shown = view(desk, next(x for x in desk.letters if x.letter == "triage"))
        assert ("the sender answered", "I do complain!", []) == (shown["because"], shown["words"], shown["signs"])


def test_a_follow_up_shows_what_came_with_it_and_nothing_older() -> None:
    desk = Desk()
    old, new = (Attachment(name=name, type="image/png", size=1, sha256="aa") for name in ("old.png", "new.png"))
    desk.open(message(attachments=(old,)))
    desk.letters.clear()
    desk.wait(hours=3)
    desk.write_again(attachments=(new,), subject="Another subject")
    shown = view(desk, desk.letters[0])
    assert ["new.png"] == [file["name"] for file in cast("list[dict[str, str]]", shown["evidence"])]
    assert (desk.now, "Another subject") == (shown["received_at"], shown["subject"])
    assert ["old.png", "new.png"] == [file.name for file in desk.case.evidence]


def test_the_reason_for_a_grade_is_the_customers_words_not_our_name_for_them() -> None:
    desk = Desk()
    desk.open(message(categories=("data-protection",)))
    shown = view(desk, next(x for x in desk.letters if x.letter == "assignment"))
    assert [("customer_data", "")] == [(x["rule"], x["detail"]) for x in cast("list[dict[str, str]]", shown["reasons"])]


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Ihre Daten"), ("de-AT", "Ihre Daten"), ("pt-BR", "Seus dados"), ("pt", "Your data"), ("", "Your data")],
)
def test_how_data_is_handled_is_said_in_the_readers_language(language: str, text: str) -> None:
    said = {"de": "Ihre Daten", "pt-BR": "Seus dados"}
    organisation = Organisation(name="Meridian", privacy="Your data", privacy_in=said)
    desk = Desk()
    desk.open(message())
    (letter,) = (x for x in desk.letters if not x.person)
    policy = replace(desk.policy, organisation=organisation)
    shown = view_of(replace(letter, language=language), desk.case, policy, desk.now)["organisation"]
    assert {"name": "Meridian", "privacy": text} == shown
