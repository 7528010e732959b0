"""What a letter's template may know: plain values only, and of the customer nothing that its reader must not see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import takewhile

from cases import events as e
from cases.calendaring import calendar_for
from cases.case import Case, fold
from cases.clock_views import CUSTOMER_VIEWS, clock_view
from cases.commands import MOST_COMMANDS
from cases.deadlines import Deadline, counted_from, owed
from cases.explaining import explain_clock
from cases.family_views import BESIDE, earlier_view, group_view
from cases.history import EXCERPT, history_of
from cases.how import how
from cases.letters import Letter, is_plausible
from cases.message import Attachment, Fact
from cases.policy import CommandRow, Policy, StageRow
from cases.reaching import CUSTOMER, next_address, reader_of
from cases.rights import allowed
from cases.routing import people_for
from cases.sense import TRIAGE_ANSWERS
from cases.standing import standing_view
from cases.stretches import Run, Stretch, seconds_between
from cases.target import Unit
from cases.words import Action, Grade

View = dict[str, object]
_UNDERSTOOD = ("order_number", "waybill", "contract", "project", "product", "loss", "amount", "wanted")
_CLOCK_HOURS = (Unit.HOURS, Unit.MONTHS)  # what is left of such a limit is told in clock hours
_SURE_ENOUGH = 0.5  # confidence from which a fact is repeated to the customer


def view_of(letter: Letter, case: Case, policy: Policy, now: datetime, history: Iterable[e.Event] = ()) -> View:
    """Everything the template of this letter may show. Datetimes are aware UTC; spans are seconds.

    To an unproven sender `subject` is empty: it is their text as well (invariant 9). `history` is the whole record of
    the case with the present events.
    """
    happened = tuple(history)
    may_quote = bool(letter.person) or (is_plausible(case) and letter.letter not in _NEUTRAL)
    view: View = {
        "organisation": {
            "name": policy.organisation.name,
            "privacy": policy.organisation.privacy_for(letter.language),
        },
        "zone": letter.zone,
        "number": case.number,
        "subject": case.subject if may_quote else "",
        "received_at": case.received_at,
    }
    extra = _CUSTOMER.get(letter.letter)
    if extra:
        return view | extra(letter, case, policy)
    person = policy.directory.people[letter.person]
    first = _FIRST.get(letter.letter, ())
    may = sorted(allowed(person, case, policy, now), key=lambda row: row.name not in first)
    view |= _staff(case, policy) | {
        "reader": {"name": person.name},
        "history": history_of(happened, case, policy),
        "allowed": [row.name for row in may],
        "typed": {row.name: typed(row, letter.language, with_text=True) for row in may},
    }
    caused = _caused(letter, case, policy, now, happened)
    if "deadlines" not in caused:
        view["deadlines"] = _deadlines(owed(case, policy), case, policy, now)
    return view | caused


def _acknowledgement(letter: Letter, case: Case, policy: Policy) -> View:
    calendar = calendar_for(case, None, policy)
    # Service hours belong to the centre; the customer reads them in their own zone (M32).
    hours = calendar.hours_on(letter.cause.at)
    return _bare(letter, case, policy) | {
        "understood": _understood(case.facts),
        "evidence": [{"name": file.name, "size": file.size} for file in case.evidence if not file.inline],
        "missing": [kind.split("|")[0] for kind in case.missing],
        "resolve_by": case.told_date("resolve"),
        "provisional": any(deadline.provisional for deadline in owed(case, policy)),
        "service_hours": [{"start": start, "end": end} for start, end in hours],
        "service_zone": calendar.zone,
    }


def _understood(facts: Iterable[Fact]) -> list[View]:
    best = _best(facts, _UNDERSTOOD)
    losses = {fact.value for fact in best if fact.kind == "loss"}
    # An amount that is the claimed loss is said once.
    return [{"kind": f.kind, "value": f.value} for f in best if not (f.kind == "amount" and f.value in losses)]


def _bare(_letter: Letter, case: Case, _policy: Policy) -> View:
    return {"next_contact_at": case.told_date("next contact")}


def _result(letter: Letter, case: Case, policy: Policy) -> View:
    # A major case is told formally and asks the customer to confirm (M29); nothing else says so.
    confirm = case.grade is Grade.MAJOR and not case.provisional
    return _proposal(letter, case, policy) | {"confirm": confirm, "replies": ["yes"] if confirm else []}


def _proposal(letter: Letter, _case: Case, _policy: Policy) -> View:
    return {"text": getattr(letter.cause, "text", ""), "replies": ["yes", "no"]}


def _satisfaction(_letter: Letter, _case: Case, _policy: Policy) -> View:
    return {"replies": [f"{RATING}{points}" for points in (5, 4, 3, 2, 1)]}


def _appeal(letter: Letter, case: Case, policy: Policy) -> View:
    return _bare(letter, case, policy) | {"resolve_by": case.told_date("resolve")}


def _status(letter: Letter, case: Case, policy: Policy) -> View:
    return standing_view(case, policy, letter.cause.at)


def _progress(letter: Letter, case: Case, _policy: Policy) -> View:
    following = case.told_date("next contact")
    # A promise that this very letter keeps is no news any more.
    ahead = following if following and following > letter.cause.at else None
    return {"text": getattr(letter.cause, "text", ""), "next_contact_at": ahead}


def _regulator_report(letter: Letter, _case: Case, _policy: Policy) -> View:
    return {"text": getattr(letter.cause, "text", ""), "final": isinstance(letter.cause, e.ResultTold)}


def _common(letter: Letter, _case: Case, policy: Policy) -> View:
    cause = letter.cause
    contact = policy.directory.people.get(cause.contact) if isinstance(cause, e.CommonTold) else None
    return {"text": getattr(cause, "text", ""), "contact": contact.name if contact else ""}


# What a letter asks for stands first among what its reader may do.
_FIRST = {
    "group-notice": ("join all", "not one cause", "link", "confirm group", "unlink"),
    "handed-on": ("route", "accept", "assign", "category"),
    "extension-asked": ("grant extension", "refuse extension"),
    "major-notice": ("grade general", "grade important", "grade major"),
    "triage": TRIAGE_ANSWERS,
}
# Letters that say the same to everybody.
_NEUTRAL = frozenset({"acknowledgement-bare", "triage-acknowledgement"})
_CUSTOMER = {
    "acknowledgement": _acknowledgement,
    "acknowledgement-bare": _bare,
    "triage-acknowledgement": _bare,
    "appeal": _appeal,
    "common": _common,
    "regulator-report": _regulator_report,
    "progress": _progress,
    "proposal": _proposal,
    "result": _result,
    "satisfaction": _satisfaction,
    "status": _status,
    **CUSTOMER_VIEWS,
}


def _best(facts: Iterable[Fact], kinds: Iterable[str]) -> list[Fact]:
    """The most certain fact of each kind, in the order of the kinds."""
    found = sorted((fact for fact in facts if fact.confidence >= _SURE_ENOUGH), key=lambda fact: fact.confidence)
    best = {fact.kind: fact for fact in found}
    return [best[kind] for kind in kinds if kind in best]


def typed(row: CommandRow, language: str, *, with_text: bool = False) -> str:
    """The command as a reader of the language writes it; `with_text` shows where their own text belongs."""
    word = _word(row.words, chinese=language.lower().startswith("zh"))
    if not (with_text and (row.needs_text or row.argument)):
        return word
    return f"{word}: …" if word.isascii() else f"{word}：…"


@lru_cache(maxsize=1000)
def _word(words: tuple[str, ...], *, chinese: bool) -> str:
    return next((word for word in words if word.isascii() is not chinese), words[0])


def _staff(case: Case, policy: Policy) -> View:
    handler = policy.directory.people.get(case.handler)
    return {
        "customer": {
            "address": case.customer,
            "name": case.customer_name,
            "proof": case.proof.name.lower(),
            "proof_because": case.proof_because,
            "country": case.country,
            "language": case.language,
        },
        "words": case.words,
        "facts": [
            {"kind": fact.kind, "value": fact.value, "confidence": fact.confidence, "words": fact.words}
            for fact in case.facts
        ],
        "missing": [kind.split("|")[0] for kind in case.missing],
        "evidence": _files(case.evidence),
        "grade": str(case.grade),
        "provisional": case.provisional,
        "reasons": [{"rule": r.rule, "clause": r.clause, "detail": _said(r, policy)} for r in case.grade_reasons],
        "category": case.category,
        "centre": _named(policy.directory.centres, case.centre),
        "department": _named(policy.directory.departments, case.departments[0] if case.departments else ""),
        "handler": handler.name if handler else "",
        "links": list(case.links),
        "earlier": earlier_view(case),
        "group": group_view(case),
        "status": str(case.status),
        "resolution": case.resolution,
    }


def _files(files: Iterable[Attachment]) -> list[View]:
    return [{"name": file.name, "type": file.type, "size": file.size, "sha256": file.sha256} for file in files]


def _said(reason: e.Reason, policy: Policy) -> str:
    """The customer's words or the arithmetic; a mere channel or category is what the rule's own name says."""
    row = next((row for row in policy.grades if row.name == reason.rule), None)
    return "" if row and reason.detail in {*row.channels, *row.categories} else reason.detail


def _deadlines(running: Sequence[Deadline], case: Case, policy: Policy, now: datetime) -> list[View]:
    owners = {role: _holders(role, case, policy, now) for role in {d.owner for d in running}}
    return [
        {
            "stage": d.stage,
            "due": d.due,
            "target": str(d.target),
            "clause": d.clause,
            "role": d.owner,
            "owner": owners[d.owner],
        }
        for d in running
    ]


def _assigned(letter: Letter, case: Case, policy: Policy, now: datetime) -> list[Deadline]:
    """The clocks as the department finds them: the letter itself starts theirs, and theirs come first."""
    leaves = e.LetterSent(at=now, by="outbox", key=letter.key, letter=letter.letter, to=letter.to, stops=letter.stops)
    running = owed(fold(case, (leaves,)), policy)
    return sorted(running, key=lambda deadline: deadline.owner != "lead department")


def _holders(role: str, case: Case, policy: Policy, at: datetime) -> str:
    """The names of those who hold the role at that moment."""
    return ", ".join(person.name for person in people_for(role, case, policy, at))


def _named(things: Mapping[str, object], key: str) -> str:
    return str(getattr(things.get(key), "name", key))


def _caused(letter: Letter, case: Case, policy: Policy, now: datetime, happened: Iterable[e.Event]) -> View:
    """What the event itself adds."""
    match letter.cause:
        case cause if letter.letter in BESIDE:
            return BESIDE[letter.letter](cause, case, policy)
        case e.LadderStepTaken() as step:
            # It is read when it leaves, perhaps next morning: "two hours left" must be true then.
            read_at = max(now, letter.not_before)
            running = (clock for clock in owed(case, policy) if clock.stage == step.stage)
            return step_view(step, case, policy, read_at) | {
                "chain": _chain(step, happened, case, policy),
                "explained": next((how(explain_clock(clock), clock.clause) for clock in running), None),
            }
        case e.CommandsAnswered(lines=lines):
            return {"lines": _answered(lines, letter.language, policy)}
        case e.Routed() | e.AssignmentAccepted() | e.HandlerAssigned() if letter.letter == "assignment":
            clocks = _assigned(letter, case, policy, now)
            accepting = (how(explain_clock(clock), clock.clause) for clock in clocks if clock.stage == "accept")
            leading = people_for("lead department", case, policy, now)
            return {
                "deadlines": _deadlines(clocks, case, policy, now),
                "explained": next(accepting, None),
                "joint": not any(person.id == letter.person for person in leading),
            }
        case e.FollowUpAdded() as added:
            reopened = case.moments.get("CaseReopened") == added.at
            files = [x.files for x in happened if isinstance(x, e.EvidenceAdded) and x.raw == added.raw]
            return {
                "sender": added.sender,
                "subject": added.subject,
                "received_at": added.at,
                "how": added.how,
                "words": added.words,
                "evidence": _files(file for group in files for file in group),
                "reopened": reopened,
                **_answer(added),
            }
        case cause if letter.letter == "report":
            return _reported(cause, policy, tuple(happened))
        case e.LetterEvent() as lost:
            return _lost(lost, case, policy)
        case e.TriageAsked() as asked:
            return _doubt(asked, tuple(happened))
        case cause:
            return clock_view(cause, case, policy) or {}


RATING = "rating "  # how the name of a one-click answer begins that is a number of points
SATISFIED = "satisfied"  # the command that puts a rating on record


def _answer(added: e.FollowUpAdded) -> View:
    """What the words were taken for, or might mean."""
    taken, _, given = added.taken.partition(f"{SATISFIED} ")
    suggests, _, meant = added.suggests.partition(f"{SATISFIED} ")
    rating = given or meant
    return {
        "taken": SATISFIED if given else taken,
        "suggests": SATISFIED if meant else suggests,
        "rating": int(rating) if rating else 0,
    }


def _reported(cause: e.Event, policy: Policy, happened: tuple[e.Event, ...]) -> View:
    """What a colleague wrote; who is asked to approve a proposal reads the proposal itself."""
    said = cause
    if isinstance(cause, e.ApprovalAsked | e.ApprovalGranted):
        said = next((one for one in reversed(happened) if isinstance(one, e.SolutionProposed)), cause)
    person = policy.directory.people.get(said.person_id)
    return {
        "kind": cause.kind,
        "who": person.name if person else "",
        "words": getattr(said, "text", ""),
        "score": cause.score if isinstance(cause, e.SatisfactionGiven) else 0,
    }


def _lost(lost: e.LetterEvent, case: Case, policy: Policy) -> View:
    """Which letter did not arrive, with whom, and what is being done about it."""
    reader = policy.directory.people.get(reader_of(lost.key))
    return {
        "lost": {
            "letter": lost.letter,
            "how": {"LetterBounced": "bounced", "LetterFailed": "failed"}.get(lost.kind, "withheld"),
            "withheld": isinstance(lost, e.LetterWithheld),
            "customer": reader_of(lost.key) == CUSTOMER,
            "to": lost.to,
            "who": reader.name if reader else "",
            "because": lost.because,
            "at": lost.at,
        },
        "other_address": "" if lost.because.startswith("uncertain") else next_address(case, lost, policy),
        "phones": [fact.value for fact in case.facts if fact.kind == "phone"],
    }


def _answered(lines: Iterable[e.AnswerLine], language: str, policy: Policy) -> list[View]:
    """What became of each command; `word` is the command as the reader writes it, or what could not be read."""
    rows = {row.name: row for row in policy.commands}
    return [
        {
            "command": line.command,
            "word": typed(rows[line.command], language) if line.command in rows else line.command,
            "done": line.done,
            "because": "too many commands" if place >= MOST_COMMANDS and line.because == "unknown" else line.because,
            "missing": line.detail.split(", ") if line.detail else [],
        }
        for place, line in enumerate(lines)
    ]


def _doubt(asked: e.TriageAsked, happened: tuple[e.Event, ...]) -> View:
    """Why it is in doubt whether this is a complaint: the signs of the message that raised the question."""
    answers = [x.words for x in happened if isinstance(x, e.FollowUpAdded) and x.at == asked.at]
    if answers:
        return {"because": asked.because, "signs": [], "words": answers[-1]}
    noticed = (sign.partition(": ") for x in happened if isinstance(x, e.CaseOpened) for sign in x.because)
    return {"because": asked.because, "signs": [{"signal": name, "words": words} for name, _, words in noticed]}


def step_view(step: e.LadderStepTaken, case: Case, policy: Policy, now: datetime) -> View:
    """What is owed, by when, by whom, and how much time is left or how late it is, for a reader at `now`."""
    run, since, unit = _counted(step, case, policy)
    left = seconds_between(run, now, step.due, unit)
    whole = seconds_between(run, since, step.due, unit)
    action = {"Reminded": "remind", "LimitBreached": "breach"}.get(step.kind, "escalate")
    return _owed_view(step, case, policy, now, who=step.who, action=action, left=left) | {
        "share": min(max(1 - left / whole, 0.0), 1.0) if whole > 0 else 1.0,
        "words": case.words[:EXCERPT],
        "measure": next((one.text for one in case.measures if step.stage.endswith(f" {one.place}")), ""),
    }


def owed_view(clock: Deadline, action: Action, case: Case, policy: Policy, now: datetime) -> View:
    """The same in a row among others: nothing of the case's own words, nor what share of the time has gone."""
    row = policy.stage(clock.stage)
    run = clock.run or _run_from(counted_from(case, row, clock.round) if row else clock.due, row, case, policy)
    left = seconds_between(run, now, clock.due, _unit_of(row, case))
    return _owed_view(clock, case, policy, now, who=clock.owner, action=action, left=left)


def _owed_view(  # noqa: PLR0913 (what is owed, and for whom it is seen)
    one: e.LadderStepTaken | Deadline, case: Case, policy: Policy, now: datetime, *, who: str, action: str, left: int
) -> View:
    row = policy.stage(one.stage)
    role = row.owner if row else who
    return {
        "stage": one.stage,
        "action": str(action),
        "due": one.due,
        "target": str(row.target.get(case.grade) or "") if row else "",
        "clause": one.clause,
        "role": role,
        "owner": _holders(role, case, policy, now),
        "left": max(left, 0),
        "late_for": max(-left, 0),
    }


def _counted(step: e.LadderStepTaken, case: Case, policy: Policy) -> tuple[Run, datetime, Unit]:
    """The stretches in which the time of the step's clock counts, from when, and in which unit a reader is told."""
    row = policy.stage(step.stage)
    clock = next((one for one in owed(case, policy) if (one.stage, one.round) == (step.stage, step.round)), None)
    since = counted_from(case, row, step.round) if row else step.due
    # Time in which the case waited was not used, and what was used under another centre is what was measured there.
    return clock.run if clock and clock.run else _run_from(since, row, case, policy), since, _unit_of(row, case)


def _run_from(since: datetime, row: StageRow | None, case: Case, policy: Policy) -> Run:
    return (Stretch(since, None, calendar_for(case, row, policy)),)


def _unit_of(row: StageRow | None, case: Case) -> Unit:
    target = row.target.get(case.grade) if row else None
    return Unit.HOURS if target and target.unit in _CLOCK_HOURS else Unit.WORKING_HOURS


def _chain(step: e.LadderStepTaken, happened: Iterable[e.Event], case: Case, policy: Policy) -> list[View]:
    """Who was told of this stage before this step, by the names of those who held the role then."""
    before = takewhile(lambda event: event != step, happened)
    told = [x for x in before if isinstance(x, e.LadderStepTaken) and (x.stage, x.round) == (step.stage, step.round)]
    return [{"who": _holders(one.who, case, policy, one.at), "at": one.at} for one in told]
