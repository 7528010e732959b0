"""The inbox against a real Dovecot and against servers that lie, stall and hang up."""

from collections.abc import Iterator
from datetime import UTC, datetime

from daemon.accounts import ImapAccount, Tls
from daemon.inbox import Fetched, Missed, connect
from tests.daemon.scripted_imap import MINE, ScriptedImap
from tests.servers import dovecot as real

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def account_of(server: real.ImapAccount, **changes: object) -> ImapAccount:
    given: dict[str, object] = {
        "name": "desk",
        "host": "localhost",
        "port": server.server.tls_port,
        "user": server.address,
        "secret": lambda: server.password,
        "ca_file": server.server.ca_file,
    }
    return ImapAccount(**(given | changes))  # type: ignore[arg-type]


def scripted(server: ScriptedImap, **changes: object) -> ImapAccount:
    given: dict[str, object] = {
        "name": "desk",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": Tls.NONE,
        "user": "desk",
        "secret": lambda: "canary",
        "deadline": 20.0,
    }
    return ImapAccount(**(given | changes))  # type: ignore[arg-type]


def raws(items: Iterator[Fetched | Missed]) -> dict[int, bytes]:
    return {item.uid: item.raw for item in items if isinstance(item, Fetched)}


class TestOnDovecot:
    def test_messages_come_whole_with_their_dates_and_stay_unseen(self, imap_account: real.ImapAccount) -> None:
        raw = MINE + "grün ohne Kodierung\r\n".encode() + bytes(range(14, 256)) + b"\r\n"
        uid = imap_account.append(raw, at=AT)
        with connect(account_of(imap_account)) as session:
            selected = session.select("INBOX")
            (item,) = session.fetch(session.uids_from(1))
        assert Fetched(uid=uid, raw=raw, internal_date=AT, size=len(raw)) == item
        assert (imap_account.uid_validity(), 1) == (selected.uidvalidity, selected.exists)
        assert [frozenset()] == [message.flags - {r"\Recent"} for message in imap_account.messages()]

    def test_a_hundred_messages_come_once_each(self, imap_account: real.ImapAccount) -> None:
        sent = [MINE + b"%d\r\n" % i for i in range(101)]
        with imap_account.connect("INBOX") as client:
            for raw in sent:
                client.append("INBOX", raw)
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            assert sent == list(raws(session.fetch(session.uids_from(1))).values())

    def test_from_beyond_the_last_uid_there_is_nothing(self, imap_account: real.ImapAccount) -> None:
        uid = imap_account.append(MINE)
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            assert ([uid], []) == (session.uids_from(uid), session.uids_from(uid + 1))
