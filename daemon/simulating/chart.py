"""A case as a chart: a row a stage, a bar a round of its clock, a tick where its limit was.

Inline SVG with attributes only: no scripts, no styles, no fonts of its own, so that browsers and those mail programs
that show SVG draw the same; the table below it says everything once more for the others.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from cases.calendar import Calendar
from cases.calendaring import calendar_for
from daemon.demo.gallery.markup import Html, tag
from daemon.simulating.record import End, Fate, Run, SeenLetter, Span, Story

WIDTH, LEFT, RIGHT, TOP, ROW = 900, 130, 12, 26, 20
_INK, _PALE, _FREE = "#26303c", "#6b7785", "#eef1f4"
_DONE, _LATE, _OPEN, _MOOT = "#3f8f5f", "#c2452d", "#4a7fb5", "#b8c0c8"
_FONT = "Arial, Helvetica, sans-serif"
_MOST_FREE = 250  # closed spells that are still drawn
_SHARES = ((timedelta(hours=6), "%H:%M"), (timedelta(days=1), "%d %b"), (timedelta(days=7), "%d %b"))


def chart(story: Story, run: Run) -> Html:
    """The drawing. Times run in UTC; what is grey behind the bars is outside the centre's working time."""
    stages = list(dict.fromkeys(span.stage for span in story.spans))
    begin, end = _reach(story, run)
    height = TOP + ROW * (len(stages) + 1) + 30
    scale = _Scale(begin, end)
    return tag(
        "svg",
        tag("title", f"Case {story.number}: its clocks from {_day(begin)} to {_day(end)}"),
        tag("rect", x=0, y=0, width=WIDTH, height=height, fill="#ffffff"),
        list(_free(calendar_for(story.case, None, run.policy), scale, height - 30)),
        list(_axis(scale, height - 30)),
        list(_posts(story.letters, scale)),
        [list(_stage(stage, place, story, run, scale)) for place, stage in enumerate(stages, start=1)],
        list(_legend(height - 8)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}",
        width="100%",
        role="img",
        font_family=_FONT,
        font_size=11,
    )


class _Scale:
    """From moments to pixels."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self.begin, self.end = begin, end
        self._width = (end - begin).total_seconds()

    def x(self, moment: datetime) -> float:
        part = min(max((moment - self.begin).total_seconds() / self._width, 0.0), 1.0)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)


def _reach(story: Story, run: Run) -> tuple[datetime, datetime]:
    begin = story.case.received_at
    ends = [span.ended or (run.end if span.due > run.end else max(span.due, begin)) for span in story.spans]
    # A clock that runs for ever must not flatten all others.
    last = max((*ends, *(letter.at for letter in story.letters[:40])), default=begin)
    whole = max(last - begin, timedelta(hours=2))
    return begin - whole * 0.01, min(last + whole * 0.06, max(run.end, last))


def _stage(stage: str, place: int, story: Story, run: Run, scale: _Scale) -> Iterator[Html]:
    y = TOP + ROW * place
    yield tag("text", stage.replace("_", " "), x=LEFT - 8, y=y + 13, text_anchor="end", fill=_INK)
    for span in story.spans:
        if span.stage == stage:
            yield from _bar(span, y, run, scale)


def _bar(span: Span, y: int, run: Run, scale: _Scale) -> Iterator[Html]:
    ended = span.ended or run.end
    begin, due, end = scale.x(span.since), scale.x(span.due), scale.x(ended)
    colour = _MOOT if span.how is End.MOOT else _DONE if span.how is End.DONE else _OPEN
    kept = min(end, due)
    words = f"{span.stage.replace('_', ' ')}: {span.target}, due {_minute(span.due)}, {span.how} "
    said = tag("title", words + (_minute(span.ended) if span.ended else "at the end"))
    yield tag("rect", said, x=begin, y=y + 4, width=max(kept - begin, 2), height=11, rx=2, fill=colour)
    if ended > span.due and end > due:
        yield tag("rect", x=due, y=y + 4, width=max(end - due, 2), height=11, rx=2, fill=_LATE)
    if span.due <= scale.end:
        yield tag("line", x1=due, x2=due, y1=y + 1, y2=y + 18, stroke=_INK, stroke_width=1.5)


def _posts(letters: Iterable[SeenLetter], scale: _Scale) -> Iterator[Html]:
    yield tag("text", "letters", x=LEFT - 8, y=TOP + 12, text_anchor="end", fill=_PALE)
    for letter in letters:
        if letter.fate is not Fate.SENT or letter.at > scale.end:
            continue
        x, y = scale.x(letter.at), TOP + 8
        said = tag("title", f"{letter.letter} to {letter.to}, {_minute(letter.at)}")
        if letter.reader == "customer":
            yield tag("circle", said, cx=x, cy=y, r=4, fill=_OPEN)
        elif letter.letter == "escalation":
            yield tag("path", said, d=f"M{x} {y - 5}l5 9h-10z", fill=_LATE)
        elif letter.letter == "reminder":
            yield tag("path", said, d=f"M{x} {y - 5}l5 9h-10z", fill="none", stroke=_PALE)
        else:
            yield tag("rect", said, x=x - 3, y=y - 3, width=6, height=6, fill=_PALE)


def _axis(scale: _Scale, bottom: int) -> Iterator[Html]:
    step, pattern = next((one for one in _SHARES if (scale.end - scale.begin) / one[0] <= 12), _SHARES[-1])
    while (scale.end - scale.begin) / step > 12:
        step *= 2
    moment = scale.begin.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while moment < scale.end:
        if moment > scale.begin:
            x = scale.x(moment)
            shown = f"{moment:%d %b}" if moment.hour == 0 else f"{moment:{pattern}}"
            yield tag("line", x1=x, x2=x, y1=TOP - 6, y2=bottom, stroke="#d5dae0", stroke_width=1)
            yield tag("text", shown, x=x, y=TOP - 10, text_anchor="middle", fill=_PALE)
        moment += step


def _free(calendar: Calendar, scale: _Scale, bottom: int) -> Iterator[Html]:
    begin, end = int(scale.begin.timestamp()), int(scale.end.timestamp())
    closed, last = [], begin
    for start, stop in calendar.intervals:
        if stop > begin and start < end:
            closed.append((last, max(start, begin)))
            last = stop
    closed.append((last, end))
    shown = [(first, after) for first, after in closed if after - first > 0]
    for first, after in shown if len(shown) <= _MOST_FREE else ():
        x, until = scale.x(datetime.fromtimestamp(first, UTC)), scale.x(datetime.fromtimestamp(min(after, end), UTC))
        yield tag("rect", x=x, y=TOP - 6, width=round(max(until - x, 0), 1), height=bottom - TOP + 6, fill=_FREE)


def _legend(y: int) -> Iterator[Html]:
    x = LEFT
    for colour, words in (
        (_DONE, "done"),
        (_LATE, "beyond the limit"),
        (_OPEN, "running"),
        (_MOOT, "needless"),
        (_FREE, "not worked"),
    ):
        yield tag("rect", x=x, y=y - 9, width=10, height=10, fill=colour)
        yield tag("text", words, x=x + 14, y=y, fill=_PALE)
        x += 34 + 6 * len(words)
    yield tag("circle", cx=x + 5, cy=y - 4, r=4, fill=_OPEN)
    yield tag("text", "to the customer", x=x + 14, y=y, fill=_PALE)
    yield tag("path", d=f"M{x + 121} {y - 9}l5 9h-10z", fill="none", stroke=_PALE)
    yield tag("text", "reminder", x=x + 132, y=y, fill=_PALE)
    yield tag("path", d=f"M{x + 201} {y - 9}l5 9h-10z", fill=_LATE)
    yield tag("text", "escalation", x=x + 212, y=y, fill=_PALE)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
