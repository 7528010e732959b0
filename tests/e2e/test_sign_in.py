"""A desk that signs in with access tokens, on real servers; and what happens when the provider says no."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import Polled, TestDesk
from tests.e2e.mail import DESK, SERVER_ID, mail, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer
from tests.servers.token_endpoint import TokenEndpoint, grants, refuses

CLERK = "jonas.brandt@meridian.example"
CLAIMS = "claims@meridian.example"
BEFORE = """user = "{user}"
password_env = "IMAP_PASSWORD"

[account.smtp]
host = "127.0.0.1"
port = {old}
tls = "none"
"""
AFTER = """user = "{user}"

[account.sign_in]
provider = "other"
token_url = "{url}"
client_id = "desk"
refresh_token_file = "refresh.token"

[account.smtp]
host = "127.0.0.1"
port = {new}
tls = "none"
user = "{user}"
"""


class TokenDesk:
    """Its first account takes tokens for reading and sending; a second one, if any, needs none to send."""

    def __init__(self, desk: TestDesk, dovecot: Dovecot, endpoint: TokenEndpoint, smtp: SmtpServer) -> None:
        self.desk, self.endpoint, self.smtp = desk, endpoint, smtp
        self.inbox = dovecot.new_account()
        desk.imap = self.inbox
        self.file = desk.folder / "refresh.token"
        self.file.touch(mode=0o600)
        self.file.write_text("refresh-1\n")
        self.believe("token-1")
        about = {"user": self.inbox.address, "old": desk.smtp.port, "new": smtp.port, "url": endpoint.url}
        desk.replace = {BEFORE.format_map(about): AFTER.format_map(about)}

    def believe(self, token: str, refresh: str = "") -> None:
        """From now on this token is granted, and good for both servers."""
        self.endpoint.known = {token: self.inbox.address}
        self.smtp.bearers = {self.inbox.address: token}
        self.endpoint.script = grants(token, refresh_token=refresh)

    def refuse(self) -> None:
        """From now on nothing is good any more, as after a change of the password."""
        self.believe("of somebody else")
        self.endpoint.script = refuses("invalid_grant", description="the password was changed")

    def with_second_account(self, dovecot: Dovecot) -> None:
        self.desk.others = (Polled(name="claims", address=CLAIMS, imap=dovecot.new_account(), port=dovecot.port),)


@pytest.fixture
def token_desk(small_desk: TestDesk, token_dovecot: tuple[Dovecot, TokenEndpoint]) -> Iterator[TokenDesk]:
    with SmtpServer() as smtp:
        server, endpoint = token_dovecot
        endpoint.forms.clear()
        yield TokenDesk(small_desk, server, endpoint, smtp)


def wait_for_mended(office: OpenDesk) -> None:
    """The next tries after a refusal come after ten minutes."""
    office.clock.advance(timedelta(minutes=11))
    office.beat()
    office.clock.advance(timedelta(minutes=11))
    office.beat()


def test_a_complaint_is_read_and_acknowledged_over_tokens_and_a_renewed_refresh_token_is_kept(
    token_desk: TokenDesk, opening: Opening
) -> None:
    token_desk.believe("token-1", refresh="refresh-2")
    office = opening(token_desk.desk)
    office.receive(mail("ana@kunde.example"))
    assert "ana@kunde.example" in {sent.recipients[0] for sent in token_desk.smtp.messages}
    assert [("refresh-1", "desk")] == [(form["refresh_token"], form["client_id"]) for form in token_desk.endpoint.forms]
    assert "refresh-2\n" == token_desk.file.read_text()
    office.go_on(hours=1)  # the daemon is restarted, and the token of before has expired
    assert "refresh-2" == token_desk.endpoint.forms[-1]["refresh_token"]
    assert [] == office.down


def test_a_refused_account_is_told_at_once_over_another_one_and_is_back_when_it_is_mended(
    token_desk: TokenDesk, token_dovecot: tuple[Dovecot, TokenEndpoint], dovecot: Dovecot, opening: Opening
) -> None:
    token_desk.with_second_account(dovecot)
    office = opening(token_desk.desk)
    token_desk.desk.deliver(mail("ana@kunde.example"), at=MONDAY)
    token_desk.refuse()
    office.clock.advance(timedelta(minutes=56))  # the token that is still kept is about to expire
    office.beat()
    assert ["complaints"] == office.down[:1]
    (notice,) = token_desk.desk.sent_to(CLERK)
    assert CLAIMS in str(notice["From"])
    text = text_of(notice)
    assert "Sign-in refused" in text
    assert "invalid_grant the password was changed" in " ".join(text.split())
    for _ in range(60):
        office.clock.advance(timedelta(minutes=1))
        office.beat()
    assert 1 == len(token_desk.desk.sent_to(CLERK)), "one word for one episode"
    token_desk.believe("token-2")
    wait_for_mended(office)
    assert [] == office.down
    assert ["ana@kunde.example"] == [case.customer for case in office.cases()]
    assert "ana@kunde.example" in {sent.recipients[0] for sent in token_desk.smtp.messages}


def test_an_hour_of_refusals_is_six_tries_over_both_servers(token_desk: TokenDesk, opening: Opening) -> None:
    office = opening(token_desk.desk)
    office.receive(mail("ana@kunde.example"))
    token_desk.refuse()
    before = len(token_desk.endpoint.forms)
    office.clock.advance(timedelta(minutes=56))
    for _ in range(60):
        token_desk.desk.deliver(mail("bo@kunde.example"), at=office.clock.now())
        office.beat()
        office.clock.advance(timedelta(minutes=1))
    assert 4 <= len(token_desk.endpoint.forms) - before <= 6


def test_without_another_account_the_log_says_it_as_an_error_with_the_next_step(
    token_desk: TokenDesk, opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    office = opening(token_desk.desk)
    token_desk.refuse()
    office.clock.advance(timedelta(minutes=56))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            office.beat()
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "there is no other account to tell the intake desk" in record.getMessage()
    token_desk.believe("token-2")
    wait_for_mended(office)
    assert CLERK in {sent.recipients[0] for sent in token_desk.smtp.messages}, "late, but it is told"


def test_a_wrong_password_is_told_over_another_account(
    small_desk: TestDesk, dovecot: Dovecot, opening: Opening
) -> None:
    small_desk.others = (Polled(name="claims", address=CLAIMS, imap=dovecot.new_account(), port=dovecot.port),)
    small_desk.write_config()
    wrong = small_desk.folder / "wrong.password"
    wrong.touch(mode=0o600)
    wrong.write_text("wrong\n")
    text = small_desk.config.read_text(encoding="utf-8")
    user = f'user = "{small_desk.imap.address}"\n'
    changed = text.replace(f'{user}password_env = "IMAP_PASSWORD"', f'{user}password_file = "wrong.password"')
    assert text != changed
    small_desk.config.write_text(changed, encoding="utf-8")
    office = opening(small_desk, first_contact=False)
    office.beat()
    (notice,) = small_desk.sent_to(CLERK)
    assert CLAIMS in str(notice["From"])
    assert "wrong\n" not in text_of(notice)
    assert DESK not in str(notice["From"])


class TestCheck:
    """`ombud config check --connect`, as a process of its own."""

    def test_what_works_is_said_and_nothing_is_touched(self, token_desk: TokenDesk) -> None:
        desk = token_desk.desk
        desk.deliver(mail("ana@kunde.example"))
        status, out = desk.call("config", "check", "--connect")
        assert (0, 3) == (status, out.count("works")), out
        assert "1 of the newest 1 messages have authentication results" in out
        assert "INBOX: 1 messages" in out
        assert "Processed will be made" in out
        assert f"signed in as {token_desk.inbox.address}" in out
        assert ("INBOX", "Junk") == token_desk.inbox.folders()
        assert [frozenset()] == [message.flags - {"\\Recent"} for message in token_desk.inbox.messages()]
        assert [] == token_desk.smtp.transactions
        assert not (desk.folder / "ombud.sqlite3").exists()

    def test_what_does_not_work_is_said_for_each_server_with_the_reason(self, token_desk: TokenDesk) -> None:
        token_desk.smtp.bearers = {token_desk.inbox.address: "another"}
        found = token_desk.desk
        status, out = found.call("config", "check", "--connect", "--json")
        servers = {one["server"]: one for one in json.loads(out)["servers"]}
        assert (3, True, False) == (status, servers["imap"]["works"], servers["smtp"]["works"])
        assert "535 5.7.8 token refused" in servers["smtp"]["said"]
        assert "token-1" not in out + found.log()

    def test_a_server_id_that_would_believe_nobody_is_told_with_the_one_that_is_there(
        self, small_desk: TestDesk
    ) -> None:
        small_desk.replace = {f'server_id = "{SERVER_ID}"': 'server_id = "mx.elsewhere.example"'}
        small_desk.deliver(mail("ana@kunde.example"))
        status, out = small_desk.call("config", "check", "--connect", "--json")
        (found,) = (one for one in json.loads(out)["servers"] if one["server"] == "senders")
        assert (2, False) == (status, found["works"])
        assert f"of mx.elsewhere.example, but of {SERVER_ID}: correct server_id" in found["said"]

    def test_a_folder_that_is_not_there_is_told(self, token_desk: TokenDesk) -> None:
        token_desk.desk.folders = ("INBOX", "Complaints")
        status, out = token_desk.desk.call("config", "check", "--connect")
        assert 3 == status
        assert "Complaints: not there" in out
