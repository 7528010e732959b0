"""The test servers do what the tests that lean on them believe."""

import imaplib
import signal
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest

from tests.servers.dovecot import Dovecot, ImapAccount
from tests.servers.postgres import Postgres
from tests.servers.process import ServerMissing, answers, refuse
from tests.servers.smtp import CLOSE, HANG, Fault, SmtpServer, Step
from tests.servers.tls import Authority

RAW = b"From: ana@kunde.example\r\nSubject: lamp\r\n\r\nIt broke.\r\n.leading dot\r\n"


@contextmanager
def client_of(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("127.0.0.1", server.port, timeout=10)
    try:
        yield client
    finally:
        client.close()


def send(client: smtplib.SMTP, *recipients: str, raw: bytes = RAW) -> dict[str, tuple[int, bytes]]:
    return client.sendmail("desk@firm.example", recipients or ("ana@kunde.example",), raw)


class TestDovecot:
    def test_mail_comes_back_over_verified_implicit_tls_byte_for_byte(
        self, dovecot: Dovecot, imap_account: ImapAccount, authority: Authority
    ) -> None:
        context = authority.client_context()
        with imaplib.IMAP4_SSL("localhost", dovecot.tls_port, ssl_context=context, timeout=10) as client:
            client.login(imap_account.address, imap_account.password)
            client.append("INBOX", "", "", RAW)
            client.select("INBOX")
            _, found = client.fetch("1", "(BODY.PEEK[])")
        assert isinstance(found[0], tuple)
        assert RAW == found[0][1]

    def test_starttls_upgrades_the_plain_port(
        self, dovecot: Dovecot, imap_account: ImapAccount, authority: Authority
    ) -> None:
        with imaplib.IMAP4("localhost", dovecot.port, timeout=10) as client:
            client.starttls(authority.client_context())
            assert "OK" == client.login(imap_account.address, imap_account.password)[0]
            assert isinstance(client.sock, ssl.SSLSocket)

    def test_a_client_that_does_not_know_the_authority_refuses_the_server(self, dovecot: Dovecot) -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            imaplib.IMAP4_SSL("localhost", dovecot.tls_port, ssl_context=ssl.create_default_context(), timeout=10)

    def test_a_wrong_password_is_refused(self, dovecot: Dovecot, imap_account: ImapAccount) -> None:
        with imaplib.IMAP4("localhost", dovecot.port, timeout=10) as client, pytest.raises(imaplib.IMAP4.error):
            client.login(imap_account.address, "wrong")

    def test_append_keeps_the_internal_date_and_reading_sets_no_flag(self, imap_account: ImapAccount) -> None:
        at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        uid = imap_account.append(RAW, at=at)
        (message,) = imap_account.messages()
        (again,) = imap_account.messages()
        assert (uid, RAW, at) == (message.uid, message.raw, message.internal_date)
        assert r"\Seen" not in again.flags

    def test_a_new_account_has_only_inbox_and_junk(self, imap_account: ImapAccount) -> None:
        assert ("INBOX", "Junk") == imap_account.folders()
        assert () == imap_account.messages()
        assert () == imap_account.messages("Processed")

    def test_a_second_session_expunges_only_what_it_is_told(self, imap_account: ImapAccount) -> None:
        first, second = imap_account.append(RAW), imap_account.append(RAW)
        imap_account.expunge(first)
        assert [second] == [message.uid for message in imap_account.messages()]

    def test_uid_validity_can_be_changed_under_a_clients_feet(self, imap_account: ImapAccount) -> None:
        imap_account.append(RAW)
        before = imap_account.uid_validity()
        imap_account.set_uid_validity(before + 7)
        assert before + 7 == imap_account.uid_validity()
        assert [RAW] == [message.raw for message in imap_account.messages()]

    def test_the_server_goes_away_and_comes_back_with_its_mail(self, dovecot: Dovecot) -> None:
        account = dovecot.new_account()
        account.append(RAW)
        with dovecot.down():
            assert not answers(dovecot.port)
        assert [RAW] == [message.raw for message in account.messages()]


class TestPostgres:
    def test_each_test_gets_an_empty_database_that_is_dropped_afterwards(self, postgres: Postgres) -> None:
        with postgres.new_database() as url, psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE letters (id int)")
            connection.commit()
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(url)

    def test_committed_rows_survive_a_crash_and_open_connections_do_not(self, postgres: Postgres) -> None:
        with postgres.new_database() as url:
            connection = psycopg.connect(url, autocommit=True)
            connection.execute("CREATE TABLE letters AS SELECT 42 AS id")
            postgres.restart(signal.SIGQUIT)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
            connection.close()
            with psycopg.connect(url) as fresh:
                assert (42,) == fresh.execute("SELECT id FROM letters").fetchone()


def test_database_url_names_an_empty_database_of_both_kinds(database_url: str) -> None:
    assert database_url.startswith(("sqlite:////", "postgresql://ombud@127.0.0.1:"))


class TestSmtp:
    def test_a_transaction_is_recorded_with_envelope_and_exact_bytes(self, smtp_server: SmtpServer) -> None:
        with client_of(smtp_server) as client:
            send(client, "ana@kunde.example")
            send(client, "li@kunde.example")
        first, second = smtp_server.wait_for(2)
        assert ("desk@firm.example", ("ana@kunde.example",), RAW) == (first.sender, first.recipients, first.content)
        assert (1, 1, False, None) == (first.connection, second.connection, second.tls, second.user)

    @pytest.mark.parametrize("reply", ["451 4.3.0 later", "550 5.7.1 never"])
    @pytest.mark.parametrize("step", [Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA, Step.DOT])
    def test_a_refusal_at_any_step_reaches_the_client_and_nothing_is_accepted(
        self, smtp_server: SmtpServer, step: Step, reply: str
    ) -> None:
        smtp_server.play(Fault(step, reply))
        with client_of(smtp_server) as client, pytest.raises(smtplib.SMTPException, match=reply[4:9]):
            send(client)
        assert () == smtp_server.messages

    def test_a_refused_recipient_leaves_the_other_one(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.RCPT, "550 5.1.1 who?", containing="gone@"))
        with client_of(smtp_server) as client:
            refused = send(client, "gone@kunde.example", "ana@kunde.example")
        assert {"gone@kunde.example": (550, b"5.1.1 who?")} == refused
        assert [("ana@kunde.example",)] == [message.recipients for message in smtp_server.messages]

    def test_a_fault_strikes_as_often_as_it_says_and_where(self, smtp_server: SmtpServer) -> None:
        smtp_server.play(Fault(Step.DOT, "452 4.2.2 full", times=1, skip=1))
        outcomes = []
        with client_of(smtp_server) as client:
            for _ in range(3):
                try:
                    send(client)
                    outcomes.append("sent")
                except smtplib.SMTPDataError:
                    outcomes.append("refused")
        assert ["sent", "refused", "sent"] == outcomes
        assert [True, False, True] == [entry.accepted for entry in smtp_server.transactions]

    @pytest.mark.parametrize(
        ("fault", "kept"),
        [
            pytest.param(Fault(Step.CONTENT, CLOSE), False, id="before the final dot"),
            pytest.param(Fault(Step.DOT, CLOSE), False, id="after the final dot, lost"),
            pytest.param(Fault(Step.DOT, CLOSE, keeps=True), True, id="after the final dot, taken"),
            pytest.param(Fault(Step.MAIL, "421 4.3.2 closing"), False, id="421"),
        ],
    )
    def test_a_dropped_connection_tells_the_client_nothing_and_the_record_everything(
        self, smtp_server: SmtpServer, fault: Fault, kept: bool
    ) -> None:
        smtp_server.play(fault)
        with client_of(smtp_server) as client, pytest.raises((smtplib.SMTPException, ConnectionError)):
            send(client, raw=RAW + b"x" * 200_000)
        assert kept == bool(smtp_server.messages)
        assert [fault.reply] == [entry.outcome for entry in smtp_server.transactions]
        assert (fault.step is Step.DOT) == (smtp_server.transactions[0].content is not None)

    @pytest.mark.parametrize(
        ("fault", "trouble"),
        [
            pytest.param(Fault(Step.CONNECT, "554 5.3.2 no"), smtplib.SMTPConnectError, id="greeted with 554"),
            pytest.param(Fault(Step.CONNECT, CLOSE), smtplib.SMTPServerDisconnected, id="closed at once"),
        ],
    )
    def test_a_connection_can_fail_at_the_greeting(self, fault: Fault, trouble: type[Exception]) -> None:
        with SmtpServer(script=(fault,)) as server, pytest.raises(trouble):
            smtplib.SMTP("127.0.0.1", server.port, timeout=10)

    def test_a_hanging_server_says_nothing_and_still_stops(self) -> None:
        with SmtpServer(script=(Fault(Step.MAIL, HANG),)) as server, client_of(server) as client:
            client.ehlo()
            assert client.sock is not None
            client.sock.settimeout(0.2)
            with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
                client.mail("desk@firm.example")
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)

    def test_a_greylisting_server_takes_the_second_try(self) -> None:
        with SmtpServer(greylist=True) as server, client_of(server) as client:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                send(client)
            send(client)
            assert ["451 4.7.1 greylisted, try again later", "250 2.0.0 queued"] == [
                entry.outcome for entry in server.transactions
            ]

    def test_starttls_and_login_are_on_the_record(self, authority: Authority) -> None:
        secret = ("desk", "pass word")
        with (
            SmtpServer(context=authority.server_context(), credentials=secret) as server,
            smtplib.SMTP("localhost", server.port, timeout=10) as client,
        ):
            with pytest.raises(smtplib.SMTPSenderRefused):
                send(client)
            client.starttls(context=authority.client_context())
            client.login(*secret)
            send(client, raw=RAW + b"line\r\n" * 300_000)
            (message,) = server.messages
        assert (True, "desk") == (message.tls, message.user)
        assert len(RAW) + 1_800_000 == len(message.content or b"")

    def test_a_server_without_starttls_does_not_offer_it(self, smtp_server: SmtpServer) -> None:
        with client_of(smtp_server) as client, pytest.raises(smtplib.SMTPNotSupportedError):
            client.starttls()

    def test_implicit_tls_is_verified_and_a_foreign_certificate_refused(self, authority: Authority) -> None:
        client = authority.client_context()
        with SmtpServer(context=authority.server_context(), implicit_tls=True) as server:
            with smtplib.SMTP_SSL("localhost", server.port, context=client, timeout=10) as session:
                send(session)
            assert [True] == [message.tls for message in server.messages]
        with (
            SmtpServer(context=authority.server_context("elsewhere.example"), implicit_tls=True) as server,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            smtplib.SMTP_SSL("localhost", server.port, context=client, timeout=10)


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("false", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_missing_server_skips_at_home_and_fails_in_ci_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=r"Dovecot is not installed: run `sh tests/servers/install\.sh`"):
        refuse(ServerMissing("Dovecot"))
