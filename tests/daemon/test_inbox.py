"""The inbox against a real Dovecot and against servers that lie, stall and hang up."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from cases.trouble import NeedsHuman, TryLater
from daemon.accounts import ImapAccount, Mechanism, Tls
from daemon.inbox import COPIED, ConnectionUnsafe, Fetched, Missed, Moved, Session, SignInRefused, connect
from tests.daemon.scripted_imap import DATE, MINE, Dialogue, HungUp, Message, ScriptedImap
from tests.servers import dovecot as real
from tests.servers.dovecot import Dovecot
from tests.servers.tls import Authority

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


def raws(items: Iterable[Fetched | Missed]) -> dict[int, bytes]:
    return {item.uid: item.raw for item in items if isinstance(item, Fetched)}


def says(text: str) -> Callable[[Dialogue, str, str], bool]:
    """A tagged reply and nothing else."""

    def reply(dialogue: Dialogue, tag: str, _: str) -> bool:
        dialogue.say(f"{tag} {text}")
        return True

    return reply


def hang_up(*_: object) -> bool:
    raise HungUp


def expired_context(folder: Path) -> ssl.SSLContext:
    """A server whose certificate was valid until yesterday; its authority is `ca.pem` in the folder."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    ca.issue_cert("localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday).configure_cert(context)
    return context


@contextmanager
def opened(server: ScriptedImap, **changes: object) -> Iterator[Session]:
    with connect(scripted(server, **changes)) as session:
        session.select("INBOX")
        yield session


def use(session: Session) -> None:
    """One of each command."""
    list(session.fetch(session.uids_from(1)))
    session.move([5], "Processed")


def once(answer: Callable[[Dialogue, str, str], None]) -> Callable[[Dialogue, str, str], bool]:
    """Answers the first time, then lets the server behave."""
    passed: list[bool] = []

    def reply(dialogue: Dialogue, tag: str, line: str) -> bool:
        if passed:
            return False
        passed.append(True)
        answer(dialogue, tag, line)
        return True

    return reply


def for_bodies(answer: Callable[[Dialogue, str, str], bool]) -> Callable[[Dialogue, str, str], bool]:
    """Answers only when bodies are asked for."""
    return lambda dialogue, tag, line: "BODY" in line and answer(dialogue, tag, line)


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

    def test_since_a_moment_means_received_at_or_after_it_in_any_zone(self, imap_account: real.ImapAccount) -> None:
        moments = [AT + timedelta(hours=hours) for hours in (-49, -25, -1, 0, 1, 25)]
        uids = [imap_account.append(MINE, at=moment) for moment in moments]
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            assert uids[3:] == session.uids_since(AT)

    def test_a_message_that_a_colleague_removes_during_the_fetch_is_gone_and_the_others_come(
        self, imap_account: real.ImapAccount
    ) -> None:
        uids = [imap_account.append(MINE + b"%d" % i) for i in range(60)]
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            items = session.fetch(uids)
            first = next(items)
            imap_account.expunge(uids[50], uids[59])
            rest = list(items)
        assert [uids[50], uids[59]] == [item.uid for item in rest if isinstance(item, Missed) and item.gone]
        assert set(uids) - {uids[50], uids[59]} == set(raws([first, *rest]))

    def test_all_that_was_removed_before_the_fetch_is_gone(self, imap_account: real.ImapAccount) -> None:
        uids = [imap_account.append(MINE) for _ in range(3)]
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            imap_account.expunge(*uids)
            assert [True] * 3 == [isinstance(item, Missed) and item.gone for item in session.fetch(uids)]

    def test_over_the_size_cap_only_headers_come(self, imap_account: real.ImapAccount) -> None:
        raw = b"Subject: big\r\nX: " + b"x" * 2000 + b"\r\n\r\n" + b"y" * 5000 + b"\r\n"
        small, big = imap_account.append(MINE), imap_account.append(raw)
        with connect(account_of(imap_account, size_cap=1000, header_cap=500)) as session:
            session.select("INBOX")
            first, second = session.fetch([small, big])
        assert isinstance(first, Fetched)
        assert isinstance(second, Fetched)
        assert (MINE, False) == (first.raw, first.headers_only)
        assert (raw[:500], True, len(raw)) == (second.raw, second.headers_only, second.size)

    def test_a_new_uidvalidity_is_seen_at_the_next_select(self, imap_account: real.ImapAccount) -> None:
        imap_account.append(MINE)
        with connect(account_of(imap_account)) as session:
            before = session.select("INBOX").uidvalidity
        imap_account.set_uid_validity(before + 9)
        with connect(account_of(imap_account)) as session:
            assert before + 9 == session.select("INBOX").uidvalidity

    def test_moving_makes_the_folder_and_takes_only_what_it_is_told(self, imap_account: real.ImapAccount) -> None:
        first, second, third = (imap_account.append(MINE + name) for name in (b"1", b"2", b"3"))
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            assert Moved(moved=(first, third)) == session.move([first, third], "Ombud/Processed")
            assert Moved(moved=(first,)) == session.move([first], "Ombud/Processed")  # a repeat does no harm
        assert [second] == [message.uid for message in imap_account.messages()]
        assert [MINE + b"1", MINE + b"3"] == [message.raw for message in imap_account.messages("Ombud.Processed")]

    def test_a_folder_name_in_any_script_can_be_moved_to(self, imap_account: real.ImapAccount) -> None:
        uid = imap_account.append(MINE)
        with connect(account_of(imap_account)) as session:
            session.select("INBOX")
            assert (uid,) == session.move([uid], "Erledigt & 已处理").moved
        assert "Erledigt & 已处理" in imap_account.folders()

    def test_starttls_with_a_verified_certificate(self, dovecot: Dovecot, imap_account: real.ImapAccount) -> None:
        imap_account.append(MINE)
        with connect(account_of(imap_account, port=dovecot.port, tls=Tls.STARTTLS)) as session:
            assert 1 == session.select("INBOX").exists

    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
    @pytest.mark.parametrize(("host", "ca"), [("127.0.0.2", True), ("localhost", False)])
    def test_a_foreign_name_or_authority_is_refused(
        self, dovecot: Dovecot, imap_account: real.ImapAccount, tls: Tls, host: str, ca: bool
    ) -> None:
        port = dovecot.tls_port if tls is Tls.IMPLICIT else dovecot.port
        changes: dict[str, Any] = {"port": port, "tls": tls, "host": host}
        if not ca:
            changes["ca_file"] = None
        with pytest.raises(TryLater) as caught, connect(account_of(imap_account, **changes)):
            pass
        # Dovecot listens on 127.0.0.1 alone: a foreign address is simply nobody there.
        assert ca or isinstance(caught.value, ConnectionUnsafe)

    def test_a_wrong_password_is_told_from_other_trouble(self, imap_account: real.ImapAccount) -> None:
        with pytest.raises(SignInRefused) as caught, connect(account_of(imap_account, secret=lambda: "canary")):
            pass
        assert "canary" not in str(caught.value)

    def test_a_password_in_any_script_can_be_shown(self, imap_account: real.ImapAccount) -> None:
        with pytest.raises(SignInRefused), connect(account_of(imap_account, secret=lambda: "пароль")):
            pass

    def test_a_server_that_is_away_is_tried_later(self, dovecot: Dovecot) -> None:
        account = dovecot.new_account()
        with dovecot.down(), pytest.raises(TryLater), connect(account_of(account)):
            pass

    def test_a_folder_that_does_not_exist_is_trouble_of_that_folder_only(self, imap_account: real.ImapAccount) -> None:
        with connect(account_of(imap_account)) as session:
            with pytest.raises(TryLater, match="Missing"):
                session.select("Missing")
            assert 0 == session.select("INBOX").exists


class TestWhoIsTalkedTo:
    """Nothing is said to a server that is not as the settings demand; above all no password."""

    def refused(self, server: ScriptedImap, **changes: object) -> str:
        with pytest.raises(ConnectionUnsafe) as caught, connect(scripted(server, host="localhost", **changes)):
            pass
        assert [] == server.said("LOGIN") + server.said("AUTHENTICATE")
        return str(caught.value)

    def test_a_stripped_starttls(self, authority: Authority) -> None:
        with ScriptedImap() as server:
            assert "STARTTLS" in self.refused(server, tls=Tls.STARTTLS, ca_file=authority.ca_file)

    def test_a_refused_starttls(self, authority: Authority) -> None:
        def refuse(dialogue: Dialogue, tag: str, _: str) -> bool:
            dialogue.say(f"{tag} NO not today")
            return True

        with ScriptedImap(capabilities=("IMAP4rev1", "STARTTLS"), on={"STARTTLS": refuse}) as server:
            assert "STARTTLS" in self.refused(server, tls=Tls.STARTTLS, ca_file=authority.ca_file)

    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.NONE])
    def test_a_server_that_signs_us_in_by_itself(self, authority: Authority, tls: Tls) -> None:
        with ScriptedImap(greeting="* PREAUTH hello", capabilities=("IMAP4rev1", "STARTTLS")) as server:
            assert "PREAUTH" in self.refused(server, tls=tls, ca_file=authority.ca_file)

    @pytest.mark.parametrize("implicit", [True, False])
    def test_a_certificate_for_another_name(self, authority: Authority, implicit: bool) -> None:
        context = authority.server_context("elsewhere.example")
        capabilities = ("IMAP4rev1", "STARTTLS", "AUTH=PLAIN")
        with ScriptedImap(context=context, implicit_tls=implicit, capabilities=capabilities) as server:
            tls = Tls.IMPLICIT if implicit else Tls.STARTTLS
            assert "certificate" in self.refused(server, tls=tls, ca_file=authority.ca_file).lower()

    def test_an_expired_certificate(self, tmp_path: Path) -> None:
        context = expired_context(tmp_path)
        with ScriptedImap(context=context, implicit_tls=True) as server:
            assert "expired" in self.refused(server, tls=Tls.IMPLICIT, ca_file=tmp_path / "ca.pem")

    def test_what_is_injected_behind_starttls_is_not_believed(self, authority: Authority) -> None:
        """Lines in plain text behind the OK must not count as said under TLS (the STARTTLS response injection)."""

        def inject(dialogue: Dialogue, tag: str, _: str) -> bool:
            dialogue.send(f"{tag} OK go\r\n* CAPABILITY IMAP4rev1 XOAUTH9\r\n* PREAUTH you are in\r\n".encode())
            dialogue.upgrade()
            return True

        context = authority.server_context()
        with ScriptedImap(
            context=context, capabilities=("IMAP4rev1", "STARTTLS", "AUTH=PLAIN"), on={"STARTTLS": inject}
        ) as server:
            account = scripted(server, host="localhost", tls=Tls.STARTTLS, ca_file=authority.ca_file)
            with connect(account) as session:
                assert 0 == session.select("INBOX").exists
        assert ["AUTHENTICATE PLAIN"] == server.said("AUTHENTICATE")

    def test_plain_text_to_anywhere_else_is_no_valid_setting(self) -> None:
        with pytest.raises(NeedsHuman, match="loopback"):
            ImapAccount(name="desk", host="192.0.2.7", tls=Tls.NONE)

    def test_a_missing_ca_file_is_a_broken_setting(self, tmp_path: Path) -> None:
        account = ImapAccount(name="desk", host="localhost", ca_file=tmp_path / "none.pem")
        with pytest.raises(NeedsHuman, match=r"none\.pem"), connect(account):
            pass


class TestSignIn:
    @pytest.mark.parametrize("text", ["NO [AUTHENTICATIONFAILED] wrong", "NO wrong", "BAD what"])
    def test_a_refusal_is_named(self, text: str) -> None:
        with (
            ScriptedImap(on={"AUTHENTICATE": says(text)}) as server,
            pytest.raises(SignInRefused),
            connect(scripted(server)),
        ):
            pass

    def test_a_server_that_cannot_check_at_present_has_not_refused(self) -> None:
        with (
            ScriptedImap(on={"AUTHENTICATE": says("NO [UNAVAILABLE] directory is down")}) as server,
            pytest.raises(TryLater) as caught,
            connect(scripted(server)),
        ):
            pass
        assert not isinstance(caught.value, SignInRefused)

    def test_a_connection_lost_at_the_sign_in_is_no_refusal(self) -> None:
        with (
            ScriptedImap(on={"LOGIN": hang_up}, capabilities=("IMAP4rev1",)) as server,
            pytest.raises(TryLater) as caught,
            connect(scripted(server)),
        ):
            pass
        assert not isinstance(caught.value, SignInRefused)

    def test_login_is_used_where_there_is_nothing_else_and_only_for_what_it_can_carry(self) -> None:
        with ScriptedImap(capabilities=("IMAP4rev1",)) as server:
            with connect(scripted(server, secret=lambda: 'a"b\\c')):
                assert ['LOGIN desk "a\\"b\\\\c"'] == server.said("LOGIN")
            with pytest.raises(TryLater), connect(scripted(server, secret=lambda: "пароль")):
                pass
            with pytest.raises(TryLater), connect(scripted(server, user="a\r\nX LOGOUT")):
                pass

    def test_an_access_token_is_shown_by_xoauth2(self) -> None:
        capabilities = ("IMAP4rev1", "AUTH=XOAUTH2")
        with (
            ScriptedImap(capabilities=capabilities) as server,
            connect(scripted(server, mechanism=Mechanism.XOAUTH2)),
        ):
            assert ["AUTHENTICATE XOAUTH2"] == server.said("AUTHENTICATE")

    def test_a_secret_is_in_no_log_and_no_text(
        self, caplog: pytest.LogCaptureFixture, imap_account: real.ImapAccount
    ) -> None:
        caplog.set_level(0)
        with pytest.raises(SignInRefused) as caught, connect(account_of(imap_account, secret=lambda: "canary")):
            pass
        assert "canary" not in caplog.text + str(caught.value) + repr(account_of(imap_account))


class TestLies:
    """A server may say what it likes: a message is whole, or gone, or missed with a reason."""

    def test_a_body_that_is_nil_is_asked_for_again(self) -> None:
        def nil(dialogue: Dialogue, tag: str, _: str) -> None:
            dialogue.say(f"* 1 FETCH (UID 5 RFC822.SIZE 9 INTERNALDATE {DATE} BODY[] NIL)", f"{tag} OK done")

        with ScriptedImap(messages={5: Message()}) as server:
            server.on["FETCH"] = for_bodies(once(nil))
            with opened(server) as session:
                assert {5: MINE} == raws(session.fetch([5]))

    @pytest.mark.parametrize(
        "lie",
        [
            pytest.param("* 1 FETCH (UID 5 RFC822.SIZE 9 INTERNALDATE {date} BODY[] NIL)", id="NIL body"),
            pytest.param("* 1 FETCH (UID 5 RFC822.SIZE 9 INTERNALDATE {date})", id="no body"),
            pytest.param('* 1 FETCH (UID 6 RFC822.SIZE 3 INTERNALDATE {date} BODY[] "abc")', id="another UID"),
            pytest.param('* 5 FETCH (RFC822.SIZE 3 INTERNALDATE {date} BODY[] "abc")', id="no UID, number like it"),
            pytest.param("* 1 EXPUNGE", id="nothing"),
            pytest.param("* 1 FETCH (UID 5 BODY[] ((((((((", id="not IMAP"),
            pytest.param("* 1 FETCH NIL", id="no list"),
            pytest.param('* 1 FETCH (UID 5 RFC822.SIZE 3 INTERNALDATE "yesterday" BODY[] "abc")', id="no date"),
            pytest.param('* 1 FETCH (UID 5 RFC822.SIZE 4 INTERNALDATE {date} BODY[] "abc")', id="too short"),
            pytest.param('* 1 FETCH (UID 5 RFC822.SIZE 2 INTERNALDATE {date} BODY[] "abc")', id="too long"),
        ],
    )
    def test_what_never_comes_whole_is_missed_with_a_reason_and_the_next_one_comes(self, lie: str) -> None:
        def answer(dialogue: Dialogue, tag: str, line: str) -> bool:
            if "5" not in line.split()[2].split(","):
                return False
            dialogue.say(lie.format(date=DATE))
            if "9" in line.split()[2].split(","):
                dialogue.fetch_line(9, number=2)
            dialogue.say(f"{tag} OK done")
            return True

        with ScriptedImap(messages={5: Message(), 9: Message()}) as server:
            server.on["FETCH"] = for_bodies(answer)
            with opened(server) as session:
                first, second = session.fetch([5, 9])
        assert isinstance(first, Missed)
        assert not first.gone
        assert first.because
        assert isinstance(second, Fetched)

    def test_a_size_that_is_only_estimated_is_accepted_when_nothing_comes_behind_the_body(self) -> None:
        with ScriptedImap(messages={5: Message(size=len(MINE) + 7)}) as server, opened(server) as session:
            (item,) = session.fetch([5])
        assert isinstance(item, Fetched)
        assert (MINE, len(MINE) + 7) == (item.raw, item.size)
        assert f"{len(MINE) + 7} bytes" in item.doubt

    def test_a_body_that_is_cut_off_is_not_accepted(self) -> None:
        def cut(dialogue: Dialogue, tag: str, line: str) -> bool:
            if "<" in line:
                return False  # asked for the rest, the server has it
            message = dialogue.server.messages[5]
            full, message.raw, message.size = message.raw, message.raw[:20], len(message.raw)
            dialogue.fetch_line(5)
            message.raw = full
            dialogue.say(f"{tag} OK done")
            return True

        with ScriptedImap(messages={5: Message()}) as server:
            server.on["FETCH"] = for_bodies(cut)
            with opened(server) as session:
                (item,) = session.fetch([5])
        assert isinstance(item, Missed)

    def test_bodies_do_not_change_places_when_others_expunge_during_the_fetch(self) -> None:
        """RFC 3501 section 7.4.1 lets a server expunge during UID FETCH, so that number 1 is two messages."""

        def shift(dialogue: Dialogue, tag: str, line: str) -> bool:
            if line.split()[2] != "5,9":
                return False
            dialogue.fetch_line(5, number=1)
            dialogue.say("* 1 EXPUNGE", r"* 1 FETCH (UID 9 FLAGS (\Seen))", f"{tag} NO [EXPUNGEISSUED] some are gone")
            return True

        with ScriptedImap(messages={5: Message(raw=MINE + b"5\r\n"), 9: Message(raw=MINE + b"9\r\n")}) as server:
            server.on["FETCH"] = for_bodies(shift)
            with opened(server) as session:
                assert {5: MINE + b"5\r\n", 9: MINE + b"9\r\n"} == raws(session.fetch([5, 9]))

    @pytest.mark.parametrize("claim", [2_000_000_000, 4_000_000])
    def test_a_literal_longer_than_announced_is_not_read(self, claim: int) -> None:
        def claims(dialogue: Dialogue, _: str, line: str) -> bool:
            if "5" not in line.split()[2].split(","):
                return False
            dialogue.send(f"* 1 FETCH (UID 5 RFC822.SIZE 9 INTERNALDATE {DATE} BODY[] {{{claim}}}\r\n".encode())
            dialogue.hang()
            return True

        with ScriptedImap(messages={5: Message(size=9), 9: Message()}) as server:
            server.on["FETCH"] = for_bodies(claims)
            with opened(server, size_cap=3_000_000, deadline=5.0) as session:
                first, second = session.fetch([5, 9])
        assert isinstance(first, Missed)
        assert isinstance(second, Fetched)

    def test_of_a_message_that_was_announced_small_and_is_over_the_cap_the_headers_come(self) -> None:
        big = Message(raw=MINE + b"x" * 500_000, size=9)
        with ScriptedImap(messages={5: big}) as server, opened(server, size_cap=100_000) as session:
            (item,) = session.fetch([5])
        assert isinstance(item, Fetched)
        assert (True, MINE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n") == (item.headers_only, item.raw)

    def test_one_message_on_which_the_server_always_hangs_up_does_not_hold_up_the_others(self) -> None:
        def poison(dialogue: Dialogue, tag: str, line: str) -> bool:
            return "7" in line.split()[2].split(",") and hang_up(dialogue, tag, line)

        with ScriptedImap(messages={uid: Message() for uid in range(5, 10)}) as server:
            server.on["FETCH"] = for_bodies(poison)
            with opened(server) as session:
                items = list(session.fetch([5, 6, 7, 8, 9]))
        assert [7] == [item.uid for item in items if isinstance(item, Missed)]
        assert {5, 6, 8, 9} == set(raws(items))

    def test_a_server_that_hangs_up_on_everything_ends_the_fetch(self) -> None:
        with ScriptedImap(messages={uid: Message() for uid in range(1, 20)}) as server:
            server.on["FETCH"] = for_bodies(hang_up)
            with opened(server) as session, pytest.raises(TryLater, match="broke off"):
                list(session.fetch(range(1, 20)))
            assert server.connections < 7

    def test_a_folder_that_changes_its_uidvalidity_on_a_new_connection_ends_the_fetch(self) -> None:
        def change(dialogue: Dialogue, tag: str, line: str) -> bool:
            dialogue.server.uidvalidity += 1
            return hang_up(dialogue, tag, line)

        with ScriptedImap(messages={5: Message()}) as server:
            server.on["FETCH"] = for_bodies(change)
            with opened(server) as session, pytest.raises(TryLater, match="UIDVALIDITY"):
                list(session.fetch([5]))

    def test_the_last_message_is_not_new_though_the_server_names_it(self) -> None:
        with ScriptedImap(messages={5: Message()}) as server, opened(server) as session:
            assert [] == session.uids_from(6)

    def test_a_folder_with_half_a_million_messages_can_be_listed(self) -> None:
        def long_line(dialogue: Dialogue, tag: str, _: str) -> bool:
            dialogue.say("* SEARCH " + " ".join(map(str, range(4_000_000_000, 4_000_500_000))), f"{tag} OK done")
            return True

        with ScriptedImap(on={"SEARCH": long_line}) as server, opened(server) as session:
            assert 500_000 == len(session.uids_from(1))

    def test_a_server_without_lasting_uids_is_tried_later(self) -> None:
        def select(dialogue: Dialogue, tag: str, _: str) -> bool:
            dialogue.say("* 0 EXISTS", f"{tag} OK [READ-WRITE] done")
            return True

        with ScriptedImap(on={"SELECT": select}) as server, pytest.raises(TryLater, match="UID"), opened(server):
            pass

    @pytest.mark.parametrize("text", ["* OK [UIDVALIDITY many] x", "* BYE", "+ what", "* ?", "A1 OK of another"])
    def test_nonsense_is_tried_later(self, text: str) -> None:
        def nonsense(dialogue: Dialogue, tag: str, _: str) -> bool:
            dialogue.say(text, f"{tag} OK done")
            return True

        with (
            ScriptedImap(on={"SELECT": nonsense}) as server,
            pytest.raises((TryLater, NeedsHuman)),
            opened(server),
        ):
            pass

    def test_only_numbers_and_names_of_the_settings_reach_the_server(self) -> None:
        evil = MINE.replace(b"lamp", b'x"\r\nA9 DELETE INBOX')
        with ScriptedImap(messages={5: Message(raw=evil)}, folders={"Processed": {}}) as server:
            with opened(server) as session:
                list(session.fetch(session.uids_from(1)))
                session.move([5], "Processed")
            assert [] == [line for line in server.lines if "DELETE" in line]


class TestPatience:
    """A whole operation has a deadline; a server that sends a byte now and then does not extend it."""

    @pytest.mark.parametrize("command", ["CAPABILITY", "AUTHENTICATE", "SELECT", "SEARCH", "FETCH", "MOVE", "NOOP"])
    @pytest.mark.parametrize("how", ["silence", "trickle"])
    def test_no_command_waits_longer_than_that(self, command: str, how: str) -> None:
        def stall(dialogue: Dialogue, _: str, __: str) -> bool:
            if how == "trickle":
                dialogue.trickle(b"* OK " + b"x" * 100_000)
            dialogue.hang()
            return True

        with (
            ScriptedImap(messages={5: Message()}, folders={"Processed": {}}, on={command: stall}) as server,
            pytest.raises(TryLater),
            opened(server, deadline=0.3, rate=1_000_000) as session,
        ):
            use(session)

    @pytest.mark.parametrize("command", ["CAPABILITY", "AUTHENTICATE", "SELECT", "SEARCH", "MOVE", "NOOP"])
    def test_a_server_that_hangs_up_is_tried_later(self, command: str) -> None:
        with (
            ScriptedImap(messages={5: Message()}, folders={"Processed": {}}, on={command: hang_up}) as server,
            pytest.raises(TryLater),
            opened(server) as session,
        ):
            use(session)

    def test_a_greeting_that_never_ends(self) -> None:
        with (
            ScriptedImap(greeting="* OK " + "x" * 30_000_000) as server,
            pytest.raises(TryLater),
            connect(scripted(server, deadline=0.01)),
        ):
            pass

    def test_a_tls_handshake_that_never_ends(self, authority: Authority) -> None:
        with (
            ScriptedImap(greeting="") as server,
            pytest.raises(TryLater),
            connect(scripted(server, host="localhost", tls=Tls.IMPLICIT, ca_file=authority.ca_file, deadline=0.3)),
        ):
            pass


class TestMoving:
    def held(self, server: ScriptedImap, folder: str) -> int:
        return len(server.folders.get(folder, {}))

    def test_with_move(self) -> None:
        with ScriptedImap(messages={5: Message(), 6: Message()}) as server:
            with opened(server) as session:
                assert Moved(moved=(5,)) == session.move([5], "Processed")
            assert [6] == list(server.messages)
            assert [] == server.said("EXPUNGE") + server.said("COPY")
            assert 1 == self.held(server, "Processed")

    def test_without_move_only_our_own_are_expunged(self) -> None:
        other = Message(flags={r"\Deleted"})  # a colleague may still want it back
        with ScriptedImap(messages={5: Message(), 6: other}, capabilities=("IMAP4rev1", "UIDPLUS")) as server:
            with opened(server) as session:
                assert Moved(moved=(5,)) == session.move([5], "Processed")
            assert {6: other} == server.messages
            assert 1 == self.held(server, "Processed")

    def test_without_move_and_uidplus_the_original_stays_and_is_copied_once(self) -> None:
        with ScriptedImap(messages={5: Message(), 6: Message()}, capabilities=("IMAP4rev1",)) as server:
            with opened(server) as session:
                assert Moved(copied=(5,)) == session.move([5], "Processed")
                assert Moved(copied=(5,)) == session.move([5], "Processed")
            assert [5, 6] == list(server.messages)
            assert {COPIED} == server.messages[5].flags
            assert 1 == self.held(server, "Processed")
            assert [] == server.said("EXPUNGE")

    def test_the_folder_is_made_where_the_server_keeps_personal_folders(self) -> None:
        capabilities = ("IMAP4rev1", "MOVE", "NAMESPACE")
        with ScriptedImap(
            messages={5: Message()}, capabilities=capabilities, namespace="INBOX.", separator="."
        ) as server:
            with opened(server) as session:
                session.move([5], "Ombud/Processed")
            assert 1 == self.held(server, "INBOX.Ombud.Processed")

    def test_a_folder_that_was_removed_meanwhile_is_made_again(self) -> None:
        with ScriptedImap(messages={5: Message(), 6: Message()}) as server, opened(server) as session:
            session.move([5], "Processed")
            del server.folders["Processed"]
            assert (6,) == session.move([6], "Processed").moved

    @pytest.mark.parametrize("command", ["MOVE", "CREATE"])
    @pytest.mark.parametrize("reason", ["[OVERQUOTA] full", "[NOPERM] not yours"])
    def test_when_the_server_refuses_the_mail_stays_and_the_reason_is_told(self, command: str, reason: str) -> None:
        refusing = ScriptedImap(messages={5: Message()}, on={command: says(f"NO {reason}")})
        with refusing as server, opened(server) as session:
            with pytest.raises(TryLater, match=reason.split()[1]):
                session.move([5], "Processed")
            assert [5] == session.uids_from(1)  # the connection is still of use

    def test_what_the_server_leaves_in_spite_of_its_ok_is_told(self) -> None:
        lying = ScriptedImap(messages={5: Message()}, folders={"Processed": {}}, on={"MOVE": says("OK done")})
        with lying as server, opened(server) as session:
            assert Moved(left=(5,)) == session.move([5], "Processed")

    def test_a_read_only_folder_can_be_read_and_says_so_when_moved_from(self) -> None:
        def read_only(dialogue: Dialogue, tag: str, _: str) -> bool:
            dialogue.say("* 1 EXISTS", "* OK [UIDVALIDITY 7] ok", f"{tag} OK [READ-ONLY] done")
            return True

        on = {"SELECT": read_only, "EXAMINE": read_only, "MOVE": says("NO read-only")}
        with ScriptedImap(messages={5: Message()}, on=on) as server, connect(scripted(server)) as session:
            assert session.select("INBOX").read_only
            assert {5: MINE} == raws(session.fetch([5]))
            with pytest.raises(TryLater, match="read-only"):
                session.move([5], "Processed")


KILLED = """
import sys
from daemon.accounts import ImapAccount, Tls
from daemon.inbox import connect
account = ImapAccount(name="d", host="127.0.0.1", port=int(sys.argv[1]), tls=Tls.NONE, user="desk", secret=str)
with connect(account) as session:
    session.select("INBOX")
    uids = [item.uid for item in session.fetch(session.uids_from(1))]
    session.move(uids, "Processed")
"""


@pytest.mark.parametrize(("point", "moved"), [("CP01", 0), ("CP05", 1), ("CP06", 1), ("CP06:2", 1)])
def test_what_the_server_holds_when_the_daemon_is_killed(point: str, moved: int) -> None:
    """Whatever the moment, the message is in exactly one of the two folders; points passed too seldom kill nobody."""
    with ScriptedImap(messages={5: Message()}, folders={"Processed": {}}) as server:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(server.port)],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"OMBUD_CRASH_AT": point},
            check=False,
        )
        server.finish()
        assert (0 if point == "CP06:2" else -signal.SIGKILL) == done.returncode
        assert (1 - moved, moved) == (len(server.messages), len(server.folders["Processed"]))
