"""What goes wrong on the way in, on a real Dovecot: nothing is lost, nothing is doubled, the next mail flows."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from unittest import mock

import pytest

from cases.reading import Reading
from daemon.inbox import Session
from daemon.workers import Parsers
from store.values import Outcome
from tests.e2e.conftest import MONDAY, Opening
from tests.e2e.desk import Polled, TestDesk
from tests.e2e.mail import mail, text_of
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import Dovecot
from tests.servers.process import free_port
from tests.servers.tls import Authority

CLERK = "jonas.brandt@meridian.example"


def deliver(desk: TestDesk, *names: str) -> None:
    """One complaint of each sender lies in the INBOX."""
    for name in names:
        desk.deliver(mail(f"{name}@kunde.example", f"Order of {name}"), at=MONDAY)


def customers(office: OpenDesk) -> list[str]:
    """Whose complaints there are, by the part before the @, sorted."""
    return sorted(case.customer.partition("@")[0] for case in office.cases())


def answered(office: OpenDesk) -> list[str]:
    """Who got a letter at a customer's address, one entry each, sorted."""
    return [address.partition("@")[0] for address in office.desk.recipients() if address.endswith("kunde.example")]


def test_a_renumbered_folder_brings_no_old_mail_again_and_loses_no_new(office: OpenDesk) -> None:
    """UIDVALIDITY changes, as after a restored backup, with mail of every kind lying there (threats matrix)."""
    imap = office.desk.imap
    deliver(office.desk, "ana", "bo")
    office.beat()
    # The restored folder holds the two again, beside one that came meanwhile and one from before the first contact.
    for one in imap.messages("Processed"):
        imap.append(one.raw, at=one.internal_date)
    imap.append(mail("old@kunde.example"), at=MONDAY - timedelta(days=40))
    deliver(office.desk, "cy")
    for epoch in (7_000_001, 7_000_002):
        imap.set_uid_validity(epoch)
        office.beat()
        office.restart()
        office.beat()
    assert ["ana", "bo", "cy"] == customers(office) == answered(office)
    assert ["old@kunde.example"] == [_sender(one.raw) for one in imap.messages()]
    deliver(office.desk, "di")
    office.beat()
    assert ["ana", "bo", "cy", "di"] == customers(office) == answered(office)


def test_uids_that_are_given_out_again_are_other_messages(office: OpenDesk) -> None:
    """A new epoch may reuse each number: identity is account, folder, epoch and UID together."""
    imap = office.desk.imap
    deliver(office.desk, "ana")
    office.beat()
    with imap.connect() as client:
        client.create_folder("Old")
        client.delete_folder("Processed")
    imap.set_uid_validity(8_000_001)
    imap.server.doveadm("mailbox", "update", "-u", imap.address, "--min-next-uid", "1", "INBOX")
    deliver(office.desk, "bo")
    office.beat()
    assert ["ana", "bo"] == customers(office) == answered(office)


def test_a_colleague_who_deletes_a_message_meanwhile_does_not_stop_the_others(office: OpenDesk) -> None:
    """Gone between the listing and the fetch: no trouble, and no endless loop (threats matrix)."""
    deliver(office.desk, "ana", "bo", "cy")
    gone = office.desk.imap.messages()[1].uid
    really = Session.uids_from

    def meanwhile(session: Session, first: int) -> list[int]:
        found = really(session, first)
        if gone in found:
            office.desk.imap.expunge(gone)
        return found

    with mock.patch.object(Session, "uids_from", meanwhile):
        office.beat()
    office.beat()
    assert ["ana", "cy"] == customers(office) == answered(office)
    assert [] == office.down


def test_a_colleague_who_files_a_message_away_before_us_changes_nothing(office: OpenDesk) -> None:
    """After the commit the message is ours, wherever somebody puts it."""
    deliver(office.desk, "ana", "bo")
    (house,) = office.house.polls
    house.run()
    office.desk.imap.expunge(office.desk.imap.messages()[0].uid)
    office.beat()
    assert [] == office.down
    assert ["ana", "bo"] == customers(office) == answered(office)
    assert 1 == len(office.desk.imap.messages("Processed"))


def test_what_others_mark_as_read_is_still_new_and_stays_as_they_left_it(small_office: OpenDesk) -> None:
    r"""`\Seen` is never our state (invariant 1)."""
    small_office.desk.imap.append(mail("ana@kunde.example"), at=MONDAY, flags=("\\Seen", "\\Flagged"))
    deliver(small_office.desk, "bo")
    small_office.beat()
    assert ["ana", "bo"] == customers(small_office)
    read, unread = small_office.desk.imap.messages("Processed")
    assert {"\\Seen", "\\Flagged"} <= read.flags
    assert not {"\\Seen", "\\Flagged"} & unread.flags


def test_one_account_is_down_and_the_other_goes_on(
    desk: TestDesk, opening: Opening, authority: Authority, dovecot: Dovecot
) -> None:
    other_server = Dovecot(authority=authority)
    other_server.start()
    try:
        other = other_server.new_account("other")
        desk.others = (Polled(name="other", address="other@meridian.example", imap=other, port=other_server.port),)
        office = opening(desk)
        other.append(mail("bo@kunde.example", "Order of bo"), at=MONDAY)
        with other_server.down():
            deliver(desk, "ana")
            office.beat()
            assert ["other"] == office.down
            assert ["ana"] == customers(office) == answered(office)
            office.beat()
            assert "other" in "\n".join(text_of(letter) for letter in desk.sent_to(CLERK))
        office.clock.advance(timedelta(minutes=6))
        office.beat()
        assert [] == office.down
        assert ["ana", "bo"] == customers(office) == answered(office)
    finally:
        other_server.close()


def test_the_exit_status_tells_that_an_account_was_down(small_desk: TestDesk, dovecot: Dovecot) -> None:
    """The real program: everything else is done, and status 3 says that something is left."""
    nobody = dovecot.new_account("away")
    small_desk.others = (Polled(name="away", address="away@meridian.example", imap=nobody, port=free_port()),)
    small_desk.run(expect=3)
    small_desk.deliver(mail("ana@kunde.example"))
    small_desk.run(expect=3)
    assert ["ana@kunde.example"] == [row["customer"] for row in small_desk.show("case", "list")]
    assert 1 == len(small_desk.sent_to("ana@kunde.example"))


def test_folders_for_what_is_done_are_made_when_missing(small_office: OpenDesk) -> None:
    """Also when somebody removes them while the desk works."""
    assert "Processed" not in small_office.desk.imap.folders()
    deliver(small_office.desk, "ana")
    small_office.beat()
    with small_office.desk.imap.connect() as client:
        client.delete_folder("Processed")
    deliver(small_office.desk, "bo")
    small_office.beat()
    assert 1 == len(small_office.desk.imap.messages("Processed"))
    assert () == small_office.desk.imap.messages()


def test_junk_is_looked_into_where_the_settings_say_so(small_desk: TestDesk, opening: Opening) -> None:
    small_desk.folders = ("INBOX", "Junk")
    office = opening(small_desk)
    small_desk.deliver(mail("ana@kunde.example"), folder="Junk", at=MONDAY)
    office.beat()
    assert ["ana"] == customers(office) == answered(office)


def test_a_message_over_the_size_cap_is_never_fetched_whole_nor_deleted(small_desk: TestDesk, opening: Opening) -> None:
    """Only its headers are read; it is noted, somebody hears of it, and the next mail flows (input 24)."""
    small_desk.replace = {'reply_token = "plus"': 'reply_token = "plus"\nsize_cap_mb = 1'}
    office = opening(small_desk)
    big = mail("big@kunde.example", "Big", "x" * 70 + "\n") + (b"y" * 70 + b"\r\n") * 20_000
    small_desk.deliver(big, at=MONDAY)
    deliver(small_desk, "ana")
    office.beat()
    office.beat()
    stored = office.house.store.raw(1)
    assert (True, len(big)) == (stored.headers_only, stored.size)
    assert len(stored.raw) < 2_000
    assert "ana" in customers(office)
    kept = [one.raw for one in small_desk.imap.messages("Processed") + small_desk.imap.messages("Quarantine")]
    assert big in kept


def _sender(raw: bytes) -> str:
    line = next(line for line in raw.splitlines() if line.startswith(b"From: "))
    return line.removeprefix(b"From: ").decode()


# ── hostile mail between good mail (threats §4) ──────────────────────────────────────────────────────────────────────


def _nested(depth: int) -> bytes:
    head = b"From: eve@evil.example\r\nTo: complaints@meridian.example\r\nSubject: nest\r\nMIME-Version: 1.0\r\n"
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return head + opened + b"Content-Type: text/plain\r\n\r\nhello\r\n"


def _headed(extra: bytes, text: bytes = b"My parcel never arrived, I complain!") -> bytes:
    return extra + b"To: complaints@meridian.example\r\nSubject: Broken\r\n\r\n" + text + b"\r\n"


def _files(count: int) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "eve@evil.example", "files"
    message.set_content("many")
    for n in range(count):
        message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=f"{n}.bin")
    return message.as_bytes().replace(b"\n", b"\r\n")


EVE = b"From: eve@evil.example\r\n"
QUARANTINED = {
    "only NULs (2)": b"\0" * 400,
    "only line ends (3)": b"\r\n" * 10_000,
    "501 levels of multipart (13)": _nested(501),
    "a header of a megabyte (16)": _headed(EVE + b"X-Long: " + b"a" * 2**20 + b"\r\n"),
    "100 000 headers (17)": _headed(EVE + b"X: y\r\n" * 100_000),
    "To with 50 000 addresses (22)": _headed(
        EVE + b"To: " + b",\r\n ".join(b"a%d@b.example" % n for n in range(50_000)) + b"\r\n"
    ),
    "no From (27)": _headed(b"Date: Mon, 9 Nov 2026 09:00:00 +0000\r\n"),
    "an unreadable From (28)": _headed(b'From: "\r\n'),
    "500 files (48)": _files(501),
}
NOTED = {
    "5 000 hops (18)": _headed(b"Received: from a by b; Mon, 9 Nov 2026 09:00:00 +0000\r\n" * 5_000 + EVE),
    "two From lines (29)": _headed(EVE + b"From: ana@kunde.example\r\n"),
    "two addresses in From (30)": _headed(b"From: ana@kunde.example, eve@evil.example\r\n"),
    "an address in a name's place (31)": _headed(b"From: boss@corp.example <eve@evil.example>\r\n"),
    "two @ (31)": _headed(b"From: a@b@c.example\r\n"),
}
CASES = {
    "no Message-ID that is one (36)": _headed(EVE + b"Message-ID: <\r\n"),
    "a date out of this world (39)": _headed(EVE + b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n"),
    "line ends in the subject (40)": EVE
    + b"Subject: =?utf-8?q?x=0D=0ABcc:_victim@elsewhere.example?=\r\n\r\nI complain, unacceptable!\r\n",
    "raw 8-bit (42)": _headed(EVE + b"X-Name: \xff\xfe\xed\xa0\x80\r\n", b"I complain, unacceptable! \xff\xc0\xaf"),
    "unknown charset (46)": _headed(EVE + b'Content-Type: text/plain; charset="no\0such"\r\n'),
    "never closed (10)": _headed(
        EVE + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n',
        b"--b\r\n\r\nI complain, unacceptable!",
    ),
    "a template (62)": _headed(EVE, b"{{ 7*7 }} {% for x in range(10**9) %} I complain, unacceptable!"),
    "slow for greedy patterns (61)": _headed(
        EVE, b"I complain! " + b"On a <b@c.example> " * 5_000 + b"\n" * 20_000 + b">" * 20_000
    ),
}


@pytest.mark.parametrize(
    ("samples", "outcome"),
    [(QUARANTINED, Outcome.QUARANTINED), (NOTED, Outcome.NOTED), (CASES, Outcome.CASE)],
    ids=["quarantined", "noted", "cases"],
)
def test_hostile_mail_ends_as_listed_and_stops_nobody(
    small_office: OpenDesk, samples: dict[str, bytes], outcome: Outcome
) -> None:
    """Each between good mails, all with their bytes on record, nobody third written to (threats §4)."""
    office = small_office
    deliver(office.desk, "before")
    for raw in samples.values():
        office.desk.deliver(raw, at=MONDAY)
    deliver(office.desk, "after")
    office.beat()
    office.beat()
    ended = {name: office.house.store.raw(n).outcome for n, name in enumerate(samples, 2)}
    assert dict.fromkeys(samples, outcome) == ended
    assert {"before", "after"} <= set(customers(office))
    assert () == office.desk.imap.messages()
    quarantined = office.desk.imap.messages("Quarantine")
    assert len(samples) * (outcome is Outcome.QUARANTINED) == len(quarantined)
    assert "victim@elsewhere.example" not in office.desk.recipients()
    ours = {address for address in office.desk.recipients() if address.endswith("meridian.example")}
    assert {"before@kunde.example", "after@kunde.example", "eve@evil.example"} >= set(office.desk.recipients()) - ours
    if outcome is Outcome.QUARANTINED:
        rows = office.house.store.quarantined(open_only=True)
        assert ["intake desk"] * len(samples) == [row.owner for row in rows]
        assert "quarantined" in "\n".join(text_of(letter) for letter in office.desk.sent_to(CLERK)).lower()


def test_a_message_that_kills_whoever_reads_it_is_tried_as_often_as_the_settings_say(
    small_desk: TestDesk, opening: Opening
) -> None:
    """The attempt is counted before it begins; then a person looks, and the neighbours never noticed (invariant 10)."""
    small_desk.replace = {"attempts = 3": "attempts = 2"}
    with Parsers(Reading(), workers=2, parse="tests.e2e.deadly:parse") as deadly:
        office = opening(small_desk, parsers=deadly)
        deliver(small_desk, "before")
        small_desk.deliver(mail("eve@evil.example", headers={"X-Poison": "1"}), at=MONDAY)
        deliver(small_desk, "after")
        office.beat()
        office.beat()
    assert ["after", "before"] == customers(office) == answered(office)
    (row,) = office.house.store.quarantined(open_only=True)
    assert (2, True) == (row.attempts, "2 times" in row.reason)
    assert 1 == len(small_desk.imap.messages("Quarantine"))


def test_quarantine_that_nobody_looks_into_is_told_to_head_office(small_office: OpenDesk) -> None:
    """A row with an owner and a limit, like any stage (policy §1)."""
    small_office.desk.deliver(b"\0" * 400, at=MONDAY)
    small_office.beat()
    assert [] == small_office.desk.sent_to("he.jing@meridian.example")
    small_office.go_on(days=1)
    assert 1 == len(small_office.desk.sent_to("he.jing@meridian.example"))


def test_bytes_on_record_are_those_of_the_server(office: OpenDesk, tmp_path: Path) -> None:
    """Raw first: what was received can be proven later, whatever it was (invariant 1). Dovecot itself replaces NULs."""
    raws = [*CASES.values(), *NOTED.values()]
    for raw in raws:
        office.desk.deliver(raw, at=MONDAY)
    office.beat()
    on_server = {one.raw for one in office.desk.imap.messages("Processed")}
    assert on_server == {office.house.store.raw(n).raw for n in range(1, len(raws) + 1)}
