"""`ombud parse`: what ombud understands of a message, through the workers the daemon uses."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cases.grading import grade_of
from cases.message import Address, Fact, IncomingMessage, Strength
from cases.opening import missing_of
from cases.policy import Policy
from cases.rates import loss_in_cny
from cases.trouble import NeedsHuman
from cases.words import Channel
from config.settings import load
from config.values import Settings
from daemon.assemble import parsers_of
from daemon.cli.common import PLACES, print_json, printable, printable_lines, settings_at
from daemon.clock import Clock
from daemon.mailfiles import mails_in
from daemon.plainly import plain
from daemon.workers import Parsed, Read

READ, QUARANTINE = "read", "quarantine"
# What a message that could not be read has nothing of; scripts find every key in every row.
_ONE = (
    "from", "subject", "date", "message_id", "text", "html", "new_text", "automatic", "is_complaint", "language",
    "country", "region", "name", "company", "contract_or_project", "loss", "wanted", "urgent", "grade",
)  # fmt: skip
_MANY = (
    "to", "cc", "reply_to", "in_reply_to", "references", "attachments", "phones", "order_numbers", "waybills",
    "amounts", "categories", "signals", "missing", "defects", "evidence",
)  # fmt: skip


def parse(path: str, config: Path | None, *, as_json: bool, as_jsonl: bool) -> int:
    """Reads one message or a folder of them; exit status 1 when one could not be read."""
    settings = _settings(config)
    names: list[str] = []

    def raws() -> Iterator[tuple[int, bytes, bool, int]]:
        for name, content in _files(path):
            names.append(name)
            yield len(names) - 1, content, False, len(content)

    unread = 0
    with parsers_of(settings) as parsers:
        for number, parsed in parsers.parse_many(raws()):
            name = names[number]
            unread += not isinstance(parsed, Read)
            if as_jsonl or as_json:
                facts = understood(name, parsed, settings.policy)
                if as_jsonl:
                    sys.stdout.write(json.dumps(plain(facts), ensure_ascii=False, sort_keys=False) + "\n")
                else:
                    print_json(facts)
            else:
                _show(name, parsed, settings.policy)
    return 1 if unread else 0


def understood(name: str, parsed: Parsed, policy: Policy) -> dict[str, object]:
    """Everything found in one message, in the keys that scripts rely on."""
    if not isinstance(parsed, Read):
        nothing = dict.fromkeys(_ONE) | {key: [] for key in _MANY}
        return {"file": name, "outcome": QUARANTINE, "reason": parsed.reason, **nothing}
    message = parsed.message
    category = message.categories[0] if message.categories else "other"
    grade, reasons = grade_of(message.facts, message.signals, category, Channel.CUSTOMER, policy)
    return {
        "file": name,
        "outcome": READ,
        **_head(message),
        "text": message.text,
        "html": message.html,
        "new_text": message.new_text,
        "attachments": [
            {"name": file.name, "type": file.type, "size": file.size, "sha256": file.sha256, "inline": file.inline}
            for file in message.attachments
        ],
        "automatic": message.automatic,
        "automatic_because": message.automatic_because,
        "is_complaint": message.automatic is None and message.complaint is not Strength.NONE,
        "complaint": message.complaint,
        "language": message.language,
        "country": message.country,
        **_facts(message, policy),
        "categories": message.categories,
        "urgent": message.urgent,
        "signals": sorted({signal.name for signal in message.signals}),
        "grade": grade,
        "grade_reasons": reasons,
        "missing": _missing(message, policy),
        "proof": message.proof,
        "proof_because": message.proof_because,
        "tokens": len(message.tokens),
        "case_numbers": message.case_numbers,
        "defects": message.defects,
        "evidence": [*message.facts, *message.signals, *message.signs],
    }


def _settings(config: Path | None) -> Settings:
    """The admin's settings, else the embedded ones: reading a message needs no accounts."""
    if config or any(place.is_file() for place in PLACES):
        return settings_at(config)
    return load(None, now=Clock().now())


def _files(path: str) -> Iterator[tuple[str, bytes]]:
    if path == "-":
        yield "-", sys.stdin.buffer.read()
        return
    place = Path(path)
    if place.is_dir():
        mails, others = mails_in(place, hidden=True)
        if others:
            left = f"{len(others)} files that are no mail, such as {others[0].relative_to(place)}"
            print(printable(f"left out: {left}"), file=sys.stderr)  # noqa: T201 (standard output is for machines)
        for file in mails:
            yield str(file.relative_to(place)), file.read_bytes()
    elif place.is_file():
        yield place.name, place.read_bytes()
    else:
        raise NeedsHuman(f"{path}: no such file or folder; write - for standard input")


def _head(message: IncomingMessage) -> dict[str, object]:
    return {
        "from": _address(message.sender) if message.sender else None,
        "sender_doubt": message.sender_doubt,
        "to": [_address(one) for one in message.to],
        "cc": [_address(one) for one in message.cc],
        "reply_to": [_address(one) for one in message.reply_to],
        "subject": message.subject,
        "date": message.date,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": message.references,
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _facts(message: IncomingMessage, policy: Policy) -> dict[str, object]:
    def all_of(kind: str) -> list[str]:
        return list(dict.fromkeys(fact.value for fact in message.facts if fact.kind == kind))

    def best(*kinds: str) -> str | None:
        return next((fact.value for kind in kinds if (fact := message.fact(kind))), None)

    return {
        "region": policy.directory.centre_for(message.country).id if message.country else None,
        "name": best("name") or (message.sender.name if message.sender else None) or None,
        "company": best("company"),
        "phones": all_of("phone"),
        "order_numbers": all_of("order_number"),
        "waybills": all_of("waybill"),
        "contract_or_project": best("contract", "project"),
        "amounts": [_money(fact) for fact in message.facts if fact.kind == "amount"],
        "loss": _loss(message.fact("loss"), policy),
        "wanted": best("wanted"),
    }


def _missing(message: IncomingMessage, policy: Policy) -> list[str]:
    """What the acknowledgement would ask for (policy §2)."""
    return [kind.split("|")[0] for kind in missing_of(message.facts, policy)]


def _money(fact: Fact) -> dict[str, object]:
    value, _, currency = fact.value.partition(" ")
    return {"value": value, "currency": currency, "text": fact.words}


def _loss(fact: Fact | None, policy: Policy) -> dict[str, object] | None:
    if fact is None:
        return None
    value, _, currency = fact.value.partition(" ")
    cny = loss_in_cny(fact, policy.rates)
    return {"value": value, "currency": currency, "cny": None if cny is None else f"{cny:.2f}"}


_COLOURS = {"own": "bold", "quote": "dim", "signature": "yellow", "fact": "green", "signal": "magenta", "sign": "dim"}
_SURE, _LIKELY = 0.8, 0.5  # confidence from which a fact is said to be sure, and likely


def _show(name: str, parsed: Parsed, policy: Policy) -> None:
    """The message for people: what is its writer's own, what is quoted, and what each fact was found in."""
    console = Console()
    facts = understood(name, parsed, policy)
    console.rule(Text(printable(name)))
    if not isinstance(parsed, Read):
        console.print(Text(f"quarantine: {printable(facts['reason'])}", style="red"))
        return
    message = parsed.message
    table = Table(show_header=False, box=None, pad_edge=False)
    sender = f"{message.sender.name} <{message.sender.address}>" if message.sender else "nobody"
    kind = str(message.automatic) if message.automatic else f"{message.complaint} signs of a complaint"
    for label, value in (
        ("from", f"{sender} ({message.proof.name.lower()}: {message.proof_because}) {message.sender_doubt}"),
        ("subject", message.subject),
        ("kind", f"{kind} {message.automatic_because}"),
        ("language, country", f"{message.language} {message.country}"),
        ("category, grade", f"{', '.join(message.categories) or 'other'}; {facts['grade']}"),
        ("missing", ", ".join(_missing(message, policy))),
        ("defects", "; ".join(message.defects)),
    ):
        if value.strip():
            table.add_row(Text(label, style="cyan"), Text(printable(value)))
    console.print(table)
    _section(console, "own words", _coloured(message))
    _section(console, "signature and footers", _plain_text(message.signature, "signature"))
    _section(console, "quoted history", _plain_text(message.quoted_text, "quote"))
    _section(console, "attachments", _attachments(message))
    _section(console, "evidence", _evidence(message))


def _section(console: Console, title: str, text: Text) -> None:
    """A titled part; nothing when there is nothing to show."""
    if text.plain.strip():
        console.print(Text(f"── {title}", style="cyan"))
        console.print(text)


def _plain_text(text: str, colour: str) -> Text:
    return Text(printable_lines(text), style=_COLOURS[colour])


def _attachments(message: IncomingMessage) -> Text:
    lines = (
        f"  {one.name} ({one.type}, {one.size} bytes{', shown in the text' if one.inline else ''})"
        for one in message.attachments
    )
    return Text("\n".join(printable(line) for line in lines))


def _evidence(message: IncomingMessage) -> Text:
    """Every fact and signal with the words it was found in, how sure it is, and the line where they stand."""
    text = Text()
    for fact in message.facts:
        sure = "sure" if fact.confidence >= _SURE else "likely" if fact.confidence >= _LIKELY else "a guess"
        found = f"from “{fact.words}”{_place(message, fact.start)}"
        line = f"  {fact.kind} = {fact.value} ({sure}, {fact.confidence:.0%}) {found}"
        text.append(printable(line) + "\n", style=_COLOURS["fact"])
    for signal in message.signals:
        line = f"  {signal.name} from “{signal.words}”{_place(message, signal.start)}"
        text.append(printable(line) + "\n", style=_COLOURS["signal"])
    text.append(f"  signs of a complaint: {message.score:g}\n", style=_COLOURS["sign"])
    for sign in message.signs:
        line = f"  {sign.kind} {sign.rule} {sign.weight:+g} by {sign.phrase!r} [{sign.language}] from “{sign.words}”"
        text.append(printable(line) + "\n", style=_COLOURS["sign"])
    text.rstrip()
    return text


def _place(message: IncomingMessage, start: int) -> str:
    """Where in the own words a piece of evidence stands."""
    return f", line {message.new_text.count(chr(10), 0, start) + 1} of the own words" if start >= 0 else ""


def _coloured(message: IncomingMessage) -> Text:
    text = Text(printable_lines(message.new_text), style=_COLOURS["own"])
    spans = [("fact", fact.start, fact.end) for fact in message.facts]
    spans += [("signal", signal.start, signal.end) for signal in message.signals]
    for kind, start, end in spans:
        if start >= 0:
            text.stylize(_COLOURS[kind], start, end)
    return text
