"""What the docs say about settings is what the models say."""

import json
import re
import types
import typing
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.calendar_rows import CalendarModel
from config.clock_rows import (
    AmountsModel,
    ClocksModel,
    CompensationModel,
    ExtensionModel,
    PauseModel,
    TogetherModel,
)
from config.desk_rows import DeskModel, TopModel
from config.learned_tables import LearnedModel
from config.lexicon_tables import WeightsModel, WordsModel
from config.policy_rows import (
    CauseModel,
    CeilingModel,
    ChecklistModel,
    ClausesModel,
    CommandModel,
    GradeModel,
    LadderModel,
    LettersModel,
    NoticeModel,
    RateModel,
    RequiredModel,
    RouteModel,
    StageModel,
    StepModel,
    TellingModel,
    ZonesModel,
)
from config.report_rows import AnalysisModel, EarlyWarningModel, RiseModel, RootCauseModel
from config.toml_files import SHIPPED
from tests.config.desks import load_text, sample

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "configuration.md").read_text("utf-8")

POLICY_SECTIONS: dict[str, type[BaseModel]] = {
    "stages.toml [[stage]]": StageModel,
    "stages.toml [[checklist]]": ChecklistModel,
    "clocks.toml": ClocksModel,
    "clocks.toml [together]": TogetherModel,
    "clocks.toml [[pause]]": PauseModel,
    "clocks.toml [[extension]]": ExtensionModel,
    "clocks.toml [[compensation]]": CompensationModel,
    "clocks.toml [amounts]": AmountsModel,
    "ladders.toml [telling]": TellingModel,
    "ladders.toml [ladder.NAME]": LadderModel,
    "ladders.toml [[ladder.NAME.steps]]": StepModel,
    "notices.toml [[notice]]": NoticeModel,
    "grades.toml [[grade]]": GradeModel,
    "routes.toml [[route]]": RouteModel,
    "causes.toml [[cause]]": CauseModel,
    "reports.toml [[root_cause]]": RootCauseModel,
    "reports.toml [[quarterly]]": AnalysisModel,
    "reports.toml [early_warning]": EarlyWarningModel,
    "reports.toml [[rise]]": RiseModel,
    "commands.toml [[command]]": CommandModel,
    "ceilings.toml [[ceiling]]": CeilingModel,
    "letters.toml": LettersModel,
    "required.toml [[required]]": RequiredModel,
    "rates.toml [rate]": RateModel,
    "zones.toml": ZonesModel,
    "clauses.toml": ClausesModel,
    "lexicon/weights.toml": WeightsModel,
    "learned/letters.toml": LearnedModel,
    "lexicon/LANGUAGE.toml": WordsModel,
}


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models_in(part)


def desk_sections() -> dict[str, type[BaseModel]]:
    """The heading and the model of each table of ombud.toml, found from the models."""
    found: dict[str, type[BaseModel]] = {"Above the first table": TopModel}

    def visit(model: type[BaseModel], path: str) -> None:
        for name, field in model.model_fields.items():
            for inner in models_in(field.annotation):
                inside = f"{path}.{name}" if path else name
                if inner is CalendarModel:
                    inside = f"{inside}.NAME"
                one = inner is CalendarModel or field.annotation in {inner, inner | None}
                found[f"[{inside}]" if one else f"[[{inside}]]"] = inner
                visit(inner, inside)

    visit(DeskModel, "")
    return found


SECTIONS = desk_sections() | POLICY_SECTIONS


def documented(title: str) -> dict[str, str]:
    """Key → default of the section's table."""
    section = TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ")[0].split("\n# ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|(.*)\|.*\|.*\|$", section, re.MULTILINE)
    return {key: default.strip() for key, _, default in rows}


def key_of(name: str, field: FieldInfo) -> str:
    return field.alias or name


def default_of(field: FieldInfo) -> str:
    """The default as the docs write it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    if isinstance(value, BaseModel | types.MappingProxyType | dict):
        return "`{}`"
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):  # shifts
        shifts = [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in value]
        return f"`{json.dumps(shifts)}`"
    return f"`{json.dumps(value)}`"


def test_the_docs_have_a_section_for_every_table_and_no_other() -> None:
    headings = set(re.findall(r"^## (.+)$", TEXT, re.MULTILINE)) - {"Secrets", "A small example"}
    assert set(SECTIONS) == headings


@pytest.mark.parametrize("title", list(SECTIONS))
def test_every_key_is_documented_with_its_default(title: str) -> None:
    model = SECTIONS[title]
    expected = {key_of(name, field): default_of(field) for name, field in model.model_fields.items()}
    # What is always refused has no default.
    expected |= {name: "" for name in ("password", "secret", "client_secret", "refresh_token") if name in expected}
    assert expected == documented(title)


def test_every_file_of_the_policy_is_documented() -> None:
    documented_files = {title.split()[0] for title in POLICY_SECTIONS if "/" not in title} | {"calendars.toml"}
    assert set(SHIPPED) == documented_files
    assert "calendars.toml" in TEXT


def test_the_examples_load(tmp_path: Path) -> None:
    desk, routes = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "routes.toml").write_text(routes, encoding="utf-8")
    desk = desk.replace("OMBUD_PASSWORD", "OMBUD_COMPLAINTS_PASSWORD")
    settings = load_text(tmp_path, desk)
    assert "ada" == settings.policy.directory.departments["office"].head
    assert timedelta(seconds=60) == settings.accounts[0].poll


def test_the_sample_shows_every_key_of_an_account() -> None:
    shown = set(re.findall(r"^(?:# )?([a-z_]+) = ", sample(), re.MULTILINE))
    wanted = {
        key_of(name, field)
        for title in ("[[account]]", "[account.imap]", "[account.smtp]", "[account.authentication]", "[workers]")
        for name, field in SECTIONS[title].model_fields.items()
        if title != "[[account]]" or not any(models_in(field.annotation))
    }
    assert {"password"} == wanted - shown
