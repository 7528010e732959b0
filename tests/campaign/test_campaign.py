"""The short kill campaign: each database, a seed that never changes and one that does. `make campaign` is long."""

import secrets
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.campaign.campaign import Campaign
from tests.campaign.invariants import check, violations
from tests.campaign.kills import POINTS
from tests.servers.dovecot import Dovecot

MAILS, KILLS = 130, 28  # for each of two seeds on each database: together 520 and 112
FIXED = 20260302


@pytest.mark.parametrize("seed", [FIXED, None], ids=["fixed seed", "fresh seed"])
def test_killed_over_and_over_nothing_is_lost_and_nothing_doubled(
    dovecot: Dovecot,
    tmp_path: Path,
    database_url: str,
    seed: int | None,
    told: Callable[[str], None],
) -> None:
    seed = secrets.randbits(32) if seed is None else seed
    kind = database_url.partition(":")[0]
    again = f"python bench/campaign.py --mails {MAILS} --kills {KILLS} --database {kind} --replay {seed}"
    campaign = Campaign(
        folder=tmp_path / "campaign", dovecot=dovecot, database_url=database_url, mails=MAILS, kills=KILLS, seed=seed
    )
    campaign.folder.mkdir()
    told(again)
    office = campaign.run()
    try:
        checks = check(campaign, office)
    finally:
        office.close()
        office.parsers.close()
    diary = campaign.diary
    starts = diary.real_starts + diary.forked_starts
    told(
        f"  {diary.killed.total()} kills as planned, {diary.missed.total()} later; start to first poll: median "
        f"{median(starts):.2f} s, longest {max(starts):.2f} s; {diary.seconds:.0f} s",
    )
    assert () == violations(checks), again
    assert all(one.looked_at for one in checks)
    assert MAILS == len(diary.delivered) + len(diary.unanswerable)
    assert KILLS == diary.killed.total() + diary.missed.total()
    # Else it would prove little: named moments came by, and random kills found the daemon alive.
    named = sum(count for name, count in diary.killed.items() if name in POINTS)
    assert KILLS // 4 <= named, diary.missed
    assert KILLS // 3 <= diary.killed["random, at work"] + diary.killed["random, from the start"]
