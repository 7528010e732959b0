"""Fills a database with messages and cases that are long done, to see what growth costs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cases.arrival import Arrival
from cases.case import fold
from cases.decide import on_message
from cases.numbers import number_of
from cases.placing import Fresh
from config.settings import load
from parsers import parse_message
from store.desk import Store
from store.values import NewDelivery, Outcome, Saved

BATCH = 500
MESSAGES_A_CASE = 4
MAIL = (
    b"Authentication-Results: mx.meridian.example; dmarc=pass header.from=kunde.example\r\n"
    b"From: Ana <ana@kunde.example>\r\nTo: complaints@meridian.example\r\nSubject: Broken lamp\r\n"
    b"Message-ID: <%d@kunde.example>\r\n\r\n"
    b"My order 48213 arrived broken. This is unacceptable, I demand a refund of 250 EUR.\r\n"
)


def fill(url: str, count: int, tell: Callable[[int], object]) -> None:
    """So many messages, each fourth of which opened a case whose clocks run; nothing is left to do with any of them."""
    now = datetime.now(UTC)
    settings = load(None, now=now)
    account = settings.accounts[0]
    message = parse_message(MAIL % 0, account.reading)
    store = Store.open(url)
    try:
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            with store.unit("fill"):
                receipts = store.record_deliveries([_delivery(n, now) for n in numbers])
                for n, receipt in zip(numbers, receipts, strict=True):
                    number = number_of(n // MESSAGES_A_CASE + 5_000_000)
                    if n % MESSAGES_A_CASE == 0:
                        own = replace(message, message_id=f"<{n}@kunde.example>", sender=message.sender)
                        come = Arrival(
                            raw=receipt.raw_id,
                            message=own,
                            received_at=now,
                            number=number,
                            account=account.name,
                            desk=account.address,
                        )
                        events = on_message(None, come, Fresh(), settings.policy, now)
                        store.save(
                            Saved(
                                case=fold(None, events),
                                new_case=True,
                                events=events,
                                event_key=f"raw:{receipt.raw_id}",
                                message_ids=(own.message_id,),
                                raw_id=receipt.raw_id,
                            )
                        )
                    store.finish(
                        receipt.raw_id,
                        Outcome.CASE,
                        "stored",
                        number=number,
                        message_id=f"<{n}@kunde.example>",
                        sender=f"c{n}@kunde.example",
                    )
                    store.record_moved([receipt.delivery_id])
            tell(numbers[-1] + 1)
    finally:
        store.close()


def _delivery(n: int, now: datetime) -> NewDelivery:
    raw = MAIL % n + b"x" * (n % 7_000)
    return NewDelivery(
        account="old", folder="INBOX", uidvalidity=1, uid=n + 1, raw=raw, received_at=now - timedelta(days=30)
    )
