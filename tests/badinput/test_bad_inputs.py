"""Every bad input ends as the table says, stays on record as it was, writes to nobody else, and the next mail flows."""

from pathlib import Path

import pytest

from daemon.cli import showing
from tests.badinput.desk import (
    BadDesk,
    Handled,
    Variant,
    assert_ended,
    assert_log_is_clean,
    assert_nothing_leaks,
    good_mail,
    is_clean,
)
from tests.badinput.row import Row
from tests.badinput.table import ROWS

ROOT = Path(__file__).parents[2]
WITH_VARIANTS = [row for row in ROWS if any(row.variants())]
WITH_STORY = [row for row in ROWS if row.story]


def name_of(row: Row) -> str:
    return f"{row.number} {row.title}"


@pytest.mark.parametrize("row", WITH_VARIANTS, ids=name_of)
def test_it_ends_as_listed_and_stops_nobody(
    row: Row, desk: BadDesk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handled = handle(row, desk)
    for variant in handled.variants:
        assert_ended(variant, desk)
    good = next(case for case in desk.house.store.cases(None, 1000) if case.customer == "next@kunde.example")
    openers = {variant.case.customer for variant in handled.of("case") if variant.case} | {good.customer}
    acknowledged = [letter.recipient for letter in desk.house.store.outbox_of_case(good.number)]
    assert good.customer in acknowledged
    assert_nothing_leaks(desk, openers)
    if row.check:
        row.check(handled)
    assert_log_is_clean(desk.records)
    assert_shown_cleanly(desk, monkeypatch, capsys)
    assert desk.house.store.verify_chain().ok


@pytest.mark.parametrize("row", WITH_STORY, ids=name_of)
def test_it_goes_as_told(row: Row, desk: BadDesk) -> None:
    assert row.story
    row.story(desk)
    desk.receive(good_mail("next"))
    assert "next@kunde.example" in {letter.recipient for letter in desk.to_outside()}
    assert_log_is_clean(desk.records)
    assert desk.house.store.verify_chain().ok


def handle(row: Row, desk: BadDesk) -> Handled:
    """All variants at once, with a good mail behind them."""
    given = [
        (ending, name, desk.made(raw, f"{row.number}-{place}"))
        for place, (ending, name, raw) in enumerate(row.variants())
    ]
    ids = desk.receive(*(raw for _, _, raw in given), good_mail("next"))
    assert () == desk.house.store.pending(1000)
    found = []
    for raw_id, (ending, name, raw) in zip(ids, given, strict=False):
        stored = desk.house.store.raw(raw_id)
        case = desk.house.store.load(stored.number) if stored.number else None
        found.append(Variant(ending=ending, name=name, raw=raw, stored=stored, case=case))
    return Handled(desk=desk, variants=tuple(found))


def assert_shown_cleanly(desk: BadDesk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person at the command line sees of all this cannot steer their terminal (input 64)."""
    monkeypatch.setattr(showing, "settings_at", lambda _: desk.settings)
    capsys.readouterr()
    for as_json in (False, True):
        showing.noted(None, 1000, as_json=as_json)
        showing.quarantine(None, open_only=False, as_json=as_json)
        showing.cases(None, "", 1000, as_json=as_json)
        showing.outbox(None, "", 1000, as_json=as_json)
        for row in desk.house.store.cases(None, 3):
            showing.case(None, row.number, as_json=as_json)
    assert is_clean(capsys.readouterr().out)


# ── the table itself ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_has_all_110_inputs_in_order() -> None:
    assert list(range(1, 111)) == [row.number for row in ROWS]


def test_there_are_three_hundred_variants_and_more() -> None:
    assert 300 <= sum(1 for row in ROWS for _ in row.variants())


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_row_proves_something_or_says_where_it_is_proven(row: Row) -> None:
    assert row.why
    names = [name for _, name, _ in row.variants()]
    assert sorted(set(names)) == sorted(names)
    assert names or row.story or row.elsewhere or row.later
    for place in row.elsewhere:
        path, _, test = place.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), place
