"""A view for every letter: what the letter may know, and an example that checks and previews are made with.

The keys are the contract with whoever makes views: all of them must be there, others never reach the template, so the
bare letters cannot contain a customer's words whatever is handed over (invariant 9). Times are aware; `zone` is the
reader's IANA zone, `service_zone` the centre's. Sizes are bytes; `left` seconds of working time; `late_for` seconds;
`share` the part of the target that is used, 0 to 1. A `target` is written as policy does (`3 bd`), a `url` is a
`mailto:` address, `typed` says how the reader writes each command, `reference` is empty or the line that brings the
reply token back. Of a history entry only the parts that belong to its kind are filled.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from templates.samples_many import MANY

_RECEIVED = datetime(2026, 4, 8, 13, 20, tzinfo=UTC)
_NEXT = datetime(2026, 4, 9, 11, 0, tzinfo=UTC)
_RESOLVE = datetime(2026, 4, 21, 15, 0, tzinfo=UTC)

_COMMON: Mapping[str, object] = {
    "organisation": {
        "name": "Meridian Trade Services",
        "privacy": "How we handle personal data: https://meridian.example/privacy",
    },
    "zone": "Asia/Riyadh",
    "number": "C-4829-1372",
    "received_at": _RECEIVED,
    "marker": True,
    "reference": "[ref:tabcdefghijklmnopqrstuvwxyz234567abc]",
}


def _reply(name: str) -> Mapping[str, str]:
    return {
        "command": name,
        "url": f"mailto:complaints@meridian.example?subject=Re%3A%20%5BC-4829-1372%5D&body={name[-1]}",
    }


_YES_OR_NO = [_reply("yes"), _reply("no")]
_SUBJECT = {"subject": "Order 20418: machine arrived damaged"}
_WORDS = (
    "Dear Sir or Madam,\n\nthe packing machine of order 20418 arrived on 2 April with a broken feeder. We had to stop "
    "the line for two days and lost 1,500 EUR.\nPhotos: http://photos.example.com/20418\n\nPlease send a replacement.\n"
    "Khalid Al-Harbi"
)
_CUSTOMER = {
    "address": "k.alharbi@customer.example",
    "name": "Khalid Al-Harbi",
    "proof": "proven",
    "proof_because": "DMARC pass for customer.example",
    "country": "SA",
    "language": "en",
}
_EVIDENCE = [
    {"name": "feeder-left.jpg", "type": "image/jpeg", "size": 1_843_220, "sha256": "9f2c" * 16},
    {"name": "delivery-note.pdf", "type": "application/pdf", "size": 48_120, "sha256": "07ab" * 16},
]
_DEADLINES = [
    {
        "stage": "accept",
        "due": datetime(2026, 4, 9, 13, 20, tzinfo=UTC),
        "target": "1 bd",
        "clause": "[ours] silence must be noticed early",
        "role": "lead department",
        "owner": "Lena Vogt",
    },
    {"stage": "investigate", "due": datetime(2026, 4, 14, 11, tzinfo=UTC), "target": "3 bd", "clause": "M20",
     "role": "lead department",
     "owner": "Lena Vogt"},
    {"stage": "resolve", "due": _RESOLVE, "target": "15 bd", "clause": "M23", "role": "lead department",
     "owner": "Lena Vogt"},
]  # fmt: skip


def _event(at: datetime, kind: str, **parts: object) -> dict[str, object]:
    names = ("stage", "role", "grade", "letter", "word", "refusal", "answer", "who", "text")
    return {
        "at": at,
        "kind": kind,
        "provisional": False,
        "departments": [],
        "calendar": None,
        **dict.fromkeys(names, ""),
        **parts,
    }


_ROUTED = datetime(2026, 4, 8, 13, 21, tzinfo=UTC)
_ACCEPTED = datetime(2026, 4, 9, 7, 2, tzinfo=UTC)
_REMINDED = datetime(2026, 4, 12, 6, tzinfo=UTC)
_HISTORY = [
    _event(_RECEIVED, "CaseOpened"),
    _event(_ROUTED, "Graded", grade="major", provisional=True),
    _event(_ROUTED, "Routed", departments=["Quality", "Production"]),
    _event(_ROUTED, "LetterSent", letter="acknowledgement", role="customer"),
    _event(_ACCEPTED, "AssignmentAccepted", who="Lena Vogt"),
    _event(_ACCEPTED, "CommandRefused", word="spam", refusal="no right", who="Lena Vogt"),
    _event(_ACCEPTED, "NoteAdded", who="Lena Vogt", text="I have asked the carrier for the damage report."),
    _event(
        _REMINDED,
        "CalendarChanged",
        calendar={
            "name": "saudi-arabia",
            "zone": "Asia/Riyadh",
            "days": [
                {
                    "day": datetime(2026, 4, 13, tzinfo=UTC),
                    "why": "OFF",
                    "reason": "sandstorm, by order of the ministry",
                    "announced": datetime(2026, 4, 12, tzinfo=UTC),
                }
            ],
            "more": 0,
            "rules": [{"what": "target", "stage": "investigate", "before": "3 bd", "after": "4 bd"}],
            "moved": [
                {
                    "stage": "investigate",
                    "before": datetime(2026, 4, 13, 11, tzinfo=UTC),
                    "after": datetime(2026, 4, 14, 11, tzinfo=UTC),
                }
            ],
        },
    ),
    _event(_REMINDED, "Reminded", stage="investigate", role="lead department"),
]
_REASONS = [
    {"rule": "loss_over_limit", "clause": "M13", "detail": "1500.00 EUR ≈ 11700 CNY > 10000 CNY"},
    {"rule": "customer_data", "clause": "M13 [ours] a person looks", "detail": ""},
]


def _may(*commands: str) -> dict[str, object]:
    """`accept`, or `plan: …` for a command that needs text."""
    desk = "mailto:desk+tabcdef@meridian.example?subject=Re%3A%20%5BC-4829-1372%5D&body="
    names = [command.removesuffix(": …") for command in commands]
    return {
        "actions": [{"command": name, "url": desk + name.replace(" ", "%20")} for name in names],
        "typed": dict(zip(names, commands, strict=True)),
    }


_WORK = _may("accept", "resolve: …", "plan: …", "investigated: …", "propose: …", "progress: …", "note: …", "status")
_TRIAGE = _may("complaint", "inquiry", "out of scope", "spam")

_EARLIER = {"count": 2, "number": "C-4811-0023", "at": _RECEIVED, "status": "closed", "same": ["C-4811-0023"]}
_GROUP = {"lead": "C-4829-1372", "members": ["C-4811-0023"], "customers": 2, "confirmed": False}

_EXPLAINED = {
    "clause": "M16, M20, M26",
    "unusual": True,
    "target": "3 bd",
    "since": datetime(2026, 4, 8, 13, 20, tzinfo=UTC),
    "begins": None,
    "zone": "Asia/Riyadh",
    "skipped": [
        {
            "why": "WEEKEND",
            "name": "",
            "first": datetime(2026, 4, 10, 9, tzinfo=UTC),
            "last": datetime(2026, 4, 11, 9, tzinfo=UTC),
            "announced": None,
        },
        {
            "why": "OFF",
            "name": "sandstorm",
            "first": datetime(2026, 4, 13, 9, tzinfo=UTC),
            "last": None,
            "announced": datetime(2026, 4, 12, 9, tzinfo=UTC),
        },
    ],
    "weekends": 0,
    "more": 0,
    "special": [],
    "ramadan": 0,
    "prayers": 7500,
    "paused": 7800,
    "extended": [],
    "bound": "",
    "provisional": False,
}

SAMPLES: Mapping[str, Mapping[str, object]] = {
    "acknowledgement": {
        **_COMMON,
        **_SUBJECT,
        "understood": [
            {"kind": "order_number", "value": "20418"},
            {"kind": "product", "value": "PX-200 packing machine"},
            {"kind": "loss", "value": "1500.00 EUR"},
            {"kind": "wanted", "value": "replacement"},
            {"kind": "country", "value": "SA"},
        ],
        "evidence": [{"name": str(file["name"]), "size": file["size"]} for file in _EVIDENCE],
        "missing": ["contract", "phone"],
        "next_contact_at": _NEXT,
        "resolve_by": _RESOLVE,
        "provisional": True,
        "service_hours": [
            {"start": datetime(2026, 4, 9, 6, tzinfo=UTC), "end": datetime(2026, 4, 9, 9, tzinfo=UTC)},
            {"start": datetime(2026, 4, 9, 10, tzinfo=UTC), "end": datetime(2026, 4, 9, 15, tzinfo=UTC)},
        ],
        "service_zone": "Asia/Dubai",
    },
    "acknowledgement-bare": {**_COMMON, "next_contact_at": _NEXT},
    "triage-acknowledgement": {**_COMMON, "next_contact_at": _NEXT},
    "result": {
        **_COMMON,
        **_SUBJECT,
        "text": "The feeder was damaged in transport.\n\nA new one left our warehouse today; waybill 1Z 999 AA1 01.",
        "confirm": True,
        "answers": _YES_OR_NO[:1],
    },
    "proposal": {
        **_COMMON,
        **_SUBJECT,
        "text": "We send a new feeder at our cost.\n\nWe also refund the two days of 1,500 EUR.",
        "answers": _YES_OR_NO,
    },
    "satisfaction": {**_COMMON, **_SUBJECT, "answers": [_reply(f"rating {points}") for points in (5, 4, 3, 2, 1)]},
    "status": {
        **_COMMON,
        **_SUBJECT,
        "standing": "investigating",
        "worked_at": _NEXT,
        "next_contact_at": _NEXT,
        "resolve_by": _RESOLVE,
        "late": True,
        "reported": True,
        "moves": False,
    },
    "appeal": {**_COMMON, **_SUBJECT, "next_contact_at": _NEXT, "resolve_by": _RESOLVE},
    "progress": {
        **_COMMON,
        **_SUBJECT,
        "text": "We have asked the carrier for its report.\n\nA new feeder is being built and will be ready on Monday.",
        "next_contact_at": _NEXT,
    },
    "question": {
        **_COMMON,
        **_SUBJECT,
        "text": "Which serial number is on the plate behind the feeder?",
        "close_at": _RESOLVE,
    },
    "question-reminder": {
        **_COMMON,
        **_SUBJECT,
        "text": "Which serial number is on the plate behind the feeder?",
        "close_at": _RESOLVE,
        "asked_at": _NEXT,
    },
    "closed-unanswered": {**_COMMON, **_SUBJECT, "asked_at": _NEXT},
    "extension": {
        **_COMMON,
        **_SUBJECT,
        "date": _RESOLVE,
        "told_before": _NEXT,
        "waited": False,
        "text": "The maker of the feeder delivers ten days later than promised.",
    },
    "extension-asked": {
        **_COMMON,
        **_SUBJECT,
        "stage": "resolve",
        "span": "5 bd",
        "due": _RESOLVE,
        "told": _RESOLVE,
        "text": "The maker of the feeder delivers ten days later than promised.",
        "asker": "Lena Vogt",
        "grade": "important",
        **_may("grant extension", "refuse extension: …", "status"),
        "history": _HISTORY,
        "deadlines": _DEADLINES,
    },
    "clock-notice": {
        **_COMMON,
        **_SUBJECT,
        "what": "extension granted",
        "stage": "resolve",
        "span": "5 bd",
        "due": _RESOLVE,
        "text": "But not a day more.",
        "waited_since": None,
        "grade": "important",
        **_may("progress: …", "resolve: …", "status"),
        "history": _HISTORY,
        "deadlines": _DEADLINES,
    },
    "assignment": {
        "explained": _EXPLAINED,
        "joint": False,
        **_COMMON,
        **_SUBJECT,
        "customer": _CUSTOMER,
        "words": _WORDS,
        "facts": [
            {"kind": "order_number", "value": "20418", "confidence": 0.95, "words": "order 20418"},
            {"kind": "loss", "value": "1500.00 EUR", "confidence": 0.9, "words": "lost 1,500 EUR"},
            {"kind": "wanted", "value": "replacement", "confidence": 0.8, "words": "send a replacement"},
        ],
        "missing": ["contract"],
        "evidence": _EVIDENCE,
        "grade": "major",
        "provisional": True,
        "reasons": _REASONS,
        "category": "product-quality",
        "centre": "Middle East",
        "department": "Quality",
        "deadlines": _DEADLINES,
        "links": ["C-4811-0023"],
        "earlier": _EARLIER,
        "group": _GROUP,
        **_WORK,
        "reader": {"name": "Lena Vogt"},
    },
    "attention": {
        **_COMMON,
        **_SUBJECT,
        "why": "regulator",
        "speaker": "",
        "customer": _CUSTOMER,
        "words": _WORDS,
        "category": "product-quality",
        "centre": "Middle East",
        "department": "Quality",
        "deadlines": _DEADLINES,
        **_may("accept", "note: …", "status"),
        "reader": {"name": "Lena Vogt"},
    },
    "regulator-report": {
        **_COMMON,
        **_SUBJECT,
        "text": "The feeder was damaged in transport.\n\nA new one left our warehouse today.",
        "final": True,
    },
    "common": {
        **_COMMON,
        **_SUBJECT,
        "text": "The feeders of this batch have a bearing that is too soft. All of them are exchanged free of charge.",
        "contact": "Lena Vogt",
    },
    "correction": {
        **_COMMON,
        **_SUBJECT,
        "kind": "CorrectionReturned",
        "who": "Omar Nasser",
        "words": "Two of ten crates still have the old corner pads.",
        "measure": {
            "place": 2,
            "text": "Corner pads in every crate of the PX series",
            "owner": "Lena Vogt",
            "due": _RESOLVE,
            "accept": "ten crates in a row without damage",
        },
        **_may("corrected: …", "verified: …", "not verified: …", "status"),
        "reader": {"name": "Lena Vogt"},
        "deadlines": _DEADLINES,
    },
    "group-notice": {
        **_COMMON,
        **_SUBJECT,
        "kin": {
            "how": "suggested",
            "other": "C-4811-0023",
            "cause": "same_model",
            "because": "model px200; product-quality",
            "customers": 3,
            "cases": ["C-4811-0023", "C-5078-9596", "C-8898-6204"],
        },
        "group": _GROUP,
        "customer": _CUSTOMER,
        "words": _WORDS,
        **_may("join all", "not one cause", "link: …", "status"),
    },
    "handed-on": {
        **_COMMON,
        **_SUBJECT,
        "handed": {
            "how": "refused",
            "who": "Lena Vogt",
            "text": "The feeder is bought, not built here. See the purchase order.",
            "before": ["Quality", "Production"],
        },
        "customer": _CUSTOMER,
        "words": _WORDS,
        "grade": "important",
        "provisional": False,
        "category": "product-quality",
        "centre": "Middle East",
        "departments": ["Purchasing"],
        "deadlines": _DEADLINES,
        **_may("route: …", "category: …", "assign: …", "note: …", "status"),
        "reader": {"name": "Lena Vogt"},
    },
    "follow-up": {
        **_COMMON,
        **_SUBJECT,
        "reopened": True,
        "sender": "k.alharbi@customer.example",
        "how": "token",
        "words": "The new feeder does not fit either. See www.photos.example/2",
        "taken": "satisfied",
        "suggests": "reopen",
        "rating": 2,
        "evidence": _EVIDENCE[:1],
        **_WORK,
        "deadlines": _DEADLINES,
    },
    "reminder": {
        "explained": _EXPLAINED,
        **_COMMON,
        **_SUBJECT,
        "stage": "investigate",
        "due": datetime(2026, 4, 14, 11, tzinfo=UTC),
        "target": "3 bd",
        "clause": "M16, M20, M26",
        "role": "lead department",
        "left": 41_400,
        "share": 0.5,
        "history": _HISTORY,
        "deadlines": _DEADLINES[1:],
        **_WORK,
        "owner": "Lena Vogt",
        "measure": "Corner pads in every crate of the PX series",
    },
    "escalation": {
        "explained": _EXPLAINED,
        **_COMMON,
        **_SUBJECT,
        "action": "escalate",
        "stage": "investigate",
        "due": datetime(2026, 4, 14, 11, tzinfo=UTC),
        "target": "3 bd",
        "clause": "M16, M20, M26",
        "role": "lead department",
        "late_for": 93_600,
        "owner": "Lena Vogt",
        "chain": [
            {"who": "Lena Vogt", "at": datetime(2026, 4, 12, 6, tzinfo=UTC)},
            {"who": "Omar Nasser", "at": datetime(2026, 4, 14, 11, tzinfo=UTC)},
        ],
        "history": _HISTORY,
        "words": _WORDS,
        "measure": "Corner pads in every crate of the PX series",
        **_WORK,
    },
    "report": {
        **_COMMON,
        **_SUBJECT,
        "kind": "ApprovalAsked",
        "who": "Lena Vogt",
        "words": "New feeder at our cost, 1500 EUR for the lost days; owner Lena Vogt, by 20 April.",
        "score": 2,
        "customer": _CUSTOMER,
        "grade": "major",
        "provisional": True,
        **_may("approve", "reject: …", "status"),
        "deadlines": _DEADLINES,
    },
    "triage": {
        **_COMMON,
        **_SUBJECT,
        "customer": _CUSTOMER,
        "words": "Hello, is the PX-200 available with a 60 Hz motor? The last one was a little late.",
        "because": "weak signs",
        "signs": [{"signal": "delay", "words": "a little late"}],
        "earlier": _EARLIER,
        "group": None,
        **_TRIAGE,
    },
    "major-notice": {
        **_COMMON,
        **_SUBJECT,
        "provisional": True,
        "reasons": _REASONS,
        "customer": _CUSTOMER,
        "words": _WORDS,
        "deadlines": _DEADLINES,
        **_may("grade major: …", "grade important: …", "grade general: …", "status"),
    },
    "desk-notice": {
        **_COMMON,
        "lines": [
            {"at": _RECEIVED, "kind": "held", "number": "C-4829-1372", "because": "ceiling per_address"},
            {"at": _RECEIVED, "kind": "bounced", "number": "C-4811-0023", "because": "5.1.1 no such address"},
            {"at": _RECEIVED, "kind": "account-down", "number": "", "because": "imap.meridian.example: login refused"},
        ],
        "more": 12,
    },
    "digest": {
        **_COMMON,
        "reader": {"name": "Lena Vogt"},
        "late": 2,
        "total": 3,
        "items": [
            {
                "number": "C-4829-1372",
                "subject": "Order 20418: machine arrived damaged",
                "customer": "Khalid Al-Harbi",
                "grade": "important",
                "provisional": False,
                "owed": [
                    {
                        "stage": "investigate",
                        "action": "escalate",
                        "due": datetime(2026, 4, 14, 11, tzinfo=UTC),
                        "target": "5 bd",
                        "clause": "M16, M20, M26",
                        "role": "lead department",
                        "owner": "Lena Vogt",
                        "left": 0,
                        "late_for": 93_600,
                    },
                    {
                        "stage": "progress",
                        "action": "breach",
                        "due": datetime(2026, 4, 14, 14, tzinfo=UTC),
                        "target": "3 bd",
                        "clause": "M22",
                        "role": "handler",
                        "owner": "Lena Vogt",
                        "left": 0,
                        "late_for": 82_800,
                    },
                ],
                **_may("investigated: …", "progress: …", "note: …", "status"),
            },
            {
                "number": "C-4811-0023",
                "subject": "Wrong invoice",
                "customer": "Giulia Ferri",
                "grade": "general",
                "provisional": False,
                "owed": [
                    {
                        "stage": "accept",
                        "action": "remind",
                        "due": datetime(2026, 4, 15, 14, tzinfo=UTC),
                        "target": "1 bd",
                        "clause": "T2.2",
                        "role": "lead department",
                        "owner": "Lena Vogt",
                        "left": 14_400,
                        "late_for": 0,
                    }
                ],
                **_may("accept", "status"),
            },
        ],
    },
    **{name: {**_COMMON, **view} for name, view in MANY.items()},
    "roll-up": {
        **_COMMON,
        "reader": {"name": "Lena Vogt"},
        "month": "2026-03",
        "centre": "Middle East",
        "total": 2,
        "kept": 1,
        "rated": 1,
        "mean": "4.0",
        "late_stages": [{"stage": "investigate", "count": 1}],
        "items": [
            {
                "number": "C-4829-1372",
                "category": "delivery",
                "subject": "Order 20418: machine arrived damaged",
                "result": "A new feeder left on 18 March; waybill 1Z 999 AA1 01.",
                "silent": False,
                "late": ["investigate"],
                "score": 4,
            },
            {
                "number": "C-4811-0023",
                "category": "billing",
                "subject": "Wrong invoice",
                "result": "",
                "silent": True,
                "late": [],
                "score": 0,
            },
        ],
    },
    "undelivered": {
        **_COMMON,
        **_SUBJECT,
        "lost": {
            "letter": "result",
            "how": "bounced",
            "withheld": False,
            "customer": True,
            "to": "k.alharbi@customer.example",
            "who": "",
            "because": "5.1.1 smtp; 550 no such user",
            "at": _NEXT,
        },
        "other_address": "khalid@customer.example",
        "phones": ["+966112345678"],
        "customer": _CUSTOMER,
        "words": _WORDS,
        **_may("status", "note: …"),
        "deadlines": _DEADLINES,
    },
    "record-head": {
        **_COMMON,
        "events": 18_204,
        "head": "9f2c41d07a" * 6 + "9f2c",
        "at": _RECEIVED,
    },
    "command-answer": {
        **_COMMON,
        **_SUBJECT,
        "lines": [
            {"command": "accept", "word": "accept", "done": True, "because": "", "missing": []},
            {"command": "status", "word": "status", "done": True, "because": "", "missing": []},
            {"command": "spam", "word": "spam", "done": False, "because": "no right", "missing": []},
            {"command": "grade high", "word": "grade high", "done": False, "because": "unknown", "missing": []},
            {
                "command": "archive",
                "word": "archive",
                "done": False,
                "because": "checklist incomplete",
                "missing": ["review", "case report"],
            },
        ],
        "allowed": ["resolve", "plan", "investigated", "propose", "progress", "note", "status"],
        "status": "open",
        "grade": "major",
        "provisional": True,
        "department": "Quality",
        "handler": "Lena Vogt",
        "history": _HISTORY,
        **_WORK,
        "deadlines": _DEADLINES[1:],
    },
}
