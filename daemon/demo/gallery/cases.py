"""All cases as a table, and each of them as a story."""

from itertools import groupby

from daemon.demo import wording
from daemon.demo.album import Album, Entry, ShownCase
from daemon.demo.gallery.markup import Html, tag

_LONG = 340  # characters of a quote that are shown at once


def cases_view(album: Album) -> Html:
    """The section of the page."""
    return tag(
        "section",
        tag("h2", "Cases", class_="sr-only"),
        _table(album),
        [_case(case) for case in album.cases],
        id="cases",
        class_="view",
    )


def _table(album: Album) -> Html:
    heads = ("Case", "Customer", "Language", "Grade", "Centre", "Next deadline", "Letters")
    return tag(
        "table",
        tag("thead", tag("tr", [tag("th", head, scope="col") for head in heads])),
        tag("tbody", [_row(case) for case in album.cases]),
        class_="overview",
    )


def _row(case: ShownCase) -> Html:
    return tag(
        "tr",
        tag("td", tag("a", case.number, href=f"#case-{case.number}", class_="number"), data_label="Case"),
        tag(
            "td",
            tag("strong", tag("bdi", case.customer)),
            tag("span", tag("bdi", case.subject), class_="subject"),
            data_label="Customer",
        ),
        tag("td", wording.language(case.language), data_label="Language"),
        tag("td", _grade(case), data_label="Grade"),
        tag("td", case.centre, tag("span", ", ".join(case.departments[:1]), class_="soft"), data_label="Centre"),
        tag("td", _next(case), data_label="Next deadline"),
        tag("td", _counts(case), data_label="Letters", class_="counts"),
    )


def _grade(case: ShownCase) -> Html:
    provisional = tag("span", "provisional", class_="soft") if case.provisional else None
    return tag("span", tag("span", case.grade, class_=f"grade {case.grade}"), provisional)


def _next(case: ShownCase) -> Html:
    if not case.deadlines:
        return tag("span", "nothing is owed" if case.status == "closed" else case.status, class_="soft")
    first = next((one for one in case.deadlines if not one.is_late), case.deadlines[0])
    late = sum(one.is_late for one in case.deadlines)
    return tag(
        "span",
        tag("time", wording.moment(first.due), datetime=first.due.isoformat()),
        tag("span", first.stage, class_="soft"),
        tag("span", f"{late} overdue", class_="late") if late else None,
    )


def _counts(case: ShownCase) -> Html:
    return tag(
        "span",
        str(case.letters),
        tag("span", f"{case.reminders} reminded", class_="soft") if case.reminders else None,
        tag("span", f"{case.escalations} escalated", class_="late") if case.escalations else None,
    )


def _case(case: ShownCase) -> Html:
    return tag(
        "article",
        tag("a", "All cases", href="#cases", class_="back"),
        tag(
            "header",
            tag("p", tag("span", case.number, class_="number"), _grade(case), tag("span", case.status, class_="soft")),
            tag("h3", case.subject or "(no subject)", dir="auto", lang=case.language),
            tag("p", tag("strong", tag("bdi", case.customer)), f" <{case.address}>", class_="soft"),
        ),
        tag(
            "div",
            tag("div", _timeline(case), class_="story"),
            tag("aside", _facts(case), _all_letters(case), _owed(case)),
            class_="columns",
        ),
        id=f"case-{case.number}",
        class_="case",
    )


def _timeline(case: ShownCase) -> list[Html]:
    found = []
    for day, some in groupby(case.timeline, key=lambda entry: wording.day(entry.at)):
        found.append(tag("h4", day))
        moments = groupby(some, key=lambda entry: wording.clock(entry.at))
        found.append(
            tag(
                "ol",
                [tag("li", tag("time", clock), tag("div", [_entry(entry) for entry in entries]), class_="moment")
                 for clock, entries in moments],
                class_="timeline",
            )
        )  # fmt: skip
    return found


def _entry(entry: Entry) -> Html:
    title: object = entry.title
    if entry.letter is not None:
        title = tag("a", entry.title, href=f"#letter-{entry.letter}")
    elif entry.post is not None:
        title = tag("a", entry.title, href=f"#post-{entry.post}")
    return tag(
        "div",
        tag("p", tag("span", tag("bdi", title), class_="title"), _source(entry)),
        tag("p", entry.detail, class_="detail", dir="auto") if entry.detail else None,
        _quote(entry.quote),
        tag("ul", [tag("li", tag("b", name), " ", tag("bdi", value)) for name, value in entry.chips], class_="chips")
        if entry.chips
        else None,
        class_=f"entry {entry.tone}",
    )


def _source(entry: Entry) -> Html | None:
    """The rule and the clause of the policy that the decision goes back to."""
    parts = [part for part in (entry.rule, entry.clause) if part]
    return tag("span", " · ".join(parts), class_="source") if parts else None


def _quote(words: str) -> Html | None:
    if not words:
        return None
    if len(words) <= _LONG:
        return tag("blockquote", words, dir="auto")
    return tag("details", tag("summary", tag("blockquote", words, dir="auto")), class_="long")


def _facts(case: ShownCase) -> Html:
    rows = [
        ("Language", wording.language(case.language)),
        ("Country", case.country or "unknown"),
        ("Sender", case.proof),
        ("Category", case.category),
        ("Centre", case.centre),
        ("Departments", ", ".join(case.departments) or "none yet"),
        ("Handled by", case.handler or "nobody yet"),
        ("Letters", f"{case.letters}, of them {case.reminders} reminders and {case.escalations} escalations"),
    ]
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows], class_="facts")


def _all_letters(case: ShownCase) -> Html:
    link = tag("a", f"Read all letters of this case ({case.letters})", href="#letters", data_only=case.number)
    return tag("p", link, class_="more")


def _owed(case: ShownCase) -> Html:
    if not case.deadlines:
        return tag("p", "Nothing is owed any more.", class_="soft")
    items = [
        tag(
            "li",
            tag("b", one.stage),
            tag("time", wording.moment(one.due), datetime=one.due.isoformat(), class_="late" if one.is_late else None),
            tag("span", f"{one.owner} · {one.target} · {one.clause}", class_="soft"),
        )
        for one in case.deadlines
    ]
    return tag("div", tag("h4", "Owed at the end of the week"), tag("ul", items), class_="owed")
