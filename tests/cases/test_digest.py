"""What a digest says of one case (policy §7)."""

from cases.decide import on_tick
from cases.digest import item_of, newest, stage_of
from cases.letters import told
from config.vocabulary import COMMANDS
from tests.cases.mail import Desk
from tests.cases.world import POLICY, at


def told_keys(desk: Desk, when: str, person: str) -> list[str]:
    """The letters for this reader about every step that is due then."""
    desk.now = at(when)
    events = desk.conclude(on_tick(desk.case, desk.policy, desk.now))
    return [letter.key for letter in told(desk.case, events, POLICY, desk.now) if letter.person == person]


def test_of_several_letters_about_a_stage_the_last_one_speaks() -> None:
    desk = Desk()
    desk.open()
    desk.command("quinn", "accept")
    keys = told_keys(desk, "2026-03-03 16:00", "quinn") + told_keys(desk, "2026-03-04 17:00", "quinn")
    assert ["investigate", "investigate"] == [stage_of(key) for key in keys]
    assert (keys[-1],) == newest(keys)


def test_what_fits_what_is_owed_is_offered_first_and_the_earliest_limit_is_named_first() -> None:
    desk = Desk()
    desk.open()
    desk.send_all()
    keys = told_keys(desk, "2026-03-05 10:01", "quinn")
    item = item_of(desk.case, newest(keys), POLICY.directory.people["quinn"], POLICY, desk.now)
    owed = item["owed"]
    assert isinstance(owed, list)
    assert ["accept", "investigate"] == [line["stage"] for line in owed]
    assert sorted(line["due"] for line in owed) == [line["due"] for line in owed]
    assert all(line["late_for"] > 0 for line in owed)
    offered = item["allowed"]
    assert isinstance(offered, list)
    assert {"accept", "investigated"} <= set(offered[:3])


def test_every_command_that_a_stage_calls_for_is_one() -> None:
    from cases import digest

    named = {name for names in digest._DOES.values() for name in names} | set(digest._ALWAYS)  # noqa: SLF001
    assert set() == named - set(COMMANDS)
