"""What happened: facts in the past tense, the only thing that is ever decided and the only thing recorded.

An event carries facts, when it happened (UTC), who or what caused it, the rule's name and the clause of the policy.
It never carries rendered text. Its class name is its kind in the record.

The kinds are defined by subject in `cases/events_*.py`; take them from here: `from cases import events as e`.
"""

from cases.events_base import Event
from cases.events_clock import ACTION_EVENTS, DateTold, Escalated, LadderStepTaken, LimitBreached, Reminded
from cases.events_commands import AnswerLine, CommandRefused, CommandsAnswered
from cases.events_desk import AddressReleased, AddressSuppressed, DeskEvent, MessageDiscarded, MessageReplayed
from cases.events_family import CasesLinked, ParticipantAdded
from cases.events_letters import (
    LetterBounced,
    LetterDeferred,
    LetterEvent,
    LetterFailed,
    LetterHeld,
    LetterQueued,
    LetterSent,
    LetterWithheld,
)
from cases.events_reading import (
    CaseOpened,
    DuplicateNoted,
    EarlierCase,
    EvidenceAdded,
    FactsFound,
    FollowUpAdded,
    Graded,
    NoteAdded,
    Reason,
    RegistrationConfirmed,
    Routed,
    TriageAnswered,
    TriageAsked,
)
from cases.events_working import (
    AssignmentAccepted,
    AssignmentRefused,
    CaseClosed,
    CaseReopened,
    ContainmentReported,
    HandedUp,
    HandlerAssigned,
    InvestigationReported,
    PlanFiled,
    ProgressTold,
    Resolved,
    ResultTold,
    SolutionProposed,
    TextEvent,
)

__all__ = [
    "ACTION_EVENTS",
    "AddressReleased",
    "AddressSuppressed",
    "AnswerLine",
    "AssignmentAccepted",
    "AssignmentRefused",
    "CaseClosed",
    "CaseOpened",
    "CaseReopened",
    "CasesLinked",
    "CommandRefused",
    "CommandsAnswered",
    "ContainmentReported",
    "DateTold",
    "DeskEvent",
    "DuplicateNoted",
    "EarlierCase",
    "Escalated",
    "Event",
    "EvidenceAdded",
    "FactsFound",
    "FollowUpAdded",
    "Graded",
    "HandedUp",
    "HandlerAssigned",
    "InvestigationReported",
    "LadderStepTaken",
    "LetterBounced",
    "LetterDeferred",
    "LetterEvent",
    "LetterFailed",
    "LetterHeld",
    "LetterQueued",
    "LetterSent",
    "LetterWithheld",
    "LimitBreached",
    "MessageDiscarded",
    "MessageReplayed",
    "NoteAdded",
    "ParticipantAdded",
    "PlanFiled",
    "ProgressTold",
    "Reason",
    "RegistrationConfirmed",
    "Reminded",
    "Resolved",
    "ResultTold",
    "Routed",
    "SolutionProposed",
    "TextEvent",
    "TriageAnswered",
    "TriageAsked",
]
