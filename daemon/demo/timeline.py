"""Tells a case's record as a story: one entry for each event worth telling, with its rule and its clause."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases import events as e
from cases.policy import Policy
from daemon.demo import wording
from daemon.demo.album import Entry, Tone

_REPORTS = {
    e.ContainmentReported: "First measures reported",
    e.PlanFiled: "Investigation plan filed",
    e.InvestigationReported: "Investigated",
    e.SolutionProposed: "Solution proposed",
    e.MeetingFlagged: "To be decided by the general manager's meeting",
    e.ApprovalGranted: "Approved",
    e.ApprovalRefused: "Not approved",
    e.SolutionOffered: "Solution put to the customer",
    e.CustomerAgreed: "The customer agrees",
    e.CustomerDeclined: "The customer declines",
    e.ProgressTold: "Customer kept informed",
    e.ResultTold: "Result for the customer",
    e.CustomerConfirmed: "The customer confirms the result",
    e.CustomerSilent: "The customer does not answer",
    e.SatisfactionGiven: "The customer rates the result",
    e.FollowUpVisited: "The customer was visited",
    e.AssessmentFiled: "Assessed in full",
    e.ReportFiled: "Case report filed",
    e.ReviewFiled: "Case reviewed",
    e.Appealed: "The customer appeals",
}
_SHOWN_FACTS = ("order_number", "contract", "waybill", "phone", "amount", "loss", "wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Knows the people, and which letter and which message on the page an event speaks of."""

    policy: Policy
    letters: Mapping[str, int]  # key of the letter → id on the page
    readers: Mapping[str, str]  # key of the letter → name of its reader
    post: Mapping[int, int]  # raw id → id on the page
    writers: Mapping[int, str]  # raw id → name of the writer

    def tell(self, events: Iterable[e.Event]) -> tuple[Entry, ...]:
        """The entries, oldest first."""
        return tuple(entry for event in events for entry in self._entries(event))

    def _entries(self, event: e.Event) -> Iterator[Entry]:
        for kind, tell in _TELLERS.items():
            if isinstance(event, kind):
                entry = tell(self, event)
                if entry:
                    yield entry
                return
        yield self.entry(event, Tone.NOTED, re.sub(r"(?<!^)(?=[A-Z])", " ", event.kind).capitalize())

    def entry(self, event: e.Event, tone: Tone, title: str, **more: object) -> Entry:
        """An entry with what every event knows; `raw` leads to the message."""
        facts: dict[str, object] = {"detail": "", "quote": "", "chips": (), "letter": None}
        is_letter = isinstance(event, e.LetterEvent)  # whose title says it all
        facts |= more
        return Entry(
            at=event.at,
            tone=tone,
            title=title,
            rule="" if is_letter else event.rule.replace("_", " "),
            clause="" if is_letter else wording.clause(event.clause),
            post=self.post.get(getattr(event, "raw", 0)),
            detail=str(facts["detail"]),
            quote=str(facts["quote"]),
            chips=tuple(facts["chips"]),  # type: ignore[arg-type]  # given by the tellers below only
            letter=facts["letter"] if isinstance(facts["letter"], int) else None,
        )

    def who(self, event: e.Event) -> str:
        """The colleague who did it, or the writer of the message that did."""
        return wording.somebody(event.by, self.policy) or self.writers.get(getattr(event, "raw", 0), "")

    def name(self, person: str) -> str:
        """A colleague by id."""
        known = self.policy.directory.people.get(person)
        return known.name if known else person

    def departments(self, ids: Iterable[str]) -> str:
        """Names of departments."""
        known = self.policy.directory.departments
        return ", ".join(known[one].name if one in known else one for one in ids)


def _opened(teller: Teller, event: e.CaseOpened) -> Entry:
    writer = event.customer_name or event.customer
    chips = (
        ("sender", f"{event.proof.name.lower()}: {event.proof_because}"),
        ("language", wording.language(event.language)),
        *((("country", event.country),) if event.country else ()),
        *(("sign", because) for because in dict.fromkeys(event.because)),
    )
    return teller.entry(event, Tone.IN, f"{writer} writes", detail=event.subject, quote=event.words, chips=chips)


def _followed(teller: Teller, event: e.FollowUpAdded) -> Entry:
    title = f"{teller.writers.get(event.raw) or event.sender} writes again"
    detail = f"recognised by {event.how}"
    return teller.entry(event, Tone.IN, title, detail=detail, quote=event.words)


def _noted(teller: Teller, event: e.NoteAdded) -> Entry:
    title = f"Note of {teller.who(event) or event.sender}" if event.sender or event.words else "Noted"
    return teller.entry(event, Tone.NOTED, title, detail=event.because, quote=event.words)


def _duplicate(teller: Teller, event: e.DuplicateNoted) -> Entry:
    return teller.entry(event, Tone.NOTED, "The same message arrived again", detail=event.because)


def _evidence(teller: Teller, event: e.EvidenceAdded) -> Entry:
    chips = tuple((file.type, f"{file.name}, {wording.size(file.size)}") for file in event.files)
    return teller.entry(event, Tone.NOTED, "Evidence kept", chips=chips)


def _facts(teller: Teller, event: e.FactsFound) -> Entry | None:
    shown = {fact.kind: fact.value for fact in event.facts if fact.kind in _SHOWN_FACTS}
    chips = tuple((kind.replace("_", " "), value) for kind, value in shown.items())
    missing = ", ".join(kind.replace("_", " ") for kind in event.missing)
    if not chips and not missing:
        return None
    return teller.entry(
        event, Tone.NOTED, "Understood", chips=chips, detail=f"not said yet: {missing}" if missing else ""
    )


def _graded(teller: Teller, event: e.Graded) -> Entry:
    person = wording.somebody(event.by, teller.policy)
    title = f"{person} grades it {event.grade}" if person else f"Graded {event.grade}"
    chips = tuple(
        (f"{reason.rule.replace('_', ' ')} · {wording.clause(reason.clause)}", reason.detail)
        for reason in event.reasons
    )
    chips = tuple((name, detail or "no row of the grade table matched") for name, detail in chips)
    detail = "provisional, until a person confirms it" if event.provisional else ""
    return teller.entry(event, Tone.DECIDED, title, detail=detail, chips=chips)


def _routed(teller: Teller, event: e.Routed) -> Entry:
    centre = teller.policy.directory.centres.get(event.centre)
    title = f"Routed to {teller.departments(event.departments[:1])}"
    also = f", with {teller.departments(event.departments[1:])}" if len(event.departments) > 1 else ""
    detail = f"{wording.category(event.category)}; {centre.name if centre else event.centre}{also}"
    return teller.entry(event, Tone.DECIDED, title, detail=detail)


def _registered(teller: Teller, event: e.RegistrationConfirmed) -> Entry:
    person = wording.somebody(event.by, teller.policy)
    return teller.entry(event, Tone.DONE, f"Record confirmed by {person}" if person else "The record is complete")


def _triage_asked(teller: Teller, event: e.TriageAsked) -> Entry:
    return teller.entry(event, Tone.DECIDED, "Complaint or not? A person is asked", detail=event.because)


def _triage_answered(teller: Teller, event: e.TriageAnswered) -> Entry:
    return teller.entry(event, Tone.DONE, f"{teller.who(event)} says: {event.answer}")


def _accepted(teller: Teller, event: e.AssignmentAccepted) -> Entry:
    return teller.entry(event, Tone.DONE, f"{teller.name(event.person)} accepts")


def _resolved(teller: Teller, event: e.Resolved) -> Entry:
    return teller.entry(event, Tone.DONE, f"{teller.name(event.person)} resolves it", quote=event.text)


def _reported(teller: Teller, event: e.TextEvent) -> Entry:
    title = _REPORTS.get(type(event), event.kind)
    return teller.entry(event, Tone.DONE, title, detail=f"by {teller.who(event)}", quote=event.text)


def _closed(teller: Teller, event: e.CaseClosed) -> Entry:
    return teller.entry(event, Tone.DONE, "Closed", detail=event.because)


def _reopened(teller: Teller, event: e.CaseReopened) -> Entry:
    return teller.entry(event, Tone.DECIDED, "Open again: limits count from here", detail=event.because)


def _refused(teller: Teller, event: e.CommandRefused) -> Entry:
    chips = (("command", event.command), ("claimed sender", event.sender))
    return teller.entry(event, Tone.ALARM, "Command refused", detail=event.because, chips=chips)


def _climbed(teller: Teller, event: e.LadderStepTaken) -> Entry:
    tone = Tone.REMINDED if isinstance(event, e.Reminded) else Tone.ALARM
    stage, due = wording.stage(event.stage), wording.moment(event.due)
    match event:
        case e.Reminded():
            title = f"Reminder: {stage}, due {due}"
        case e.LimitBreached():
            title = f"Limit passed: {stage}, was due {due}"
        case _:
            title = f"Escalated: {stage}, was due {due}"
    return teller.entry(event, tone, title, detail=f"to the {event.who}")


def _told(teller: Teller, event: e.DateTold) -> Entry:
    return teller.entry(event, Tone.DECIDED, f"Promised to the customer: {event.what} by {wording.moment(event.date)}")


def _sent(teller: Teller, event: e.LetterSent) -> Entry:
    reader = teller.readers.get(event.key, event.to)
    detail = f"stops the clock “{wording.stage(event.stops)}”" if event.stops else ""
    return teller.entry(
        event,
        Tone.OUT,
        f"{wording.letter(event.letter)} to {reader}",
        detail=detail,
        letter=teller.letters.get(event.key),
    )


def _not_sent(teller: Teller, event: e.LetterEvent) -> Entry:
    fate = {e.LetterHeld: "held", e.LetterWithheld: "no longer needed", e.LetterFailed: "failed"}.get(type(event))
    tone = Tone.NOTED if isinstance(event, e.LetterWithheld) else Tone.ALARM
    title = f"{wording.letter(event.letter)} to {event.to}: {fate or 'came back'}"
    return teller.entry(event, tone, title, detail=event.because, letter=teller.letters.get(event.key))


def _linked(teller: Teller, event: e.CasesLinked) -> Entry:
    return teller.entry(event, Tone.NOTED, f"May belong together with {event.other}", detail=event.because)


def _nothing(_teller: Teller, _event: e.Event) -> None:
    """Told by another entry: that a letter was queued by its sending, an answer to commands by its letter."""


_TELLERS: dict[type[e.Event], Callable[..., Entry | None]] = {
    e.CaseOpened: _opened,
    e.FollowUpAdded: _followed,
    e.NoteAdded: _noted,
    e.DuplicateNoted: _duplicate,
    e.EvidenceAdded: _evidence,
    e.FactsFound: _facts,
    e.Graded: _graded,
    e.Routed: _routed,
    e.RegistrationConfirmed: _registered,
    e.TriageAsked: _triage_asked,
    e.TriageAnswered: _triage_answered,
    e.AssignmentAccepted: _accepted,
    e.Resolved: _resolved,
    e.TextEvent: _reported,
    e.CaseClosed: _closed,
    e.CaseReopened: _reopened,
    e.CommandRefused: _refused,
    e.CommandsAnswered: _nothing,
    e.LadderStepTaken: _climbed,
    e.DateTold: _told,
    e.LetterQueued: _nothing,
    e.LetterSent: _sent,
    e.LetterEvent: _not_sent,
    e.CasesLinked: _linked,
}
