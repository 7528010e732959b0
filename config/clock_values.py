"""From the checked rows of clocks.toml to the rules of `cases.policy`."""

import unicodedata

from cases.policy import ClockRules, CompensationRow, ExtensionRow, PauseRow
from config.policy_tables import Tables


def clock_rules(tables: Tables) -> ClockRules:
    """Waiting, extensions and approvers by amount; only for tables without mistakes."""
    clocks = tables.clocks
    if clocks is None:
        raise ValueError("tables with mistakes are no policy")
    return ClockRules(
        pauses=tuple(
            PauseRow(kind=row.name, clause=row.clause, stage=row.stage, at_end=dict(row.at_end))
            for _, row in tables.pauses
        ),
        pauses_together=dict(clocks.together.most),
        extensions=tuple(
            ExtensionRow(stage=row.stage, clause=row.clause, most=dict(row.most), approver=dict(row.approver))
            for _, row in tables.extensions
        ),
        compensations=tuple(
            CompensationRow(name=row.name, clause=row.clause, above=row.above, approver=row.approver)
            for _, row in tables.compensations
        ),
        compensation_words=tuple(_plain(word) for word in clocks.amounts.words),
        currencies={_plain(word): code.upper() for word, code in clocks.amounts.currencies.items()},
    )


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
