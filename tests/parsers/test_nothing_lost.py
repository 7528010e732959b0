"""None of the writer's own words is lost, whatever client and language put the history below them."""

import html
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from parsers import strip_reply, strip_reply_html

TABLES = tomllib.loads((Path(__file__).parent / "own_words.toml").read_text(encoding="utf-8"))
LINES: dict[str, str] = {**TABLES["gmail"], **TABLES["clients"]}
BLOCKS: dict[str, list[str]] = TABLES["blocks"]
TRICKY: dict[str, str] = TABLES["tricky"]
HISTORY = ["Dear Anna,", "yesterday zebras got your message.", "", "The zebras"]


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+|[>]\S*", text))


def _histories() -> dict[str, str]:
    """What clients put below an answer, by client and manner."""
    found = {"nothing": ""}
    marked = "\n".join(f"> {line}" for line in HISTORY)
    for name, line in LINES.items():
        found[f"{name}, marked"] = f"{line}\n{marked}"
        found[f"{name}, marked, apart"] = f"{line}\n\n{marked}"
        if "<" in line and not line.startswith("> "):
            found[f"{name}, unmarked"] = f"{line}\n\n" + "\n".join(HISTORY)
    for name, rows in BLOCKS.items():
        block = "\n".join(rows).format("Service Desk <desk@firm.example>")
        found[f"{name}, block"] = f"{block}\n\n" + "\n".join(HISTORY)
        found[f"{name}, ruled block"] = f"________________________________\n{block}\n\n" + "\n".join(HISTORY)
    return found


HISTORIES = _histories()


@pytest.mark.parametrize("own", TRICKY.values(), ids=TRICKY)
def test_own_words_that_look_like_history_or_signature_stay_above_every_history_and_it_goes(own: str) -> None:
    """Each text meets every third history, in turn, so that all meet many."""
    turn = len(own) % 3
    lost, kept = {}, set()
    for number, (name, below) in enumerate(HISTORIES.items()):
        if number % 3 != turn or _undecidable(own, name, below):
            continue
        found = strip_reply(f"{own.strip()}\n\n{below}\n")
        if missing := _words(own) - _words(found):
            lost[name] = missing
        if "zebras" in found:
            kept.add(name)
    assert ({}, set()) == (lost, kept)


@pytest.mark.parametrize("own", TRICKY.values(), ids=TRICKY)
def test_they_stay_in_html_too(own: str) -> None:
    body = "<br>".join(html.escape(line) for line in own.strip().split("\n"))
    lost = {
        name: missing
        for name, client in TABLES["html"].items()
        if (missing := _words(own) - _words(strip_reply_html(client.replace("OWN", body))))
    }
    assert {} == lost


def _undecidable(own: str, name: str, below: str) -> bool:
    """Some clients mark their introduction too: then a marked line of the writer is one with it."""
    marked = own.strip().rpartition("\n")[2].startswith(">") and below.startswith(">")
    return marked or name == "an address first, unmarked"


def test_an_answer_inside_an_unmarked_history_stays_with_all_of_it() -> None:
    """Nobody can tell the colours any more, so the writer's word for it decides."""
    for name, rows in BLOCKS.items():
        block = "\n".join(rows).format("Service Desk <desk@firm.example>")
        text = (
            f"Hello, see my answers in red below.\n\n{block}\n\nWhich order is it?\nIt is 4711.\nWhich colour?\nBlue."
        )
        assert _words(text) == _words(strip_reply(text)), name


def test_a_mail_that_is_marked_from_end_to_end_without_introduction_is_the_writers() -> None:
    text = "> My lamp is broken.\n> I want my money."
    assert text == strip_reply(text)
    assert "" == strip_reply(f"On Mon, Feb 2, 2026 at 10:59 AM Desk <d@firm.example> wrote:\n{text}")


def test_indented_words_of_the_writer_stay_and_introduced_ones_of_others_go() -> None:
    own = "<p>These are missing:</p><blockquote>the lamp<br>the cable</blockquote><p>Thanks</p>"
    assert _words("These are missing: the lamp the cable Thanks") == _words(strip_reply_html(own))
    told = (
        "<div>On Mon, Feb 2, 2026 at 10:59 AM Desk &lt;d@x.example&gt; wrote:</div><blockquote>Dear Anna</blockquote>"
    )
    assert "My answer." == strip_reply_html(f"<p>My answer.</p>{told}")
