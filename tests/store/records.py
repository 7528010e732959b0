"""Events as an earlier version wrote them, and the digest of the case that they made: `records.jsonl`, a case a line.

    python -m tests.store.records

writes the digests anew, after `cases.case.FOLD` was counted up. The events are never written anew: they are what old
databases hold.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cases.case import FOLD, fold
from cases.events import Event
from store.codec import decode_event, encode

FILE = Path(__file__).with_name("records.jsonl")


def lines() -> list[dict[str, Any]]:
    """What is in the file: `fold` (the version that made the digest), `digest`, `events` (kind and payload)."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def events_of(line: dict[str, Any]) -> list[Event]:
    """As a database gives them back."""
    return [decode_event(kind, json.dumps(payload)) for kind, payload in line["events"]]


def digest_of(events: Sequence[Event]) -> str:
    """Of the case they make."""
    return hashlib.sha256(encode(fold(None, events)).encode()).hexdigest()


def _renew() -> None:
    found = lines()
    if any(line["fold"] == FOLD for line in found):
        raise SystemExit("count cases.case.FOLD up first, so that stored cases are folded anew")
    renewed = [{**line, "fold": FOLD, "digest": digest_of(events_of(line))} for line in found]
    texts = (json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for line in renewed)
    FILE.write_text("".join(f"{text}\n" for text in texts), "utf-8")


if __name__ == "__main__":
    _renew()
