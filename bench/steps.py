"""What one complaint costs, step by step, from bytes to outgoing bytes.

    python -m bench.steps [--rounds 300]

Prints microseconds for each step and its share of reading the message, measured in one run on one thread. Fetching,
the database and SMTP are not in it: `bench/peerbench.sh` measures the whole way between real servers.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from cases.arrival import Arrival
from cases.case import fold
from cases.deadlines import owed
from cases.decide import on_message
from cases.letters import told
from cases.placing import Fresh
from cases.views import view_of
from config.settings import load
from daemon.compose import Composer, Desk, Keys
from daemon.pressing import press
from parsers import parse_message
from store.codec import decode_case, encode
from templates.render import Renderer

MAIL = (
    b"Authentication-Results: mx.meridian.example; dmarc=pass header.from=kunde.example\r\n"
    b"Received: from kunde.example by mx.meridian.example; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    b"From: Ana <ana@kunde.example>\r\nTo: complaints@meridian.example\r\nSubject: Broken lamp\r\n"
    b"Message-ID: <1@kunde.example>\r\n\r\n"
    b"My order 48213 arrived broken. This is unacceptable, I demand a refund of 250 EUR.\r\n"
)


def microseconds(step: Callable[[], object], rounds: int) -> float:
    """The mean of one call, after a first one that fills all caches."""
    step()
    begun = time.perf_counter()
    for _ in range(rounds):
        step()
    return (time.perf_counter() - begun) / rounds * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_known_args()[0].rounds
    now = datetime.now(UTC)
    settings = load(None, now=now)
    policy, account = settings.policy, settings.accounts[0]
    message = parse_message(MAIL, account.reading)
    come = Arrival(
        raw=1, message=message, received_at=now, number="C-2718-2819", account=account.name, desk=account.address
    )
    events = on_message(None, come, Fresh(), policy, now)
    case = fold(None, events)
    desk = Desk(account=account.name, address=account.address, name="Desk")
    renderer = Renderer()
    composer = Composer(desks={desk.account: desk}, keys=Keys(by_id={"a": b"k" * 32}), policy=policy)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("read the message", lambda: parse_message(MAIL, account.reading)),
        ("decide", lambda: on_message(None, come, Fresh(), policy, now)),
        ("fold its events, derive its clocks", lambda: owed(fold(None, events), policy)),
        ("find its letters", lambda: told(case, events, policy, now)),
        ("write and read the snapshot", lambda: decode_case(encode(case))),
    ]
    for letter in told(case, events, policy, now):
        view = view_of(letter, case, policy, now, events)
        steps += [
            (f"view for {letter.letter}", partial(view_of, letter, case, policy, now, events)),
            (f"compose {letter.letter}", partial(composer.compose, letter, case, view, now)),
            (
                f"press {letter.letter}",
                partial(press, renderer.render, composer.compose(letter, case, view, now).order),
            ),
        ]
    base = 0.0
    print(f"{'step':44} {'µs':>8} {'x reading':>10}")
    for name, step in steps:
        cost = microseconds(step, rounds)
        base = base or cost
        print(f"{name:44} {cost:8.0f} {cost / base:10.2f}")


if __name__ == "__main__":
    main()
