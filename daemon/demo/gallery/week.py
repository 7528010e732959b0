"""The week at a glance, as a drawing: when mail came in and when letters left, on lanes under the days."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from daemon.demo import wording
from daemon.demo.album import Album
from daemon.demo.gallery.markup import Html, tag

_WIDTH, _LEFT, _LANE, _TOP = 1120.0, 118.0, 34.0, 30.0
_DAY = timedelta(days=1)
_DOT = 3.6  # radius
T = TypeVar("T")
_LETTERS_TO_CUSTOMERS = "to customers"


def draw(album: Album) -> Html:
    """The drawing; each dot tells what it is to those who point at it."""
    lanes = _lanes(album)
    height = _TOP + len(lanes) * _LANE + 14
    start = _midnight(album.begin)
    days = max((album.end - start) / _DAY, 1.0)

    def place(at: datetime) -> float:
        return _LEFT + (_WIDTH - _LEFT - 8) * ((at - start) / _DAY) / days

    return tag(
        "svg",
        list(_background(start, album.end, place, height)),
        [_lane(row, name, colour, dots, place) for row, (name, colour, dots) in enumerate(lanes)],
        viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}",
        role="img",
        aria_label="When mail came in and when letters left, day by day",
        class_="week",
    )


def _lanes(album: Album) -> list[tuple[str, str, list[tuple[datetime, str]]]]:
    def letters(wanted: Callable[[str], bool], *, customers: bool = False) -> list[tuple[datetime, str]]:
        return [
            (letter.at, f"{wording.letter(letter.kind)} to {letter.reader}")
            for letter in album.letters
            if letter.is_customer is customers and wanted(letter.kind)
        ]

    ladder = {"reminder", "escalation", "digest"}
    return [
        ("mail in", "in", [(one.at, f"{one.writer}: {one.subject}") for one in album.post if not one.is_ours]),
        (_LETTERS_TO_CUSTOMERS, "out", letters(lambda _kind: True, customers=True)),
        ("to colleagues", "staff", letters(lambda kind: kind not in ladder)),
        ("their answers", "done", [(one.at, f"{one.writer} answers") for one in album.post if one.is_ours]),
        ("reminders", "reminded", letters(lambda kind: kind in {"reminder", "digest"})),
        ("escalations", "alarm", letters(lambda kind: kind == "escalation")),
    ]


def _background(start: datetime, end: datetime, place: Callable[[datetime], float], height: float) -> Iterator[Html]:
    """Days with their names; nights and the weekend are shaded."""
    day = start
    while day < end:
        left, right = place(day), min(place(day + _DAY), _WIDTH - 8)
        opening, closing = place(day + timedelta(hours=9)), place(day + timedelta(hours=18))
        free = day.weekday() >= 5
        spans = [(left, right)] if free else [(left, min(opening, right)), (min(closing, right), right)]
        for begin, stop in spans:
            if stop > begin:
                yield _rect(begin, stop, height)
        if right - left > 60:
            yield tag("text", f"{day:%a} {day.day}", x=f"{left + 6:.1f}", y=16, class_="day")
        yield tag("line", x1=f"{left:.1f}", x2=f"{left:.1f}", y1=4, y2=f"{height - 6:.1f}", class_="rule")
        day += _DAY


def _rect(left: float, right: float, height: float) -> Html:
    return tag("rect", x=f"{left:.1f}", y=24, width=f"{right - left:.1f}", height=f"{height - 30:.1f}", class_="night")


def _lane(
    row: int, name: str, colour: str, dots: Iterable[tuple[datetime, str]], place: Callable[[datetime], float]
) -> Html:
    middle = _TOP + row * _LANE + _LANE / 2
    placed = list(dots)
    return tag(
        "g",
        tag("text", name, x=_LEFT - 14, y=f"{middle + 4:.1f}", class_="name"),
        [_dot(x, y, title) for x, y, title in _spread(placed, middle, place)],
        class_=f"lane {colour}",
    )


def _spread(
    dots: list[tuple[datetime, str]], middle: float, place: Callable[[datetime], float]
) -> Iterator[tuple[float, float, str]]:
    """Dots that would cover each other stand above each other, as far as the lane is high."""
    last, level = -100.0, 0
    for at, title in sorted(dots):
        x = place(at)
        level = (level + 1) % 5 if x - last < 2 * _DOT - 1 else 0
        last = last if level else x
        y = middle + (0, -7, 7, -13, 13)[level]
        yield x, y, f"{wording.moment(at)}: {title}"


def _dot(x: float, y: float, title: str) -> Html:
    return tag("circle", tag("title", title), cx=f"{x:.1f}", cy=f"{y:.1f}", r=_DOT)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(wording.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
