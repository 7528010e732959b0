"""What a letter says of how a deadline came about: short, and nothing of importance left out."""

from dataclasses import replace
from datetime import date, timedelta

from cases.daynotes import DayNote, Why
from cases.explaining import explain
from cases.how import how
from cases.target import parse_target
from tests.cases.world import BERLIN, RIYADH, at

EID = {
    date(2026, 4, 3) + timedelta(days=i): DayNote(
        day=date(2026, 4, 3) + timedelta(days=i), why=Why.HOLIDAY, holiday="Eid (estimated)"
    )
    for i in range(4)
}


def weekends(first: date, count: int) -> dict[date, DayNote]:
    days = (first + timedelta(days=i) for i in range(count))
    return {day: DayNote(day=day, why=Why.WEEKEND) for day in days if day.weekday() >= 5}


def test_neighbouring_days_are_one_group_and_single_weekends_are_named() -> None:
    notes = EID | weekends(date(2026, 4, 7), 10)
    told = how(explain(replace(BERLIN, notes=notes), at("2026-04-02 10:00"), parse_target("6 bd")))
    groups = [(one["why"], one["name"], str(one["first"])[:10], str(one["last"])[:10]) for one in told["skipped"]]  # type: ignore[attr-defined]
    assert [
        ("HOLIDAY", "Eid (estimated)", "2026-04-03", "2026-04-06"),
        ("WEEKEND", "", "2026-04-11", "2026-04-12"),
    ] == groups
    assert (0, 0, True) == (told["weekends"], told["more"], told["unusual"])


def test_many_weekends_are_only_counted() -> None:
    notes = weekends(date(2026, 6, 1), 60)
    told = how(explain(replace(BERLIN, notes=notes), at("2026-06-01 10:00"), parse_target("30 bd")))
    assert ([], 12) == (told["skipped"], told["weekends"])


def test_of_many_reasons_the_first_four_are_named_and_the_rest_counted() -> None:
    days = [date(2026, 3, 7) + timedelta(days=i) for i in range(0, 42, 7)]
    notes = {
        day: DayNote(day=day, why=Why.OFF, reason=f"reason {n}")
        for n, saturday in enumerate(days)
        for day in (saturday, saturday + timedelta(days=1))
    }
    told = how(explain(replace(BERLIN, notes=notes), at("2026-03-02 10:00"), parse_target("32 bd")))
    named = [one["name"] for one in told["skipped"]]  # type: ignore[attr-defined]
    assert [f"reason {n}" for n in range(4)] == [name for name in named if name.startswith("reason")]
    assert 2 <= int(str(told["more"]))


def test_what_counts_alone_needs_no_words() -> None:
    told = how(explain(BERLIN, at("2026-03-02 10:00"), parse_target("3 bd")))
    assert (False, [], None) == (told["unusual"], told["skipped"], told["begins"])


def test_prayers_half_days_and_a_late_opening_are_told() -> None:
    half = date(2026, 3, 2)
    notes = {
        half: DayNote(day=half, why=Why.HALF, reason="elections"),
        date(2026, 3, 1): DayNote(
            day=date(2026, 3, 1),
            why=Why.USUAL,
            breaks=((at("2026-03-01 15:00", "Asia/Riyadh"), at("2026-03-01 15:30", "Asia/Riyadh")),),
        ),
    }
    told = how(explain(replace(RIYADH, notes=notes), at("2026-02-27 10:00", "Asia/Riyadh"), parse_target("2 bd")))
    assert (at("2026-03-01 09:00", "Asia/Riyadh"), 1800) == (told["begins"], told["prayers"])
    assert [("HALF", "elections")] == [(one["why"], one["name"]) for one in told["special"]]  # type: ignore[attr-defined]
