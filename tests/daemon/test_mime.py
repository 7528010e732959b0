"""What we write is what every reader reads: the same text, the same subject, one recipient, nothing else."""

from base64 import encodebytes
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.trouble import NeedsHuman
from daemon.mime import Part, text_part, write_message

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))
SUBJECTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)

STORED = {
    "evidence-1.png": encodebytes(b"first" * 40).replace(b"\n", b"\r\n").rstrip(b"\r\n"),
    "evidence-3.png": encodebytes(b"third" * 90).replace(b"\n", b"\r\n").rstrip(b"\r\n"),
}


def read(raw: bytes) -> EmailMessage:
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    return message_from_bytes(raw, policy=default)


def written(subject: str, text: str, files: tuple[Part, ...] = ()) -> bytes:
    headers = [("From", '"Desk" <desk@example.com>'), ("To", "anna@example.org"), ("Subject", subject)]
    found = write_message(headers, [text_part("plain", text), text_part("html", f"<p>{text}</p>")], files, "=_b")
    raw = found.raw
    for gap, part in reversed(list(zip(found.gaps, (part for part in files if part.elsewhere), strict=True))):
        raw = raw[:gap] + STORED[part.name] + raw[gap:]
    return raw


@given(SUBJECTS, TEXTS)
def test_any_subject_and_text_come_back_as_they_were(subject: str, text: str) -> None:
    message = read(written(subject, text))
    plain = message.get_body(("plain",))
    assert plain is not None
    assert text.strip("\r\n") == plain.get_content().strip("\r\n")
    assert subject.split() == str(message["Subject"]).split()
    assert ["anna@example.org"] == [address.addr_spec for address in message["To"].addresses]
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in message.iter_parts()]


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_html_in_any_script_is_plain_ascii_that_says_the_same(text: str) -> None:
    page = f"<p>{escape(text)}</p>"
    message = read(written("Subject", page))
    part = message.get_body(("html",))
    assert part is not None
    assert unescape(f"<p>{page}</p>") == unescape(part.get_content()).strip("\r\n")
    if len(text) < 50:
        assert "7bit" == part["Content-Transfer-Encoding"]


def test_files_that_lie_elsewhere_stand_in_their_own_parts_beside_the_others() -> None:
    files = tuple(Part(type="image/png", base64=True, name=name, elsewhere=True) for name in STORED)
    here = Part(type="application/pdf", content=b"%PDF", base64=True, name="evidence-2.pdf")
    message = read(written("Files", "See the files.", (files[0], here, files[1])))
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert {"evidence-1.png": b"first" * 40, "evidence-2.pdf": b"%PDF", "evidence-3.png": b"third" * 90} == attached


@given(st.binary(max_size=2000))
def test_a_file_comes_back_byte_for_byte_under_our_own_name(content: bytes) -> None:
    file = Part(type="application/pdf", content=content, base64=True, name="evidence-1.pdf")
    message = read(written("Files", "See the file.", (file,)))
    attached = list(message.iter_attachments())
    assert [("evidence-1.pdf", content)] == [(part.get_filename(), part.get_payload(decode=True)) for part in attached]


@pytest.mark.parametrize("value", ["a\r\nBcc: eve@example.net", "a\nb", "a\0b", "a\u2028b", "x" * 1000])
def test_a_header_cannot_break_out_of_its_line(value: str) -> None:
    with pytest.raises(NeedsHuman, match="header Subject"):
        written(value, "text")
