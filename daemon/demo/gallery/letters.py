"""All letters, as a mail program shows them: a list that can be filtered, and the letter itself beside it."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from daemon.demo import wording
from daemon.demo.album import Album, ShownLetter
from daemon.demo.gallery.markup import Html, tag

_MODES = (("html", "As read"), ("text", "Plain text"), ("head", "Headers"))


def letters_view(album: Album) -> Html:
    """The section of the page."""
    names = {case.number: case.customer for case in album.cases}
    return tag(
        "section",
        tag("h2", "Letters", class_="sr-only"),
        _filters(album, names),
        tag(
            "div",
            tag("nav", _list(album.letters), class_="list", aria_label="Letters"),
            tag(
                "div",
                tag("p", "Choose a letter to read it as its reader did.", class_="hint"),
                [_letter(letter, names) for letter in album.letters],
                class_="reader",
            ),
            class_="panes",
        ),
        id="letters",
        class_="view",
    )


def _filters(album: Album, names: Mapping[str, str]) -> Html:
    readers = sorted({(not x.is_customer, x.reader, x.address) for x in album.letters})
    sides = (("Colleagues", True), ("Customers", False))
    kinds = sorted({letter.kind for letter in album.letters}, key=wording.letter)
    return tag(
        "form",
        _choice(
            "reader",
            "Reader",
            [("", "everybody"), ("customers", "all customers"), ("colleagues", "all colleagues")],
            [
                tag(
                    "optgroup",
                    _options((address, name) for staff, name, address in readers if staff is side),
                    label=label,
                )
                for label, side in sides
            ],
        ),
        _choice("case", "Case", [("", "all cases"), *((number, f"{number} {name}") for number, name in names.items())]),
        _choice(
            "kind",
            "Kind",
            [("", "every kind"), *((kind, f"{wording.letter(kind)} ({album.count(kind)})") for kind in kinds)],
        ),
        tag("fieldset", tag("legend", "Show", class_="sr-only"), [_mode(*mode) for mode in _MODES], class_="modes"),
        tag("output", f"{len(album.letters)} letters", aria_live="polite"),
        class_="filters",
    )


def _choice(name: str, label: str, options: Iterable[tuple[str, str]], more: Iterable[Html] = ()) -> Html:
    return tag("label", tag("span", label), tag("select", _options(options), more, name=name))


def _options(options: Iterable[tuple[str, str]]) -> list[Html]:
    return [tag("option", shown, value=value) for value, shown in options]


def _mode(mode: str, shown: str) -> Html:
    field = tag("input", type="radio", name="mode", value=mode, id=f"mode-{mode}", checked=mode == "html")
    return tag("label", field, tag("span", shown))


def _list(letters: Iterable[ShownLetter]) -> list[Html]:
    found = []
    for day, some in groupby(letters, key=lambda letter: wording.day(letter.at)):
        found.append(tag("h3", day, class_="day"))
        found.append(tag("ol", [tag("li", _row(letter)) for letter in some]))
    return found


def _row(letter: ShownLetter) -> Html:
    return tag(
        "a",
        tag("time", wording.clock(letter.at), datetime=letter.at.isoformat()),
        tag("span", letter.reader, class_="who"),
        tag("span", wording.letter(letter.kind), class_=f"kind {_colour(letter)}"),
        tag("span", tag("bdi", _without_number(letter)), class_="subject"),
        href=f"#letter-{letter.id}",
        data_reader=letter.address,
        data_side="customers" if letter.is_customer else "colleagues",
        data_case=letter.number,
        data_kind=letter.kind,
    )


def _letter(letter: ShownLetter, names: Mapping[str, str]) -> Html:
    title = f"{wording.letter(letter.kind)} to {letter.reader}"
    return tag(
        "article",
        tag("a", "All letters", href="#letters", class_="back"),
        tag(
            "header",
            tag("p", wording.letter(letter.kind), class_=f"kind {_colour(letter)}"),
            tag("h3", letter.subject, dir="auto", lang=letter.locale),
            tag("dl", _facts(letter, names)),
        ),
        tag(
            "iframe",
            title=f"{title}, as its reader sees it",
            sandbox="allow-same-origin",
            loading="lazy",
            srcdoc=letter.html,
            class_="html",
        ),
        tag("pre", letter.text, class_="text", dir="auto", lang=letter.locale),
        tag("pre", "\n".join(f"{name}: {value}" for name, value in letter.headers), class_="head", dir="ltr"),
        id=f"letter-{letter.id}",
        class_="letter",
    )


def _facts(letter: ShownLetter, names: Mapping[str, str]) -> list[Html]:
    to = f"{letter.reader} <{letter.address}>" if letter.reader != letter.address else letter.address
    rows: list[tuple[str, object]] = [
        ("From", letter.sender),
        ("To", [to, tag("span", f" · {letter.role}", class_="soft") if letter.role else None]),
        ("Sent", tag("time", f"{wording.moment(letter.at)} in Shanghai", datetime=letter.at.isoformat())),
    ]
    if letter.number:
        shown = f"{letter.number} {names.get(letter.number, '')}"
        rows.append(("Case", tag("a", shown, href=f"#case-{letter.number}")))
    if letter.files:
        rows.append(("Files", ", ".join(letter.files)))
    if letter.tries > 1:
        rows.append(("Delivery", f"taken at try {letter.tries}; the first time the server said “later”"))
    if letter.returned:
        rows.append(("Delivery", tag("strong", "came back: the mailbox is full")))
    return [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows]


def _without_number(letter: ShownLetter) -> str:
    return letter.subject.removeprefix(f"[{letter.number}]").strip()


def _colour(letter: ShownLetter) -> str:
    by_kind = {"reminder": "reminded", "digest": "reminded", "escalation": "alarm", "major-notice": "alarm"}
    return by_kind.get(letter.kind, "out" if letter.is_customer else "staff")
