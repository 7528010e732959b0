"""The invented post: real clients' bytes that say what was meant, and real files."""

import struct
import zlib
from datetime import UTC, datetime

import pytest

from config.settings import load
from daemon.demo.mails.files import file_of
from daemon.demo.mails.post import Piece, read_post
from daemon.demo.mails.writing import write
from parsers import attachment_content, parse_message

POST = read_post()


@pytest.mark.parametrize("piece", POST, ids=lambda piece: piece.key)
def test_what_was_written_is_what_is_read(piece: Piece) -> None:
    """In whatever charset and transfer encoding; so a question mark on the page is never the demo's own fault."""
    settings = load(None, now=datetime(2026, 11, 23, tzinfo=UTC))
    message = parse_message(write(piece.draft), settings.account(piece.account).reading)
    words = " ".join(message.text.split())
    for line in piece.draft.text.strip().splitlines():
        assert " ".join(line.split()) in words
    assert piece.draft.subject == message.subject
    assert len(piece.draft.files) == len(message.attachments)


def test_the_post_is_as_mixed_as_a_real_desks() -> None:
    drafts = [piece.draft for piece in POST]
    assert len({draft.charset for draft in drafts}) >= 6
    assert len({draft.client for draft in drafts}) >= 6
    assert len({piece.key for piece in POST}) == len(POST) >= 22


def test_the_same_story_gives_the_same_bytes() -> None:
    assert [write(piece.draft) for piece in POST] == [write(piece.draft) for piece in read_post()]


def test_a_picture_is_a_picture() -> None:
    kind, png = file_of("hinge.png")
    assert "image/png" == kind
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT") + 4
    length = struct.unpack(">I", png[start - 8 : start - 4])[0]
    assert height * (width + 1) == len(zlib.decompress(png[start : start + length]))


def test_a_photo_has_the_segments_of_a_baseline_jpeg() -> None:
    kind, jpeg = file_of("hinge.jpg")
    assert "image/jpeg" == kind
    at, markers = 2, []
    while jpeg[at + 1] != 0xDA:
        markers.append(jpeg[at + 1])
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    assert [0xE0, 0xDB, 0xC0, 0xC4, 0xC4] == markers
    assert (b"\xff\xd8", b"\xff\xd9") == (jpeg[:2], jpeg[-2:])


def test_the_table_of_a_pdf_points_at_its_objects() -> None:
    kind, pdf = file_of("receipt.pdf")
    assert "application/pdf" == kind
    place = int(pdf.split(b"startxref\n")[1].split(b"\n")[0])
    rows = pdf[place:].split(b"\n")[3:8]
    for number, row in enumerate(rows, 1):
        assert pdf[int(row[:10]) :].startswith(b"%d 0 obj" % number)


def test_an_attachment_arrives_as_it_was_made() -> None:
    draft = next(piece.draft for piece in POST if piece.key == "adler")
    raw = write(draft)
    message = parse_message(raw)
    assert file_of(draft.files[0])[1] == attachment_content(raw, message.attachments[0].sha256)
