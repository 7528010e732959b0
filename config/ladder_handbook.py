"""Who is told when, and how soon they hear of it, as chapters of the handbook."""

from fractions import Fraction

from cases.target import Target
from cases.words import GRADES
from config.policy_rows import StepModel, TellingModel
from config.policy_tables import Tables, name_in
from config.sections import Section


def ladder_sections(tables: Tables) -> tuple[Section, ...]:
    """The chapters of ladders.toml."""
    head = tables.ladders_head
    return (_ladders(tables), *([_telling(head.telling)] if head and head.telling else []))


def _ladders(tables: Tables) -> Section:
    return Section(
        title="Ladders: who is told when",
        about="Shares are parts of the limit's time; `+` counts from the limit.",
        columns=("ladder", "step", "when", "what", "who is told", "again every", "clause"),
        rows=tuple(
            (name_in(key), step.name, _moment(step.at), step.do, step.who, _again(step), ladder.clause)
            for key, ladder in tables.ladders
            for step in ladder.steps
        ),
    )


def _moment(at: Fraction | Target) -> str:
    if isinstance(at, Target):
        return f"+{at}"
    return "limit" if at == 1 else f"{float(at * 100):g} %"


def _again(step: StepModel) -> str:
    if step.repeat is None or step.longer == 1:
        return str(step.repeat or "")
    most = f", at most {step.longest}" if step.longest else ""
    return f"{step.repeat}, each time {step.longer} times as long{most}"


def _telling(rules: TellingModel) -> Section:
    kinds = {
        "remind": rules.remind,
        "breach": rules.breach,
        "escalate": rules.escalate,
        "what comes again": rules.again,
    }
    about = "Always in the reader's working time, but for what is new in a major case that a person has confirmed."
    if rules.margin:
        about += f" A reminder that would leave less than {rules.margin} before its limit goes at once."
    if rules.together:
        about += f" What falls due within {rules.together} after a letter is told in the next one, all together."
    return Section(
        title="How soon readers hear of it",
        about=about,
        columns=("what", *GRADES, "clause"),
        rows=tuple(
            (what, *(by_grade.get(grade, "at once") for grade in GRADES), rules.clause)
            for what, by_grade in kinds.items()
        ),
    )
