"""The enumerated words of the desk: grades, statuses, channels, letter classes."""

from enum import StrEnum


class Grade(StrEnum):
    """How serious a case is (policy §4, M13). Ordered by `GRADES`."""

    GENERAL = "general"
    IMPORTANT = "important"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """0 for general, 2 for major."""
        return GRADES.index(self)


GRADES = (Grade.GENERAL, Grade.IMPORTANT, Grade.MAJOR)


class Status(StrEnum):
    """Where a case stands as a whole; the stages say it in detail."""

    TRIAGE = "triage"  # the intake desk has not yet said whether it is a complaint (policy §1)
    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Channel(StrEnum):
    """How a message reached us (policy §1)."""

    CUSTOMER = "customer"
    REGULATOR = "regulator"
    STAFF = "staff"


class LetterClass(StrEnum):
    """What a letter is to us when things go wrong (invariants 4 and 7).

    answer: triggered by inbound mail from outside; ceilings count it; a twin after an uncertain sending is harmless.
    owed: we owe it whatever comes in; no ceiling.
    final: a twin would harm; after an uncertain sending a person decides.
    """

    ANSWER = "answer"
    OWED = "owed"
    FINAL = "final"


class Action(StrEnum):
    """What a ladder step does (policy §7): reminder → breach → escalation."""

    REMIND = "remind"
    BREACH = "breach"
    ESCALATE = "escalate"


ROLL_UP = "roll-up"  # the letter that tells the general cases of a month to one reader (M19)
DIGEST = "digest"  # the letter that tells several reminders and escalations to one reader, and the purpose of its token
ANALYSIS = "cause-analysis"  # the letter about the causes of a quarter's complaints (M36)
WARNING = "early-warning"  # the letter about counts that rose above their own history (M36)
ABOUT_MANY = frozenset({ANALYSIS, WARNING})  # letters about many cases and no one of them
TOGETHER = frozenset({DIGEST, ROLL_UP})  # letters that tell several others, each of a case of its own
