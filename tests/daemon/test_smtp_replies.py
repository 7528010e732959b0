"""Commands that leave together have their replies in order, in whatever pieces these come (RFC 2920)."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiosmtplib
import pytest
from aiosmtplib.protocol import SMTPProtocol
from hypothesis import given
from hypothesis import strategies as st

from daemon.accounts import SmtpAccount, Tls
from daemon.smtp import Sender
from daemon.smtp_replies import LONGEST_REPLY, Replies
from tests.daemon.test_smtp import deliver, kinds, letter


class Inner(SMTPProtocol):
    """aiosmtplib's side, which here only writes down what it is told."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.received: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def data_received(self, data: bytes) -> None:
        self.received.append(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        pass


@given(st.lists(st.integers(1, 60), max_size=40))
def test_replies_are_the_same_in_whatever_pieces_they_come(cuts: list[int]) -> None:
    """What comes without being asked for is aiosmtplib's to judge, as ever."""
    stream, inner = b"250-one\r\n250-two\r\n250 three\r\n550 5.1.1 who?\n354 go\r\n", Inner()

    async def play() -> list[tuple[int, str]]:
        replies, rest = Replies(inner), stream
        replies.data_received(b"220 early\r\n")
        replies.say(b"MAIL\r\n", b"RCPT\r\n", b"DATA\r\n")
        for cut in cuts:
            replies.data_received(rest[:cut])
            rest = rest[cut:]
            await asyncio.sleep(0)
        found = asyncio.ensure_future(replies.reply(15.0))
        await asyncio.sleep(0)
        replies.data_received(rest)
        heard = [await found, await replies.reply(15.0), await replies.reply(15.0)]
        assert 0 == replies.due
        replies.data_received(b"421 idle\r\n")
        return [(one.code, one.message) for one in heard]

    assert [(250, "one\ntwo\nthree"), (550, "5.1.1 who?"), (354, "go")] == asyncio.run(play())
    assert [b"MAIL\r\nRCPT\r\nDATA\r\n"] == inner.written
    assert [b"220 early\r\n", b"421 idle\r\n"] == [one for one in inner.received if one]


@pytest.mark.parametrize(
    ("sent", "trouble"),
    [
        (b"what?\r\n", aiosmtplib.SMTPResponseException),
        (b"250-" + b"x" * LONGEST_REPLY, aiosmtplib.SMTPResponseException),
        (None, aiosmtplib.SMTPServerDisconnected),
        (b"", aiosmtplib.SMTPReadTimeoutError),
    ],
)
def test_nonsense_hanging_up_and_silence_are_no_replies(sent: bytes | None, trouble: type[Exception]) -> None:
    async def play() -> None:
        replies = Replies(Inner())
        replies.say(b"MAIL\r\n")
        if sent is None:
            replies.eof_received()
            replies.connection_lost(None)
        else:
            replies.data_received(sent)
        await replies.reply(0.01 if sent == b"" else 15.0)

    with pytest.raises(trouble):
        asyncio.run(play())


@dataclass
class Scripted:
    """A server that says its replies to MAIL, RCPT and DATA only when it has read all three."""

    replies: Sequence[bytes]
    port: int = 0
    heard: list[bytes] = field(default_factory=list)  # after DATA, by connection


@contextmanager
def scripted(*replies: bytes) -> Iterator[Scripted]:
    found = Scripted(replies)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        found.port = listener.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(listener, found))
        thread.start()
        yield found
        thread.join(20)


def _serve(listener: socket.socket, script: Scripted) -> None:
    for reply in script.replies:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.settimeout(20)
            connection.sendall(b"220 ready\r\n")
            lines.readline()
            connection.sendall(b"250-mx.test\r\n250 PIPELINING\r\n")
            while lines.readline() not in {b"DATA\r\n", b""}:
                pass
            connection.sendall(reply)
            heard = b""
            while not heard.endswith((b"\r\n.\r\n", b"QUIT\r\n")) and (line := lines.readline()):
                heard += line
            script.heard.append(heard)
            if heard.endswith(b"\r\n.\r\n"):
                connection.sendall(b"250 taken\r\n")
                lines.readline()


def sender(script: Scripted) -> Sender:
    account = SmtpAccount(name="out", host="127.0.0.1", port=script.port, tls=Tls.NONE, deadline=15.0)
    return Sender(account)


def test_a_letter_costs_two_waits_where_the_server_takes_commands_together() -> None:
    with scripted(b"250 ok\r\n250 ok\r\n354 go\r\n") as script:
        out = sender(script)
        assert ["Sent"] == kinds(deliver(out, letter()))
        out.close()


def test_a_letter_to_nobody_is_never_sent_empty() -> None:
    """Some servers ask for the content although they have refused its only recipient."""
    with scripted(b"250 ok\r\n550 who?\r\n354 go\r\n", b"250 ok\r\n250 ok\r\n354 go\r\n") as script:
        out = sender(script)
        assert ["Failed", "Sent"] == kinds(deliver(out, letter("nobody@kunde.example"), letter()))
        out.close()
    assert b"" == script.heard[0]
