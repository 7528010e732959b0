"""What an admin reads when settings and server do not fit says where ombud tried and what to change."""

from typing import Any

import pytest

from cases.trouble import TryLater
from daemon.accounts import ImapAccount, SmtpAccount, Tls
from daemon.inbox import connect
from daemon.smtp import Outbound, Retry, Sender
from tests.servers import dovecot as real
from tests.servers.dovecot import Dovecot
from tests.servers.process import free_port
from tests.servers.smtp import SmtpServer

LETTER = Outbound(envelope_from="desk@firm.example", recipient="ana@kunde.example", raw=b"Subject: lamp\r\n\r\nHi.\r\n")


def said_by_imap(account: real.ImapAccount, **changes: Any) -> str:
    given: dict[str, Any] = {
        "name": "complaints",
        "host": "localhost",
        "port": account.server.tls_port,
        "user": account.address,
        "secret": lambda: account.password,
        "ca_file": account.server.ca_file,
    }
    with pytest.raises(TryLater) as caught, connect(ImapAccount(**given | changes)):
        pass
    return str(caught.value)


def said_by_smtp(**changes: Any) -> str:
    sender = Sender(SmtpAccount(**{"name": "complaints", "host": "localhost"} | changes))
    results: list[Any] = []
    sender.send([LETTER], lambda _, result: results.append(result))
    sender.close()
    (result,) = results
    assert isinstance(result, Retry)
    return result.because


def test_a_wrong_port_is_named(imap_account: real.ImapAccount) -> None:
    port = free_port()
    for said in (said_by_imap(imap_account, port=port), said_by_smtp(port=port)):
        assert f"localhost:{port}" in said
        assert "correct host or port" in said


def test_a_port_that_speaks_no_tls_at_once_is_told_from_a_dead_one(
    dovecot: Dovecot, imap_account: real.ImapAccount, smtp_server: SmtpServer
) -> None:
    for said in (said_by_imap(imap_account, port=dovecot.port), said_by_smtp(port=smtp_server.port, tls=Tls.IMPLICIT)):
        assert 'tls = "starttls"' in said


def test_an_authority_of_ones_own_is_asked_for(imap_account: real.ImapAccount) -> None:
    assert "ca_file" in said_by_imap(imap_account, ca_file=None)
