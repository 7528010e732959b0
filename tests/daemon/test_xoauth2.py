"""Access tokens shown to servers: what is said on the wire, what a refusal means, and a server that checks them."""

import base64
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from cases.trouble import TryLater
from daemon.access_tokens import AccessTokens, Granted
from daemon.accounts import ImapAccount, Mechanism, SmtpAccount, Tls
from daemon.clock import VirtualClock
from daemon.inbox import SignInRefused, connect
from daemon.smtp import Outbound, Result, Retry, Sender, Sent
from daemon.tries import Tries
from tests.daemon.scripted_imap import Dialogue, ScriptedImap
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import Fault, SmtpServer, Step
from tests.servers.token_endpoint import TokenEndpoint

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
USER = "desk@firm.example"
ERROR = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.test/"}').decode()


class Tokens:
    """A provider that grants `token-1`, `token-2`, ...; the servers believe those in `good`."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.granted = 0
        self.clock = VirtualClock(NOW)
        self.tries = Tries(self.clock)
        self.cache = AccessTokens(fetch=self._grant, clock=self.clock)

    def _grant(self) -> Granted:
        self.granted += 1
        return Granted(token=f"token-{self.granted}", lifetime=timedelta(hours=1))

    @property
    def given(self) -> dict[str, object]:
        """What both kinds of account are told of it."""
        return {
            "name": "desk",
            "host": "127.0.0.1",
            "tls": Tls.NONE,
            "user": USER,
            "mechanism": Mechanism.XOAUTH2,
            "secret": self.cache.get,
            "renew": self.cache.refused,
            "tries": self.tries,
            "deadline": 20.0,
        }


def imap_of(server: ScriptedImap, tokens: Tokens) -> ImapAccount:
    return ImapAccount(**(tokens.given | {"port": server.port}))  # type: ignore[arg-type]


def smtp_of(server: SmtpServer, tokens: Tokens) -> SmtpAccount:
    return SmtpAccount(**(tokens.given | {"port": server.port, "reply_timeout": 20.0}))  # type: ignore[arg-type]


def checking(tokens: Tokens, seen: list[str]) -> Callable[[Dialogue, str, str], bool]:
    """AUTHENTICATE as Google and Microsoft answer it; what the client says after the error goes into `seen`."""

    def reply(dialogue: Dialogue, tag: str, _line: str) -> bool:
        dialogue.say("+ ")
        shown = base64.b64decode(dialogue.line()).decode()
        seen.append(shown)
        if shown in {f"user={USER}\1auth=Bearer {token}\1\1" for token in tokens.good}:
            dialogue.say(f"{tag} OK welcome")
            return True
        dialogue.say(f"+ {ERROR}")
        seen.append(dialogue.line())
        dialogue.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
        return True

    return reply


def imap_server(tokens: Tokens, seen: list[str]) -> ScriptedImap:
    return ScriptedImap(capabilities=("IMAP4rev1", "AUTH=XOAUTH2"), on={"AUTHENTICATE": checking(tokens, seen)})


def sender(server: SmtpServer, tokens: Tokens) -> closing[Sender]:
    return closing(Sender(smtp_of(server, tokens), tokens.clock))


def send(out: Sender) -> Result:
    results: list[Result] = []
    raw = b"From: desk@firm.example\r\nSubject: lamp\r\n\r\nSorry.\r\n"
    letter = Outbound(envelope_from="desk@firm.example", recipient="ana@kunde.example", raw=raw)
    out.send([letter], lambda _place, result: results.append(result))
    (result,) = results
    return result


class TestImap:
    def test_the_token_is_shown_in_the_mechanism_s_own_words(self) -> None:
        tokens, seen = Tokens("token-1"), list[str]()
        with imap_server(tokens, seen) as server, connect(imap_of(server, tokens)):
            pass
        assert [f"user={USER}\1auth=Bearer token-1\1\1"] == seen

    def test_an_error_report_is_answered_with_an_empty_line_and_the_refusal_is_read(self) -> None:
        tokens, seen = Tokens(), list[str]()
        with (
            imap_server(tokens, seen) as server,
            pytest.raises(SignInRefused, match="Invalid credentials") as caught,
            connect(imap_of(server, tokens)),
        ):
            pass
        assert [f"user={USER}\1auth=Bearer token-1\1\1", ""] == seen
        assert "token-1" not in str(caught.value)

    def test_a_token_that_was_revoked_is_replaced_at_once_and_only_once(self) -> None:
        tokens, seen = Tokens("token-1", "token-2"), list[str]()
        with imap_server(tokens, seen) as server:
            account = imap_of(server, tokens)
            with connect(account):
                pass
            tokens.clock.advance(timedelta(minutes=20))
            tokens.good = {"token-2"}
            with connect(account):
                pass
            tokens.clock.advance(timedelta(minutes=20))
            tokens.good = set()
            with pytest.raises(SignInRefused), connect(account):
                pass
        shown = [line.split("\1")[1].removeprefix("auth=Bearer ") for line in seen if line]
        assert ["token-1", "token-1", "token-2", "token-2", "token-3"] == shown

    def test_a_token_is_refused_six_times_an_hour_at_most_over_both_servers(self) -> None:
        tokens, seen = Tokens(), list[str]()
        with imap_server(tokens, seen) as server, SmtpServer(bearers={USER: "none is good"}) as smtp_server:
            account = imap_of(server, tokens)
            with sender(smtp_server, tokens) as out:
                for _ in range(60):
                    with pytest.raises(SignInRefused), connect(account):
                        pass
                    assert isinstance(send(out), Retry)
                    tokens.clock.advance(timedelta(minutes=1))
        tried = len([line for line in seen if line])
        tried += len([line for _, line in smtp_server.commands if line.startswith("AUTH")])
        assert 6 == tried
        assert {"imap", "smtp"} == set(tokens.tries.refusals)

    def test_a_server_without_xoauth2_is_told_no_token(self) -> None:
        tokens = Tokens("token-1")
        with (
            ScriptedImap() as server,
            pytest.raises(TryLater, match="no AUTH=XOAUTH2") as caught,
            connect(imap_of(server, tokens)),
        ):
            pass
        assert not isinstance(caught.value, SignInRefused)
        assert [] == server.said("AUTHENTICATE")

    def test_without_a_token_nobody_is_connected_to(self) -> None:
        tokens = Tokens()

        def away() -> Granted:
            raise TryLater("token endpoint answers 503")

        tokens.cache.fetch = away
        with ScriptedImap() as server:
            with pytest.raises(TryLater, match="desk: token endpoint answers 503"), connect(imap_of(server, tokens)):
                pass
            assert 0 == server.connections
        assert {} == tokens.tries.refusals


class TestSmtp:
    def test_a_letter_leaves_over_a_token(self) -> None:
        tokens = Tokens()
        with SmtpServer(bearers={USER: "token-1"}) as server, sender(server, tokens) as out:
            assert isinstance(send(out), Sent)
        assert [USER] == [message.user for message in server.messages]

    def test_an_error_report_is_answered_with_an_empty_line_and_no_letter_counts_a_try(self) -> None:
        tokens = Tokens()
        with SmtpServer(bearers={USER: "token-9"}) as server, sender(server, tokens) as out:
            result = send(out)
        assert ("sign-in refused: 535 5.7.8 token refused", False) == (result.because, result.tried)  # type: ignore[union-attr]
        assert ["after the error: ''"] == [line for _, line in server.commands if line.startswith("after")]

    def test_a_token_that_was_revoked_is_replaced_and_the_letter_leaves(self) -> None:
        tokens = Tokens()
        with SmtpServer(bearers={USER: "token-1"}) as server, sender(server, tokens) as out:
            assert isinstance(send(out), Sent)
            tokens.clock.advance(timedelta(minutes=20))
            server.bearers[USER] = "token-2"
            assert isinstance(send(out), Sent)
        assert 2 == tokens.granted

    def test_a_server_that_cannot_check_at_present_has_not_refused(self) -> None:
        tokens = Tokens()
        script = (Fault(Step.AUTH, "454 4.7.0 temporary failure", times=1),)
        with SmtpServer(bearers={USER: "token-1"}, script=script) as server, sender(server, tokens) as out:
            assert isinstance(send(out), Retry)
            assert {} == tokens.tries.refusals
            assert isinstance(send(out), Sent)
        assert 1 == tokens.granted

    def test_a_server_without_xoauth2_is_told_no_token(self) -> None:
        tokens = Tokens()
        with SmtpServer(credentials=("a", "b")) as server, sender(server, tokens) as out:
            result = send(out)
        assert "takes no access tokens" in result.because  # type: ignore[union-attr]
        assert [] == [line for _, line in server.commands if line.startswith("AUTH")]


def test_dovecot_takes_our_token_refuses_a_wrong_one_and_one_of_somebody_else(
    token_dovecot: tuple[Dovecot, TokenEndpoint],
) -> None:
    server, endpoint = token_dovecot
    inbox = server.new_account()
    other = server.new_account("other")
    endpoint.known |= {"token-1": inbox.address, "token-2": other.address}
    shown = ["token-1"]
    account = ImapAccount(
        name="desk",
        host="localhost",
        port=server.tls_port,
        user=inbox.address,
        mechanism=Mechanism.XOAUTH2,
        secret=lambda: shown[0],
        ca_file=server.ca_file,
    )
    inbox.append(b"Subject: lamp\r\n\r\nIt broke.\r\n")
    with connect(account) as session:
        assert 1 == session.select("INBOX").exists
    for token in ("token-9", "token-2"):
        shown[0] = token
        account.tries.accepted("imap")  # forget: this is about the server
        with pytest.raises(SignInRefused), connect(account):
            pass
