"""Hostile mails that are too large for files (threats.md §4)."""

import base64
from collections.abc import Callable, Iterator

HEAD = b"From: Eve <eve@example.net>\r\nTo: desk@firm.example\r\nSubject: hello\r\nMessage-ID: <1@example.net>\r\n"
TEXT = b"\r\nThe parcel arrived broken.\r\n"


def one_megabyte_subject() -> bytes:
    return b"From: a@example.net\r\nSubject: " + b"word " * 200_000 + b"\r\n" + TEXT


def one_megabyte_subject_unbroken() -> bytes:
    return b"From: a@example.net\r\nSubject: " + b"x" * 1_000_000 + b"\r\n" + TEXT


def hundred_thousand_headers() -> bytes:
    return HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + TEXT


def five_thousand_hops() -> bytes:
    hop = b"Received: from a.example\r\n\tby b.example with ESMTP id %d; Mon, 2 Feb 2026 10:00:00 +0000\r\n"
    return b"".join(hop % n for n in range(5000)) + HEAD + TEXT


def twenty_thousand_continuations() -> bytes:
    pieces = b"".join(b";\r\n name*%d=abc" % n for n in range(20_000))
    return HEAD + b"MIME-Version: 1.0\r\nContent-Type: text/plain" + pieces + b"\r\n" + TEXT


def continuations_in_a_part() -> bytes:
    pieces = b"".join(b";\r\n name*%d=abc" % n for n in range(20_000))
    return _multipart(b"Content-Type: application/pdf" + pieces + b"\r\n\r\nx\r\n")


def fifty_thousand_encoded_words() -> bytes:
    return b"From: a@example.net\r\nSubject:" + b"\r\n =?utf-8?q?ab?=" * 50_000 + b"\r\n" + TEXT


def encoded_words_below_the_cap() -> bytes:
    return b"From: a@example.net\r\nSubject:" + b" =?utf-8?q?a?=" * 4500 + b"\r\n" + TEXT


def twenty_thousand_references() -> bytes:
    return HEAD + b"References:" + b"".join(b"\r\n <%d@example.net>" % n for n in range(20_000)) + b"\r\n" + TEXT


def fifty_thousand_recipients() -> bytes:
    return (
        HEAD.replace(b"To: desk", b"To: " + b"".join(b"a%d@x.example,\r\n " % n for n in range(50_000)) + b"desk")
        + TEXT
    )


def ten_thousand_comments() -> bytes:
    return b"From: " + b"(" * 10_000 + b"a@example.net\r\n" + TEXT


def five_thousand_brackets() -> bytes:
    return b"From: " + b"<" * 5000 + b"a@example.net\r\n" + TEXT


def nested(depth: int, *, closed: bool = True) -> bytes:
    """Multiparts inside each other around one text."""
    out = [HEAD, b"MIME-Version: 1.0\r\n"]
    out += [b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)]
    out.append(b"Content-Type: text/plain\r\n\r\nThe parcel arrived broken.\r\n")
    if closed:
        out += [b"--b%d--\r\n" % n for n in reversed(range(depth))]
    return b"".join(out)


def nested_messages(depth: int) -> bytes:
    inner = b"".join(b"Subject: %d\r\nContent-Type: message/rfc822\r\n\r\n" % n for n in range(depth))
    return HEAD + b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"Subject: end\r\n\r\nx\r\n"


def parts(count: int) -> bytes:
    return _multipart(*[b"\r\n\r\n"] * count)


def attachments(count: int) -> bytes:
    return _multipart(*[b'Content-Type: image/png; name="a%d.png"\r\n\r\nx\r\n' % n for n in range(count)])


def large_attachment(size: int) -> bytes:
    data = base64.encodebytes(b"\x00\x01\x02" * (size // 3)).replace(b"\n", b"\r\n")
    return _multipart(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe parcel arrived broken, see the scan.\r\n",
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="scan.pdf"\r\n\r\n' + data,
    )


def equals_signs() -> bytes:
    return HEAD + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"=" * 5_000_000


def html(content: bytes) -> bytes:
    return HEAD + b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + content


def text(content: bytes) -> bytes:
    return HEAD + b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + content


def false_base64() -> bytes:
    return text(b"base64\r\n\r\n" * 100_000)


def _multipart(*bodies: bytes) -> bytes:
    joined = b"".join(b"--b\r\n" + body for body in bodies)
    return HEAD + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + joined + b"--b--\r\n"


def _wrapper(content: bytes) -> bytes:
    data = base64.encodebytes(b"\x78\x9f\x3e\x22\1\0" + content)
    return b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + data


# Must be set aside for a person (Q in threats.md §4).
REFUSED: dict[str, Callable[[], bytes]] = {
    "1 empty": lambda: b"",
    "2 only NULs": lambda: b"\x00" * 5000,
    "3 only line ends": lambda: b"\r\n" * 10_000,
    "13 nested 101 deep": lambda: nested(101),
    "13 nested 500 deep": lambda: nested(500),
    "13 nested 5,000 deep": lambda: nested(5000),
    "13 nested 500 deep, never closed": lambda: nested(500, closed=False),
    "14 a thousand messages inside each other": lambda: nested_messages(1000),
    "15 10,001 parts": lambda: parts(10_001),
    "15 100,000 parts": lambda: parts(100_000),
    "16 subject of 1 MB": one_megabyte_subject,
    "16 subject of 1 MB without blanks": one_megabyte_subject_unbroken,
    "17 100,000 headers": hundred_thousand_headers,
    "19 20,000 parameters": twenty_thousand_continuations,
    "19 20,000 parameters of a part": continuations_in_a_part,
    "20 50,000 encoded words": fifty_thousand_encoded_words,
    "22 50,000 recipients": fifty_thousand_recipients,
    "23 10,000 comments": ten_thousand_comments,
    "23 5,000 angle brackets": five_thousand_brackets,
    "48 500 attachments": lambda: attachments(500),
}

# Must be read, if with defects.
READ: dict[str, Callable[[], bytes]] = {
    "12 nested 100 deep": lambda: nested(100),
    "12 nested 20 deep, never closed": lambda: nested(20, closed=False),
    "18 5,000 hops": five_thousand_hops,
    "20 4,500 encoded words": encoded_words_below_the_cap,
    "21 20,000 references": twenty_thousand_references,
    "51 megabytes of equals signs": equals_signs,
    "58 100,000 open divs": lambda: html(b"<div>" * 100_000 + b"The parcel arrived broken."),
    "58 100,000 open blockquotes": lambda: html(b"<blockquote>" * 100_000 + b"The parcel arrived broken."),
    "58 200,000 script tags": lambda: html(b"<script>" * 200_000),
    "58 a megabyte of angle brackets": lambda: html(b"<" * 1_000_000),
    "61 attributions": lambda: text(b"On a <b@c> " * 5000),
    "61 attribution lines": lambda: text(b"On 2026 a <b@c> 10:10 wrote:\r\n" * 20_000),
    "61 separators": lambda: text(b"-----Original Message-----\r\n> q\r\na\r\n" * 20_000),
    "61 signatures": lambda: text(b"--\r\n" * 50_000),
    "61 50,000 newlines": lambda: text(b"\r\n" * 50_000),
    "61 50,000 underscores": lambda: text(b"_" * 50_000),
    "61 20,000 quote marks": lambda: text(b">" * 20_000),
    "61 quoted and unquoted in turn": lambda: text(b"> q\r\na\r\n" * 50_000),
    "61 rules": lambda: text(b"_\r\n" * 200_000),
    "61 labels": lambda: text(b"From: x\r\n" * 100_000),
    "61 closings and footers": lambda: text(b"Regards\r\nSent from my iPhone\r\n" * 30_000),
    "52 begin lines": lambda: text(b"begin 644 x\r\n" * 70_000),
    "58 quoting marks": lambda: html(b"<blockquote type=cite>a</blockquote>b" * 20_000),
    "58 Outlook's marks": lambda: html(b"<hr><div id=divRplyFwdMsg>x</div>" * 20_000),
    "53 winmail.dat of zeros": lambda: _multipart(_wrapper(b"\0" * 500_000)),
    "46 escape sequences": lambda: text(b"\x1b$B!!\x1b(B" * 100_000),
    "46 high bytes": lambda: text(b"\xb0\xa1" * 400_000),
    "61 digits": lambda: text(b"1.1,1 " * 50_000),
    "61 order order": lambda: text(b"order no " * 50_000),
    "61 one long word": lambda: text("壊".encode() * 300_000),
    "false base64": false_base64,
}


def everything() -> Iterator[tuple[str, bytes]]:
    """All of them, made one at a time."""
    for name, make in {**REFUSED, **READ}.items():
        yield name, make()
