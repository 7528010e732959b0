"""What the letters about waiting, more time and other people's dates may know."""

from cases import events as e
from cases.case import Case
from cases.deadlines import due_of
from cases.letters import Letter
from cases.pausing import closes_at
from cases.policy import Policy

View = dict[str, object]


def question(_letter: Letter, case: Case, policy: Policy) -> View:
    """What we wait for, in a colleague's words, and when we stop waiting."""
    pause = case.pauses[-1] if case.pauses else None
    return {"text": pause.question if pause else "", "close_at": closes_at(case, policy)}


def question_reminder(letter: Letter, case: Case, policy: Policy) -> View:
    """The same, and since when."""
    return question(letter, case, policy) | closed_unanswered(letter, case, policy)


def closed_unanswered(letter: Letter, case: Case, _policy: Policy) -> View:
    """Since when we had waited."""
    return {"asked_at": case.pauses[-1].start if case.pauses else letter.cause.at}


def extension(letter: Letter, _case: Case, _policy: Policy) -> View:
    """The new date, the one that was told before, and the reason."""
    moved = letter.cause
    if not isinstance(moved, e.DateMoved):
        raise TypeError(f"an extension letter follows from DateMoved, not from {moved.kind}")
    return {"date": moved.date, "told_before": moved.told_before, "waited": moved.waited, "text": moved.text}


CUSTOMER_VIEWS = {
    "question": question,
    "question-reminder": question_reminder,
    "closed-unanswered": closed_unanswered,
    "extension": extension,
}


def clock_view(cause: e.Event, case: Case, policy: Policy) -> View | None:
    """What a colleague is told of the clocks; None when the event is about none."""
    match cause:
        case e.ExtensionAsked(stage=stage, span=span, reason=reason, person=person):
            return _about(stage, span, reason, case, policy) | {
                "asker": policy.directory.people[person].name if person in policy.directory.people else person,
                "told": case.told_date("resolve") if stage == "resolve" else None,
            }
        case e.ExtensionGranted(stage=stage, span=span, text=text):
            return _notice("extension granted", _about(stage, span, text, case, policy))
        case e.ExtensionRefused(stage=stage, span=span, text=text):
            return _notice("extension refused", _about(stage, span, text, case, policy))
        case e.Resumed(because=because):
            return _notice(because) | {"waited_since": case.pauses[-1].start if case.pauses else None}
        case e.CaseClosed(because=because):
            return _notice(because) | {"waited_since": case.pauses[-1].start if case.pauses else None}
        case e.RegulatorDateSet(date=date, text=text):
            return _notice("regulator date") | {"due": date, "text": text}
        case e.DataBreachFound(text=text):
            return _notice("data breach", _about("tell_authority", "", text, case, policy))
        case e.DataRequestReceived(text=text):
            return _notice("data request", _about("data_request", "", text, case, policy))
        case _:
            return None


def _about(stage: str, span: str, text: str, case: Case, policy: Policy) -> View:
    return {"stage": stage, "span": span, "due": due_of(case, stage, policy), "text": text}


def _notice(what: str, about: View | None = None) -> View:
    return {"what": what, "stage": "", "span": "", "due": None, "text": "", "waited_since": None} | (about or {})
