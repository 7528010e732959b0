"""The configured policy as a handbook that a colleague or an auditor reads: every row of every table, with its clause.

Nothing is written here that a file of the policy says: each number is the one that counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from cases.target import Target
from cases.words import GRADES, Grade
from config.calendar_cells import other_days, shifts_said
from config.calendar_rows import CalendarModel
from config.clock_handbook import clock_sections
from config.desk_tables import Desk
from config.ladder_handbook import ladder_sections
from config.policy_rows import CauseModel, GradeModel, LettersModel, NoticeModel, StageModel
from config.policy_tables import Tables, name_in
from config.report_handbook import report_sections
from config.sections import Cells, Section
from config.vocabulary import DIRECTORY_ROLES


def markdown_of(sections: Iterable[Section], title: str) -> str:
    """The handbook as Markdown with tables."""
    return "\n".join((f"# {title}", "", *(line for section in sections for line in _lines(section))))


def _lines(section: Section) -> Iterator[str]:
    yield from (f"## {section.title}", "")
    if section.about:
        yield from (section.about, "")
    yield f"| {' | '.join(section.columns)} |"
    yield f"|{'---|' * len(section.columns)}"
    for row in section.rows:
        yield f"| {' | '.join(_cell(text) for text in row)} |"
    yield ""


def _cell(text: str) -> str:
    """A text that stays in its cell and means itself."""
    for special in "\\|*`<":
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split()) or "–"


def handbook(desk: Desk, tables: Tables) -> tuple[Section, ...]:
    """All chapters, from rows that were checked by `config.settings.load`."""
    return (
        _stages(tables),
        _checklist(tables),
        *clock_sections(tables),
        *ladder_sections(tables),
        _notices(tables),
        _grades(tables),
        _routes(tables),
        _causes(tables),
        *report_sections(tables),
        _required(tables),
        _commands(tables),
        _ceilings(tables),
        _letters(tables),
        _calendars(desk, tables),
        _centres(desk),
        _departments(desk),
        _roles(desk),
        _rates(tables),
        _zones(tables),
        _clauses(tables),
    )


def _stages(tables: Tables) -> Section:
    always = _listed(tables.stages_head.always_moot if tables.stages_head else ())
    return Section(
        title="Stages and their limits",
        about="bd: business days, wh: working hours of the owning centre, h: clock hours. Behind each limit stands the "
        "ladder that is climbed when nothing happens." + (f" Every clock ends with {always}." if always else ""),
        columns=("stage", "starts with", "done by", "ends without", "from", "owner", *GRADES, "confirmed by", "clause"),
        rows=tuple(
            (
                row.name,
                _listed(row.starts, "or"),
                _listed(row.done, "or"),
                _listed(row.moot, "or"),
                ("receipt" if row.counted_from == "received" else "its start")
                + (f", each {row.each} for itself" if row.each else "")
                + (", once" if row.stays_done else ""),
                row.owner,
                *(_limit(row, grade) for grade in GRADES),
                _by_grade(row.confirmed_by),
                row.clause,
            )
            for _, row in tables.stages
        ),
    )


def _checklist(tables: Tables) -> Section:
    return Section(
        title="What must be on record before a case is archived",
        about="Any one of the moments suffices.",
        columns=("item", "met by", "grades", "only after", "clause"),
        rows=tuple(
            (row.name, _listed(row.met_by, "or"), _listed(row.grades), row.due, row.clause)
            for _, row in tables.checklist
        ),
    )


def _by_grade(table: Mapping[Grade, str]) -> str:
    """One text for all grades, or one a grade."""
    same = len(set(table.values())) == 1 and len(table) == len(GRADES)
    return next(iter(table.values())) if same else _listed(f"{grade}: {text}" for grade, text in table.items())


def _limit(row: StageModel, grade: Grade) -> str:
    return f"{row.target[grade]}, {row.ladder[grade]}" if grade in row.target else ""


def _notices(tables: Tables) -> Section:
    return Section(
        title="Notices: who is written to when something happens",
        about="All conditions must hold.",
        columns=("notice", "when", "only if", "to", "letter", "class", "completes", "leaves after", "clause"),
        rows=tuple(
            (
                row.name,
                _when(row),
                _listed(row.only, "and"),
                row.to,
                row.letter,
                row.class_,
                row.stops,
                "first business day of the next month" if row.monthly else _span(row.later),
                row.clause,
            )
            for _, row in tables.notices
        ),
    )


def _when(row: NoticeModel) -> str:
    return f"{row.when}, {row.later} later" if row.later else row.when


def _grades(tables: Tables) -> Section:
    return Section(
        title="Grades and their reasons",
        about="Any one reason suffices, the highest grade counts; a case without any reason is general.",
        columns=("rule", "grade", "when", "clause"),
        rows=tuple((row.name, row.is_, "; or ".join(_reasons(row)), row.clause) for _, row in tables.grades),
    )


def _reasons(row: GradeModel) -> Iterator[str]:
    if row.signals:
        yield f"words of {_listed(row.signals, 'or')}"
    if row.loss_above is not None:
        yield f"a loss above {row.loss_above:,} CNY"
    if row.any_loss:
        yield "any loss"
    if row.loss_unknown:
        yield "a loss in a currency without a rate"
    if row.channels:
        yield f"channel {_listed(row.channels, 'or')}"
    if row.categories:
        yield f"category {_listed(row.categories, 'or')}"
    if row.facts:
        yield f"a fact of the kind {_listed(row.facts, 'or')}"
    if row.within_days and row.earlier_cases_above is not None:
        yield f"more than {row.earlier_cases_above} earlier cases of the customer within {_days(row.within_days)}"
    if row.within_days and row.repeats_above is not None:
        yield f"more than {row.repeats_above} earlier cases about the same thing within {_days(row.within_days)}"
    if row.customers_from is not None:
        yield f"{row.customers_from} customers or more complain of one cause"


def _routes(tables: Tables) -> Section:
    head = tables.routes_head
    return Section(
        title="Routes",
        about="The row with the most conditions wins; of equals the one that names the category, the channel, the "
        "country, the centre, the language, in this order; then the one that stands first."
        + (f" {head.several_lead} leads several unrelated departments ({head.several_clause})." if head else ""),
        columns=("category", "only for", "leads", "works with it", "is told", "centre", "clause"),
        rows=tuple(
            (
                row.category or "any",
                "; ".join(_listed(some, "or") for some in (row.region, row.language, row.channel) if some),
                row.departments[0],
                _listed(row.departments[1:]),
                _listed(row.further),
                row.centre,
                row.clause,
            )
            for _, row in tables.routes
        ),
    )


def _causes(tables: Tables) -> Section:
    head = tables.causes_head
    numbers = _listed([str(number) for number in sorted(head.tell_group_at)]) if head else ""
    most = (
        f" They are asked when {numbers} customers may have one cause ({head.tell_group_at_clause}), and whoever "
        f"handles a group hears of as many. A group has at most {head.most_members} cases "
        f"({head.most_members_clause}). What {head.boilerplate_from} customers say in the same words makes no two of "
        f"them alike ({head.boilerplate_from_clause})."
        if head
        else ""
    )
    return Section(
        title="Causes that several customers share",
        about="All conditions of a row must hold. A sure one joins the cases under the older one at once; of the "
        f"others the intake desk is asked.{most}",
        columns=("cause", "sure", "when", "within", "clause"),
        rows=tuple(
            (row.name, "yes" if row.sure else "", "; and ".join(_same(row)), _days(row.within_days), row.clause)
            for _, row in tables.causes
        ),
    )


def _same(row: CauseModel) -> Iterator[str]:
    if row.facts:
        yield f"the same {_listed(row.facts, 'or')}"
    if row.similarity is not None:
        yield f"texts of at least {row.least_words} words that are alike to {row.similarity} %"
    if row.same_category:
        yield "the same category"
    if row.signals:
        yield f"words of {_listed(row.signals, 'or')}"


def _required(tables: Tables) -> Section:
    return Section(
        title="What a registration must have",
        about="What is missing is asked for in the acknowledgement.",
        columns=("fact", "or one of", "clause"),
        rows=tuple((row.fact, _listed(row.or_one_of), row.clause) for _, row in tables.required),
    )


def _commands(tables: Tables) -> Section:
    return Section(
        title="Commands that colleagues give by replying",
        about="",
        columns=("command", "who may give it", "only as", "words", "text", "comes after", "clause"),
        rows=tuple(
            (
                row.name,
                _listed(row.roles, "or"),
                row.who,
                _listed(row.words),
                ", ".join(("needed",) * row.needs_text + ("goes to the customer",) * row.to_customer),
                _by_grade({grade: _listed(moments, "and") for grade, moments in row.after.items()}),
                row.clause,
            )
            for _, row in tables.commands
        ),
    )


def _ceilings(tables: Tables) -> Section:
    return Section(
        title="Ceilings",
        about="At most so many answers; what is above is held, and what we owe is never counted.",
        columns=("ceiling", "answers", "within", "per", "counts", "leaves again", "clause"),
        rows=tuple(
            (
                row.name,
                str(row.count),
                f"{row.window_hours} h",
                row.per,
                "answers to unproven senders" if row.unproven_only else "all answers",
                "when a person says so" if row.latched else "when time has passed",
                row.clause,
            )
            for _, row in tables.ceilings
        ),
    )


def _letters(tables: Tables) -> Section:
    rows = tuple(_letter_rules(tables.letters)) if tables.letters else ()
    names = _listed(tables.letters.names) if tables.letters else ""
    return Section(
        title="Rules for letters", about=f"Letters: {names}.", columns=("rule", "value", "clause"), rows=rows
    )


def _letter_rules(rules: LettersModel) -> Iterator[Cells]:
    unsure = rules.uncertain
    fates = f"answer: {unsure.answer}, owed: {unsure.owed}, final: {unsure.final}"
    bounce = rules.bounce
    again = (
        f"after {bounce.retry_after_hours} h, at most {bounce.most_retries} times; statuses of class 4, "
        f"{_listed(bounce.statuses)}; words: {_listed(bounce.words)}"
    )
    yield "letters about a message older than this are held", _days(rules.max_age.days), rules.max_age.clause
    yield "a letter whose sending is uncertain", fates, unsure.clause
    yield "reminders and escalations in one digest", f"at most {rules.digest.most}", rules.digest.clause
    asked = (
        f"at most {rules.status.most_a_day} a day; next contact within {rules.status.next_contact} where none was told"
    )
    yield "customers who ask how it stands are answered by themselves", asked, rules.status.clause
    yield "sending is tried for", _days(rules.give_up.after_days), rules.give_up.clause
    yield "a reply's token is valid for", _days(rules.token.valid_for_days), rules.token.clause
    yield "a message in quarantine is settled within", str(rules.quarantine.target), rules.quarantine.clause
    yield "audit gets the head of the record every", _days(rules.record.every_days), rules.record.clause
    yield "a letter that came back is tried again", again, bounce.clause
    yield "reports that end all letters to an address", _listed(rules.suppression.reports), rules.suppression.clause


def _calendars(desk: Desk, tables: Tables) -> Section:
    # What ombud.toml says replaces what the policy says under the same name.
    found: Mapping[str, CalendarModel] = {name_in(key): row for key, row in (*tables.calendars, *desk.calendars)}
    return Section(
        title="Calendars",
        about="Public holidays and made-up workdays are those of the country.",
        columns=("calendar", "zone", "country", "working hours", "other days", "known until", "clause"),
        rows=tuple(
            (
                name,
                row.zone,
                "-".join(filter(None, (row.country, row.subdivision))),
                shifts_said(row.shifts),
                "; ".join(other_days(row)),
                str(row.known_until or ""),
                row.clause,
            )
            for name, row in found.items()
        ),
    )


def _centres(desk: Desk) -> Section:
    default = desk.organisation.default_centre if desk.organisation else ""
    return Section(
        title="Centres",
        about=f"All other countries belong to {default} (M8).",
        columns=("centre", "name", "head", "calendar", "countries", "language", "own heads of departments"),
        rows=tuple(
            (
                row.id,
                row.name,
                row.head,
                row.calendar,
                _listed(row.countries),
                row.language,
                _listed(f"{department}: {head}" for department, head in row.departments.items()),
            )
            for _, row in desk.centres
        ),
    )


def _departments(desk: Desk) -> Section:
    return Section(
        title="Departments",
        about="The head is first responsible (T2.2).",
        columns=("department", "name", "head"),
        rows=tuple((row.id, row.name, row.head) for _, row in desk.departments),
    )


def _roles(desk: Desk) -> Section:
    return Section(
        title="Roles and who holds them",
        about="Who is away is stood in for by a deputy; when nobody is found, the intake desk is told.",
        columns=("role", "held by"),
        rows=tuple(
            (role, _listed(_person(row.name, row.deputy) for _, row in desk.people if role in row.roles))
            for role in sorted(DIRECTORY_ROLES)
        ),
    )


def _person(name: str, deputy: str) -> str:
    return f"{name} (deputy: {deputy})" if deputy else name


def _rates(tables: Tables) -> Section:
    return Section(
        title="Rates",
        about=f"What one unit is worth in CNY ({tables.rates_head.clause})." if tables.rates_head else "",
        columns=("currency", "CNY", "from"),
        rows=tuple(
            (name_in(key), f"{cny:f}", str(on))
            for key, row in tables.rates
            for cny, on in ((row.cny, row.on), *((rate.cny, rate.on) for rate in row.earlier))
        ),
    )


def _zones(tables: Tables) -> Section:
    zones = tables.zones
    return Section(
        title="Zones in which customers read dates",
        about=f"By country ({zones.clause})." if zones else "",
        columns=("country", "zone"),
        rows=tuple(zones.zone.items()) if zones else (),
    )


def _clauses(tables: Tables) -> Section:
    return Section(
        title="What the clauses demand",
        about="`[ours]`: the sources are silent, the reason stands behind it.",
        columns=("clause", "demands"),
        rows=tuple(tables.clauses.clause.items()) if tables.clauses else (),
    )


def _listed(parts: Iterable[str], last: str = "") -> str:
    return f" {last} ".join(parts) if last else ", ".join(parts)


def _span(span: Target | None) -> str:
    return str(span) if span else ""


def _days(span: timedelta) -> str:
    return f"{span.days} days"
