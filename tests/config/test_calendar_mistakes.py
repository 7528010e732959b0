"""Calendars that cannot be are refused at the start, with file, key and reason."""

from pathlib import Path

import pytest

from tests.config.desks import load_text, mistakes_of, sample

GOOD = '\n[calendar.own]\nzone = "Asia/Riyadh"\nshifts = ["09:00-18:00"]\n'
PRAYERS = "[calendar.own.prayers]\n"
RAMADAN = "[calendar.own.ramadan]\n"

WRONG = [
    ("unknown city", f'{PRAYERS}city = "Atlantis"', "prayers.city", "'Atlantis'"),
    ("a city's name misspelt", f'{PRAYERS}city = "Riad"', "prayers.city", "riyadh"),
    ("no place", f'{PRAYERS}method = "umm-al-qura"', "prayers", "has no place"),
    ("half a place", f"{PRAYERS}latitude = 24.7", "prayers", "has no place"),
    ("a place twice", f'{PRAYERS}city = "Riyadh"\nlatitude = 24.7', "prayers.latitude", "the city says"),
    ("no method", f"{PRAYERS}latitude = 24.7\nlongitude = 46", "prayers.method", "needs a method"),
    ("unknown method", f'{PRAYERS}city = "Riyadh"\nmethod = "meca"', "prayers.method", "'meca'"),
    (
        "beyond the pole",
        f'{PRAYERS}latitude = 91\nlongitude = 46\nmethod = "dubai"',
        "prayers.latitude",
        "90",
    ),
    (
        "another part of the world",
        f'{PRAYERS}latitude = 24\nlongitude = -46\nmethod = "dubai"',
        "prayers.longitude",
        "east is positive",
    ),
    ("a city of another zone", f'{PRAYERS}city = "Jakarta"', "prayers.city", "Asia/Jakarta"),
    ("unknown prayer", f'{PRAYERS}city = "Riyadh"\nnames = ["noon"]', "prayers.names[#1]", "dhuhr"),
    ("endless prayer", f'{PRAYERS}city = "Riyadh"\nafter = 600', "prayers.after", "180"),
    ("negative margin", f'{PRAYERS}city = "Riyadh"\nbefore = -5', "prayers.before", "0"),
    (
        "nothing left of a day",
        f'{PRAYERS}city = "Riyadh"\nbefore = 180\nafter = 180',
        "",
        "no working time on 2026-",
    ),
    ("no shifts in Ramadan", f"{RAMADAN}shifts = []", "ramadan.shifts", ""),
    (
        "a month of two days",
        f'{RAMADAN}shifts = ["10:00-16:00"]\nknown = [{{ first = 2027-02-08, last = 2027-02-09 }}]',
        "ramadan.known[#1]",
        "no month of the moon",
    ),
    (
        "a season that ends before it begins",
        '[[calendar.own.changes]]\nsince = 2027-06-01\nuntil = 2027-05-01\nshifts = ["06:00-14:00"]',
        "changes[#1].until",
        "is before",
    ),
    ("a change of nothing", "[[calendar.own.changes]]\nsince = 2027-06-01", "changes[#1]", "changes nothing"),
    (
        "a day that cannot be",
        '[[calendar.own.announced]]\ndays = ["2027-02-30"]\nare = "free"\non = 2027-01-01\nreason = "storm"',
        "announced[#1].days[#1]",
        "date",
    ),
    (
        "a free day with hours",
        (
            "[[calendar.own.announced]]\ndays = [2027-02-03]\nare = 'free'\non = 2027-01-01\nreason = 'storm'\n"
            'shifts = ["09:00-10:00"]'
        ),
        "announced[#1].shifts",
        "no shifts",
    ),
    (
        "no reason",
        '[[calendar.own.announced]]\ndays = [2027-02-03]\nare = "free"\non = 2027-01-01',
        "announced[#1].reason",
        "",
    ),
    (
        "a day said twice",
        (
            "days_off = [2027-02-03]\n[[calendar.own.announced]]\ndays = [2027-02-03]\nare = 'half'\non = 2027-01-01\n"
            "reason = 'storm'"
        ),
        "announced[#1].days",
        "2027-02-03 is said twice",
    ),
]


@pytest.mark.parametrize(("text", "key", "told"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_cannot_be_is_refused_with_its_key_and_reason(tmp_path: Path, text: str, key: str, told: str) -> None:
    wanted = f"calendar[own].{key}" if key else "calendar[own]"
    mistakes = mistakes_of(tmp_path, f"{sample()}{GOOD}{text}\n")
    said = [f"{one.wrong}; {one.instead}" for one in mistakes if one.key == wanted]
    assert said, mistakes
    assert told in said[0]
    assert {"ombud.toml"} == {Path(one.file).name for one in mistakes}


def test_a_calendar_that_nobody_knows_is_refused_where_it_is_named(tmp_path: Path) -> None:
    text = sample(
        ("calendars = { SA =", "calendars = { QA = 'mars', SA ="), ('head = "zhao"', 'head = "zhao"\ncalendar = "mar"')
    )
    assert {"centre[middle-east].calendars.QA", "department[quality].calendar"} == {
        mistake.key for mistake in mistakes_of(tmp_path, text)
    }


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    text = (
        f'{GOOD}{PRAYERS}latitude = 24.7\nlongitude = 46.7\nmethod = "umm-al-qura"\nadjust = {{ asr = 2 }}\n'
        f'{RAMADAN}shifts = ["10:00-16:00"]\nknown = [{{ first = 2027-02-09, last = 2027-03-09 }}]\n'
        '[[calendar.own.announced]]\ndays = [2027-02-03]\nare = "half"\non = 2027-01-30\nreason = "storm warning"\n'
    )
    rules = load_text(tmp_path, sample() + text).calendar_rules["own"]
    assert rules.prayers is not None
    assert (46.7, (("asr", 2),)) == (rules.prayers.longitude, rules.prayers.adjust)
    assert "storm warning" == rules.announced[0].reason
