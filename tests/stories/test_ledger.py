"""The corrective-action ledger: what is done so that it does not happen again (policy §8, §10, M35, M36, T3.3)."""

import pytest

from cases.correcting import parse_measure
from templates.samples import SAMPLES
from tests.stories.lives import lived
from tests.stories.telling import Story, clock_of, said, shipped

PADS = "correct: corner pads in every crate by 2026-11-20 owner Rossi accept-when: ten crates in a row without damage"
PARTS = next(row.parts for row in shipped().commands if row.name == "correct")


def test_a_measure_has_an_owner_a_date_and_a_test_and_its_owner_is_told() -> None:
    case = lived(Story("important"), until="propose")
    case.letters()
    case.does("weber", PADS)
    measure = case.case.measures[0]
    assert ("corner pads in every crate", "rossi", "ten crates in a row without damage") == (
        measure.text,
        measure.owner,
        measure.accept,
    )
    assert ("rossi", "Fri 20 Nov 16:00") == case.owes("correct 1")  # the end of the working day
    assert ["correction to rossi"] == case.letters()
    assert set() == set(SAMPLES["correction"]) - {"marker", "reference", "actions"} - set(case.shown("correction"))


def test_its_owner_says_that_it_is_done_and_somebody_else_verifies_it() -> None:
    case = lived(Story("important"), until="propose")
    case.does("weber", PADS)
    case.letters()
    assert "not corrected yet" == case.refused("he", "verified")
    case.does("rossi", "corrected: all crates of this week have them")
    assert case.owes("correct 1") is None
    assert ["correction to he"] == case.letters()
    assert "he" == (case.owes("verify 1") or ("", ""))[0]
    case.does("he", "verified: I have seen ten crates")
    assert case.owes("verify 1") is None
    due = clock_of(case, "check_effect 1").due
    assert (case.now.month + 3 - 12, case.now.day) == (due.month, due.day)  # November → February
    case.does("he", "effect: no broken corner since")
    assert case.owes("check_effect 1") is None
    assert "no broken corner since" == case.case.measures[0].effect


def test_nobody_verifies_a_measure_of_their_own() -> None:
    case = lived(Story("important"), until="propose")
    case.does("rossi", PADS.replace("Rossi", "He"))
    case.does("he", "corrected")
    assert "own measure" == case.refused("he", "verified")
    assert "xu" == (case.owes("verify 1") or ("", ""))[0]  # who stands above the owner
    case.does("xu", "verified")
    assert "own measure" == case.refused("he", "effect: fine")


def test_neither_the_owner_nor_who_carried_it_out_verifies_it() -> None:
    case = lived(Story("important"), until="propose")
    case.does("weber", PADS, PADS.replace("Rossi", "He"))
    case.does("weber", "corrected 1: I have bought them")
    case.does("rossi", "corrected 2")
    assert "own measure" == case.refused("weber", "verified 1")  # carried it out
    assert "own measure" == case.refused("he", "verified 2")  # owns it
    case.does("he", "verified 1")


def test_several_measures_of_one_mail_are_a_letter_each() -> None:
    case = lived(Story("important"), until="propose")
    case.letters()
    case.does("weber", PADS, PADS.replace("corner pads", "a new strap"))
    assert ["correction to rossi", "correction to rossi"] == case.letters()


def test_what_does_not_meet_its_test_is_owed_again() -> None:
    case = lived(Story("important"), until="propose")
    case.does("weber", PADS)
    case.does("rossi", "corrected")
    case.letters()
    case.until("Thu 19 Nov 11:00")
    case.does("he", "not verified: two of ten crates were damaged")
    assert ["correction to rossi"] == [one for one in case.letters() if one.startswith("correction")]
    assert "rossi" == (case.owes("correct 1") or ("", ""))[0]
    assert case.owes("verify 1") is None
    assert case.case.measures[0].due > case.now


def test_who_owes_a_measure_is_reminded_and_the_chain_hears_of_it() -> None:
    """§10: reminders and escalation as for stages, each measure for itself, whatever becomes of the case."""
    case = lived(Story("general"))
    assert "closed" == case.case.status
    case.does("weber", PADS, PADS.replace("corner pads", "a new strap").replace("20", "30"))
    case.does("rossi", "corrected 2")
    case.until("Mon 30 Nov 12:00")
    taken = [step.partition(",")[0] for step in case.steps("correct 1")]
    assert ["remind-50: rossi", "remind-80: rossi", "breach: rossi", "escalate-centre: weber"] == taken[:4]
    assert [] == case.steps("correct 2")


def test_the_archive_waits_for_open_measures_but_not_for_their_effect() -> None:
    """C3.5: the checklist names them."""
    case = lived(Story("important"), until="propose")
    case.does("weber", PADS)
    lived(case)
    assert [] == case.happened("CaseArchived")
    assert "checklist incomplete: corrective actions" == case.refused("he", "archive")
    case.does("rossi", "corrected")
    case.does("he", "verified")
    assert 1 == len(case.happened("CaseArchived"))
    assert {"check_effect 1"} == case.owed()


def test_two_measures_are_told_apart_by_their_numbers() -> None:
    case = lived(Story("important"), until="propose")
    case.letters()
    case.does("weber", PADS, "correct: ask the carrier by hand by 2026-12-01 owner Weber accept-when: it is written")
    assert ["correction to rossi"] == case.letters()  # who wrote it knows it
    assert ["ask the carrier by hand"] == [one.text for one in case.case.measures[1:]]
    assert "which measure" == case.refused("weber", "corrected")
    assert "which measure" == case.refused("weber", "corrected 7")
    case.does("weber", "corrected 2: done on the phone")
    assert ["correct 1", "verify 2"] == sorted(one for one in case.owed() if one[-1].isdecimal())


@pytest.mark.parametrize(
    ("written", "because"),
    [
        ("correct: pads owner Rossi accept-when: no damage", "date missing"),
        ("correct: pads by 2026-13-40 owner Rossi accept-when: no damage", "date missing"),
        ("correct: pads by 2026-12-01 accept-when: no damage", "owner missing"),
        ("correct: pads by 2026-12-01 owner Nobody accept-when: no damage", "unknown person"),
        ("correct: pads by 2026-12-01 owner Rossi", "acceptance missing"),
        ("correct: by 2026-12-01 owner Rossi accept-when: no damage", "text missing"),
        ("correct: pads by 2026-10-01 owner Rossi accept-when: no damage", "date is past"),
    ],
)
def test_a_measure_without_one_of_its_parts_is_refused_with_the_reason(written: str, because: str) -> None:
    assert because == Story("general").refused("weber", written)


def test_only_who_works_on_the_case_or_stands_above_records_measures() -> None:
    assert "no right" == Story("general").refused("dubois", PADS)


@pytest.mark.parametrize(
    "text",
    [
        "更换护角 期限 2026-11-20 负责人 Rossi 验收标准：连续十箱无破损",
        "更换护角，负责人：Rossi，期限：2026年11月20日，验收标准：连续十箱无破损",
    ],
)
def test_it_can_be_written_in_chinese_and_in_another_order(text: str) -> None:
    found = parse_measure(text, PARTS)
    assert ("更换护角", "Rossi", "连续十箱无破损") == (found.measure, found.owner, found.accept)
    case = Story("general")
    case.does("weber", f"整改：{text}")
    assert "Fri 20 Nov 16:00" == said(case.case.measures[0].due)


def test_the_words_that_begin_a_part_may_stand_in_the_measure_too() -> None:
    found = parse_measure(
        "tell the owner of the depot by phone by 2026-11-20 owner Rossi accept-when: signed by the owner", PARTS
    )
    assert ("tell the owner of the depot by phone", "2026-11-20", "Rossi", "signed by the owner") == (
        found.measure,
        found.by,
        found.owner,
        found.accept,
    )
