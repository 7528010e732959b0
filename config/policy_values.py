"""From checked rows to the values of `cases.policy`."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from cases.calendar import Calendar
from cases.people import Directory
from cases.policy import (
    BounceRules,
    CauseRow,
    Ceiling,
    ChecklistRow,
    CommandRow,
    GradeRow,
    LadderStep,
    LetterRules,
    NoticeRow,
    Organisation,
    Policy,
    Rate,
    RouteRow,
    StageRow,
    TellingRules,
)
from cases.target import Target
from cases.words import LetterClass
from config.clock_values import clock_rules
from config.desk_rows import OrganisationModel
from config.policy_rows import LettersModel, RateModel, StageModel, StepModel
from config.policy_tables import Tables, name_in
from config.report_values import report_rules


def policy_of(
    tables: Tables, organisation: OrganisationModel, directory: Directory, calendars: Mapping[str, Calendar]
) -> Policy:
    """The whole policy; only for tables without mistakes."""
    letters, head, causes = tables.letters, tables.routes_head, tables.causes_head
    if letters is None or head is None or causes is None or tables.early_warning is None:
        raise ValueError("tables with mistakes are no policy")
    return Policy(
        stages=_stages(tables),
        ladders={name_in(key): tuple(_step(step) for step in ladder.steps) for key, ladder in tables.ladders},
        notices=_notices(tables),
        grades=_grades(tables),
        routes=_routes(tables),
        several_lead=head.several_lead,
        commands=_commands(tables),
        causes=_causes(tables),
        most_members=causes.most_members,
        tell_group_at=tuple(sorted(causes.tell_group_at)),
        boilerplate_from=causes.boilerplate_from,
        reports=report_rules(tables, tables.early_warning),
        ceilings=_ceilings(tables),
        letters=_letters(letters),
        calendars=calendars,
        directory=directory,
        rates={name_in(key): _rates(rate) for key, rate in tables.rates},
        required=tuple("|".join((row.fact, *row.or_one_of)) for _, row in tables.required),
        organisation=Organisation(
            name=organisation.name, privacy=organisation.privacy, privacy_in=organisation.privacy_in
        ),
        head_office=organisation.head_office,
        regulators=tuple(organisation.regulators),
        country_zones=tables.zones.zone if tables.zones else {},
        quarantine_target=letters.quarantine.target,
        checklist=_checklist(tables),
        telling=_telling(tables),
        good_rating=tables.stages_head.good_rating if tables.stages_head else 0,
        low_rating=tables.stages_head.low_rating if tables.stages_head else 0,
        clocks=clock_rules(tables),
    )


def _stages(tables: Tables) -> tuple[StageRow, ...]:
    always = tables.stages_head.always_moot if tables.stages_head else ()
    return tuple(_stage(row, always) for _, row in tables.stages)


def _stage(row: StageModel, always_moot: tuple[str, ...]) -> StageRow:
    return StageRow(
        name=row.name,
        clause=row.clause,
        starts=tuple(row.starts),
        done=tuple(row.done),
        moot=tuple(dict.fromkeys((*row.moot, *(() if row.after_close else always_moot)))),
        counted_from=row.counted_from,
        owner=row.owner,
        target=dict(row.target),
        ladder=dict(row.ladder),
        pauses=tuple(row.pauses),
        no_later_than=row.no_later_than,
        counts_in=row.counts_in,
        confirmed_by=dict(row.confirmed_by),
        after_close=row.after_close,
        each=row.each,
        stays_done=row.stays_done,
    )


def _checklist(tables: Tables) -> tuple[ChecklistRow, ...]:
    return tuple(
        ChecklistRow(name=row.name, clause=row.clause, met_by=tuple(row.met_by), grades=tuple(row.grades), due=row.due)
        for _, row in tables.checklist
    )


def _step(step: StepModel) -> LadderStep:
    share = step.at if isinstance(step.at, Fraction) else None
    after = step.at if isinstance(step.at, Target) else None
    return LadderStep(
        name=step.name,
        action=step.do,
        who=step.who,
        share=share,
        after=after,
        repeat=step.repeat,
        longer=step.longer,
        longest=step.longest,
    )


def _telling(tables: Tables) -> TellingRules:
    found = tables.ladders_head.telling if tables.ladders_head else None
    if found is None:
        return TellingRules()
    return TellingRules(
        remind=dict(found.remind),
        breach=dict(found.breach),
        escalate=dict(found.escalate),
        again=dict(found.again),
        margin=found.margin,
        together=found.together,
    )


def _notices(tables: Tables) -> tuple[NoticeRow, ...]:
    return tuple(
        NoticeRow(
            name=row.name,
            clause=row.clause,
            when=row.when,
            only=tuple(row.only),
            to=row.to,
            letter=row.letter,
            letter_class=row.class_,
            stops=row.stops,
            later=row.later,
            monthly=row.monthly,
        )
        for _, row in tables.notices
    )


def _grades(tables: Tables) -> tuple[GradeRow, ...]:
    return tuple(
        GradeRow(
            name=row.name,
            clause=row.clause,
            grade=row.is_,
            signals=tuple(row.signals),
            loss_above=None if row.loss_above is None else Decimal(row.loss_above),
            loss_unknown=row.loss_unknown,
            any_loss=row.any_loss,
            channels=tuple(row.channels),
            categories=tuple(row.categories),
            facts=tuple(row.facts),
            earlier_cases_above=row.earlier_cases_above,
            repeats_above=row.repeats_above,
            within=row.within_days,
            customers_from=row.customers_from,
            public=row.public,
            personal_data=row.personal_data,
        )
        for _, row in tables.grades
    )


def _rates(row: RateModel) -> tuple[Rate, ...]:
    rates = (Rate(on=row.on, cny=row.cny), *(Rate(on=rate.on, cny=rate.cny) for rate in row.earlier))
    return tuple(sorted(rates, key=lambda rate: rate.on))


def _routes(tables: Tables) -> tuple[RouteRow, ...]:
    return tuple(
        RouteRow(
            name=row.name or row.category,
            category=row.category,
            clause=row.clause,
            departments=tuple(row.departments),
            regions=tuple(row.region),
            languages=tuple(row.language),
            channels=tuple(row.channel),
            centre=row.centre,
            further=tuple(row.further),
        )
        for _, row in tables.routes
    )


def _causes(tables: Tables) -> tuple[CauseRow, ...]:
    return tuple(
        CauseRow(
            name=row.name,
            clause=row.clause,
            sure=row.sure,
            within=row.within_days,
            facts=tuple(row.facts),
            similarity=None if row.similarity is None else Fraction(row.similarity, 100),
            least_words=row.least_words,
            same_category=row.same_category,
            signals=tuple(row.signals),
        )
        for _, row in tables.causes
    )


def _commands(tables: Tables) -> tuple[CommandRow, ...]:
    return tuple(
        CommandRow(
            name=row.name,
            clause=row.clause,
            words=tuple(row.words),
            roles=tuple(row.roles),
            needs_text=row.needs_text,
            to_customer=row.to_customer,
            argument=row.argument,
            after={grade: tuple(moments) for grade, moments in row.after.items()},
            who=row.who,
            parts={part: tuple(words) for part, words in row.parts.items()},
            when_closed=row.when_closed,
        )
        for _, row in tables.commands
    )


def _ceilings(tables: Tables) -> tuple[Ceiling, ...]:
    return tuple(
        Ceiling(
            name=row.name,
            clause=row.clause,
            count=row.count,
            window=timedelta(hours=row.window_hours),
            per=row.per,
            unproven_only=row.unproven_only,
            latched=row.latched,
        )
        for _, row in tables.ceilings
    )


def _letters(letters: LettersModel) -> LetterRules:
    uncertain = letters.uncertain
    return LetterRules(
        max_age=letters.max_age.days,
        uncertain={
            LetterClass.ANSWER: uncertain.answer,
            LetterClass.OWED: uncertain.owed,
            LetterClass.FINAL: uncertain.final,
        },
        give_up_after=letters.give_up.after_days,
        digest_most=letters.digest.most,
        status_a_day=letters.status.most_a_day,
        status_contact=letters.status.next_contact,
        token_valid_for=letters.token.valid_for_days,
        record_told_every=letters.record.every_days,
        bounce=BounceRules(
            retry_after=timedelta(hours=letters.bounce.retry_after_hours),
            most_retries=letters.bounce.most_retries,
            statuses=tuple(letters.bounce.statuses),
            words=tuple(word.casefold() for word in letters.bounce.words),
        ),
        suppressing=tuple(kind.lower() for kind in letters.suppression.reports),
    )
