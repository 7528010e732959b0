"""Whether a database holds what it should: every page, every event, every case, every byte of mail."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from peewee import fn

from cases.case import fold
from cases.trouble import NeedsHuman
from store.desk import Store
from store.prepared import Prepared
from store.tables.cases import CaseTable
from store.tables.mail import Content, Raw
from store.tables.outgoing import Outbox, OutgoingBytes

PAGE = 20  # messages read at once; some are large
_NAMED = 5  # examples that a finding names

_RAWS = Prepared(
    lambda after, limit: (
        Raw.select(Raw.id, Raw.sha256, Content.content)
        .join(Content, on=(Content.message == Raw.id), join_type="LEFT JOIN")
        .where(Raw.id > after)
        .order_by(Raw.id)
        .limit(limit)
    )
)
_CASES = Prepared(
    lambda after, limit: (
        CaseTable.select(CaseTable.id, CaseTable.number).where(CaseTable.id > after).order_by(CaseTable.id).limit(limit)
    )
)
_LETTERS = Prepared(lambda: Outbox.select(fn.COUNT(Outbox.id)))
_WITHOUT_BYTES = Prepared(
    lambda limit: (
        Outbox.select(Outbox.id)
        .join(OutgoingBytes, on=(OutgoingBytes.outbox == Outbox.id), join_type="LEFT JOIN")
        .where(OutgoingBytes.outbox.is_null())
        .order_by(Outbox.id)
        .limit(limit)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `wrong` is empty when it is as it should be."""

    what: str
    count: int
    wrong: str = ""


def verify(store: Store) -> tuple[Finding, ...]:
    """Look at everything. Reads the whole database; nothing is changed."""
    try:
        with store.db.translated():
            pages = store.db.engine.damage()
    except NeedsHuman as trouble:
        pages = str(trouble)
    if pages:
        return (Finding(what="pages", count=0, wrong=pages),)  # what else is read from there proves nothing
    return (Finding(what="pages", count=1), _record(store), _cases(store), _mail(store), _letters(store))


def _record(store: Store) -> Finding:
    report = store.verify_chain()
    wrong = "" if report.ok else f"broken at event {report.broken_at}: {report.because}"
    return Finding(what="events of the record", count=report.events, wrong=wrong)


def _cases(store: Store) -> Finding:
    """What is stored of each case is what its events say, folded again."""
    count, wrong, after = 0, list[str](), 0
    while rows := store.db.rows(_CASES, after, PAGE):
        after = rows[-1][0]
        for _, number in rows:
            count += 1
            if not _follows(store, number):
                wrong.append(number)
    return Finding(what="cases", count=count, wrong=_named(wrong, "are not what their events say"))


def _follows(store: Store, number: str) -> bool:
    try:
        recorded = [record.event for record in store.events(number)]
        events = [event for event in recorded if event is not None]
        # Of an erased case nothing can be said any more but that its chain is whole.
        return len(events) < len(recorded) or fold(None, events) == store.load(number)
    except (NeedsHuman, ValueError):
        return False


def _mail(store: Store) -> Finding:
    count, wrong = 0, list[str]()
    for raw_id, sha256, content in _stored(store):
        count += 1
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            wrong.append(str(raw_id))
    return Finding(what="messages by their SHA-256", count=count, wrong=_named(wrong, "have other bytes"))


def _stored(store: Store) -> Iterator[tuple[int, str, bytes | None]]:
    after = 0
    while rows := store.db.rows(_RAWS, after, PAGE):
        after = rows[-1][0]
        yield from ((row[0], row[1], row[2]) for row in rows)


def _letters(store: Store) -> Finding:
    rows = [str(outbox_id) for (outbox_id,) in store.db.rows(_WITHOUT_BYTES, _NAMED + 1)]
    return Finding(what="letters", count=int(store.db.value(_LETTERS)), wrong=_named(rows, "have no bytes"))


def _named(wrong: list[str], how: str) -> str:
    more = " and others" if len(wrong) > _NAMED else ""
    return f"{', '.join(wrong[:_NAMED])}{more} {how}" if wrong else ""
