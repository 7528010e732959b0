"""What moves a limit, as chapters of the handbook: waiting, more time, approvers by amount."""

from cases.words import GRADES
from config.policy_tables import Tables
from config.sections import Section


def clock_sections(tables: Tables) -> tuple[Section, ...]:
    """The chapters of clocks.toml, and what stages.toml says about pauses and dates that bind."""
    return (_moved(tables), _pauses(tables), _extensions(tables), _compensations(tables))


def _moved(tables: Tables) -> Section:
    return Section(
        title="What moves the limits of stages",
        about="A stage that is not here knows no pause, keeps no date and counts by the calendar of its centre.",
        columns=("stage", "stands still while we wait for", "never later than", "counts by the calendar of"),
        rows=tuple(
            (row.name, ", ".join(row.pauses), row.no_later_than, row.counts_in)
            for _, row in tables.stages
            if row.pauses or row.no_later_than or row.counts_in != "centre"
        ),
    )


def _pauses(tables: Tables) -> Section:
    together, stages = tables.clocks.together if tables.clocks else None, {row.name: row for _, row in tables.stages}
    most = ", ".join(f"{grade} {span}" for grade, span in together.most.items()) if together else ""
    return Section(
        title="Waiting",
        about=f"All pauses of a case together take at most: {most}." if together else "",
        columns=("for", "measured by", *(f"{grade}, at most" for grade in GRADES), "at the end", "clause"),
        rows=tuple(
            (
                row.name,
                row.stage,
                *(str(stages[row.stage].target.get(grade, "")) for grade in GRADES),
                ", ".join(f"{grade}: {end}" for grade, end in row.at_end.items()) or "resume",
                row.clause,
            )
            for _, row in tables.pauses
        ),
    )


def _extensions(tables: Tables) -> Section:
    return Section(
        title="More time",
        about="All extensions of one limit together; nobody grants their own request.",
        columns=("stage", *(f"{grade}: at most, by" for grade in GRADES), "clause"),
        rows=tuple(
            (
                row.stage,
                *(f"{row.most[grade]}, {row.approver[grade]}" if grade in row.most else "" for grade in GRADES),
                row.clause,
            )
            for _, row in tables.extensions
        ),
    )


def _compensations(tables: Tables) -> Section:
    words = ", ".join(tables.clocks.amounts.words) if tables.clocks else ""
    return Section(
        title="Who approves a compensation",
        about=f"Whatever the grade. The amount stands behind one of: {words}.",
        columns=("line", "above, in CNY", "approved by", "clause"),
        rows=tuple((row.name, f"{row.above:,f}", row.approver, row.clause) for _, row in tables.compensations),
    )
