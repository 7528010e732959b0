"""The chapters of the handbook about reports: causes, the quarterly analysis, early warnings."""

from config.policy_tables import Tables
from config.sections import Section


def report_sections(tables: Tables) -> tuple[Section, ...]:
    """What reports.toml says."""
    return _root_causes(tables), _analyses(tables), _rises(tables)


def _root_causes(tables: Tables) -> Section:
    return Section(
        title="Causes that cases are counted by",
        about="A colleague records them with the command cause; words that name none of them are counted as other.",
        columns=("cause", "words", "clause"),
        rows=tuple((row.name, ", ".join(row.words), row.clause) for _, row in tables.root_causes),
    )


def _analyses(tables: Tables) -> Section:
    return Section(
        title="Quarterly cause analysis",
        about="It is sent in the reader's own morning of the first business day after the quarter.",
        columns=("analysis", "about", "to", "customers are", "clause"),
        rows=tuple(
            (
                row.name,
                "each centre's own cases" if row.about == "centre" else "the cases of all centres",
                row.to,
                "named" if row.names else "not named",
                row.clause,
            )
            for _, row in tables.analyses
        ),
    )


def _rises(tables: Tables) -> Section:
    rise = tables.early_warning
    about = (
        f"Each day the last {rise.window_days.days} days are compared with up to {rise.periods} windows as long before "
        f"them, at least {rise.least_periods} ({rise.clause}). A rise is told when there are at least so many as its "
        f"row says, more than in any window before, and so many that chance alone would bring them within fewer than "
        f"one of {rise.odds:,} windows; again at {rise.again_percent} % of what was told, or after it had calmed: "
        f"chance would bring as many within one of {rise.calm_odds:,}. Of the cases more than their numbers is shown "
        f"to {', '.join(rise.names_for) or 'nobody'}."
        if rise
        else ""
    )
    return Section(
        title="Early warnings",
        about=about,
        columns=("warning", "what is counted", "at least", "to", "clause"),
        rows=tuple((row.name, row.what, str(row.least), ", ".join(row.to), row.clause) for _, row in tables.rises),
    )
