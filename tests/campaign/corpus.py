"""What arrives during a campaign: the same plan for the same seed, of everything that arrives at a complaint desk."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from enum import StrEnum

from tests.e2e.mail import COMPLAINT, answer, bounce, mail

OLD = timedelta(days=20)  # answers to such a message are held, and all its clocks have run out long ago


class Kind(StrEnum):
    COMPLAINT = "complaint"
    OLD = "old complaint"
    REPLY = "reply with its token"
    REFERENCES = "reply without a token"
    COPY = "the same bytes again"
    TWIN = "the same message by another way"
    ABSENCE = "automatic reply"
    BOUNCE = "bounce"
    COMMAND = "command"
    HOSTILE = "hostile"


OPENING = frozenset({Kind.COMPLAINT, Kind.OLD})
ANSWERING = frozenset({Kind.REPLY, Kind.REFERENCES, Kind.ABSENCE, Kind.BOUNCE})
_SHARES = {  # of a hundred messages
    Kind.COMPLAINT: 54, Kind.OLD: 6, Kind.REPLY: 10, Kind.REFERENCES: 4, Kind.COPY: 6, Kind.TWIN: 4,
    Kind.ABSENCE: 5, Kind.BOUNCE: 4, Kind.COMMAND: 3, Kind.HOSTILE: 4,
}  # fmt: skip
_WHAT = (
    "The heater that I ordered leaks water on the floor and I demand my money back.",
    "Mein Paket ist nie angekommen. Das ist eine Frechheit, ich will mein Geld zurück.",
    "La commande est arrivée cassée, c'est inacceptable, je demande un remboursement.",
    "Your driver was rude to my mother and left the parcel in the rain.",
    "我收到的产品坏了,要求退款。这太过分了,我要投诉。",
    "I was charged twice for one order, 250 EUR each. This is unacceptable.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One message of the plan; `of` is the complaint that it follows, -1 for none."""

    index: int
    kind: Kind
    of: int = -1

    @property
    def sender(self) -> str:
        """Whom a complaint comes from: a person with a domain of their own."""
        return f"c{self.index}@kunde{self.index}.example"


def plan(seed: int, mails: int) -> tuple[Planned, ...]:
    """So many messages; what follows a complaint comes some time after it."""
    rng = random.Random(f"plan/{seed}")
    found: list[Planned] = []
    complaints: list[Planned] = []
    kinds, shares = list(_SHARES), list(_SHARES.values())
    free: dict[Kind, int] = {}
    for index in range(mails):
        kind = rng.choices(kinds, shares)[0] if index else Kind.COMPLAINT
        one = Planned(index=index, kind=kind)
        if kind not in OPENING | {Kind.HOSTILE, Kind.COMMAND}:
            # An answer needs a letter to answer, which nobody gets whose complaint was too old.
            able = [x for x in complaints[free.get(kind, 0) :] if x.kind is Kind.COMPLAINT or kind not in ANSWERING]
            of = rng.choice(able[:40]) if able else complaints[0]
            free[kind] = max(free.get(kind, 0), len(complaints) - 60)
            one = Planned(index=index, kind=kind, of=of.index)
        if kind in OPENING:
            complaints.append(one)
        found.append(one)
    return tuple(found)


class Writer:
    """Turns the plan into bytes; answers are written to the letters that have come by then."""

    def __init__(self, seed: int, planned: tuple[Planned, ...], begun: datetime) -> None:
        self._seed, self._planned, self._begun = seed, planned, begun

    def write(self, one: Planned, letter: Message | None) -> bytes:
        """The bytes of a message; `letter` is ours that it answers, for those that answer one."""
        if one.kind in OPENING:
            return self._complaint(one)
        if one.kind is Kind.COPY:
            return self._complaint(self._planned[one.of])
        if one.kind is Kind.TWIN:
            route = b"\r\nReceived: from backup.example by mx2.meridian.example; Mon, 9 Nov 2026 09:30:00 +0000"
            return self._complaint(self._planned[one.of]).replace(b"\r\nReceived: ", route + b"\r\nReceived: ", 1)
        if one.kind is Kind.HOSTILE:
            return self._hostile(one)
        assert letter is not None
        return _ANSWERS[one.kind](self, one, letter)

    def received_at(self, one: Planned) -> datetime:
        """What the server says about the receipt."""
        return self._begun - OLD if one.kind is Kind.OLD else datetime.now(UTC)

    def _complaint(self, one: Planned) -> bytes:
        rng = random.Random(f"mail/{self._seed}/{one.index}")
        order = rng.randrange(10_000, 99_999)
        text = (
            f"{rng.choice(_WHAT)} {COMPLAINT}\nOrder {order}, mail {one.index}." + "\nPlease answer." * rng.randrange(9)
        )
        return mail(
            one.sender,
            f"Order {order} {one.index}",
            text,
            message_id=f"<c{one.index}.{self._seed}@kunde{one.index}.example>",
            date=self._begun - (OLD if one.kind is Kind.OLD else timedelta()),
        )

    def _reply(self, one: Planned, letter: Message) -> bytes:
        return answer(letter, self._planned[one.of].sender, f"One more thing, number {one.index}: the box was wet.")

    def _references(self, one: Planned, letter: Message) -> bytes:
        sender = self._planned[one.of].sender
        named = [str(letter["Message-ID"])]
        return mail(sender, "Re: my order", f"And the bill is wrong too, {one.index}.", references=named)

    def _absence(self, one: Planned, letter: Message) -> bytes:
        robot = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
        text = f"I am out of the office until Monday ({one.index})."
        return answer(letter, self._planned[one.of].sender, text, headers=robot)

    def _bounce(self, one: Planned, letter: Message) -> bytes:
        return bounce(str(letter["X-Campaign-Sender"]), self._planned[one.of].sender, of=letter.as_bytes())

    def _command(self, one: Planned, letter: Message) -> bytes:
        return answer(letter, str(letter["X-Campaign-Recipient"]), f"accept\n\nnote: campaign {one.index}")

    def _hostile(self, one: Planned) -> bytes:
        return _hostile(random.Random(f"hostile/{self._seed}/{one.index}"), one.index)


def _hostile(rng: random.Random, index: int) -> bytes:
    sender = b"From: h%d@evil.example\r\n" % index
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(300))
    kinds = (
        b"\0" * 400 + b"%d" % index,
        rng.randbytes(3000),
        sender + nested,
        sender + b"Received: x\r\n" * 3000 + b"\r\nhelp",
        sender + b"Subject: =?utf-8?b?%s?=\r\n\r\n\xff\xfe" % (b"A" * 5000),
        sender + b"To: \r\nContent-Type: text/html\r\n\r\n<table>" + b"<td>" * 5000,
        b"Content-Transfer-Encoding: base64\r\nSubject: %d\r\n\r\n" % index + rng.randbytes(4000),
    )
    return rng.choice(kinds)


_ANSWERS: Mapping[Kind, Callable[[Writer, Planned, Message], bytes]] = {
    Kind.REPLY: Writer._reply,  # noqa: SLF001
    Kind.REFERENCES: Writer._references,  # noqa: SLF001
    Kind.ABSENCE: Writer._absence,  # noqa: SLF001
    Kind.BOUNCE: Writer._bounce,  # noqa: SLF001
    Kind.COMMAND: Writer._command,  # noqa: SLF001
}
