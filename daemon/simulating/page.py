"""A run as a page for people: the numbers, then each case with its chart, its clocks and its letters; no scripts."""

from collections.abc import Iterable, Sequence

from daemon.demo.gallery.markup import Html, tag
from daemon.simulating.chart import chart
from daemon.simulating.document import share_of
from daemon.simulating.lines import moment, said
from daemon.simulating.record import Run, SeenLetter, Span, Story
from daemon.simulating.summary import Summary, reader_name

MOST_CASES = 200  # that a page draws, those with the most breaches first; the JSON has all
_MOST_LETTERS = 60  # of one case
STYLE = """
body { margin: 0 auto; max-width: 60rem; padding: 1.2rem; font: 15px/1.5 Arial, Helvetica, sans-serif; color: #26303c;
  background: #ffffff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; font-size: 13px; margin: .6rem 0; }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid #d5dae0; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; } .late { color: #c2452d; font-weight: 700; } .soft { color: #5c6875; }
details { margin: .4rem 0; } summary { cursor: pointer; }
"""


def page(run: Run, title: str, summary: Summary) -> str:
    """The whole page."""
    chosen = chosen_cases(run.stories.values())
    body = (
        tag("h1", title),
        tag("p", asked(run)),
        tag("h2", "What it comes to"),
        figures_table(summary),
        stages_table(summary),
        readers_table(summary),
        _rises(run),
        _oddities(run),
        tag("h2", "Cases"),
        _chosen_note(len(chosen), len(run.stories)),
        _overview(chosen, run),
        [case_section(story, run) for story in chosen],
    )
    return document_of(title, body)


def document_of(title: str, body: Iterable[object]) -> str:
    """A page of that title."""
    head = tag("head", Html('<meta charset="utf-8">'), tag("title", title), Html(f"<style>{STYLE}</style>"))
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body), lang='en')}\n"


def asked(run: Run) -> str:
    """What was simulated, in one paragraph."""
    return (
        f"From {moment(run.begin)} until {moment(run.end)} (all times in UTC), {run.messages} messages. Assumed of "
        f"colleagues: {run.staff}. Every letter arrives; nothing left this machine and nothing was stored."
    )


def chosen_cases(stories: Iterable[Story]) -> list[Story]:
    """Those that a page has room for: the ones with the most breaches, then the first ones."""
    ranked = sorted(enumerate(stories), key=lambda pair: (-len(pair[1].breaches), pair[0]))[:MOST_CASES]
    return [story for _, story in sorted(ranked)]


def figures_table(summary: Summary) -> Html:
    """How many of everything."""
    grades = ", ".join(f"{count} {grade}" for grade, count in summary.by_grade.items())
    letters = ", ".join(f"{count} {name}" for name, count in summary.by_letter.items())
    fates = ", ".join(f"{count} {fate}" for fate, count in summary.by_fate.items() if fate != "sent")
    rows = (
        ("messages", summary.messages, ""),
        ("cases", summary.cases, grades),
        ("limits passed", summary.breaches, ""),
        ("reminders, escalations", f"{summary.reminders}, {summary.escalations}", ""),
        ("letters sent", summary.letters, letters),
        ("not sent", sum(count for fate, count in summary.by_fate.items() if fate != "sent"), fates),
    )
    return table(("", "#", ""), rows)


def stages_table(summary: Summary) -> Html:
    """How the stages were kept."""
    rows = [
        (one.stage.replace("_", " "), one.done, share_of(one), one.late, one.running, one.moot)
        for one in summary.stages
        if one.done or one.late or one.running or one.moot
    ]
    return table(("stage", "#done", "#in time", "#late", "#still running", "#needless"), rows)


def readers_table(summary: Summary, most: int = 25) -> Html:
    """Who got how many letters."""
    rows = [(one.reader, one.letters, f"{one.busiest}", one.on_busiest) for one in summary.readers[:most]]
    return table(("reader", "#letters", "busiest day", "#on that day"), rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """A table; columns whose head begins with # are numbers."""
    kinds = ["n" if head.startswith("#") else None for head in heads]
    return tag(
        "table",
        tag("tr", [tag("th", head.removeprefix("#"), class_=kind) for head, kind in zip(heads, kinds, strict=True)]),
        [tag("tr", [tag("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)]) for row in rows],
    )


def _rises(run: Run) -> Html | None:
    """Early warnings, and when they ended."""
    if not run.rises:
        return None
    rows = [(moment(one.at), one.kind, said(one, run.policy)) for one in run.rises]
    return tag("div", tag("h2", "Early warnings"), table(("when", "", "what"), rows))


def _oddities(run: Run) -> Html | None:
    notes = [(moment(one.at), one.what, one.name, one.because) for one in run.oddities]
    notes += [("", "no usable date", name, "left out") for name in run.undated]
    if run.outside:
        notes.append(("", f"{run.outside} messages", "", "came before or after"))
    if not notes:
        return None
    title = f"What led to nothing on a case: {len(notes)}"
    return tag("details", tag("summary", title), table(("when", "what", "message", "because"), notes[:500]))


def _chosen_note(shown: int, all_: int) -> Html | None:
    if shown == all_:
        return None
    words = f"{shown} of {all_} cases are drawn, those with the most passed limits; simulation.json has all."
    return tag("p", words, class_="soft")


def _overview(stories: Iterable[Story], run: Run) -> Html:
    rows = (
        (
            tag("a", story.number, href=f"#{story.number}"),
            story.case.customer,
            f"{story.case.grade}{' (provisional)' if story.case.provisional else ''}",
            story.case.centre,
            ", ".join(story.case.departments[:1]),
            story.case.status,
            sum(span.is_late(run.end) for span in story.spans),
            len(story.letters),
        )
        for story in stories
    )
    return table(("case", "customer", "grade", "centre", "department", "status", "#late", "#letters"), rows)


def case_section(story: Story, run: Run) -> Html:
    """One case: who, what, its chart, its clocks and letters."""
    case = story.case
    reasons = "; ".join(f"{reason.rule} [{reason.clause}]" for reason in case.grade_reasons)
    return tag(
        "section",
        tag("h3", f"{story.number}: {case.subject or 'no subject'}"),
        tag("p", f"{case.customer}, {case.grade} ({reasons}), {case.category}, {case.centre}", class_="soft"),
        chart(story, run),
        tag("details", tag("summary", f"{len(story.spans)} clocks"), _clocks(story.spans, run)),
        tag("details", tag("summary", f"{len(story.letters)} letters"), _letters(story.letters, run)),
        id=story.number,
    )


def _clocks(spans: Iterable[Span], run: Run) -> Html:
    rows = (
        (
            span.stage.replace("_", " "),
            span.owner,
            span.target,
            moment(span.since),
            moment(span.due),
            moment(span.ended) if span.ended else "",
            tag("span", f"{span.how}, late" if span.is_late(run.end) else span.how, class_=_mark(span, run)),
            span.clause,
        )
        for span in spans
    )
    return table(("stage", "owner", "limit", "counted from", "due", "ended", "how", "clause"), rows)


def _mark(span: Span, run: Run) -> str | None:
    return "late" if span.is_late(run.end) else None


def _letters(letters: Sequence[SeenLetter], run: Run) -> Html:
    rows = [
        (
            moment(one.at),
            one.letter,
            one.to if one.reader == "customer" else reader_name(one.reader, run.policy),
            f"{one.fate}: {one.because}" if one.because else one.fate,
            f"{one.rule} [{one.clause.partition(' [ours]')[0]}]",
        )
        for one in letters[:_MOST_LETTERS]
    ]
    more = len(letters) - len(rows)
    note = tag("p", f"and {more} more, see simulation.json", class_="soft") if more else None
    return tag("div", table(("when", "letter", "reader", "fate", "by rule"), rows), note)
