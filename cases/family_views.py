"""What letters show of a case that is handed on, of the customer's other cases, of groups and of authorities."""

from collections.abc import Callable, Iterable, Mapping

from cases import events as e
from cases.case import Case
from cases.kinship import customers_in, people_of
from cases.policy import Policy

View = dict[str, object]


def earlier_view(case: Case) -> View | None:
    """What the same customer complained of before: how many cases, and the newest of them."""
    if not case.earlier:
        return None
    latest = case.earlier[0]
    return {
        "count": len(case.earlier),
        "number": latest.number,
        "at": latest.ended_at or latest.opened_at,
        "status": str(latest.status),
        "same": [one.number for one in case.earlier if one.same],
    }


def group_view(case: Case) -> View | None:
    """The group of customers with one cause: numbers of cases only, nothing of the other customers."""
    if not (case.lead or case.members):
        return None
    return {
        "lead": case.lead or case.number,
        "members": [member.number for member in case.members],
        "customers": customers_in((people_of(case), *(member.people for member in case.members))),
        "confirmed": case.group_confirmed,
    }


def _handed_on(cause: e.Event, case: Case, policy: Policy) -> View:
    """Who handed the case on and why; `how` is refused, disputed, handed up, assigned or told."""
    how = {"HandedUp": "handed up", "HandlerAssigned": "assigned"}.get(cause.kind, "told")
    before: tuple[str, ...] = ()
    if isinstance(cause, e.AssignmentRefused):
        how, before = "disputed" if cause.dispute else "refused", cause.departments
    by = policy.directory.people.get(cause.by.rpartition(":")[2].rpartition(" for ")[2])
    handed = {
        "how": how,
        "who": by.name if by else "",
        "text": getattr(cause, "text", ""),
        "before": _names(before, policy),
    }
    return {"handed": handed, "departments": _names(case.departments, policy)}


def _names(ids: Iterable[str], policy: Policy) -> list[str]:
    known = policy.directory.departments
    return [known[id_].name if id_ in known else id_ for id_ in ids]


def _kin(cause: e.Event, _case: Case, _policy: Policy) -> View:
    """Another case with the same cause, and what both have in common."""
    if not isinstance(cause, e.GroupSuggested | e.MemberJoined):
        return {}
    common = {"other": cause.other, "cause": cause.cause, "because": cause.because}
    if isinstance(cause, e.MemberJoined):
        return {"kin": {"how": "joined", "customers": 0, "cases": [], **common}}
    return {"kin": {"how": "suggested", "customers": cause.customers, "cases": list(cause.cases), **common}}


def _attention(cause: e.Event, case: Case, _policy: Policy) -> View:
    why = {"Graded": "personal data", "LanguageTroubled": "language"}.get(cause.kind, "regulator")
    return {"why": why, "speaker": case.speaker}


def _correction(cause: e.Event, case: Case, policy: Policy) -> View:
    """The measure, and what happened to it: opened, done, returned, verified or checked."""
    place = cause.place if isinstance(cause, e.CorrectionEvent) else 0
    measure = next((one for one in case.measures if one.place == place), None)
    people, by = policy.directory.people, policy.directory.people.get(cause.person_id)
    owner = people.get(measure.owner) if measure else None
    return {
        "kind": cause.kind,
        "who": by.name if by else "",
        "words": "" if isinstance(cause, e.CorrectionOpened) else getattr(cause, "text", ""),
        "measure": {
            "place": place,
            "text": measure.text if measure else "",
            "owner": owner.name if owner else "",
            "due": measure.due if measure else cause.at,
            "accept": measure.accept if measure else "",
        },
    }


# What the event itself adds to these letters.
BESIDE: Mapping[str, Callable[[e.Event, Case, Policy], View]] = {
    "attention": _attention,
    "correction": _correction,
    "group-notice": _kin,
    "handed-on": _handed_on,
}
