"""What is a command and what is a note (policy §8, threats T4 and inputs 98 to 100)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.commands import MOST_COMMANDS, Command, parse_commands
from tests.cases.world import COMMANDS


def read(text: str) -> list[tuple[str, str]]:
    return [(command.name, command.text) for command in parse_commands(text, COMMANDS)]


@pytest.mark.parametrize(
    "written",
    [
        "accept",
        "Accept",
        "ACCEPT.",
        "accept !",
        "  accept  ",
        "accept:",
        "ａｃｃｅｐｔ",
        "ＡＣＣＥＰＴ．",
        "\n\n accept\n",
        "\u00a0accept\u00a0",
        "接受",
        "接受。",
        "accept\n\nBest regards\nQuinn",
        "accepted",
    ],
)
def test_a_command_stands_alone_on_its_line_however_it_is_written(written: str) -> None:
    assert [("accept", "")] == read(written)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("resolve: Refunded.", "Refunded."),
        ("Resolve : Refunded.", "Refunded."),
        ("resolve：Refunded.", "Refunded."),
        ("已解决：已退款", "已退款"),
        ("resolve:\nRefunded.\n\nThe customer agrees.", "Refunded.\n\nThe customer agrees."),
        ("resolve\nRefunded.", "Refunded."),
        ("resolve: at 10:30: paid", "at 10:30: paid"),
        ("resolve:", ""),
    ],
)
def test_text_follows_a_colon_and_may_have_many_lines(written: str, text: str) -> None:
    assert [("resolve", text)] == read(written)


def test_words_with_a_space_may_have_any_space() -> None:
    assert [("out of scope", "")] == read("Out\u00a0of \u3000 Scope")


def test_several_commands_follow_one_another() -> None:
    assert [("accept", ""), ("investigated", "A crack.\nIn the feeder."), ("resolve", "Replaced.")] == read(
        "accept\n\ninvestigated: A crack.\nIn the feeder.\nresolve: Replaced.\n"
    )


@pytest.mark.parametrize(
    "note",
    [
        "",
        "   \n\n",
        "I accept that we made a mistake.",
        "We will accept.\naccept",
        "Dear all,\n\naccept",
        "Please do not\nresolve: this",
        "I would like to accept this case",
        "我们明天会联系客户并解决这个问题",
        "accept this case and close it quickly please",
    ],
)
def test_a_sentence_makes_the_message_a_note(note: str) -> None:
    assert [] == read(note)


def test_what_reaches_the_customer_must_open_the_message() -> None:
    assert [("result", "We replaced it.")] == read("result: We replaced it.")
    report = "resolve: replaced the screen\nResult: customer seems happy, but do not tell them"
    assert [("resolve", report.partition(": ")[2])] == read(report)
    assert [("accept", "")] == read("accept\nresult: We replaced it.")


def test_a_sentence_after_a_command_ends_the_commands() -> None:
    assert [("accept", "")] == read("accept\nI will look into it tomorrow.\nresolve: no, not yet")


@pytest.mark.parametrize(
    "written",
    [
        "acept",
        "Aceptt!",
        "resolv: Refunded.",
        "解決：已退款",
        "close case",
        "grade high",
        "受",
        "I accept: with pleasure",
    ],
)
def test_a_misspelt_command_is_answered_not_swallowed(written: str) -> None:
    assert (Command(name="", written=written),) == parse_commands(written, COMMANDS)


def test_a_thousand_commands_are_cut_and_the_colleague_hears_of_it() -> None:
    found = parse_commands("accept\n" * 1000, COMMANDS)
    assert MOST_COMMANDS + 1 == len(found)
    assert {"accept"} == {command.name for command in found[:-1]}
    assert Command(name="", written="accept") == found[-1]


def test_a_long_text_is_read_whole() -> None:
    """Two hundred thousand lines; in quadratic time this test would not end."""
    text = "line\n" * 200_000
    assert [("resolve", text.strip())] == read("resolve: " + text)


def test_what_is_shown_of_a_command_is_short() -> None:
    (command,) = parse_commands("resolve: " + "x" * 500, COMMANDS)
    assert 80 == len(command.written)
    assert 500 == len(command.text)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    names = {row.name for row in COMMANDS} | {""}
    assert {command.name for command in parse_commands(text, COMMANDS)} <= names
