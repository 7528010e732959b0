"""What another policy would have done with the same mail: who late, who told, how many letters, which cases differ."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.policy import Policy
from cases.routing import people_for
from daemon.simulating.lines import moment
from daemon.simulating.record import Fate, Run, Span, Story
from daemon.simulating.summary import Summary, reader_name, summary_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not the same; empty where one of the policies has none of it."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDifference:
    """One complaint under both policies. A number is empty where that policy opened no case."""

    message: int  # that opened it
    before: str
    after: str
    customer: str
    subject: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs over the same mail."""

    before: Run
    after: Run
    figures: tuple[Difference, ...]  # of the summaries, those that differ
    late: tuple[Difference, ...]  # limits missed, by who owed them
    told: tuple[Difference, ...]  # letters, by reader
    cases: tuple[CaseDifference, ...]  # those that differ

    @property
    def is_same(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.figures or self.late or self.told or self.cases)


def compare(before: Run, after: Run) -> Comparison:
    """What differs."""
    old, new = summary_of(before), summary_of(after)
    return Comparison(
        before=before,
        after=after,
        figures=tuple(_changed(_figures(old), _figures(new))),
        late=tuple(_changed(_late(before), _late(after))),
        told=tuple(_changed(_by_reader(old), _by_reader(new))),
        cases=tuple(_cases(before, after)),
    )


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Difference]:
    for what in dict.fromkeys((*before, *after)):
        old, new = before.get(what), after.get(what)
        if old != new:
            yield Difference(what=what, before=_text(old), after=_text(new))


def _text(value: object) -> str:
    return "" if value is None else moment(value) if isinstance(value, datetime) else str(value)


def _figures(summary: Summary) -> dict[str, object]:
    found: dict[str, object] = {
        "cases": summary.cases,
        "limits passed": summary.breaches,
        "reminders": summary.reminders,
        "escalations": summary.escalations,
        "letters": summary.letters,
    }
    found |= {f"{grade} cases": count for grade, count in summary.by_grade.items()}
    found |= {f"letters: {name}": count for name, count in summary.by_letter.items()}
    for one in summary.stages:
        if one.share is not None:
            found[f"{one.stage} in time"] = f"{one.share:.0%}".replace("%", " %")
    return found


def _by_reader(summary: Summary) -> dict[str, object]:
    return {one.reader: one.letters for one in summary.readers}


def _late(run: Run) -> dict[str, object]:
    """Missed limits by the names of those who owed them when they passed."""
    found: Counter[str] = Counter()
    for story in run.stories.values():
        for span in story.spans:
            if span.is_late(run.end):
                found[owners(span, story, run.policy)] += 1
    return dict(found.most_common())


def owners(span: Span, story: Story, policy: Policy) -> str:
    """Who owed the stage when its limit passed."""
    return ", ".join(person.name for person in people_for(span.owner, story.case, policy, span.due))


def _cases(before: Run, after: Run) -> Iterator[CaseDifference]:
    old = {story.raw: story for story in before.stories.values()}
    new = {story.raw: story for story in after.stories.values()}
    for raw in sorted(old.keys() | new.keys()):
        was, now = old.get(raw), new.get(raw)
        shown = was or now
        if shown is None:
            continue
        found = tuple(
            _changed(_facts(was, before) if was else {}, _facts(now, after) if now else {"case": "not opened"})
        )
        if found:
            yield CaseDifference(
                message=raw,
                before=was.number if was else "",
                after=now.number if now else "",
                customer=shown.case.customer,
                subject=shown.case.subject,
                differences=found,
            )


def _facts(story: Story, run: Run) -> dict[str, object]:
    """What is compared of a case, each under a name that says what it is."""
    case = story.case
    found: dict[str, object] = {
        "grade": f"{case.grade}{' (provisional)' if case.provisional else ''}",
        "category": case.category,
        "centre": case.centre,
        "departments": ", ".join(case.departments),
        "status": str(case.status),
    }
    rounds: Counter[str] = Counter()
    for span in story.spans:
        rounds[span.stage] += 1
        if rounds[span.stage] == 1:
            found[f"{span.stage} due"] = span.due
        if span.is_late(run.end):
            found[f"late: {span.stage}, owed by {owners(span, story, run.policy)}"] = "late"
    found |= {f"rounds of {stage}": count for stage, count in rounds.items() if count > 1}
    found |= _letters(story, run.policy)
    return found


def _letters(story: Story, policy: Policy) -> dict[str, object]:
    """How many of each kind each reader got."""
    sent = (
        (one.letter, one.to if one.reader == "customer" else reader_name(one.reader, policy))
        for one in story.letters
        if one.fate is Fate.SENT
    )
    counted = Counter(sent)
    return {f"{letter} to {reader}": count for (letter, reader), count in counted.items()}
