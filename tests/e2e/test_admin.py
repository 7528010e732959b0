"""What an admin does around the desk: an account more, a lost key, a move to another database, a look at a letter."""

import re
import stat
from pathlib import Path

from tests.e2e.desk import Polled, TestDesk, lines
from tests.e2e.mail import mail
from tests.e2e.test_running import ANA, STRONG, daemon, stop, wait_until
from tests.servers.dovecot import Dovecot

BO = "bo@kunde.example"


def test_an_account_that_is_added_while_running_is_polled_and_one_that_goes_is_not(
    small_desk: TestDesk, dovecot: Dovecot
) -> None:
    added = dovecot.new_account("added")
    with daemon(small_desk) as process:
        alone = small_desk.config.read_text(encoding="utf-8")
        small_desk.others = (Polled(name="added", address="added@meridian.example", imap=added, port=dovecot.port),)
        small_desk.write_config()
        both = small_desk.config.read_text(encoding="utf-8")
        for count, text in enumerate((both, alone, both), 1):
            small_desk.config.write_text(text, encoding="utf-8")
            process.send_signal(1)
            wait_until(lambda count=count: count == len(lines(small_desk.log(), "reloaded")))  # type: ignore[misc]
        wait_until(lambda: '"account": "added", "folder": "INBOX"' in small_desk.log())
        added.append(mail(BO, "Order 1", STRONG, to="added@meridian.example"))
        wait_until(lambda: small_desk.sent_to(BO))
        assert 0 == stop(process)
    assert 1 == len(small_desk.sent_to(BO))


def test_a_lost_token_key_is_told_and_never_replaced_behind_ones_back(small_desk: TestDesk) -> None:
    small_desk.run()
    key = small_desk.folder / "ombud-token.key"
    key.unlink()
    small_desk.run()  # nothing was signed yet: a fresh one does no harm
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    small_desk.run()
    saved = key.read_bytes()
    key.unlink()
    for command in (("run", "--once"), ("outbox", "release", "1")):
        status, _ = small_desk.call(*command)
        assert 2 == status
        assert not key.exists()
    assert f"the token key {key} is gone" in small_desk.log()
    key.write_bytes(saved)
    key.chmod(0o600)
    small_desk.run()


def test_a_lost_key_is_told_also_while_others_are_there(small_desk: TestDesk) -> None:
    """After a change of keys the new one signs; without it no reply to a new letter would be believed."""
    small_desk.run()
    old, new = small_desk.folder / "ombud-token.key", small_desk.folder / "new.key"
    text = small_desk.config.read_text(encoding="utf-8")
    first = '[[token_key]]\nid = "a"\n'
    small_desk.config.write_text(
        text.replace(first, f'[[token_key]]\nid = "b"\nsecret_file = "new.key"\n\n{first}'), encoding="utf-8"
    )
    small_desk.run()  # no letter has the new key yet, so it is made
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    small_desk.run()
    saved = new.read_bytes()
    new.unlink()
    assert 2 == small_desk.call("run", "--once")[0]
    assert not new.exists()
    assert f"the token key {new} is gone although letters were signed with it" in small_desk.log()
    new.touch(mode=0o600)
    new.write_bytes(saved)
    assert old.exists()
    small_desk.run()


def test_a_database_that_others_can_read_is_told_with_the_way_to_end_it(small_desk: TestDesk) -> None:
    small_desk.run()
    database = small_desk.folder / "ombud.sqlite3"
    assert 0o600 == stat.S_IMODE(database.stat().st_mode)
    for folder_mode, mode, told in ((0o755, 0o600, 0), (0o700, 0o644, 0), (0o755, 0o644, 1), (0o755, 0o660, 2)):
        small_desk.folder.chmod(folder_mode)
        database.chmod(mode)
        small_desk.run()
        found = lines(small_desk.log(), "database is open to others")
        assert told == len(found)
    assert f"{database} can be read by others; run: chmod 600 {database}" in found[-1]["next_step"]


def test_a_desk_moves_to_another_database_with_everything_it_knows(small_desk: TestDesk, tmp_path: Path) -> None:
    small_desk.run()
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    small_desk.run()
    before = small_desk.show("case", "list"), small_desk.show("stats")
    old = small_desk.folder / "old.toml"
    old.write_text(small_desk.config.read_text(encoding="utf-8"), encoding="utf-8")
    small_desk.database_url = f"sqlite:///{tmp_path}/elsewhere.sqlite3"
    small_desk.write_config()
    status, said = small_desk.call("init-db", "--copy-from", str(old))
    assert (0, True) == (status, "elsewhere" in said)
    assert before == (small_desk.show("case", "list"), small_desk.show("stats"))
    assert small_desk.show("audit", "verify")["ok"]
    assert 2 == small_desk.call("init-db", "--copy-from", str(old))[0]
    small_desk.run()
    assert 1 == len(small_desk.sent_to(ANA))


def test_a_letter_can_be_read_before_it_leaves(small_desk: TestDesk) -> None:
    small_desk.letters = "hold"
    small_desk.run()
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    small_desk.run()
    (held,) = [row for row in small_desk.show("outbox", "list") if row["letter"] == "acknowledgement"]
    status, said = small_desk.call("outbox", "show", str(held["id"]))
    assert 0 == status
    assert f"To: {ANA}" in said
    assert re.search(r"Case number: C-\d{4}-\d{4}", said)
    assert "�" not in said
    assert held["id"] == small_desk.show("outbox", "show", str(held["id"]))["id"]
    assert "X-Ombud-Mark: " in small_desk.call("outbox", "show", str(held["id"]), "--raw")[1]
    assert 2 == small_desk.call("outbox", "show", "4711")[0]


def test_one_pass_says_at_its_end_whether_something_is_left(small_desk: TestDesk) -> None:
    small_desk.run()
    (done,) = lines(small_desk.log(), "one pass is done")
    assert "nothing" == done["left"]


def test_a_backup_puts_a_lost_database_back(small_desk: TestDesk, tmp_path: Path) -> None:
    """As docs/running.md says: the copy in its place, a look at the record, and the desk goes on."""
    small_desk.run()
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    copy = tmp_path / "copy.sqlite3"
    with daemon(small_desk) as process:
        wait_until(lambda: small_desk.sent_to(ANA))
        wait_until(lambda: {"sent"} == {row["state"] for row in small_desk.show("outbox", "list")})
        status, said = small_desk.call("backup", str(copy))
        assert (0, True) == (status, "keep a copy in another place" in said)
        assert 0 == stop(process)
    database = small_desk.folder / "ombud.sqlite3"
    database.unlink()
    small_desk.run(expect=2)
    copy.rename(database)
    assert small_desk.show("audit", "verify")["ok"]
    small_desk.run()
    assert 1 == len(small_desk.sent_to(ANA))
    assert [ANA] == [row["customer"] for row in small_desk.show("case", "list")]
