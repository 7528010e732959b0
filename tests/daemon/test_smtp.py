"""The sender knows for each letter whether it was accepted, and says so when it cannot know."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.trouble import NeedsHuman
from daemon.accounts import SmtpAccount, Tls
from daemon.clock import Clock, VirtualClock
from daemon.smtp import Failed, Outbound, Result, Retry, Sender, Sent
from daemon.tries import Tries
from tests.servers.smtp import CLOSE, HANG, Fault, SmtpServer, Step
from tests.servers.tls import Authority

RAW = b"From: desk@firm.example\r\nSubject: lamp\r\n\r\nWe are sorry.\r\n.leading dot\r\n"
HUGE = RAW + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 400_000  # more than the buffers of two sockets hold


def letter(to: str = "ana@kunde.example", raw: bytes = RAW, sender: str = "desk+b1@firm.example") -> Outbound:
    return Outbound(envelope_from=sender, recipient=to, raw=raw)


def account_of(server: SmtpServer, **changes: object) -> SmtpAccount:
    given: dict[str, object] = {"name": "out", "host": "127.0.0.1", "port": server.port, "tls": Tls.NONE}
    return SmtpAccount(**(given | {"deadline": 15.0, "reply_timeout": 15.0} | changes))  # type: ignore[arg-type]


@contextmanager
def sender(server: SmtpServer, clock: Clock | None = None, **changes: object) -> Iterator[Sender]:
    found = Sender(account_of(server, **changes), clock)
    try:
        yield found
    finally:
        found.close()


def deliver(to: Sender, *letters: Outbound) -> list[Result]:
    """The results, after checking that each letter got exactly one, in order."""
    results: list[tuple[int, Result]] = []
    to.send(letters, lambda position, result: results.append((position, result)))
    assert list(range(len(letters))) == [position for position, _ in results]
    return [result for _, result in results]


def kinds(results: Sequence[Result]) -> list[str]:
    return [
        ("Retry" if result.tried else "not tried") if isinstance(result, Retry) else type(result).__name__
        for result in results
    ]


class TestWhatIsSent:
    def test_one_transaction_for_each_recipient_over_one_connection_byte_for_byte(
        self, smtp_server: SmtpServer
    ) -> None:
        with sender(smtp_server) as out:
            results = deliver(out, *(letter(f"{name}@kunde.example") for name in ("ana", "li", "tom")))
        assert [Sent(reply="250 2.0.0 queued")] * 3 == results
        assert [("ana@kunde.example",), ("li@kunde.example",), ("tom@kunde.example",)] == [
            message.recipients for message in smtp_server.messages
        ]
        assert {(1, "desk+b1@firm.example", RAW)} == {
            (message.connection, message.sender, message.content) for message in smtp_server.messages
        }

    def test_the_report_comes_before_the_next_letter_begins(self, smtp_server: SmtpServer) -> None:
        accepted: list[int] = []
        with sender(smtp_server) as out:
            out.send([letter()] * 3, lambda *_: accepted.append(len(smtp_server.transactions)))
        assert [1, 2, 3] == accepted

    def test_trouble_in_the_report_stops_the_batch_and_leaves_the_sender_usable(self, smtp_server: SmtpServer) -> None:
        def full(*_: object) -> None:
            raise NeedsHuman("disk full")

        with sender(smtp_server) as out:
            with pytest.raises(NeedsHuman):
                out.send([letter()] * 2, full)
            assert ["Sent"] == kinds(deliver(out, letter()))
        assert 2 == len(smtp_server.messages)

    def test_a_large_letter_arrives_whole(self, smtp_server: SmtpServer) -> None:
        with sender(smtp_server) as out:
            deliver(out, letter(raw=HUGE))
        assert HUGE == smtp_server.messages[0].content

    def test_the_null_sender_is_empty(self, smtp_server: SmtpServer) -> None:
        with sender(smtp_server) as out:
            assert ["Sent"] == kinds(deliver(out, letter(sender="")))
        assert "MAIL FROM:<>" == smtp_server.commands[1][1].split(" SIZE")[0]

    def test_a_server_without_any_extension_is_served(self) -> None:
        with SmtpServer(extensions=()) as server, sender(server) as out:
            assert ["Sent"] == kinds(deliver(out, letter()))
            assert (1, "MAIL FROM:<desk+b1@firm.example>") in server.commands

    def test_a_server_that_knows_only_helo_is_greeted_in_its_way(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.EHLO, "502 5.5.1 what?"))
        with sender(smtp_server) as out:
            results = deliver(out, letter())
        assert "HELO" in [line.split()[0] for _, line in smtp_server.commands]
        assert ["not tried"] == kinds(results)  # this server refuses HELO too


class TestWhoIsWrittenTo:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "ana",
            "ana@",
            "ana@kunde.example>",
            "ana@kunde.example\r\nRCPT TO:<evil@x.example>",
            "a b@kunde.example",
            "ana@kunde.example,evil@x.example",
            "ana@x@kunde.example",
            "ana@\ud800.example",
            "\ud800@kunde.example",
            "ana@" + "ü" * 80 + ".example",
        ],
    )
    def test_what_is_no_address_fails_without_a_word_to_the_server(self, smtp_server: SmtpServer, address: str) -> None:
        with sender(smtp_server) as out:
            first, second = deliver(out, letter(address), letter())
        assert isinstance(first, Failed)
        assert "no address" in first.because
        assert isinstance(second, Sent)
        assert [("ana@kunde.example",)] == [entry.recipients for entry in smtp_server.transactions]

    def test_an_international_domain_travels_in_idna_form(self, smtp_server: SmtpServer) -> None:
        with sender(smtp_server) as out:
            assert ["Sent"] == kinds(deliver(out, letter("ana@bücher.example")))
        assert ("ana@xn--bcher-kva.example",) == smtp_server.messages[0].recipients

    def test_an_international_name_needs_a_server_that_can(self, smtp_server: SmtpServer) -> None:
        with sender(smtp_server) as out:
            assert ["Sent"] == kinds(deliver(out, letter("用户@kunde.example")))
        assert ("用户@kunde.example",) == smtp_server.messages[0].recipients
        assert any("SMTPUTF8" in line for _, line in smtp_server.commands if line.startswith("MAIL"))
        with SmtpServer(extensions=("8BITMIME",)) as plain, sender(plain) as out:
            (result,) = deliver(out, letter("用户@kunde.example"))
        assert isinstance(result, Failed)
        assert "SMTPUTF8" in result.because

    def test_a_letter_over_the_servers_limit_fails_before_it_is_sent(self) -> None:
        with SmtpServer(extensions=("SIZE 100",)) as server, sender(server) as out:
            (result,) = deliver(out, letter(raw=RAW * 3))
        assert isinstance(result, Failed)
        assert () == server.messages


class TestRefusals:
    @pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA, Step.DOT])
    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            ("451 4.3.0 later", "Retry"),
            ("452 4.2.2 full", "Retry"),
            ("550 5.1.1 never", "Failed"),
            ("552 5.3.4 too big", "Failed"),
        ],
    )
    def test_a_refusal_at_any_step_concerns_one_letter_only(
        self, smtp_server: SmtpServer, step: Step, reply: str, kind: str
    ) -> None:
        smtp_server.play(Fault(step, reply, times=1, skip=1))
        with sender(smtp_server) as out:
            results = deliver(out, letter(), letter(), letter())
        assert ["Sent", kind, "Sent"] == kinds(results)
        assert isinstance(results[1], Retry | Failed)
        assert reply in results[1].because
        assert 2 == len(smtp_server.messages)
        assert 1 == smtp_server.connections

    @pytest.mark.parametrize("step", [Step.RCPT, Step.DATA, Step.DOT])
    def test_after_421_the_letter_waits_and_the_next_one_gets_a_new_connection(
        self, smtp_server: SmtpServer, step: Step
    ) -> None:
        smtp_server.play(Fault(step, "421 4.3.2 closing", times=1))
        with sender(smtp_server) as out:
            assert ["Retry", "Sent"] == kinds(deliver(out, letter(), letter()))
        assert 2 == smtp_server.connections

    def test_421_to_mail_on_a_used_connection_is_answered_with_a_new_one(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.MAIL, "421 4.7.0 enough for this connection", times=1, skip=1))
        with sender(smtp_server) as out:
            assert ["Sent", "Sent"] == kinds(deliver(out, letter(), letter()))
        assert 2 == len(smtp_server.messages)

    def test_greylisting_is_a_retry_and_the_second_try_is_taken(self) -> None:
        with SmtpServer(greylist=True) as server, sender(server) as out:
            assert ["Retry"] == kinds(deliver(out, letter()))
            assert ["Sent"] == kinds(deliver(out, letter()))

    @pytest.mark.parametrize("reply", ["554 5.3.2 no service", "421 4.3.2 busy", CLOSE])
    def test_a_server_that_does_not_greet_gets_no_letter_and_is_asked_once(self, reply: str) -> None:
        with SmtpServer(script=(Fault(Step.CONNECT, reply),)) as server, sender(server) as out:
            assert ["not tried"] * 5 == kinds(deliver(out, *[letter()] * 5))
            assert 1 == server.connections

    def test_a_server_that_is_away_gets_no_letter(self) -> None:
        with SmtpServer() as server:
            pass
        with sender(server) as out:
            assert ["not tried"] * 3 == kinds(deliver(out, *[letter()] * 3))

    def test_a_server_that_hangs_up_twice_in_a_row_is_left_alone(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.RCPT, CLOSE))
        with sender(smtp_server) as out:
            assert ["Retry", "Retry", "not tried", "not tried"] == kinds(deliver(out, *[letter()] * 4))
        assert 2 == smtp_server.connections

    def test_one_letter_that_the_server_hangs_up_on_does_not_stop_the_others(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.RCPT, CLOSE, containing="poison"))
        with sender(smtp_server) as out:
            letters = [letter(), letter("poison@x.example"), letter(), letter("poison@x.example"), letter()]
            assert ["Sent", "Retry", "Sent", "Retry", "Sent"] == kinds(deliver(out, *letters))


class TestTheFinalDot:
    def test_a_connection_lost_before_it_took_nothing(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.CONTENT, CLOSE, times=1))
        with sender(smtp_server) as out:
            assert ["Retry", "Sent"] == kinds(deliver(out, letter(raw=HUGE), letter()))
        assert 1 == len(smtp_server.messages)

    @pytest.mark.parametrize("keeps", [True, False])
    @pytest.mark.parametrize("how", [CLOSE, HANG, "999 what", "nonsense"])
    def test_no_readable_reply_after_it_is_uncertain(self, smtp_server: SmtpServer, how: str, keeps: bool) -> None:
        smtp_server.play(Fault(Step.DOT, how, keeps=keeps, times=1))
        with sender(smtp_server, reply_timeout=0.3) as out:
            assert ["Uncertain", "Sent"] == kinds(deliver(out, letter(), letter()))
        assert 1 + keeps == len(smtp_server.messages)

    def test_it_is_never_sent_twice(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.DOT, CLOSE, keeps=True))
        with sender(smtp_server) as out:
            assert ["Uncertain", "Uncertain", "not tried"] == kinds(deliver(out, *[letter()] * 3))
        assert 2 == len(smtp_server.messages)

    def test_it_is_announced_when_all_else_was_said_and_only_then(self, smtp_server: SmtpServer) -> None:
        """Whoever notes it down can tell after a kill which letter may have left."""
        seen: list[tuple[str, int]] = []

        def announced(to: str) -> Outbound:
            return replace(letter(to, HUGE), before_dot=lambda: seen.append((to, len(smtp_server.messages))))

        refused = Fault(Step.RCPT, "550 5.1.1 who?", containing="bo@")
        smtp_server.play(refused, Fault(Step.CONTENT, CLOSE, times=1, skip=1))
        with sender(smtp_server) as out:
            results = deliver(out, *(announced(f"{name}@kunde.example") for name in ("ana", "bo", "cy", "dan")))
        assert ["Sent", "Failed", "Retry", "Sent"] == kinds(results)
        assert [("ana@kunde.example", 0), ("dan@kunde.example", 1)] == seen

    def test_it_is_not_sent_when_it_cannot_be_announced(self, smtp_server: SmtpServer) -> None:
        def full() -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with sender(smtp_server) as out:
            results = deliver(out, replace(letter(), before_dot=full), letter())
        assert ["Retry", "Sent"] == kinds(results)
        assert "No space left" in getattr(results[0], "because", "")
        assert 1 == len(smtp_server.messages)

    @pytest.mark.parametrize("step", [Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA])
    def test_silence_before_it_is_a_retry(self, smtp_server: SmtpServer, step: Step) -> None:
        smtp_server.play(Fault(step, HANG))
        with sender(smtp_server, deadline=0.4, connect_timeout=0.4) as out:
            (result,) = deliver(out, letter())
        assert isinstance(result, Retry)
        assert () == smtp_server.messages

    def test_waiting_for_its_reply_can_be_given_up(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.DOT, HANG))
        with sender(smtp_server, reply_timeout=60.0) as out:
            threading.Timer(0.3, out.abort).start()
            assert ["Uncertain", "not tried"] == kinds(deliver(out, letter(), letter()))


class TestConnection:
    def test_it_is_kept_between_batches_and_tested_before_it_is_used_again(self, smtp_server: SmtpServer) -> None:
        clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        with sender(smtp_server, clock) as out:
            deliver(out, letter())
            clock.advance(timedelta(seconds=30))
            deliver(out, letter())
            assert 1 == smtp_server.connections
            assert ["RSET"] == [line for _, line in smtp_server.commands if line == "RSET"]
            clock.advance(timedelta(seconds=61))
            deliver(out, letter())
            assert 2 == smtp_server.connections
        assert 3 == len(smtp_server.messages)

    def test_one_that_the_server_gave_up_meanwhile_is_replaced_unnoticed(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.RSET, CLOSE, times=1))
        clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        with sender(smtp_server, clock) as out:
            deliver(out, letter())
            clock.advance(timedelta(seconds=30))
            assert ["Sent"] == kinds(deliver(out, letter()))

    def test_starttls_is_used_and_the_sign_in_follows_it(self, authority: Authority) -> None:
        secret = ("desk", "pass wörd")
        with SmtpServer(context=authority.server_context(), credentials=secret) as server:
            changes: dict[str, Any] = {"host": "localhost", "tls": Tls.STARTTLS, "ca_file": authority.ca_file}
            with sender(server, user="desk", secret=lambda: "pass wörd", **changes) as out:
                assert ["Sent"] == kinds(deliver(out, letter(raw=HUGE)))
            assert (True, "desk") == (server.messages[0].tls, server.messages[0].user)

    def test_implicit_tls_is_verified(self, authority: Authority) -> None:
        with SmtpServer(context=authority.server_context(), implicit_tls=True) as server:
            changes: dict[str, Any] = {"host": "localhost", "tls": Tls.IMPLICIT, "ca_file": authority.ca_file}
            with sender(server, **changes) as out:
                assert ["Sent"] == kinds(deliver(out, letter(raw=HUGE)))

    @pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
    @pytest.mark.parametrize("wrong", ["name", "authority"])
    def test_a_certificate_that_is_not_the_servers_stops_before_the_sign_in(
        self, authority: Authority, tls: Tls, wrong: str
    ) -> None:
        names = ("elsewhere.example",) if wrong == "name" else ()
        ca_file = authority.ca_file if wrong == "name" else None
        context = authority.server_context(*names)
        with SmtpServer(context=context, implicit_tls=tls is Tls.IMPLICIT, credentials=("desk", "canary")) as server:
            changes: dict[str, Any] = {"host": "localhost", "tls": tls, "ca_file": ca_file}
            with sender(server, user="desk", secret=lambda: "canary", **changes) as out:
                results = deliver(out, letter(), letter())
        assert ["not tried"] * 2 == kinds(results)
        assert isinstance(results[0], Retry)
        assert "certificate" in results[0].because.lower()
        assert [] == [line for _, line in server.commands if line.startswith(("AUTH", "MAIL"))]

    @pytest.mark.parametrize("reply", [None, "454 4.7.0 not now", "502 5.5.1 what?"])
    def test_without_starttls_nothing_is_said(self, authority: Authority, reply: str | None) -> None:
        script = (Fault(Step.STARTTLS, reply),) if reply else ()
        context = authority.server_context() if reply else None
        with SmtpServer(context=context, script=script, credentials=("desk", "canary")) as server:
            changes: dict[str, Any] = {"host": "localhost", "tls": Tls.STARTTLS, "ca_file": authority.ca_file}
            with sender(server, user="desk", secret=lambda: "canary", **changes) as out:
                assert ["not tried"] == kinds(deliver(out, letter()))
            assert [] == [line for _, line in server.commands if line.startswith(("AUTH", "MAIL"))]

    def test_a_refused_sign_in_is_tried_six_times_an_hour_at_most(self, smtp_server: SmtpServer) -> None:
        smtp_server.credentials = ("desk", "right")
        clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
        with sender(smtp_server, clock, user="desk", secret=lambda: "wrong", tries=Tries(clock)) as out:
            for _ in range(60):
                (result,) = deliver(out, letter())
                assert isinstance(result, Retry)
                assert not result.tried
                assert "wrong" not in result.because.replace("wrong name or password", "")
                clock.advance(timedelta(minutes=1))
        assert 6 == len([line for _, line in smtp_server.commands if line.startswith("AUTH")])

    def test_a_server_that_demands_a_sign_in_loses_no_letter(self, smtp_server: SmtpServer) -> None:
        smtp_server.credentials = ("desk", "right")
        with sender(smtp_server) as out:
            assert ["not tried"] * 2 == kinds(deliver(out, letter(), letter()))

    def test_plain_text_to_anywhere_else_is_no_valid_setting(self) -> None:
        with pytest.raises(NeedsHuman, match="loopback"):
            SmtpAccount(name="out", host="mail.firm.example", port=25, tls=Tls.NONE)
        assert "canary" not in repr(SmtpAccount(name="out", host="mail.example", secret=lambda: "canary"))


KILLED = """
import sys
from daemon.accounts import SmtpAccount, Tls
from daemon.smtp import Outbound, Sender
out = Sender(SmtpAccount(name="out", host="127.0.0.1", port=int(sys.argv[1]), tls=Tls.NONE))
raw = b"Subject: x" + bytes([13, 10, 13, 10]) + (b"y" * 70 + bytes([13, 10])) * 5000
letter = Outbound(envelope_from="desk@firm.example", recipient="ana@kunde.example", raw=raw)
out.send([letter], lambda *result: print(*result))
"""


@pytest.mark.parametrize(
    ("point", "accepted"), [("CP11", False), ("CP12", False), ("CP13", True), ("CP14", True), ("CP15", True)]
)
def test_what_the_server_holds_when_the_daemon_is_killed(smtp_server: SmtpServer, point: str, accepted: bool) -> None:
    """Before the final dot nothing, after it the whole letter; CP15 lies behind us and kills nobody here."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(smtp_server.port)],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OMBUD_CRASH_AT": point},
        check=False,
    )
    assert (0 if point == "CP15" else -signal.SIGKILL) == done.returncode
    until = time.monotonic() + 10
    while not smtp_server.transactions and time.monotonic() < until:
        time.sleep(0.01)
    assert [accepted] == [entry.accepted for entry in smtp_server.transactions]
