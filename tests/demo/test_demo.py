"""`ombud demo`: the whole week on real servers, and the page that shows it."""

import io
import re
import socket
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from cases.trouble import NeedsHuman
from daemon.cli import demonstrating
from daemon.demo import playing
from daemon.demo.album import Album
from daemon.demo.collecting import collect
from daemon.demo.director import Director

_LOADS = {"src", "srcset", "poster", "background", "data", "action", "formaction", "cite", "longdesc", "manifest"}
_OUR_TAGS = {
    "a", "article", "aside", "b", "bdi", "blockquote", "body", "circle", "code", "dd", "details", "div", "dl", "dt",
    "fieldset", "footer", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "html", "iframe", "input", "label",
    "legend", "li", "line", "main", "meta", "nav", "ol", "optgroup", "option", "output", "p", "pre", "rect", "script",
    "section", "select", "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead",
    "time", "title", "tr", "ul",
}  # fmt: skip
_VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []  # tag, name, value
        self.frames: list[dict[str, str]] = []
        self.contents: dict[str, list[str]] = {}  # of script, style and pre by class
        self.stack: list[str] = []
        self.mistakes: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.mistakes += [f"<{tag}> is never closed" for tag in self.stack]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in found.items()]
        if tag == "iframe":
            self.frames.append(found)
        if tag in {"script", "style", "pre"}:
            self.contents.setdefault(f"{tag}.{found.get('class', '')}".rstrip("."), []).append("")
            self._open.append(f"{tag}.{found.get('class', '')}".rstrip("."))
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.mistakes.append(f"</{tag}> closes something else")
        if tag in {"script", "style", "pre"} and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.contents[self._open[-1]][-1] += data


@dataclass(slots=True)
class Played:
    """One run of the demo."""

    status: int
    printed: str
    text: str
    director: Director
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = Page(self.text)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo as the command runs it, watched through its director."""
    out, directors = tmp_path_factory.mktemp("demo") / "new folder", list[Director]()

    def collecting(director: Director) -> Album:
        directors.append(director)
        return collect(director)

    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setattr(playing, "collect", collecting)
        status = demonstrating.demo(out)
    text = (out / "index.html").read_text(encoding="utf-8")
    return Played(status, printed.getvalue(), text, directors[0])


def test_everything_expected_happens(played: Played) -> None:
    assert "expectations hold." in played.printed, played.printed
    assert 0 == played.status


def test_it_prints_a_table_a_summary_and_the_command_that_opens_the_page(played: Played) -> None:
    for word in ("Number", "Customer", "Language", "Grade", "Centre", "Next deadline", "reminders", "escalations"):
        assert word in played.printed
    assert re.search(r"\S+ '?\S*new folder/index\.html'?", played.printed)
    assert "\x1b" not in played.printed


def test_the_page_is_well_formed(played: Played) -> None:
    assert [] == played.page.mistakes
    assert set() == set(played.page.tags) - _OUR_TAGS


def test_every_letter_that_left_is_on_the_page_as_its_reader_saw_it(played: Played) -> None:
    taken = [message_from_bytes(one.raw) for one in played.director.servers.taken]
    assert len(taken) > 200
    assert Counter(_part(one, "html") for one in taken) == Counter(frame["srcdoc"] for frame in played.page.frames)
    assert Counter(_part(one, "plain") for one in taken) == Counter(played.page.contents["pre.text"])


def test_nothing_is_loaded_from_anywhere(played: Played) -> None:
    """Neither by the page nor by a letter in it: links are for people to follow, nothing else has an address."""
    for page in (played.page, *(Page(frame["srcdoc"]) for frame in played.page.frames)):
        loads = [(tag, name, value) for tag, name, value in page.attributes if name in _LOADS]
        assert [] == loads
        assert set() == {tag for tag, name, _ in page.attributes if name == "href"} - {"a"}
        styles = [value for _, name, value in page.attributes if name == "style"]
        for style in [*styles, *page.contents.get("style", [])]:
            assert not re.search(r"url\(|@import|expression", style, re.IGNORECASE)
    assert any(
        value.startswith("default-src 'none';") for _, name, value in played.page.attributes if name == "content"
    )


def test_the_only_script_is_the_pages_own_and_letters_may_run_none(played: Played) -> None:
    own = files("daemon.demo.gallery").joinpath("page.js").read_text(encoding="utf-8")
    assert [own] == played.page.contents["script"]
    assert [] == [name for _, name, _ in played.page.attributes if name.startswith("on")]
    assert {"allow-same-origin"} == {frame["sandbox"] for frame in played.page.frames}
    assert 0 == sum(Page(frame["srcdoc"]).tags["script"] for frame in played.page.frames)


def test_no_html_of_a_customer_is_on_the_page(played: Played) -> None:
    raws = [arrival.delivery.raw for arrival in played.director.arrivals]
    foreign = [html for raw in raws for html in [_part(message_from_bytes(raw), "html")] if html]
    assert len(foreign) > 20
    assert any("mail-tracking" in html for html in foreign)
    for marker in ("MsoNormal", "mail-tracking", "schemas-microsoft", "<img", "<script>alert"):
        assert marker not in played.text
    assert any("<script>alert" in _part(message_from_bytes(raw), "plain") for raw in raws)
    for page in (played.page, *(Page(frame["srcdoc"]) for frame in played.page.frames)):
        assert 0 == page.tags["img"]


def test_the_servers_are_gone_afterwards(played: Played) -> None:
    for port in (played.director.servers.imap_port, played.director.servers.smtp_port):
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 5):
            pass


def test_a_week_in_which_something_did_not_happen_fails_and_says_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(playing, "END", playing.BEGIN + timedelta(hours=2))
    assert 1 == demonstrating.demo(tmp_path)
    printed = " ".join(capsys.readouterr().out.split())
    assert "expectations did not hold" in printed
    assert "the chain was climbed up to management" in printed
    assert (tmp_path / "index.html").exists()


def test_without_its_servers_the_demo_says_how_to_install_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstrating, "find_spec", lambda name: None if name == "pymap" else object())
    with pytest.raises(NeedsHuman, match=r"pymap.*ombud\[demo\]"):
        demonstrating.demo(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _part(message: Message, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return payload.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    return ""
