"""Views of the letters about many cases; see `templates.samples`.

`before` and `year` are -1 where there are no records; `bar` is a part of the longest bar, 0 to 1.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_UNTIL = datetime(2026, 7, 1, tzinfo=UTC)
_HISTORY = (6, 4, 5, 7, 3, 5, 4, 6, 5, 2, 5, 4)


def _line(name: str, now: float, before: float, year: float = -1, bar: float = 0.0) -> dict[str, object]:
    return {"name": name, "label": name, "now": now, "before": before, "year": year, "bar": bar}


MANY: Mapping[str, Mapping[str, object]] = {
    "cause-analysis": {
        "reader": {"name": "Lena Vogt"},
        "quarter": "2026 Q2",
        "centre": "Service centre Middle East",
        "counted_at": _UNTIL,
        "has_before": True,
        "has_year": False,
        "totals": [
            _line("received", 42, 31),
            _line("general", 30, 25),
            _line("important", 10, 6),
            _line("major", 2, 0),
            _line("closed", 35, 31),
            _line("cases late", 4, 6),
            _line("limits missed", 7, 9),
            _line("appealed", 1, 0),
            _line("mean rating", 3.9, 4.1),
        ],
        "tables": [
            {
                "name": "cause",
                "items": [
                    _line("packaging", 14, 5, bar=1.0),
                    _line("transport", 9, 10, bar=9 / 14),
                    _line("communication", 3, 4, bar=3 / 14),
                    _line("other", 2, 1, bar=2 / 14),
                    _line("none yet", 7, 2, bar=0.5),
                ],
            },
            {"name": "category", "items": [_line("delivery", 25, 14, bar=1.0), _line("billing", 17, 17, bar=17 / 25)]},
            {"name": "country", "items": [_line("SA", 30, 20, bar=1.0), _line("AE", 12, 11, bar=0.4)]},
            {
                "name": "project",
                "items": [_line("Neom-7", 6, 0, bar=1.0), _line("rest", 4, 9, bar=4 / 6) | {"names": 3}],
            },
            {"name": "responsibility", "items": [_line("external", 10, 9, bar=1.0), _line("internal", 8, 6, bar=0.8)]},
            {"name": "late stage", "items": [_line("investigate", 4, 6, bar=1.0)]},
        ],
        "compensation": [{"kind": "compensation", "value": "1500 EUR"}, {"kind": "compensation", "value": "200 USD"}],
        "compensation_cny": _line("compensation", 13150, 8000),
        "unvalued": 1,
        "returning": [
            {"who": "Khalid Al-Harbi", "count": 3, "numbers": ["C-4829-1372", "C-4811-0023", "C-4840-9921"]},
            {"who": "", "count": 2, "numbers": ["C-4850-1000", "C-4851-2001"]},
        ],
        "measures": {
            "states": [{"state": "late", "count": 1}, {"state": "verified", "count": 3}],
            "lines": [
                {
                    "number": "C-4829-1372",
                    "text": "Corner pads in every crate",
                    "owner": "Marco Rossi",
                    "due": _UNTIL - timedelta(days=9),
                    "state": "late",
                }
            ],
            "more": 0,
        },
        "unexplained": 5,
    },
    "early-warning": {
        "reader": {"name": "Lena Vogt"},
        "days": 28,
        "until": _UNTIL,
        "rises": [
            {
                "what": "centre category",
                "name": "delivery",
                "centre": "Service centre Middle East",
                "count": 16,
                "history": list(_HISTORY),
                "mean": "4.7",
                "most": 7,
                "one_in": 14200,
                "clause": "M36",
                "periods": [
                    {"end": _UNTIL - place * timedelta(days=28), "count": count, "bar": count / 16}
                    for place, count in reversed(tuple(enumerate((16, *_HISTORY))))
                ],
                "cases": [
                    {
                        "number": "C-4829-1372",
                        "received_at": _UNTIL - timedelta(days=2),
                        "category": "delivery",
                        "subject": "Order 20418: machine arrived damaged",
                    },
                    {
                        "number": "C-4811-0023",
                        "received_at": _UNTIL - timedelta(days=3),
                        "category": "delivery",
                        "subject": "",
                    },
                ],
                "more": 14,
            }
        ],
    },
}
