"""Reads a rendered letter back, as a strict mail program would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page(HTMLParser):
    """The elements with their attributes in order, and the visible text by element class."""

    elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.declarations.append(data)

    def handle_pi(self, data: str) -> None:
        self.declarations.append(data)


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


def structure(html: str) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
    """Everything that is markup, except the line breaks and direction guards that follow from values."""
    return [(tag, attrs) for tag, attrs in read(html).elements if (tag, attrs) not in {("br", ()), ("bdi", ())}]


def text_of(html: str) -> str:
    return "".join(read(html).texts)
