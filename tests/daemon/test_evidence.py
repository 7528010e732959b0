"""What goes to the department with an assignment: only bytes that are the file on record, whatever a worker says."""

from base64 import encodebytes
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cases import events as e
from cases.case import fold
from cases.letters import Letter
from cases.message import Attachment
from cases.words import LetterClass
from daemon.compose import File
from daemon.evidence import Evidence
from store.desk import Store
from store.values import NewDelivery

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PHOTO = b"\xff\xd8\xff" + b"photo of the damage " * 40
SECRET = b"\xff\xd8\xff" + b"passport of somebody " * 40


def lines(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n").rstrip(b"\r\n")


def part(name: bytes, body: bytes) -> bytes:
    head = b"--b\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n"
    return head + b'Content-Disposition: attachment; filename="%s"\r\n\r\n%s\r\n' % (name, body)


RAW = b"".join(
    (
        b"From: ana@kunde.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        part(b"photo.jpg", lines(PHOTO)),
        part(b"secret.jpg", lines(SECRET)),
        b"--b--\r\n",
    )
)


def honest(content: bytes = PHOTO, **changes: Any) -> Attachment:
    """The file as an honest worker reports it."""
    told = Attachment(
        name="photo.jpg",
        type="image/jpeg",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        start=RAW.index(lines(content)),
        length=len(lines(content)),
    )
    return replace(told, **changes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that holds the message."""
    made = Store.create(f"sqlite:///{tmp_path}/desk.sqlite")
    with made.unit("fetch"):
        made.record_deliveries(
            [NewDelivery(account="a", folder="INBOX", uidvalidity=1, uid=1, raw=RAW, received_at=NOW, size=len(RAW))]
        )
    yield made
    made.close()


def given(store: Store, file: Attachment, letter: str = "assignment", *, earlier: bool = False) -> tuple[File, ...]:
    """The files that go with an assignment when a worker said this of the message."""
    opening = e.CaseOpened(at=NOW, by="message:1", number="C-1", raw=1, received_at=NOW, customer="ana@kunde.example")
    added = e.EvidenceAdded(at=NOW, by="message:1", raw=1, files=(file,))
    written = Letter(
        key=f"C-1:{letter}:1:jonas",
        number="C-1",
        letter=letter,
        to="jonas@meridian.example",
        person="jonas",
        language="en",
        zone="UTC",
        letter_class=LetterClass.OWED,
        not_before=NOW,
        priority=4,
        cause=added,
    )
    return tuple(Evidence(store=store).files_for(written, fold(None, (opening, added)), () if earlier else (added,)))


def bytes_of(store: Store, file: File) -> bytes:
    """What the department would read."""
    if file.place is None:
        return file.content
    return a2b_base64(store.raw_slice(file.place.raw_id, file.place.start, file.place.length))


def test_an_honest_worker_has_the_file_sent_from_where_it_stands(store: Store) -> None:
    (file,) = given(store, honest())
    assert file.place is not None
    assert PHOTO == bytes_of(store, file)


def test_what_comes_later_goes_with_the_letter_that_passes_the_message_on(store: Store) -> None:
    """And nothing that the department was sent before."""
    (file,) = given(store, honest(), "follow-up")
    assert PHOTO == bytes_of(store, file)
    assert () == given(store, honest(), "follow-up", earlier=True)
    assert () == given(store, honest(), "reminder")


@pytest.mark.parametrize(
    "lie",
    [
        {"start": RAW.index(lines(SECRET)), "length": len(lines(SECRET))},  # another file of the same message
        {"start": 0, "length": 200},  # its header
        {"length": len(lines(PHOTO)) - 4},
        {"length": len(RAW) * 2},
        {"start": len(RAW) + 10},
        {"start": -5},
    ],
)
def test_a_wrong_place_never_gives_other_bytes_than_those_on_record(store: Store, lie: dict[str, Any]) -> None:
    """The digest decides: the true file is looked for in the message, and what stands at the place stays there."""
    (file,) = given(store, replace(honest(), **lie))
    assert PHOTO == bytes_of(store, file)


def test_a_digest_of_bytes_that_are_not_in_the_message_gets_nothing(store: Store) -> None:
    assert () == given(store, honest(sha256=sha256(b"elsewhere").hexdigest()))


def test_a_kind_that_the_bytes_are_not_gets_nothing(store: Store) -> None:
    """A program that calls itself a document opens nowhere."""
    assert () == given(store, honest(type="application/pdf"))
