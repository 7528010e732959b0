"""A backlog: letters are pressed in a worker beside the deciding, and it makes no difference to any reader."""

import os
import re
import signal
from base64 import b64decode
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from cases.words import Status
from daemon.press import BACKLOG, Press, Spoiled
from daemon.worker import Limits
from store.values import OutboxState
from templates.render import Renderer
from tests.e2e.conftest import Opening
from tests.e2e.desk import TestDesk
from tests.e2e.mail import html_of, mail, subject_of, text_of
from tests.e2e.opened import OpenDesk

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
BEFORE = 3  # messages that come by themselves, so that the worker is not needed


def complaints(count: int) -> list[bytes]:
    return [mail(f"anna{n}@kunde.example", message_id=f"<{n}@kunde.example>") for n in range(count)]


def receive_all(desk: OpenDesk, raws: list[bytes]) -> None:
    for raw in raws:
        desk.desk.deliver(raw, at=desk.clock.now())
    desk.beat()


def with_press(desk: OpenDesk, press: Press) -> None:
    concluder = replace(desk.house.intake.concluder, press=press)
    desk.house = replace(desk.house, press=press, intake=replace(desk.house.intake, concluder=concluder))


def acknowledgement(desk: OpenDesk, n: int) -> str:
    """The letter to one of them, without what differs in every letter."""
    (letter,) = desk.desk.sent_to(f"anna{n}@kunde.example")
    whole = f"{subject_of(letter)}\n{text_of(letter)}\n{html_of(letter)}"
    return re.sub(r"C-\d{4}-\d{4}|complaints\+\S+@|ref:\w+", "…", whole)


def test_letters_of_a_backlog_are_the_ones_that_single_messages_get(small_desk: TestDesk, opening: Opening) -> None:
    desk = opening(small_desk)
    used: list[bool] = []
    begin = desk.house.press._worker.begin  # noqa: SLF001 (whether it was used is the point)

    def noted() -> bool:
        used.append(begin())
        return used[-1]

    desk.house.press._worker.begin = noted  # type: ignore[method-assign]  # noqa: SLF001
    raws = complaints(BACKLOG + BEFORE)
    for raw in raws[:BEFORE]:
        desk.receive(raw)
    assert [] == used
    receive_all(desk, raws[BEFORE:])
    assert [True] == used
    assert len(raws) == len(desk.cases())
    assert {OutboxState.SENT} == {row.state for row in desk.outbox()}
    assert acknowledgement(desk, BEFORE - 1) == acknowledgement(desk, BEFORE)
    desk.assert_sound()


@pytest.mark.parametrize("trouble", ["too slow", "killed", "cannot start"])
def test_a_worker_that_fails_spoils_nothing_but_time(small_desk: TestDesk, opening: Opening, trouble: str) -> None:
    desk = opening(small_desk)
    limits = Limits(wall_seconds=0.0) if trouble == "too slow" else Limits()
    press = Press(Renderer().render, Path("/nowhere") if trouble == "cannot start" else None, limits)
    with_press(desk, press)
    if trouble == "killed":
        finish = press._worker.send  # noqa: SLF001

        def kill_first(order: bytes) -> None:
            process = press._worker._process  # noqa: SLF001
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            finish(order)

        press._worker.send = kill_first  # type: ignore[method-assign]  # noqa: SLF001
    raws = complaints(BACKLOG)
    receive_all(desk, raws)
    assert [Status.OPEN] * len(raws) == [case.status for case in desk.cases()]
    answered = [row.recipient for row in desk.outbox() if row.letter == "acknowledgement"]
    assert sorted(f"anna{n}@kunde.example" for n in range(BACKLOG)) == sorted(answered)
    assert {OutboxState.SENT} == {row.state for row in desk.outbox()}
    desk.assert_sound()


def test_a_batch_that_fails_leaves_no_letter_without_bytes(small_desk: TestDesk, opening: Opening) -> None:
    desk = opening(small_desk)
    store, press = desk.house.store, Press(Renderer().render, None, Limits(wall_seconds=0.0))
    with_press(desk, press)
    for raw in complaints(BACKLOG):
        small_desk.deliver(raw, at=desk.clock.now())
    desk.house.polls[0].run()
    group = store.pending(BACKLOG)
    parsed = desk.house.intake._read_all(group)  # noqa: SLF001
    with pytest.raises(Spoiled), store.unit("intake"), press.batch(store, messages=BACKLOG):
        desk.house.intake._settle_each(group, parsed)  # noqa: SLF001
    assert [] == desk.outbox()
    assert BACKLOG == len(store.pending(BACKLOG))
    desk.beat()
    assert BACKLOG == len(desk.cases())


def test_evidence_goes_with_the_assignment_byte_for_byte(desk: TestDesk, opening: Opening) -> None:
    open_desk = opening(desk)
    message = EmailMessage()
    plain = mail("anna@kunde.example")
    head, _, _ = plain.partition(b"\r\n\r\n")
    message.set_content("My order 48213 arrived broken, see the picture. I demand a refund.")
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="lamp.png")
    message.add_attachment(b"MZ" + PICTURE, maintype="image", subtype="png", filename="not-a-picture.png")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime-"))]
    body = message.as_bytes().replace(b"\n", b"\r\n")
    open_desk.receive(b"\r\n".join(kept) + b"\r\n" + body)
    (assignment,) = [row for row in open_desk.outbox() if row.letter == "assignment"]
    stored = open_desk.house.store.outbox_by_id(assignment.id)
    assert stored is not None
    (letter,) = desk.sent_to(assignment.recipient)
    files = {part.get_filename(): part for part in letter.walk() if part.get_filename()}
    assert ["evidence-1.png"] == list(files)
    assert PICTURE == b64decode(str(files["evidence-1.png"].get_payload()))
    # Kept once: what was written for the letter does not hold it.
    assert len(stored.raw) > len(PICTURE)
    assert (
        b64decode(stored.raw.partition(b"evidence-1.png")[2].partition(b"base64\r\n\r\n")[2].partition(b"\r\n--")[0])
        == PICTURE
    )
