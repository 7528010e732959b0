"""Commands of an auditor: from a letter to the rule that sent it, and whether the record is whole."""

import sys
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default as modern
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cases.events import LetterEvent
from cases.letters import cause_of
from cases.policy import Policy
from cases.trouble import NeedsHuman
from daemon.cli.common import print_json, print_table, printable, printable_lines, settings_at, store_of
from daemon.plainly import plain
from daemon.simulating.lines import said
from store.desk import Store
from store.values import ChainHead, OutboxRow


def letter(config: Path | None, which: str, *, as_json: bool, as_raw: bool) -> None:
    """One outgoing message, as its reader would see its text or byte for byte, and why it was written."""
    settings = settings_at(config)
    with store_of(settings) as store:
        row = _found(which, store)
        if as_raw:
            sys.stdout.buffer.write(row.raw)
            return
        why = [_why(key, number, store, settings.policy) for key, number in _letters_in(row, store)]
    if as_json:
        print_json(plain(row) | {"why": why})
        return
    message = message_from_bytes(row.raw, policy=modern)
    shown = ("letter", "number", "recipient", "state", "because", "account", "created_at", "settled_at", "message_id")
    facts = [(name, getattr(row, name)) for name in shown]
    if intended := message["X-Ombud-Intended-For"]:
        facts.insert(3, ("meant for", printable(intended)))
    print_table(f"Letter {row.id} (times in UTC)", ("", ""), facts, "")
    columns = ("case!", "letter", "rule", "clause", "event!", "that called for it")
    print_table(
        "Why it was written",
        columns,
        [tuple(one.values()) for one in why],
        "it is about no case: a notice of the desk itself",
    )
    text = message.get_body(("plain",))
    for name in ("From", "To", "Subject"):
        sys.stdout.write(f"{name}: {printable(message[name])}\n")
    sys.stdout.write("\n" + printable_lines(text.get_content().replace("\r\n", "\n") if text else "") + "\n")
    for part in message.iter_attachments():
        sys.stdout.write(f"attached: {printable(part.get_filename() or part.get_content_type())}\n")


def _found(which: str, store: Store) -> OutboxRow:
    """By its number, or by the Message-ID of what somebody received."""
    if which.isdecimal():
        row = store.outbox_by_id(int(which))
    else:
        row = store.outbox_by_message_id(f"<{which.strip().strip('<>')}>")
    if row is None:
        raise NeedsHuman(f"there is no letter {which}; see: ombud outbox list")
    return row


def _letters_in(row: OutboxRow, store: Store) -> Sequence[tuple[str, str]]:
    """Key and case of the letter, or of each one that a digest tells."""
    told = [(one.key, one.number) for one in store.told_within(row.key)]
    return told or ([(row.key, row.number)] if row.number else [])


def _why(key: str, number: str, store: Store, policy: Policy) -> dict[str, object]:
    """The row of policy that called for a letter, its clause, and the event that it answered."""
    record = {one.seq: one.event for one in store.events(number) if one.event}
    fates = (event for event in record.values() if isinstance(event, LetterEvent) and event.key == key)
    first = next(fates, None)
    cause = cause_of(key, first.rule if first else "", record.values(), policy)
    stated = first or cause  # of one that was told in a digest only its ladder step speaks
    return {
        "case": number,
        "letter": key.split(":")[1],
        "rule": stated.rule if stated else "",
        "clause": stated.clause if stated else "",
        "event": next((seq for seq, event in record.items() if event is cause), ""),
        "cause": f"{cause.kind}: {said(cause, policy)}" if cause else "",
    }


def verify(config: Path | None, kept: str, *, as_json: bool) -> int:
    """Whether the record is whole, and holds the head that somebody kept; exit status 1 when it is not."""
    head = _head(kept)
    with store_of(settings_at(config)) as store:
        report = store.verify_chain(head)
    if as_json:
        print_json(report)
    elif report.ok:
        console, held = Console(), f"; event {head.seq} is as it was kept" if head else ""
        console.print(
            f"{report.events} events, unbroken{held}; head {report.head.seq} {report.head.hash}", soft_wrap=True
        )
    else:
        Console().print(Text(f"broken at event {report.broken_at}: {report.because}"))
    return 0 if report.ok else 1


def _head(kept: str) -> ChainHead | None:
    if not kept:
        return None
    number, _, link = kept.partition(":")
    if not number.isdecimal() or len(link) != 64 or not set(link.lower()) <= set("0123456789abcdef"):
        raise NeedsHuman(
            f"--head {kept}: write the number of events, a colon and the fingerprint, as the letter has them"
        )
    return ChainHead(seq=int(number), hash=link.lower())
