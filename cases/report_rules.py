"""Rows of reports.toml: kinds of causes, who hears the quarterly analysis, what counts as a rise (policy §10, M36)."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

CENTRE_HEAD = "centre head"  # the only role of a report that is found from what is reported


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCauseRow:
    """A kind of cause that cases are counted by; `words` name it in `cause: …`, case-folded, in all languages."""

    name: str
    clause: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRow:
    """Who gets the analysis of a quarter, of each centre or (`about` is `all`) of all of them.

    `names`: customers are named; else cases are named by their numbers only.
    """

    name: str
    clause: str
    about: str  # `centre` or `all`
    to: str  # role
    names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseRow:
    """What is compared with its own history (`what`: `cases.rises.KINDS`), and who hears when it rises above it."""

    name: str
    clause: str
    what: str
    to: tuple[str, ...]  # roles
    least: int  # so many within the window, or nobody is warned


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseRules:
    """When a count is above its own history: one window against as many as there are of `periods` windows before it.

    `odds`: chance alone may bring so many within fewer than one of so many windows. Once told, a rise is told again
    when its count is `again` times what was told, or after chance would bring as many within one of `calm_odds`.
    """

    window: timedelta = timedelta(days=28)
    periods: int = 12
    least_periods: int = 3  # with less history nothing is judged
    odds: int = 1000
    again: Fraction = Fraction(3, 2)
    calm_odds: int = 10
    names_for: tuple[str, ...] = ()  # roles that see of the cases more than their numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """What is told about many cases together; without rows nothing is."""

    root_causes: tuple[RootCauseRow, ...] = ()
    analyses: tuple[AnalysisRow, ...] = ()
    rises: tuple[RiseRow, ...] = ()
    rise: RiseRules = RiseRules()
    most_cases: int = 20  # named in one letter; the spreadsheet has them all
