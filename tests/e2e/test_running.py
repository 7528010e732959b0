"""The program as an admin runs it: start, stop, reload, exit statuses, what the commands print, what it refuses."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.desk import TestDesk, lines
from tests.e2e.mail import DESK, mail
from tests.servers.smtp import HANG, Fault, Step

ANA = "ana@kunde.example"
STRONG = "My parcel for order 48213 was never delivered. This is unacceptable, I demand 250 EUR."
WITHIN = 10  # seconds that a service manager gives


def wait_until(true: Callable[[], object]) -> None:
    """Until it is true, or a machine that is slower than any."""
    until = time.monotonic() + 180
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


@contextmanager
def daemon(desk: TestDesk) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon at work, past its first look into the folders."""
    before = len(lines(desk.log(), "started"))
    with desk.start("run") as process:
        try:
            wait_until(lambda: len(lines(desk.log(), "started")) > before and "first contact" in desk.log())
            yield process
        finally:
            process.kill()


def stop(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM, and the exit status."""
    process.send_signal(signal.SIGTERM)
    return process.wait(WITHIN)


def test_the_daemon_acknowledges_and_leaves_in_order_when_told_to(desk: TestDesk) -> None:
    with daemon(desk) as process:
        desk.deliver(mail(ANA, "Order 48213", STRONG))
        wait_until(lambda: len(desk.sent()) >= 2)
        wait_until(lambda: desk.imap.messages("Processed"))
        assert 0 == stop(process)
    assert lines(desk.log(), "stopped")
    assert [ANA, "marco.rossi@meridian.example"] == desk.recipients()
    desk.run()  # nothing is left to do, and nothing is done again
    assert 2 == len(desk.sent())


def test_a_server_that_keeps_us_waiting_does_not_keep_us_from_stopping(desk: TestDesk) -> None:
    """Stopped while the final dot is unanswered: it may have left, so it is treated like any letter in doubt."""
    desk.smtp.play(Fault(Step.DOT, HANG, times=1, containing=ANA, keeps=True))
    with daemon(desk) as process:
        desk.deliver(mail(ANA, "Order 48213", STRONG))
        wait_until(desk.sent)
        assert 0 == stop(process)
    desk.run(expect=3)  # the doubtful one waits a little before its twin leaves; the other one leaves first thing
    (row,) = [row for row in desk.show("outbox", "list") if row["letter"] == "acknowledgement"]
    assert ("retry", True) == (row["state"], row["because"].startswith("uncertain"))
    assert "marco.rossi@meridian.example" in desk.recipients()


def test_a_broken_file_is_refused_at_reload_and_the_old_settings_stay(small_desk: TestDesk) -> None:
    with daemon(small_desk) as process:
        good = small_desk.config.read_text(encoding="utf-8")
        small_desk.config.write_text(good.replace("reply_token", "repli_token"), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: lines(small_desk.log(), "reload refused, the old settings stay"))
        (refused,) = lines(small_desk.log(), "reload refused, the old settings stay")
        assert "repli_token" in refused["reason"]
        small_desk.deliver(mail(ANA, "Order 48213", STRONG))
        wait_until(lambda: len(small_desk.sent()) >= 2)

        changed = good.replace('display_name = "Meridian Reach complaint desk"', 'display_name = "Another name"')
        small_desk.config.write_text(changed, encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: lines(small_desk.log(), "reloaded"))
        small_desk.deliver(mail("bo@kunde.example", "Order 1", STRONG))
        wait_until(lambda: len(small_desk.sent()) >= 4)
        assert 0 == stop(process)
    assert "Meridian Reach complaint desk" in small_desk.sent_to(ANA)[0]["From"]
    assert "Another name" in small_desk.sent_to("bo@kunde.example")[0]["From"]


def test_a_second_daemon_on_the_same_database_exits_with_a_clear_text(desk: TestDesk) -> None:
    with daemon(desk) as process:
        status, _ = desk.call("run", "--once")
        assert 2 == status
        assert "ombud: " in desk.log()
        assert "another" in desk.log().lower()
        assert isinstance(desk.show("stats"), dict)  # who only looks may look
        assert 0 == stop(process)
    desk.run()


def test_a_daemon_whose_machine_died_does_not_lock_out_its_successor(desk: TestDesk) -> None:
    with daemon(desk) as process:
        process.kill()
        process.wait()
    desk.run()


def test_the_exit_status_of_one_pass_tells_whether_something_is_left(small_desk: TestDesk) -> None:
    small_desk.run(expect=0)
    small_desk.smtp.play(Fault(Step.RCPT, "450 4.2.1 later", containing=ANA))
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    small_desk.run(expect=3)
    status, _ = small_desk.call("run", "--once", "--from", "yesterday")
    assert 2 == status
    assert "YYYY-MM-DD" in small_desk.log()


def test_the_past_is_taken_in_on_request(small_desk: TestDesk) -> None:
    small_desk.deliver(mail(ANA, "Order 48213", STRONG))
    small_desk.run("--from", "2026-01-01")
    assert 1 == len(small_desk.sent_to(ANA))


def test_machines_can_read_what_the_commands_say(small_desk: TestDesk) -> None:
    """One state, seen through every command with --json."""
    small_desk.run()
    raw = mail(ANA, "Order 48213", STRONG, name="Ana")
    small_desk.deliver(raw)
    small_desk.deliver(b"\0" * 400)
    small_desk.deliver(mail("news@shop.example", "Offers", headers={"List-Id": "offers <o.shop.example>"}))
    small_desk.run()

    (case,) = small_desk.show("case", "list")
    assert (ANA, "open", "europe") == (case["customer"], case["status"], case["centre"])
    assert [] == small_desk.show("case", "list", "--status", "closed")
    shown = small_desk.show("case", "show", case["number"])
    assert {"case", "deadlines", "events", "gathered", "letters"} == set(shown)
    assert "CaseOpened" == shown["events"][0]["kind"]
    assert {"sent"} == {letter["state"] for letter in shown["letters"]}
    assert shown["deadlines"][0]["due"].endswith("+00:00")
    (quarantined,) = small_desk.show("quarantine", "list")
    assert quarantined == small_desk.show("quarantine", "show", str(quarantined["raw_id"]))
    assert "news@shop.example" in [row["sender"] for row in small_desk.show("noted", "list")]
    letters = [row["letter"] for row in small_desk.show("outbox", "list")]
    assert ["acknowledgement", "assignment"] == sorted(set(letters) - {"desk-notice", "record-head"})
    stats = small_desk.show("stats")
    assert (3, 1, 1) == (stats["messages"], stats["cases"], stats["quarantined"])
    assert small_desk.show("audit", "verify")["ok"]

    sample = small_desk.folder / "one.eml"
    sample.write_bytes(raw)
    parsed = small_desk.show("parse", str(sample))
    assert "strong" in json.dumps(parsed)


def test_an_unknown_case_number_is_told_apart_from_a_mistyped_one(small_desk: TestDesk) -> None:
    small_desk.run()
    status, _ = small_desk.call("case", "show", "C-1234-5678")
    assert 2 == status
    assert "check digit" in small_desk.log()


# ── what it refuses to start on ──────────────────────────────────────────────────────────────────────────────────────


def refusal(desk: TestDesk) -> str:
    """The program is started and refuses: what it says. Nobody was connected to."""
    status, _ = desk.call("run", "--once")
    assert 2 == status, desk.log()
    assert 0 == desk.smtp.connections
    assert "Traceback" not in desk.log()
    return desk.log()


def test_unknown_keys_are_refused_all_at_once(small_desk: TestDesk) -> None:
    small_desk.replace = {'reply_token = "plus"': 'repli_token = "plus"', 'log_level = "info"': 'log_levle = "info"'}
    said = refusal(small_desk)
    assert "repli_token" in said
    assert "log_levle" in said
    assert "ombud.toml" in said
    assert not (small_desk.folder / "ombud.sqlite3").exists()


def test_a_database_that_disappeared_is_never_replaced_by_an_empty_one(small_desk: TestDesk) -> None:
    """The file was moved, or the machine restored without it: refuse, and say what to do (threats matrix)."""
    small_desk.run()
    database = small_desk.folder / "ombud.sqlite3"
    database.unlink()
    said = refusal(small_desk)
    assert str(database) in said
    assert not database.exists()


@pytest.mark.parametrize("damage", ["other bytes", "cut", "flipped"])
def test_a_broken_database_is_kept_as_it_is(small_desk: TestDesk, damage: str) -> None:
    small_desk.run()
    database = small_desk.folder / "ombud.sqlite3"
    _damage(database, damage)
    before = database.read_bytes()
    said = refusal(small_desk)
    assert "ombud.sqlite3" in said
    assert before == database.read_bytes()


def _damage(database: Path, how: str) -> None:
    content = bytearray(database.read_bytes())
    match how:
        case "other bytes":
            content = bytearray(b"not a database " * 1000)
        case "cut":
            content = content[: len(content) // 2]
        case _:
            content[4096 * 3 : 4096 * 6] = bytes(255 - byte for byte in content[4096 * 3 : 4096 * 6])
    database.write_bytes(bytes(content))


def test_a_broken_letter_is_found_before_anything_is_done(small_desk: TestDesk) -> None:
    """A template of the admin's own with an undefined word: refuse to start, name file and word."""
    own = small_desk.folder / "templates" / "en"
    own.mkdir(parents=True)
    (own / "acknowledgement.md.j2").write_text(
        "subject: Hello {{ nobody }}\n---\nHello {{ nobody }}\n", encoding="utf-8"
    )
    small_desk.replace = {'# templates_dir = "templates"': 'templates_dir = "templates"'}
    said = refusal(small_desk)
    assert "acknowledgement" in said
    assert "nobody" in said


def test_secrets_are_never_shown(small_desk: TestDesk) -> None:
    """Neither the password nor the signing key is in the log, in what commands print, or in the database (T19)."""
    small_desk.run()
    small_desk.deliver(mail(ANA, "Order 48213", STRONG, to=DESK))
    small_desk.run()
    key = (small_desk.folder / "ombud-token.key").read_text(encoding="utf-8").strip()
    printed = "".join(small_desk.call(*command)[1] for command in (("config", "check"), ("stats",), ("outbox", "list")))
    stored = b"".join(file.read_bytes() for file in small_desk.folder.glob("ombud.sqlite3*"))
    for secret in (key, "correct-horse"):
        assert secret not in small_desk.log()
        assert secret not in printed
        assert secret.encode() not in stored
