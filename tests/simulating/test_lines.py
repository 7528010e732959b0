"""The line of a happening says the moment in UTC, the case, and in words what matters of it (`ombud simulate`)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases import events as e
from cases.message import Proof
from cases.words import Grade
from daemon.simulating.lines import line_of, said
from tests.simulating.past import at, settings

NOON = datetime(2026, 3, 2, 13, 0, 59, tzinfo=ZoneInfo("Europe/Berlin"))
HOW: dict[str, Any] = {"at": NOON, "by": "tick"}
NUMBER = "C-2718-2819"
LONG = "the parcel " * 20
OPENED: dict[str, Any] = {
    "number": NUMBER,
    "raw": 1,
    "received_at": NOON,
    "customer": "ana@kunde.example",
    "proof": Proof.PROVEN,
}
RISE: dict[str, Any] = {
    "rule": "rise",
    "series": "all",
    "until": NOON,
    "count": 9,
    "history": (2, 1, 3),
    "one_in": 1000,
    "numbers": (),
    "because": "rise",
}

LINES: tuple[tuple[e.Event, str], ...] = (
    (e.CaseOpened(**HOW, **OPENED, subject="My\n lamp"), "ana@kunde.example (proven): My lamp"),
    (e.CaseOpened(**HOW, **OPENED, subject="Hm", triage=True), "ana@kunde.example (proven, triage): Hm"),
    (
        e.Graded(
            **HOW,
            grade=Grade.MAJOR,
            provisional=True,
            reasons=(e.Reason(rule="lawyer", clause="§4", detail=""), e.Reason(rule="press", clause="§4", detail="")),
        ),
        "major, provisional: lawyer, press",
    ),
    (e.Graded(**HOW, grade=Grade.GENERAL, reasons=(e.Reason(rule="else", clause="§4", detail=""),)), "general: else"),
    (e.Routed(**HOW, category="delivery", centre="europe", departments=("a", "b")), "delivery: a, b in europe"),
    (
        e.LimitBreached(**HOW, stage="resolve", step="breach", round=NOON, due=NOON, who="handler"),
        "resolve, due 2026-03-02 12:00: breach, tells handler",
    ),
    (e.LetterQueued(**HOW, key="k", letter="status", to="x@y.example"), "status to x@y.example"),
    (
        e.LetterWithheld(**HOW, key="k", letter="status", to="x@y.example", because="done meanwhile"),
        "status to x@y.example: done meanwhile",
    ),
    (e.DateTold(**HOW, what="resolve", date=NOON + timedelta(days=1)), "resolve by 2026-03-03 12:00"),
    (e.CauseFound(**HOW, causes=("packaging", "design"), text="no pads"), "packaging, design: no pads"),
    (e.RiseWarned(**HOW, **RISE), "rise: all, 9 after 2 1 3; told to nobody"),
    (e.RiseEnded(**HOW, rule="rise", series="all", count=2, because="calm"), "rise: all, 2 now"),
    (e.HandlerAssigned(at=NOON, by="person:lin", person="nobody", text=""), "nobody; by lin"),
    (e.HandlerAssigned(at=NOON, by="tick", person="nobody", text=LONG), f"{LONG[:79]}…; nobody"),
    (e.HandlerAssigned(at=NOON, by="tick", person="nobody", text="x" * 80), f"{'x' * 80}; nobody"),
    (e.Paused(**HOW, waits_for="customer", until=NOON), "customer; until 2026-03-02 12:00"),
    (e.StatusAsked(**HOW, raw=7, sender="x@y.example", believed=True), "x@y.example; believed True"),
    (e.StatusAsked(**HOW, raw=7, sender="x@y.example", believed=False), "x@y.example"),
    (e.FollowUpAdded(**HOW, raw=7, sender="x", how="token", flags=("urgent",)), "x; token; 1 flags"),
)


@pytest.mark.parametrize(("event", "words"), LINES, ids=lambda one: one.kind if isinstance(one, e.Event) else "")
def test_what_an_event_tells_is_said_in_a_few_words(event: e.Event, words: str) -> None:
    assert words == said(event, settings().policy)
    assert f"2026-03-02 12:00  {NUMBER}  {event.kind}  {words}" == line_of(NUMBER, event, settings().policy)


def test_people_are_called_by_their_names() -> None:
    policy = settings().policy
    lin = policy.directory.people["lin"]
    queued = e.LetterQueued(**HOW, key="k", letter="triage", to=lin.address)
    assert f"triage to {lin.name} <{lin.address}>" == said(queued, policy)
    assert lin.name == said(e.HandlerAssigned(**HOW, person="lin", text=""), policy)
    warned = e.RiseWarned(**HOW, **RISE, people=("lin", "he"))
    assert said(warned, policy).endswith(f"told to {lin.name}, {policy.directory.people['he'].name}")


def test_what_concerns_many_cases_names_none_and_an_event_without_words_ends_with_its_kind() -> None:
    policy = settings().policy
    ended = e.RiseEnded(at=at("2026-03-02 12:00"), by="tick", rule="rise", series="all", count=2, because="calm")
    assert "2026-03-02 12:00  many cases   RiseEnded  rise: all, 2 now" == line_of("", ended, policy)
    confirmed = e.RegistrationConfirmed(at=at("2026-03-02 12:00"), by="tick")
    assert f"2026-03-02 12:00  {NUMBER}  RegistrationConfirmed" == line_of(NUMBER, confirmed, policy)
