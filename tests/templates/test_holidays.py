"""Public holidays in the reader's language: every one of the shipped calendars, and others as they come."""

import re
import tomllib
from importlib.resources import files

import pytest

from config.public_days import public_days
from templates.holidays import holiday
from templates.library import load_library
from templates.words import parse_words

CALENDARS = tomllib.loads((files("config") / "calendars.toml").read_text("utf-8"))["calendar"]
COUNTRIES = sorted({row["country"] for row in CALENDARS.values()})
WORDS = {tag: parse_words(tag, load_library(None).files[f"{tag}/words.toml"]) for tag in ("en", "zh-Hans", "de")}


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_chinese_reader_finds_no_english_holiday_of_a_shipped_calendar(country: str) -> None:
    names = set(public_days(country, "", range(2025, 2029)).holidays.values())
    left = {name: told for name in names if re.search("[A-Za-z]", told := holiday(WORDS["zh-Hans"], name))}
    assert names
    assert {} == left


@pytest.mark.parametrize(
    ("tag", "name", "told"),
    [
        ("zh-Hans", "National Day (observed)", "国庆节（补休）"),
        ("zh-Hans", "Eid al-Fitr (estimated)", "开斋节（预计）"),
        ("zh-Hans", "Day off (substituted from 02/14/2026)", "与 2026-02-14 调休"),
        ("zh-Hans", "Mid-Autumn Festival; National Day", "中秋节、国庆节"),
        ("zh-Hans", "sandstorm (by order)", "sandstorm (by order)"),
        ("en", "Day off (substituted from 02/14/2026)", "day off in exchange for 2026-02-14"),
        ("en", "Tomb-Sweeping Day (observed)", "Tomb-Sweeping Day (observed)"),
        ("de", "Day off (substituted from 02/14/2026)", "Day off (substituted from 02/14/2026)"),
        ("zh-Hans", "", ""),
    ],
)
def test_what_is_not_in_the_words_is_told_as_it_was_given(tag: str, name: str, told: str) -> None:
    assert told == holiday(WORDS[tag], name)
