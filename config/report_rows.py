"""How reports.toml looks: one model a kind of row (policy §10, M36)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.fields import Clause, Days, Line, Many, Name, Some
from config.shape import Row


class RootCauseModel(Row):
    """`[[root_cause]]` of reports.toml."""

    name: Name
    clause: Clause
    words: Some[Line]


class AnalysisModel(Row):
    """`[[quarterly]]` of reports.toml."""

    name: Name
    clause: Clause
    about: Literal["centre", "all"]
    to: Name
    names: bool = False

    @model_validator(mode="after")
    def _has_a_reader(self) -> "AnalysisModel":
        if self.about == "all" and self.to == "centre head":
            raise ValueError('no head of a centre reads about all of them; write about = "centre", or another role')
        return self


class RiseModel(Row):
    """`[[rise]]` of reports.toml."""

    name: Name
    clause: Clause
    what: Literal["category", "centre category", "centre", "country", "project", "customer", "limits"]
    to: Some[Name]
    least: Annotated[int, Field(ge=2, le=100_000)]

    @model_validator(mode="after")
    def _has_a_centre(self) -> "RiseModel":
        if "centre head" in self.to and self.what in {"category", "country"}:
            raise ValueError(f'what = "{self.what}" counts all centres; a centre head can be told of other rows')
        return self


class EarlyWarningModel(Row):
    """`[early_warning]` of reports.toml."""

    clause: Clause
    window_days: Days
    periods: Annotated[int, Field(ge=2, le=60)]
    least_periods: Annotated[int, Field(ge=2, le=60)]
    odds: Annotated[int, Field(ge=20, le=1_000_000)]
    again_percent: Annotated[int, Field(ge=110, le=1_000)] = 150
    calm_odds: Annotated[int, Field(ge=2, le=1_000_000)] = 10
    names_for: Many[Name] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "EarlyWarningModel":
        if self.least_periods > self.periods:
            raise ValueError("least_periods is more than periods, so nobody would ever be warned; make it smaller")
        if self.calm_odds >= self.odds:
            raise ValueError("calm_odds must be smaller than odds, or the same rise would be told again and again")
        return self
