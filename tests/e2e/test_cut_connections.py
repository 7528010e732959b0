"""Connections that break at any byte, fall silent or trickle: nothing lost, nothing doubled (threats §3, I1 to I6).

A proxy stands in front of the real servers. Every some bytes of a whole pass it cuts once, and the desk goes on by
itself. `OMBUD_EVERY_BYTE=1` cuts at each single byte of both dialogues. Of the content of a letter, which is one state
of the dialogue on both sides, it cuts at each of the first and last bytes and at some between.
"""

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from unittest import mock

import pytest

from store.values import OutboxState, Outcome
from tests.e2e.conftest import Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import mail
from tests.e2e.opened import OpenDesk
from tests.servers.proxy import How, Proxy, Side, Trouble

STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
LONGEST = {
    "imap": {Side.CLIENT: 700, Side.SERVER: 4500},
    "smtp": {Side.CLIENT: 700, Side.SERVER: 500},
}  # cuts of a pass
A_DESK = 250  # for how many cuts one desk is used when each byte is cut at; it grows with every one
END, INSIDE = 64, 997  # bytes of content at each of which is cut, at both ends; and the step between them
EVERY = bool(os.environ.get("OMBUD_EVERY_BYTE"))
AWHILE = timedelta(seconds=70)  # a kept SMTP connection is given up, every waiting thing is tried again


@pytest.fixture
def imap_proxy(small_desk: TestDesk) -> Iterator[Proxy]:
    """In front of the desk's IMAP server."""
    with Proxy(target=small_desk.imap.server.port) as proxy:
        small_desk.imap_port = proxy.port
        yield proxy


@pytest.fixture
def smtp_proxy(small_desk: TestDesk) -> Iterator[Proxy]:
    """In front of the desk's SMTP server."""
    with Proxy(target=small_desk.smtp.port) as proxy:
        small_desk.smtp_port = proxy.port
        yield proxy


@pytest.fixture
def cut_desk(small_desk: TestDesk, imap_proxy: Proxy, smtp_proxy: Proxy, opening: Opening) -> Iterator[OpenDesk]:
    """The desk behind both proxies; it tries again after seconds instead of minutes."""
    with mock.patch("daemon.outbox.FIRST_RETRY", timedelta(seconds=2)):
        yield opening(small_desk)


def ways(protocol: str, **steps: int) -> pytest.MarkDecorator:
    """Whose bytes are counted, in which steps, and the numbers of the cuts that one desk sees."""
    rows = [(side, steps[side], range(10**6)) for side in Side]
    if EVERY:
        rows = [(side, 1, part) for side in Side for part in _parts(LONGEST[protocol][side])]
    return pytest.mark.parametrize(
        ("side", "step", "part"), rows, ids=[f"{side}-{step}-{part.start}" for side, step, part in rows]
    )


def _parts(longest: int) -> list[range]:
    """As many desks as it takes; the last one goes on to the end, however far that is."""
    starts = range(0, longest, A_DESK)
    return [range(start, 10**6 if start == starts[-1] else start + A_DESK) for start in starts]


def moments(proxy: Proxy, side: Side, places: Iterable[int]) -> Iterator[Trouble]:
    """A cut at each of these bytes, until a whole pass has no more of them."""
    for place in places:
        trouble = Trouble(side, place, How.CUT if place % 2 else How.RESET)
        proxy.play(trouble)
        yield trouble
        if not proxy.struck:
            return
        proxy.play()


def every(step: int, part: range) -> Iterable[int]:
    """Every so many bytes."""
    return (number * step for number in part)


def outside_of_content(office: OpenDesk, proxy: Proxy, part: range) -> Iterator[int]:
    """Every byte that the client says in a pass, but of contents only the ends and some between."""
    proxy.heard = {}
    one_more(office, 10**6, proxy)
    said, proxy.heard = bytes(proxy.heard[Side.CLIENT]), None
    inside = set[int]()
    for content in re.finditer(rb"\r\nDATA\r\n(.*?)\r\n\.\r\n", said, re.DOTALL):
        begin, end = content.span(1)
        inside |= {place for place in range(begin + END, end - END) if place % INSIDE}
    assert inside
    return itertools.islice((place for place in range(len(said) + 1) if place not in inside), part.start, part.stop)


def one_more(office: OpenDesk, n: int, *proxies: Proxy) -> str:
    """A complaint arrives and the desk works, while its connection breaks; whose it is."""
    customer = f"c{n}@kunde{n}.example"
    office.desk.deliver(mail(customer, f"Order {n}", f"{STRONG} {n}"), at=office.clock.now())
    office.beat()
    for proxy in proxies:
        if not proxy.struck:  # the pass was over before; what comes now is another one
            proxy.play()
    office.clock.advance(AWHILE)
    return customer


@ways("imap", server=89, client=17)
def test_imap_cut_at_any_byte_costs_a_repetition_and_nothing_else(
    cut_desk: OpenDesk, imap_proxy: Proxy, side: Side, step: int, part: range
) -> None:
    customers = []
    for n, trouble in enumerate(moments(imap_proxy, side, every(step, part))):
        customers.append(one_more(cut_desk, n, imap_proxy))
        cut_desk.beat()
        assert [] == cut_desk.down, trouble
        newest = cut_desk.house.store.load(cut_desk.house.store.cases(None, 1)[0].number)
        assert newest is not None
        assert customers[-1] == newest.customer, trouble
    assert len(customers) >= 20 or EVERY
    assert_sound(cut_desk, customers)


@ways("smtp", server=7, client=997)
def test_smtp_cut_at_any_byte_loses_no_letter_and_doubles_none_but_in_doubt(
    cut_desk: OpenDesk, smtp_proxy: Proxy, side: Side, step: int, part: range
) -> None:
    customers, doubted = [], set[str]()
    places = every(step, part)
    if EVERY and side is Side.CLIENT:
        places = outside_of_content(cut_desk, smtp_proxy, part)
        customers.append(f"c{10**6}@kunde{10**6}.example")
    for n, _ in enumerate(moments(smtp_proxy, side, places)):
        customers.append(one_more(cut_desk, n, smtp_proxy))
        newest = cut_desk.house.store.outbox(None, 20)
        doubted |= {row.message_id for row in newest if row.because.startswith("uncertain")}
        cut_desk.beat()
        cut_desk.clock.advance(AWHILE)
        cut_desk.beat()
    assert len(customers) >= 20 or EVERY
    assert_sound(cut_desk, customers, doubted)


DOT = rb"(\A|\r\n)\.\r\n\Z"
COMMANDS = (b"EHLO", b"MAIL FROM", b"RCPT TO", b"DATA\r\n", b"\r\nSubject:", DOT)


def test_smtp_cut_at_each_command_and_at_each_answer(cut_desk: OpenDesk, smtp_proxy: Proxy) -> None:
    """Before it reaches the server, and when it has and nobody hears of it; only the final dot leaves a doubt."""
    customers, doubted = [], set[str]()
    for n, (text, deaf) in enumerate(product(COMMANDS, (False, True))):
        # The server names itself, and an answer to content comes only after the dot.
        smtp_proxy.play(Trouble(Side.CLIENT, text=text, deaf=deaf))
        customers.append(one_more(cut_desk, n))
        assert smtp_proxy.struck, text
        doubts = {row.message_id for row in cut_desk.outbox() if row.because.startswith("uncertain")} - doubted
        assert bool(doubts) <= (text in COMMANDS[-2:]), text
        doubted |= doubts
        for _ in range(2):
            cut_desk.beat()
            cut_desk.clock.advance(AWHILE)
    assert doubted
    assert_sound(cut_desk, customers, doubted)


@contextmanager
def hurried(office: OpenDesk, seconds: float = 0.7) -> Iterator[None]:
    """Inside the block no server is waited for longer than this."""
    (poll,), (outlet,) = office.house.polls, office.house.outbox.outlets
    usual = (poll.account, outlet.sender._account)  # noqa: SLF001 (no setting says so little patience)
    poll.account = replace(poll.account, connect_timeout=seconds, deadline=seconds)
    outlet.sender._account = replace(usual[1], connect_timeout=seconds, deadline=seconds, reply_timeout=seconds)  # noqa: SLF001
    yield
    poll.account, outlet.sender._account = usual  # noqa: SLF001


IMAP_PHASES = [
    (How.SILENCE, 0), (How.SILENCE, 200), (How.SILENCE, 1500), (How.HALF_OPEN, 700), (How.HALF_OPEN, 2600),
    (How.TRICKLE, 0), (How.TRICKLE, 1200), (How.DELAY, 300),
]  # fmt: skip


@pytest.mark.parametrize(("how", "after"), IMAP_PHASES)
def test_an_imap_server_that_falls_silent_or_trickles_is_given_up_in_time_and_loses_nothing(
    cut_desk: OpenDesk, imap_proxy: Proxy, how: How, after: int
) -> None:
    """An overall deadline, not one from byte to byte; every pass comes to its end (threats F7)."""
    imap_proxy.play(Trouble(Side.SERVER, after, how))
    with hurried(cut_desk):
        customer = one_more(cut_desk, 1)
    assert imap_proxy.struck
    imap_proxy.play()
    cut_desk.beat()
    assert [] == cut_desk.down
    assert_sound(cut_desk, [customer])


SMTP_PHASES = [
    (How.SILENCE, b"EHLO", False), (How.SILENCE, b"RCPT TO", False), (How.SILENCE, DOT, True),
    (How.HALF_OPEN, b"MAIL FROM", True), (How.HALF_OPEN, b"\r\nSubject:", False), (How.HALF_OPEN, DOT, True),
]  # fmt: skip


SMTP_NAMES = [
    "silent at EHLO", "silent at RCPT", "silent after the dot", "half-open after MAIL", "half-open in the content",
    "half-open after the dot",
]  # fmt: skip


@pytest.mark.parametrize(("how", "text", "deaf"), SMTP_PHASES, ids=SMTP_NAMES)
def test_an_smtp_server_that_falls_silent_gets_each_letter_once_or_in_doubt_twice(
    cut_desk: OpenDesk, smtp_proxy: Proxy, how: How, text: bytes, *, deaf: bool
) -> None:
    smtp_proxy.play(Trouble(Side.CLIENT, how=how, text=text, deaf=deaf))
    with hurried(cut_desk):
        customer = one_more(cut_desk, 1)
    assert smtp_proxy.struck
    smtp_proxy.play()
    doubted = {row.message_id for row in cut_desk.outbox() if row.because.startswith("uncertain")}
    assert (text in COMMANDS[-2:]) == bool(doubted)  # what the network has swallowed may have arrived
    for _ in range(2):
        cut_desk.beat()
        cut_desk.clock.advance(AWHILE)
    assert_sound(cut_desk, [customer], doubted)


@pytest.mark.parametrize("how", [How.TRICKLE, How.DELAY])
def test_an_smtp_server_that_is_only_slow_gets_each_letter_once(
    cut_desk: OpenDesk, smtp_proxy: Proxy, how: How
) -> None:
    """Slowness is no refusal: within the deadline the letter leaves at the first try."""
    smtp_proxy.play(Trouble(Side.SERVER, 120, how))
    customer = one_more(cut_desk, 1)
    assert smtp_proxy.struck
    assert_sound(cut_desk, [customer])


def assert_sound(office: OpenDesk, customers: list[str], doubted: AbstractSet[str] = frozenset()) -> None:
    """The invariants of threats §3, over everything there is."""
    # I1 and I2: each message has one row with its bytes, one outcome, one case.
    assert () == office.desk.imap.messages()
    filed = [one.raw for one in office.desk.imap.messages("Processed")]
    stored = [office.house.store.raw(n) for n in range(1, len(customers) + 1)]
    assert sorted(filed) == sorted(row.raw for row in stored)
    assert {Outcome.CASE} == {row.outcome for row in stored}
    assert sorted(customers) == sorted(case.customer for case in office.cases())
    # I3 and I4: each letter arrived once, a doubtful one perhaps twice with the same bytes and name.
    now = office.clock.now()  # by night a notice waits for its reader's morning
    waiting = {row.id for row in office.outbox() if row.state is OutboxState.QUEUED and row.not_before > now}
    rows = {row.message_id: row for row in office.outbox() if row.id not in waiting}
    copies = Counter((sent.recipients, sent.content) for sent in office.desk.smtp.messages)
    heads = {copy: _head(copy[1]) for copy in copies}
    by_id = Counter(row_id for row_id in rows for head in heads.values() if row_id.encode() in head)
    assert {OutboxState.SENT} == {row.state for row in rows.values()}
    assert set(rows) == set(by_id)
    assert {1} == set(by_id.values())
    assert all(n == 1 or any(one.encode() in heads[copy] for one in doubted) for copy, n in copies.items())
    assert max(copies.values()) <= 2
    # I5 is checked when the desk is closed. I6: nobody else was written to.
    strangers = {address for address in office.desk.recipients() if not address.endswith("meridian.example")}
    assert set(customers) == strangers


def _head(raw: bytes | None) -> bytes:
    """The Message-ID line."""
    return next(line for line in (raw or b"").split(b"\r\n") if line.lower().startswith(b"message-id:"))
