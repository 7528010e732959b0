"""The least that any mail desk must do, in one process and without any thought: what ombud is measured against.

Fetch by 50, parse with the standard library and decode every part, look up the thread, one durable commit a message,
acknowledge each new thread over one connection, mark as seen.
"""

import email
import os
import smtplib
import sqlite3
import sys
from email.message import EmailMessage

from imapclient import IMAPClient

BATCH = 50


def main() -> None:
    """Servers and database as `bench/peerbench.sh` gets them: PB_IMAP_*, PB_SMTP_*, PB_DB."""
    base = sqlite3.connect(os.environ["PB_DB"], isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE IF NOT EXISTS cases (id INTEGER PRIMARY KEY, sender TEXT, subject TEXT)")
    base.execute("CREATE TABLE IF NOT EXISTS mails (message_id TEXT PRIMARY KEY, number INTEGER, body TEXT, raw BLOB)")
    smtp = smtplib.SMTP(os.environ["PB_SMTP_HOST"], int(os.environ["PB_SMTP_PORT"]))
    with IMAPClient(os.environ["PB_IMAP_HOST"], int(os.environ["PB_IMAP_PORT"]), ssl=False) as imap:
        imap.login(os.environ["PB_IMAP_USER"], os.environ["PB_IMAP_PASS"])
        imap.select_folder("INBOX")
        uids = imap.search("UNSEEN")
        for start in range(0, len(uids), BATCH):
            some = uids[start : start + BATCH]
            for found in imap.fetch(some, ["BODY.PEEK[]"]).values():
                _take(base, smtp, found[b"BODY[]"])
            imap.add_flags(some, [b"\\Seen"], silent=True)
    smtp.quit()
    print(base.execute("SELECT count(*) FROM cases").fetchone()[0], file=sys.stderr)


def _take(base: sqlite3.Connection, smtp: smtplib.SMTP, raw: bytes) -> None:
    message = email.message_from_bytes(raw)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    body = next((part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)), "")
    named = f"{message['In-Reply-To'] or ''} {message['References'] or ''}".split()
    marks = ",".join("?" * len(named))
    known = base.execute(f"SELECT number FROM mails WHERE message_id IN ({marks})", named).fetchone() if named else None  # noqa: S608
    base.execute("BEGIN IMMEDIATE")
    number = known[0] if known else None
    if number is None:
        number = base.execute(
            "INSERT INTO cases (sender, subject) VALUES (?, ?)", (message["From"], message["Subject"])
        ).lastrowid
    base.execute("INSERT OR IGNORE INTO mails VALUES (?, ?, ?, ?)", (message["Message-ID"], number, body, raw))
    base.execute("COMMIT")
    if known is None and not message["Auto-Submitted"]:
        answer = EmailMessage()
        answer["From"], answer["To"], answer["Subject"] = (
            "complaints@shop.example",
            message["From"],
            f"[{number}] received",
        )
        answer.set_content(f"Your complaint has the number {number}.")
        smtp.send_message(answer)


if __name__ == "__main__":
    main()
