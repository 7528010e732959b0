"""Every letter in every locale: complete, harmless whatever the customer wrote, and the same in all languages."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from cases import events
from cases.message import Proof
from cases.words import Grade
from config.settings import load
from templates import render as templates
from templates.library import LETTER, load_library
from templates.neutral import calm
from templates.press import sections_of
from templates.samples import SAMPLES
from templates.slots import MARK
from templates.words import parse_words
from tests.templates.reading import read, structure, text_of

LIBRARY = load_library(None)
ALL = [(letter, locale) for letter, locales in LIBRARY.letters().items() for locale in locales]
CUSTOMER = (
    "acknowledgement",
    "acknowledgement-bare",
    "triage-acknowledgement",
    "common",
    "progress",
    "regulator-report",
    "proposal",
    "result",
    "satisfaction",
    "appeal",
    "status",
    "question",
    "question-reminder",
    "closed-unanswered",
    "extension",
)
VERBATIM = (
    "common",
    "regulator-report",
    "progress",
    "proposal",
    "result",
    "question",
    "question-reminder",
    "extension",
    "extension-asked",
    "clock-notice",
)  # hold what a colleague wrote
BARE = ("acknowledgement-bare", "triage-acknowledgement")
CANARY = "Canary7391"

HOSTILE = (
    "\r\nBcc: all@evil.example\n\n# Head\n\n[click](https://evil.example/a) <https://evil.example/b> "
    "![pixel](http://evil.example/p.png) <img src=x onerror=alert(1)><script>alert(1)</script> **bold** `code` | cell "
    "{{ 7 * 7 }} {% for a in b %} \\ \x02b0\x03 \x02i1\x03 &lt;b&gt; \u202egpj.exe\u202c \u2067x \ud800 \x00\x1b[31m "
    "javascript:alert(1) www.evil.example\n```\n</div></td></table>\n##- please write above this line -##\n> quoted "
    "-- \n[ref:tforged]\n\u2028- item\n1. one\n\n    indented\n"
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306 " + "W" * 10_000
)
ABOUT_NO_CASE = {"cause-analysis", "desk-notice", "digest", "early-warning", "record-head", "roll-up"}
ENUMERATED = {"url", "zone", "service_zone", "privacy", "action", "reference", "stage", "command"}


def hostile(value: object, key: str = "") -> object:
    if isinstance(value, str):
        return value if key in ENUMERATED else HOSTILE
    if isinstance(value, Mapping):
        return {name: hostile(item, name) for name, item in value.items()}
    return [hostile(item, key) for item in value] if isinstance(value, list) else value


def hostile_view(letter: str) -> dict[str, object]:
    return cast("dict[str, object]", hostile(SAMPLES[letter]))


@pytest.mark.parametrize(("letter", "locale"), ALL)
def test_every_letter_can_be_written_in_every_locale(letter: str, locale: str) -> None:
    rendered = templates.render(letter, locale, SAMPLES[letter])
    assert (locale, False) == (rendered.locale, rendered.fell_back)
    for part in (rendered.subject, rendered.text, text_of(rendered.html)):
        assert not re.search(r"\*\*|\{\{|\{%|\|---|\[\]", part)
        assert not MARK.search(part)
    assert rendered.text.startswith("##- ")
    assert rendered.text.split("\n")[0].endswith(" -##")
    assert "[ref:tabcdefghijklmnopqrstuvwxyz234567abc]" == rendered.text.splitlines()[-1]
    assert letter in ABOUT_NO_CASE or rendered.subject.startswith("[C-4829-1372] ")


def test_the_shipped_letters_have_no_mistakes() -> None:
    assert () == templates.check_all()


def test_customers_are_written_to_in_five_languages_and_staff_in_two() -> None:
    for letter in LIBRARY.letters():
        wanted = {"en", "zh-Hans", "es", "de", "ar"} if letter in CUSTOMER else {"en", "zh-Hans"}
        assert wanted == set(templates.locales_of(letter))


@pytest.mark.parametrize(("letter", "locale"), ALL)
def test_what_a_customer_writes_never_becomes_markup(letter: str, locale: str) -> None:
    calm = templates.render(letter, locale, SAMPLES[letter])
    wild = templates.render(letter, locale, hostile_view(letter))
    assert structure(calm.html) == structure(wild.html)
    assert not read(wild.html).declarations
    assert "{{ 7 * 7 }}" in wild.text or letter in BARE


@pytest.mark.parametrize(("letter", "locale"), ALL)
def test_what_a_customer_writes_cannot_hide_reorder_or_break_anything(letter: str, locale: str) -> None:
    wild = templates.render(letter, locale, hostile_view(letter))
    assert len(wild.subject) <= templates.LONGEST_SUBJECT
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", wild.subject)
    for part in (wild.text, wild.html):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066\u2067\ud800-\udfff]", part)
        assert part.count("\u2068") == part.count("\u2069")  # our own isolates, always closed
    assert 1 == len(re.findall(r"(?m)^##- .* -##$", wild.text))
    assert not re.search("W{10000}", wild.text) or letter in VERBATIM or "words" in SAMPLES[letter]


@pytest.mark.parametrize(("letter", "locale"), [pair for pair in ALL if pair[0] not in VERBATIM])
def test_no_address_of_a_customer_can_be_clicked(letter: str, locale: str) -> None:
    wild = templates.render(letter, locale, hostile_view(letter))
    for part in (wild.subject, wild.text, text_of(wild.html)):
        assert not re.search(r"(?i)https?://evil|www\.evil", part)


@pytest.mark.parametrize(("letter", "locale"), [pair for pair in ALL if pair[0] in BARE])
def test_bare_letters_contain_nothing_of_what_was_written(letter: str, locale: str) -> None:
    view = {
        **SAMPLES["assignment"],
        **SAMPLES["acknowledgement"],
        "subject": CANARY,
        "words": CANARY,
        "customer": {"name": CANARY, "address": CANARY},
        "understood": [{"kind": "company", "value": CANARY}],
        "evidence": [{"name": CANARY, "size": 1}],
    }
    rendered = templates.render(letter, locale, view)
    assert CANARY not in rendered.subject + rendered.text + rendered.html
    full = templates.render("acknowledgement", locale, view)
    assert 3 == full.text.count(CANARY)  # the control: it would show if it could


@pytest.mark.parametrize(("letter", "locale"), [pair for pair in ALL if pair[0] in CUSTOMER])
def test_customers_never_hear_of_the_grade(letter: str, locale: str) -> None:
    view = {**SAMPLES["assignment"], **SAMPLES[letter], "grade": CANARY, "reasons": [CANARY]}
    rendered = templates.render(letter, locale, view)
    assert CANARY not in rendered.subject + rendered.text + rendered.html
    assert not {"grade", "reasons", "category"} & SAMPLES[letter].keys()


@given(st.text(max_size=300))
@settings(max_examples=150)
def test_a_value_is_shown_exactly_as_it_is_once_it_is_harmless(subject: str) -> None:
    rendered = templates.render("acknowledgement", "en", {**SAMPLES["acknowledgement"], "subject": subject})
    shown = calm(subject)
    rows = [f"\nYour subject: \u2068{shown}\u2069\n", f"\nYour subject: {shown}\n"]
    assert not shown or any(row in rendered.text for row in rows)
    assert not shown or f"Your subject\n{shown}\n" in text_of(rendered.html)
    rendered.text.encode()
    rendered.html.encode()


def test_the_same_shape_is_filled_anew_for_each_letter() -> None:
    view = {**SAMPLES["acknowledgement"], "number": "C-0000-0001", "subject": "first"}
    templates.render("acknowledgement", "en", view)
    second = templates.render("acknowledgement", "en", {**view, "number": "C-0000-0002", "subject": "second"})
    fresh = templates.Renderer().render("acknowledgement", "en", {**view, "number": "C-0000-0002", "subject": "second"})
    assert fresh == second
    assert "first" not in second.html + second.text
    assert "C-0000-0001" not in second.html + second.text


def test_arabic_letters_run_from_right_to_left() -> None:
    rendered = templates.render("acknowledgement", "ar", SAMPLES["acknowledgement"])
    page = read(rendered.html)
    assert ("html", (("lang", "ar"), ("dir", "rtl"), ("xmlns", "http://www.w3.org/1999/xhtml"))) == page.elements[0]
    styles = [dict(attrs).get("style") or "" for tag, attrs in page.elements if tag in {"td", "th", "ul"}]
    assert not any("text-align:left" in style or "padding-left:22px" in style for style in styles[5:])
    assert any("text-align:right" in style for style in styles)
    assert any("padding-right:22px" in style for style in styles)
    assert "<bdi>Order 20418: machine arrived damaged</bdi>" in rendered.html
    assert "\u2068Order 20418: machine arrived damaged\u2069" in rendered.text


def test_nothing_in_a_letter_is_fetched_from_anywhere() -> None:
    for letter, locale in ALL:
        html = templates.render(letter, locale, SAMPLES[letter]).html
        assert not re.search(r"(?i)\bsrc=|url\(|@import|<link|<img|<script|<form|<iframe|<object", html)
        links = [dict(attrs)["href"] or "" for tag, attrs in read(html).elements if tag == "a"]
        assert all(link.startswith("mailto:") or link == "https://meridian.example/privacy" for link in links)


def test_an_acknowledgement_says_all_that_policy_asks_for() -> None:
    text = templates.render("acknowledgement", "en", SAMPLES["acknowledgement"]).text
    for words in (
        "Case number: C-4829-1372",
        "Claimed loss: 1,500.00\u00a0EUR",
        "What you would like: A replacement",
        "feeder-left.jpg (1.8 MB)",
        "- Contract\n",
        "by Thursday, 9 April 2026, 14:00 (Riyadh time).",
        "resolved by Tuesday, 21 April 2026, 18:00 (Riyadh time).",
        "not been announced yet",
        "Thursday, 9 April 2026, 09:00–12:00, 13:00–18:00 (Riyadh time)",
        "(Dubai time)",
        "ask at any time",
        "appeal",
        "https://meridian.example/privacy",
    ):
        assert words in text


@pytest.mark.parametrize(("letter", "locale"), [pair for pair in ALL if "actions" in SAMPLES[pair[0]]])
def test_commands_are_clicked_in_html_and_typed_after_the_text(letter: str, locale: str) -> None:
    rendered = templates.render(letter, locale, SAMPLES[letter])
    actions = cast("list[dict[str, str]]", SAMPLES[letter]["actions"])
    typed = cast("dict[str, str]", SAMPLES[letter]["typed"])
    assert "mailto:" not in rendered.text
    assert "\n\n\n" not in rendered.text, "where the buttons were"
    assert f"{' · '.join(typed.values())}\n" in rendered.text
    linked = [dict(attrs) for tag, attrs in read(rendered.html).elements if tag == "a"]
    assert [action["url"] for action in actions[:4]] + [action["url"] for action in actions] == [
        link["href"] for link in linked if (link["href"] or "").startswith("mailto:")
    ]
    assert ["button", "quiet"] == list(dict.fromkeys(link["class"] for link in linked if link["class"] != "link"))


def test_a_command_answer_says_line_by_line_what_was_done_why_not_and_what_next() -> None:
    text = templates.render("command-answer", "en", SAMPLES["command-answer"]).text
    for row in (
        "accept: Done. The case is yours now.",
        (
            "spam: Not done: the sender's role in this case does not allow it. "
            "Use one of the words below, or ask the intake desk."
        ),
        "grade high: Not done: there is no such command. Use one of the words below.",
        "Grade: major (provisional)",
        "In charge: Lena Vogt",
        "Routed: Quality, Production",
        "Reminder sent: Investigate, to: Lead department",
    ):
        assert f"{row}\n" in text
    stranger = {**SAMPLES["command-answer"], "allowed": [], "actions": [], "typed": {}}
    text = templates.render("command-answer", "en", stranger).text
    for words in ("Lena Vogt", "provisional", "Deadlines", "happened so far"):
        assert words not in text, "who has no role in a case learns nothing of it"


def test_only_who_was_asked_is_said_to_have_been_asked() -> None:
    view = SAMPLES["assignment"]
    assert "has been asked" in templates.render("assignment", "en", view).text
    unproven = {**cast("dict[str, str]", view["customer"]), "proof": "unproven"}
    assert "has been asked" not in templates.render("assignment", "en", {**view, "customer": unproven}).text


def test_what_does_not_exist_is_not_spoken_of() -> None:
    view = {
        **SAMPLES["acknowledgement"],
        "understood": [],
        "evidence": [],
        "missing": [],
        "resolve_by": None,
        "service_hours": [],
        "organisation": {"name": "Meridian", "privacy": ""},
        "marker": False,
        "reference": "",
    }
    rendered = templates.render("acknowledgement", "en", view)
    for words in ("understood", "sent with it", "still need", "resolved by", "service hours", "##-", "[ref:"):
        assert words not in rendered.text + text_of(rendered.html)


def used(letter: str, locale: str) -> Iterator[str]:
    """Every variable with its path that a letter uses, its pieces included."""
    pending = [f"{locale}/{letter}{LETTER}"]
    for path in pending:
        tree = Environment().parse(LIBRARY.files[path])  # noqa: S701  # only parsed
        pending += [f"{locale}/{node.template.value}" for node in tree.find_all(nodes.Include)]  # type: ignore[attr-defined]
        yield from (
            f"{node.node.name}.{node.attr}"
            for node in tree.find_all(nodes.Getattr)
            if isinstance(node.node, nodes.Name)
        )
        yield from (node.name for node in tree.find_all(nodes.Name) if node.ctx == "load")


@pytest.mark.parametrize(("letter", "locale"), [pair for pair in ALL if pair[1] != "en"])
def test_all_locales_of_a_letter_say_the_same(letter: str, locale: str) -> None:
    assert sorted(used(letter, "en")) == sorted(used(letter, locale))
    ours = structure(templates.render(letter, "en", SAMPLES[letter]).html)
    theirs = structure(templates.render(letter, locale, SAMPLES[letter]).html)
    assert [tag for tag, _ in ours if tag not in {"p", "strong"}] == [
        tag for tag, _ in theirs if tag not in {"p", "strong"}
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("184000.00 JPY", "184,000\u00a0JPY"),
        ("1500.00 EUR", "1,500.00\u00a0EUR"),
        ("12.5 JPY", "12.50\u00a0JPY"),
        ("7 KWD", "7.000\u00a0KWD"),
        ("7 XYZ", "7.00\u00a0XYZ"),
    ],
)
def test_an_amount_has_as_many_digits_as_its_currency(value: str, shown: str) -> None:
    view = {**SAMPLES["acknowledgement"], "understood": [{"kind": "amount", "value": value}]}
    assert f"Amount: {shown}\n" in templates.render("acknowledgement", "en", view).text


def _turned(view: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The view with its switches in every position."""
    switches = [name for name, value in view.items() if isinstance(value, bool)]
    for positions in itertools.product((True, False), repeat=len(switches)):
        yield dict(view) | dict(zip(switches, positions, strict=True))


@pytest.mark.parametrize(("letter", "locale"), ALL)
def test_no_mark_of_markdown_is_left_and_what_a_colleague_wrote_stands_apart(letter: str, locale: str) -> None:
    """Emphasis that ends behind Chinese punctuation is none, and a block behind an `endif` is swallowed by its line."""
    for view in _turned(SAMPLES[letter]):
        text = templates.render(letter, locale, view).text
        assert "**" not in text
        if letter in VERBATIM and (words := str(view["text"]).partition("\n")[0]) in text:
            assert "\n\n" in text.partition(words)[0][-3:], text.partition(words)[0][-40:]


@pytest.mark.parametrize(("letter", "locale"), ALL)
def test_headings_of_the_text_part_are_underlined_as_far_as_they_reach(letter: str, locale: str) -> None:
    rows = templates.render(letter, locale, SAMPLES[letter]).text.split("\n")
    rules = [
        (above, row)
        for above, row in itertools.pairwise(rows)
        if above and re.fullmatch("=+|-+", row) and not above.startswith(">")
    ]
    assert rules
    for heading, row in rules:
        wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in heading)
        marks = sum(unicodedata.category(letter) in {"Mn", "Cf"} for letter in heading)
        assert min(len(heading) + wide - marks, 60) == len(row), heading


def test_all_locales_know_the_same_words() -> None:
    words = {tag: parse_words(tag, LIBRARY.files[f"{tag}/words.toml"]) for tag in ("en", "zh-Hans", "es", "de", "ar")}
    lists = {tag: {name: set(names) for name, names in found.labels.items()} for tag, found in words.items()}
    for tag in ("en", "zh-Hans"):
        del lists[tag]["holiday"]  # their names are English to begin with
    assert lists["en"] == lists["zh-Hans"]
    for tag in ("es", "de", "ar"):
        assert {name: lists["en"][name] for name in ("fact", "wanted", "reply")} == lists[tag]


def test_every_event_grade_and_proof_has_a_name_for_staff() -> None:
    labels = parse_words("en", LIBRARY.files["en/words.toml"]).labels
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
    about_cases = [kind for kind in kinds if not issubclass(kind, events.DeskEvent)]
    recorded = {kind.__name__ for kind in about_cases if not kind.__subclasses__()}  # the others are bases
    assert recorded == set(labels["event"])
    assert set(Grade) == set(labels["grade"])
    assert {proof.name.lower() for proof in Proof} == set(labels["proof"])


@pytest.mark.parametrize(("letter", "locale"), ALL)
def test_a_letter_made_of_sections_is_the_same_as_one_made_as_a_whole(
    letter: str, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_sections = templates.Renderer().render(letter, locale, SAMPLES[letter])
    monkeypatch.setattr("templates.press.sections_of", lambda markdown: [markdown])
    assert templates.Renderer().render(letter, locale, SAMPLES[letter]) == in_sections


@pytest.mark.parametrize(
    ("markdown", "count"),
    [("a\n\n## b\nc\n# d", 3), ("```\n## b\n```", 1), ("see [a]\n\n## b\n\n[a]: mailto:a@b.example", 1), ("", 1)],
)
def test_where_a_letter_is_cut(markdown: str, count: int) -> None:
    assert count == len(sections_of(markdown))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_full_digest_is_not_cut_off_by_mail_programs(locale: str) -> None:
    """Gmail shows 102 KB of a letter's HTML; what it cuts off are the last cases. Two matters and four links each."""
    most = load(None, now=datetime(2026, 4, 14, tzinfo=UTC)).policy.letters.digest_most
    one = cast("Any", SAMPLES["digest"]["items"])[0]
    assert (2, 4) == (len(one["owed"]), len(one["actions"]))
    view = {**SAMPLES["digest"], "items": [{**one, "number": f"C-4829-{number:04}"} for number in range(most)]}
    rendered = templates.render("digest", locale, view)
    assert f"C-4829-{most - 1:04}" in rendered.html
    assert 102_000 > len(rendered.html.encode("ascii", "xmlcharrefreplace"))
