"""From the rows of reports.toml to the values of `cases.report_rules`."""

from fractions import Fraction

from cases.report_rules import AnalysisRow, ReportRules, RiseRow, RiseRules, RootCauseRow
from config.policy_tables import Tables
from config.report_rows import EarlyWarningModel


def report_rules(tables: Tables, rise: EarlyWarningModel) -> ReportRules:
    """What is told about many cases together; only for tables without mistakes."""
    return ReportRules(
        root_causes=tuple(
            RootCauseRow(name=row.name, clause=row.clause, words=tuple(word.casefold() for word in row.words))
            for _, row in tables.root_causes
        ),
        analyses=tuple(
            AnalysisRow(name=row.name, clause=row.clause, about=row.about, to=row.to, names=row.names)
            for _, row in tables.analyses
        ),
        rises=tuple(
            RiseRow(name=row.name, clause=row.clause, what=row.what, to=tuple(row.to), least=row.least)
            for _, row in tables.rises
        ),
        rise=RiseRules(
            window=rise.window_days,
            periods=rise.periods,
            least_periods=rise.least_periods,
            odds=rise.odds,
            again=Fraction(rise.again_percent, 100),
            calm_odds=rise.calm_odds,
            names_for=tuple(rise.names_for),
        ),
    )
