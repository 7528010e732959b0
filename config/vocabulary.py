"""The words that rows of the policy may use: events, roles, signals, facts, categories, clauses."""

import re
from collections.abc import Iterable, Mapping
from inspect import getmembers, isclass

from cases import events
from cases.letters import CONDITIONS, EVENT_CONDITIONS
from cases.moments import FURTHER_MOMENTS
from cases.policy import EACH_HAS
from cases.routing import DECIDING

CONDITION_NAMES = frozenset({*CONDITIONS, *EVENT_CONDITIONS})
_CLASSES = {found for _, found in getmembers(events, isclass) if issubclass(found, events.Event)}
# A class that others are derived from never happens itself.
EVENT_KINDS = frozenset(
    found.__name__
    for found in _CLASSES
    # What is about no case starts no clock and writes no letter of one.
    if not issubclass(found, events.DeskEvent) and not any(found in other.__mro__[1:] for other in _CLASSES)
)

# Held in the directory (`roles` of a person), or found from the case itself.
DIRECTORY_ROLES = frozenset({"intake desk", "hq", "management", "legal", "it", "compliance", "audit"})
CASE_ROLES = frozenset(
    {
        "lead department",
        "department",
        "further departments",
        "joint departments",
        "speaker",
        "task group",
        "data protection",
        "handler",
        "centre head",
        *EACH_HAS,
        *DECIDING,
    }
)
ROLES = DIRECTORY_ROLES | CASE_ROLES

CATEGORIES = (
    "product-quality",
    "delivery",
    "after-sales",
    "price",
    "service-attitude",
    "communication",
    "project-execution",
    "contract",
    "data-protection",
    "billing",
    "other",
)
SIGNALS = frozenset(
    {
        "asks_status",
        "breach_of_law",
        "broken_promise",
        "concealment",
        "contract_deviation",
        "data_leak",
        "data_slip",
        "delay",
        "emotional",
        "fraud",
        "group",
        "injury",
        "lawyer",
        "leaving",
        "named_deal",
        "press",
        "regulator",
        "repeated",
        "small_group",
        "termination",
        "trade_secret",
        "urgent",
    }
)
BY_FACTS = frozenset({"named_deal"})  # signals that no word makes
FACTS = frozenset(
    {
        "amount",
        "company",
        "contract",
        "country",
        "evidence",
        "loss",
        "name",
        "order_number",
        "phone",
        "project",
        "wanted",
        "waybill",
        "when",
    }
)
COMMANDS = frozenset(
    {
        "accept",
        "agreed",
        "appeal",
        "approve",
        "archive",
        "ask customer",
        "assessed",
        "assign",
        "category",
        "cause",
        "close",
        "complaint",
        "confirm",
        "common",
        "confirm group",
        "contained",
        "correct",
        "corrected",
        "customer confirmed",
        "data breach",
        "data request",
        "declined",
        "effect",
        "extend",
        "grade general",
        "grade important",
        "grade major",
        "grant extension",
        "hand up",
        "help",
        "inquiry",
        "investigated",
        "join all",
        "meeting",
        "no answer",
        "not one cause",
        "not verified",
        "link",
        "note",
        "offer",
        "out of scope",
        "plan",
        "progress",
        "propose",
        "refuse",
        "refuse extension",
        "regulator",
        "register",
        "regulator answered",
        "regulator date",
        "reject",
        "reopen",
        "report",
        "reported to authority",
        "request answered",
        "resolve",
        "result",
        "responsibility external",
        "responsibility force majeure",
        "responsibility internal",
        "resume",
        "reviewed",
        "route",
        "satisfied",
        "spam",
        "status",
        "verified",
        "visited",
        "wait customer",
        "wait third party",
        "unlink",
    }
)
# Letters that no notice names: they follow from ladders and commands.
OWN_LETTERS = frozenset({"cause-analysis", "command-answer", "digest", "early-warning", "escalation", "reminder"})

_OURS = "[ours]"


def is_event(name: str, stages: Iterable[str]) -> bool:
    """Whether clocks can be started or stopped by this: an event, `LetterSent:STAGE` or a further moment."""
    kind, colon, stage = name.partition(":")
    if colon:
        return kind == "LetterSent" and stage in set(stages)
    return kind in EVENT_KINDS or kind in FURTHER_MOMENTS


def unknown_clauses(cited: str, known: frozenset[str]) -> tuple[str, ...]:
    """What a row cites and nobody knows. `M13, T3.1 [ours] reason` cites two clauses and gives a reason of its own."""
    clauses, ours, reason = cited.partition(_OURS)
    parts = [part.strip() for part in clauses.split(",") if part.strip()]
    if not parts and not reason.strip():
        return (f"{_OURS} without a reason" if ours else "nothing",)
    return tuple(part for part in parts if not _covered(part, known))


def _covered(clause: str, known: frozenset[str]) -> bool:
    while clause not in known and "." in clause:
        clause = clause.rpartition(".")[0]
    return clause in known


def expand_clauses(table: Mapping[str, str]) -> frozenset[str]:
    """Every single clause of clauses.toml: `M6–M8` is three, `C2.2, C3.1–C3.6` is seven, `GDPR 15, 17` is two."""
    return frozenset(clause for key in table for clause in _expanded(key))


def _expanded(key: str) -> Iterable[str]:
    source = ""
    for part in key.split(", "):
        source, name = (source, f"{source} {part}") if part.isdecimal() else (part.rpartition(" ")[0], part)
        first, dash, last = name.partition("–")
        numbers = re.fullmatch(r"(.*?)(\d+)", first), re.fullmatch(r"(.*?)(\d+)", last)
        if dash and numbers[0] and numbers[1] and numbers[0][1] == numbers[1][1]:
            yield from (f"{numbers[0][1]}{i}" for i in range(int(numbers[0][2]), int(numbers[1][2]) + 1))
        else:
            yield name
