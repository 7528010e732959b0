"""What customers answer to the letters that ask: to a proposal, a result, the question whether they are satisfied.

A clear answer of a believed customer is put on record at once, and the handler is told as what it was taken; anything
else is a further message, with what it might mean for a person to put on record (M17, M18, M21, M23, M29).
"""

from dataclasses import dataclass
from datetime import datetime

from cases import events as e
from cases.answering import NO, SCORES, YES, Said
from cases.arrival import Arrival
from cases.case import Case
from cases.letters import IN_WORDS, asked_by, is_plausible
from cases.message import Proof
from cases.opening import follow_up, words_of
from cases.placing import Join
from cases.policy import Policy
from cases.reaching import CUSTOMER, first_key
from cases.tokens import IssuedToken
from cases.words import Grade, Status

PROPOSAL, RESULT, SATISFACTION = "proposal", "result", "satisfaction"
AGREED, DECLINED, CONFIRMED, SATISFIED = "agreed", "declined", "customer confirmed", "satisfied"  # names of commands
ANSWER, RATING = f"answer{IN_WORDS}", f"rating{IN_WORDS}"
_CONTENT = SCORES["satisfied"]  # points from which who is satisfied takes the result
_NOT_CONTENT = SCORES["unsatisfied"]


def asked_in(case: Case, token: IssuedToken | None) -> str:
    """Which letter the message answers, if it is one that asked and the case still waits for the answer; else empty.

    An answer to a proposal counts for the last one only, and an old result asks nothing in a case that was reopened.
    """
    if token is None or token.purpose != CUSTOMER or token.letter_key.count(":") < 3:
        return ""
    _, letter, about, _ = first_key(token.letter_key).split(":")
    if letter == PROPOSAL:
        offered = case.moments.get("SolutionOffered")
        is_last = offered is not None and about == asked_by("SolutionOffered", offered)
        open_ = case.status is Status.OPEN and case.moments.keys().isdisjoint({"CustomerAgreed", "CustomerDeclined"})
        return PROPOSAL if is_last and open_ else ""
    if letter == RESULT:
        return RESULT if case.status is Status.RESOLVED or (_confirms(case) and case.status is Status.CLOSED) else ""
    return SATISFACTION if letter == SATISFACTION and case.status in {Status.RESOLVED, Status.CLOSED} else ""


def answered(
    case: Case, arrival: Arrival, join: Join, asked: str, policy: Policy, now: datetime
) -> tuple[e.Event, ...]:
    """What the answer leaves on record. `asked` is what `asked_in` says."""
    reply = _Reply(case=case, arrival=arrival, how=join.how, policy=policy, now=now)
    if asked == PROPOSAL:
        return reply.to_a_proposal()
    return reply.to_a_result() if asked == RESULT else reply.to_the_question()


def _confirms(case: Case) -> bool:
    """Whether the letter with the result asks for a confirmation (M29)."""
    return case.grade is Grade.MAJOR and not case.provisional


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """A message that answers a letter which asked."""

    case: Case
    arrival: Arrival
    how: str
    policy: Policy
    now: datetime

    def to_a_proposal(self) -> tuple[e.Event, ...]:
        """Yes or no to the solution."""
        said = self._said()
        command = {YES: AGREED, NO: DECLINED}.get(said.what, "")
        if not (command and said.clear and self._counts()):
            return self._passed_on(suggests=command)
        kind = e.CustomerAgreed if command == AGREED else e.CustomerDeclined
        clause = "M17, M21, M27" if command == AGREED else "N3.3, T3.3"
        given = kind(**self._cause(ANSWER, clause), raw=self.arrival.raw, text=words_of(self.arrival.message))
        return (*self._passed_on(taken=command), given)

    def to_a_result(self) -> tuple[e.Event, ...]:
        """Who takes the result confirms it. A number counts where the letter asks for an answer, as in major cases."""
        if _confirms(self.case) and (score := self._score()):
            return self._rated(score)
        said = self._said()
        points = SCORES.get(said.what, 0)
        takes, refuses = said.what == YES or points >= _CONTENT, said.what == NO or 0 < points <= _NOT_CONTENT
        if takes and said.clear and self._counts() and self.case.status is Status.RESOLVED:
            given = e.CustomerConfirmed(
                **self._cause(ANSWER, "M29"), raw=self.arrival.raw, text=words_of(self.arrival.message)
            )
            return (*self._passed_on(reopens=False, taken=CONFIRMED), given)
        suggests = CONFIRMED if takes else "reopen" if refuses else ""
        # Neither opens the case again by itself where an answer was asked for: thanks would do so too.
        return self._passed_on(reopens=not _confirms(self.case) or self._is_closed, suggests=suggests)

    def to_the_question(self) -> tuple[e.Event, ...]:
        """A number in the first line is the rating; else how satisfied they say they are."""
        if score := self._score():
            return self._rated(score)
        said = self._said()
        score = SCORES.get(said.what, {YES: _CONTENT, NO: _NOT_CONTENT}.get(said.what, 0))
        command = f"{SATISFIED} {score}" if score else ""
        if score and said.clear and self._counts():
            return (*self._passed_on(reopens=False, taken=command), *self._given(score, RATING))
        # A closed case has no handler at work any more, so there it is a message as any other.
        return self._passed_on(reopens=self._is_closed, suggests=command)

    @property
    def _is_closed(self) -> bool:
        return self.case.status is Status.CLOSED

    def _rated(self, score: int) -> tuple[e.Event, ...]:
        given, files = self._given(score, "rating by the customer"), self.arrival.message.attachments
        if not files:
            return given
        by = f"message:{self.arrival.raw}"
        return (*given, e.EvidenceAdded(at=self.now, by=by, clause="§2", raw=self.arrival.raw, files=files))

    def _given(self, score: int, rule: str) -> tuple[e.Event, ...]:
        low, text = score <= self.policy.low_rating, words_of(self.arrival.message)
        cause = self._cause(rule, "M18, M23, M29")
        return (e.SatisfactionGiven(**cause, raw=self.arrival.raw, score=score, low=low, text=text),)

    def _passed_on(self, *, reopens: bool = True, taken: str = "", suggests: str = "") -> tuple[e.Event, ...]:
        case, arrival = self.case, self.arrival
        return follow_up(
            case, arrival, self.how, self.policy, self.now, reopens=reopens, taken=taken, suggests=suggests
        )

    def _said(self) -> Said:
        message, case = self.arrival.message, self.case
        sender = message.sender
        names = (case.customer_name, *((sender.name, sender.address.partition("@")[0]) if sender else ()))
        return self.policy.answers.said(message.new_text, self._languages, names)

    def _score(self) -> int:
        return self.policy.answers.rating(self.arrival.message.new_text, self._languages)

    @property
    def _languages(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.case.language, self.arrival.message.language)))

    def _counts(self) -> bool:
        """Whether it was they who answered: a believed message of a believed customer, in words alone."""
        message = self.arrival.message
        # A file may hold anything, also conditions.
        believed = message.proof >= Proof.PLAUSIBLE and not message.sender_doubt and is_plausible(self.case)
        return believed and not message.attachments

    def _cause(self, rule: str, clause: str) -> e.Cause:
        return e.Cause(at=self.now, by=f"message:{self.arrival.raw}", rule=rule, clause=clause)
