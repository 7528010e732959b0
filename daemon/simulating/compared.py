"""Two runs side by side: as a page, and as plain values for JSON."""

from collections.abc import Iterable

from daemon.demo.gallery.markup import Html, tag
from daemon.simulating.chart import chart
from daemon.simulating.comparing import CaseDifference, Comparison, Difference
from daemon.simulating.document import document
from daemon.simulating.page import MOST_CASES, asked, document_of, table
from daemon.simulating.record import Run, Story
from daemon.simulating.summary import summary_of


def comparison_document(found: Comparison) -> dict[str, object]:
    """What differs, and both runs in full."""
    return {
        "same": found.is_same,
        "figures": [_row(one) for one in found.figures],
        "late": [_row(one) for one in found.late],
        "told": [_row(one) for one in found.told],
        "cases": [
            {
                "message": one.message,
                "before": one.before,
                "after": one.after,
                "customer": one.customer,
                "subject": one.subject,
                "differences": [_row(change) for change in one.differences],
            }
            for one in found.cases
        ],
        "before": document(found.before, summary_of(found.before)),
        "after": document(found.after, summary_of(found.after)),
    }


def _row(one: Difference) -> dict[str, str]:
    return {"what": one.what, "before": one.before, "after": one.after}


def comparison_page(found: Comparison, title: str) -> str:
    """The page: the numbers that differ, then each case that differs, with both charts."""
    shown = found.cases[:MOST_CASES]
    more = len(found.cases) - len(shown)
    return document_of(
        title,
        (
            tag("h1", title),
            tag("p", asked(found.before)),
            tag("p", "Before is the present policy, after is the one that was tried."),
            tag("p", tag("strong", "Nothing differs.")) if found.is_same else None,
            _section("What it comes to", found.figures),
            _section("Limits missed, by who owed them", found.late),
            _section("Letters, by reader", found.told),
            tag("h2", f"Cases that differ: {len(found.cases)} of {len(found.before.stories)}"),
            [_case(one, found) for one in shown],
            tag("p", f"and {more} more, see simulation.json", class_="soft") if more else None,
        ),
    )


def _section(title: str, changes: Iterable[Difference]) -> Html | None:
    rows = [(one.what.replace("_", " "), one.before or "–", one.after or "–") for one in changes]
    return tag("div", tag("h2", title), table(("", "#before", "#after"), rows)) if rows else None


def _case(one: CaseDifference, found: Comparison) -> Html:
    rows = [(change.what.replace("_", " "), change.before or "–", change.after or "–") for change in one.differences]
    sides = (("before", one.before, found.before), ("after", one.after, found.after))
    return tag(
        "section",
        tag("h3", f"{one.before or one.after}: {one.subject or 'no subject'}"),
        tag("p", one.customer, class_="soft"),
        [tag("div", tag("strong", side), _drawn(number, run)) for side, number, run in sides],
        table(("", "before", "after"), rows),
    )


def _drawn(number: str, run: Run) -> Html:
    story: Story | None = run.stories.get(number)
    return chart(story, run) if story else tag("p", "no case", class_="soft")
