"""Group C: body, charsets, attachments."""

import base64
import io
import socket
import zipfile
from collections.abc import Callable
from email import message_from_bytes

from cases.events import CaseOpened, EvidenceAdded
from tests.badinput.desk import BadDesk, Handled, html_of, is_clean
from tests.badinput.mail import TEXT_PART, WORDS, file, html, mail, multipart, typed
from tests.badinput.row import Row
from tests.badinput.structure import big, told, words_are_kept
from tests.parsers import hostile


def packed(name: str, content: bytes) -> bytes:
    """An archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def b64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


BOMB = packed("zeros", b"\0" * 20_000_000)
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % ((chr(98 + n).encode(), *[chr(97 + n).encode()] * 8))
    for n in range(12)
) + b"]><svg xmlns='http://www.w3.org/2000/svg'><text>&m;</text></svg>"  # fmt: skip
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR"
ARMOUR = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA1vT\r\n=x1yZ\r\n-----END PGP MESSAGE-----"


def labels_are_harmless(handled: Handled) -> None:
    """A name is a label: one line, no path, no tricks; the file itself is found by its hash."""
    for variant in handled.of("case"):
        added = [event for event in handled.desk.events(variant.stored.number) if isinstance(event, EvidenceAdded)]
        for one in (one for event in added for one in event.files):
            assert one.name, variant.name
            assert len(one.name) <= 130
            assert not set(one.name) & set('/\\<>:"|?*')
            assert is_clean(one.name)
            assert one.name.partition(".")[0].lower() not in {"con", "nul", "com1"}
            assert 64 == len(one.sha256)


def nothing_is_passed_on(handled: Handled) -> None:
    """Files of kinds that can do something are listed for the department and never sent along (policy §8)."""
    for variant in handled.of("case"):
        for row in handled.desk.house.store.outbox_of_case(variant.stored.number):
            kinds = {part.get_content_type() for part in message_from_bytes(row.raw).walk()}
            assert kinds <= {"multipart/mixed", "multipart/alternative", "text/plain", "text/html"}, variant.name


def only_text_leaves(handled: Handled) -> None:
    """No element, link or address of a stranger's HTML stands in the HTML of any letter (T12)."""
    import lxml.html

    for variant in handled.of("case"):
        for row in handled.desk.house.store.outbox_of_case(variant.stored.number):
            tree = lxml.html.fromstring(html_of(message_from_bytes(row.raw)))
            for element in tree.iter():
                if not isinstance(element.tag, str):
                    continue
                assert element.tag not in {"script", "iframe", "form", "base", "object", "svg", "img", "link", "input"}
                assert not [name for name in element.attrib if name.lower().startswith("on")], variant.name
                for name in ("href", "src", "action", "background"):
                    assert "opfer" not in (element.get(name) or ""), variant.name
                    assert "javascript" not in (element.get(name) or "").lower(), variant.name


def words_are(expected: dict[str, str]) -> Callable[[Handled], None]:
    """The customer's own words, and nothing of the history."""

    def check(handled: Handled) -> None:
        for name, words in expected.items():
            opened = handled.desk.events(handled.one(name).stored.number)[0]
            assert isinstance(opened, CaseOpened)
            assert words == " ".join(opened.words.split()), name

    return check


def stays_literal(handled: Handled) -> None:
    """What looks like a template arrives at the department as it was typed, and is not worked out."""
    for variant in handled.of("case"):
        letters = handled.desk.house.store.outbox_of_case(variant.stored.number)
        for_staff = [one.raw for one in letters if one.letter in {"assignment", "triage"}]
        assert for_staff, variant.name
        opened = handled.desk.events(variant.stored.number)[0]
        assert isinstance(opened, CaseOpened)
        assert "{" in opened.words + opened.subject + opened.customer_name


def nothing_is_fetched(desk: BadDesk) -> None:
    """A server of our own on this machine: it is never asked for anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        place = f"http://127.0.0.1:{server.getsockname()[1]}"
        desk.receive(
            *(
                html(f"<p>{WORDS}</p>{tag}").replace(b"%ID%", f"{n}".encode())
                for n, tag in enumerate(
                    (
                        f'<img src="{place}/pixel.gif" width=1 height=1>',
                        f'<link rel="stylesheet" href="{place}/x.css"><style>@import url({place}/y.css);</style>',
                        f'<iframe src="{place}/frame"></iframe><object data="{place}/o"></object>',
                        f'<body background="{place}/b.png"><table background="{place}/t.png"></table>',
                        f'<!DOCTYPE html SYSTEM "{place}/x.dtd"><p>x</p>',
                        f'<video poster="{place}/p"><source src="{place}/v"></video><base href="{place}/">',
                        '<img src="cid:one@opfer.example">',
                    )
                )
            )
        )
        try:
            server.accept()
        except TimeoutError:
            return
    raise AssertionError("something was fetched")


def escaped_in_logs(handled: Handled) -> None:
    """One line each; the general part of the test looks at logs and terminal."""
    for variant in handled.of("case"):
        assert variant.case
        assert is_clean(variant.case.subject)
        assert "\n" not in variant.case.subject


ROWS = (
    Row(
        number=46,
        title="charsets that are none, or lies",
        why="what can be read is read, what cannot becomes replacement characters; transforming codecs are no charsets",
        case={
            name: typed(b'text/plain; charset="' + label + b'"', text)
            for name, label, text in (
                ("unknown", b"x-martian", WORDS.encode()),
                ("NUL", b"utf\0-8", WORDS.encode()),
                ("hex", b"hex", WORDS.encode()),
                ("zlib", b"zlib", WORDS.encode()),
                ("rot13", b"rot13", WORDS.encode()),
                ("idna", b"idna", WORDS.encode()),
                ("punycode", b"punycode", WORDS.encode()),
                ("undefined", b"undefined", WORDS.encode()),
                ("unicode_escape", b"unicode_escape", WORDS.encode() + b" \\u0041"),
                ("UTF-7 with script", b"utf-7", WORDS.encode() + b" +ADw-script+AD4-"),
                ("UTF-8 that is Latin", b"utf-8", WORDS.encode() + b" sch\xf6n"),
                ("Latin that is UTF-8", b"iso-8859-1", WORDS.encode() + " schön".encode()),
                ("ASCII that is GBK", b"us-ascii", WORDS.encode() + " 我的订单已经损坏".encode("gbk")),
                ("10 KB", b"x" * 10_000, WORDS.encode()),
                ("a path", b"../../etc/passwd", WORDS.encode()),
                ("ISO-2022-JP, broken", b"iso-2022-jp", WORDS.encode() + b" \x1b$B\x1b"),
                ("EBCDIC that is ASCII", b"cp037x", WORDS.encode()),
            )
        },
        check=words_are_kept,
    ),
    Row(
        number=47,
        title="file names that are more than names",
        why="a file is its hash; its name is shown, so it is cleaned (F13)",
        case={
            "up and away": file('filename="../../etc/passwd"'),
            "absolute": file('filename="/etc/cron.d/x"'),
            "Windows": file('filename="C:\\\\Windows\\\\x.exe"'),
            "device": file('filename="con"'),
            "device with ending": file('filename="com1.txt"'),
            "4 KB": file(f'filename="{"x" * 4000}.pdf"'),
            "NUL": file(b'filename="a\0b.pdf"'),
            "turned around": file("filename*=utf-8''invoice%E2%80%AEfdp.exe"),
            "line breaks": file("filename*=utf-8''a%0D%0AX-Evil:%201.pdf"),
            "empty": file('filename=""'),
            "dots": file('filename="..."'),
            "markup": file('filename="<img src=x onerror=alert(1)>.png"'),
            "two names": file('filename="a.pdf"; filename="b.exe"'),
            "two ways": file("filename=\"a.pdf\"; filename*=utf-8''b.exe"),
            "a name twice": multipart(
                TEXT_PART,
                *[
                    'Content-Disposition: attachment; filename="a.pdf"\r\n\r\nx',
                ]
                * 3,
            ),
            "continued in 50 pieces": file("; ".join(f'filename*{n}="x"' for n in range(50))),
        },
        check=labels_are_harmless,
    ),
    Row(
        number=48,
        title="500 attachments",
        why="no customer sends so many; each costs a hash and a line in a letter",
        quarantined={
            "500": big(lambda: hostile.attachments(500)),
            "401": big(lambda: hostile.attachments(401)),
        },
        case={"40": big(lambda: hostile.attachments(40))},
    ),
    Row(
        number=49,
        title="zip bombs",
        why="nothing is ever unpacked",
        case={
            "20 MB of zeros": file('filename="x.zip"', b64(BOMB), "application/zip"),
            "nested": file('filename="y.zip"', b64(packed("x.zip", packed("y.zip", BOMB))), "application/zip"),
            "as PDF": file('filename="x.pdf"', b64(BOMB), "application/pdf"),
            "gzip": file('filename="x.gz"', b64(__import__("gzip").compress(b"\0" * 10_000_000)), "application/gzip"),
        },
        check=nothing_is_passed_on,
    ),
    Row(
        number=50,
        title="XML that grows",
        why="nothing is ever opened, also no drawing and no sheet",
        case={
            "SVG": file('filename="x.svg"', b64(ENTITIES), "image/svg+xml"),
            "XLSX": file(
                'filename="x.xlsx"',
                b64(packed("xl/workbook.xml", ENTITIES)),
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            "XHTML in the text": html(ENTITIES + f"<p>{WORDS}</p>".encode()),
            "XML as the text": typed("text/xml", ENTITIES),
        },
        check=nothing_is_passed_on,
    ),
    Row(
        number=51,
        title="broken base64",
        why="mail programs forgive it, so do we",
        case={
            "one character": file('filename="x.pdf"', b"A"),
            "blanks": file('filename="x.pdf"', b"Q U J D\r\n\r\n R E Y ="),
            "foreign characters": file('filename="x.pdf"', b"QUJD!!--$$REY="),
            "padding inside": file('filename="x.pdf"', b"QQ==QQ==QQ=="),
            "only padding": file('filename="x.pdf"', b"=" * 50_000),
            "5 MB of padding": big(hostile.equals_signs),
            "the text": typed("text/plain", b64(WORDS.encode())[:-7], "Content-Transfer-Encoding: base64"),
            "unknown encoding": typed("text/plain", WORDS, "Content-Transfer-Encoding: x-rot13"),
            "broken quoted-printable": typed(
                "text/plain", WORDS + " =ZZ =3 =\r\n=", "Content-Transfer-Encoding: quoted-printable"
            ),
        },
    ),
    Row(
        number=52,
        title="files inside the text",
        why="uuencoded files are taken out and only listed; yEnc and BinHex are text to us: kept, shown, never opened",
        case={
            "uuencode": mail(text=f"{WORDS}\r\n\r\nbegin 644 x.exe\r\n#0V%T\r\n`\r\nend"),
            "uuencode of 1 MB": lambda _: mail(
                text=f"{WORDS}\r\nbegin 644 x\r\n" + ("M" + "X" * 60 + "\r\n") * 16_000 + "end"
            ),
            "yEnc": mail(text=WORDS.encode() + b"\r\n=ybegin line=128 size=3 name=x\r\n\xa1\xa2\xa3\r\n=yend size=3"),
            "BinHex": mail(text=f'{WORDS}\r\n(This file must be converted with BinHex 4.0)\r\n:#R0KEA"XC5jdH:'),
        },
        check=words_are_kept,
    ),
    Row(
        number=53,
        title="winmail.dat",
        why="a wrapper: opened within caps, the files in it only listed",
        case={
            "beside the text": file('filename="winmail.dat"', b64(b"\x78\x9f\x3e\x22" * 50), "application/ms-tnef"),
            "alone": typed("application/ms-tnef", b64(b"\x78\x9f\x3e\x22"), "Content-Transfer-Encoding: base64"),
        },
        check=nothing_is_passed_on,
    ),
    Row(
        number=54,
        title="only encrypted",
        why="we hold no key: the intake desk hears of it and asks the writer",
        noted={
            "S/MIME": typed(
                'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
                b64(b"\x30\x80"),
                "Content-Transfer-Encoding: base64",
            ),
            "S/MIME, opaque signature": typed(
                "application/x-pkcs7-mime; smime-type=signed-data",
                b64(b"\x30\x80"),
                "Content-Transfer-Encoding: base64",
            ),
            "S/MIME, mistyped": typed(
                'application/octet-stream; name="smime.p7m"', b64(b"\x30\x80"), "Content-Transfer-Encoding: base64"
            ),
            "PGP/MIME": multipart(
                "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
                f"Content-Type: application/octet-stream\r\n\r\n{ARMOUR}",
                kind="encrypted",
                more='; protocol="application/pgp-encrypted"',
            ),
            "PGP in the text": mail(text=ARMOUR),
        },
        case={
            "words beside it": mail(text=f"{WORDS}\r\n\r\n{ARMOUR}"),
            "only signed": multipart(
                TEXT_PART, "Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----", kind="signed"
            ),
        },
        beside={
            "from a customer of ours": lambda desk: desk.answer(
                "ana@kunde.example", "", "MIME-Version: 1.0", "Content-Type: application/pkcs7-mime", body=b"MIAG\r\n"
            )
        },
        check=lambda handled: told(handled, "cannot be read"),
    ),
    Row(
        number=55,
        title="a calendar's invitation",
        why="a program wrote it; answering makes a circle",
        noted={
            "alone": typed("text/calendar; method=REQUEST; charset=utf-8", CALENDAR),
            "beside its own text": multipart(
                TEXT_PART,
                f"Content-Type: text/html\r\n\r\n<p>{WORDS}</p>",
                f"Content-Type: text/calendar; method=REQUEST\r\n\r\n{CALENDAR}",
                kind="alternative",
            ),
            "an answer": multipart(
                TEXT_PART, f"Content-Type: text/calendar; method=REPLY\r\n\r\n{CALENDAR}", kind="alternative"
            ),
        },
        case={
            "a file that a person attached": multipart(
                TEXT_PART,
                "Content-Type: text/calendar; method=PUBLISH\r\n"
                f'Content-Disposition: attachment; filename="a.ics"\r\n\r\n{CALENDAR}',
            )
        },
    ),
    Row(
        number=56,
        title="a virus, or its test file",
        why="scanning is the mail server's work; here a file is bytes with a hash, and what runs is never sent on",
        case={
            "EICAR": file('filename="eicar.com"', b64(EICAR)),
            "in the text": mail(text=EICAR + b"\r\n" + WORDS.encode()),
            "program": file('filename="x.pdf.exe"', b64(b"MZ" * 500), "application/x-msdownload"),
            "program as PDF": file('filename="x.pdf"', b64(b"MZ" * 500), "application/pdf"),
            "script as picture": file('filename="x.png"', b64(b"<script>alert(1)</script>"), "image/png"),
        },
        check=nothing_is_passed_on,
    ),
    Row(
        number=57,
        title="HTML and nothing else",
        why="most mail programs write it; the text is made of it",
        case={
            "paragraphs": html(f"<html><body><p>{WORDS}</p></body></html>"),
            "not closed": html(f"<div><p><b>{WORDS}"),
            "an empty plain part": multipart(
                "Content-Type: text/plain\r\n\r\n ",
                f"Content-Type: text/html\r\n\r\n<p>{WORDS}</p>",
                kind="alternative",
            ),
            "wrong charset in meta": html(
                f'<meta http-equiv="Content-Type" content="text/html; charset=hex"><p>{WORDS}'
            ),
            "entities": html("".join(f"&#{ord(char)};" for char in WORDS)),
            "no tag at all": html(WORDS),
        },
        check=words_are_kept,
    ),
    Row(
        number=58,
        title="HTML of megabytes, nested a hundred thousand deep",
        why="trees cost memory and stack; the flat way costs neither",
        case={
            "open divs": big(lambda: hostile.html(b"<div>" * 100_000 + b"The parcel arrived broken.")),
            "open blockquotes": big(lambda: hostile.html(b"<blockquote>" * 100_000 + b"The parcel arrived broken.")),
            "script tags": big(lambda: hostile.html(b"<script>" * 200_000)),
            "angle brackets": big(lambda: hostile.html(b"<" * 1_000_000)),
            "tables in tables": big(lambda: hostile.html(b"<table><tr><td>" * 3_000 + b"The parcel arrived broken.")),
            "one attribute of 2 MB": big(
                lambda: hostile.html(b'<p title="' + b"x" * 2_000_000 + b'">The parcel arrived broken.')
            ),
            "comments never closed": big(lambda: hostile.html(b"<!--" * 200_000)),
        },
    ),
    Row(
        number=59,
        title="HTML that acts",
        why="only its text leaves, and nobody's HTML is sent on (T12)",
        case={
            name: html(f"<p>{WORDS}</p>{tag}")
            for name, tag in {
                "script": "<script>document.location='http://opfer.example/'</script>",
                "onerror": "<img src=x onerror=alert(1)>",
                "javascript link": '<a href="javascript:alert(1)">click</a>',
                "CSS url": '<p style="background:url(http://opfer.example/x)">x</p>',
                "base": '<base href="http://opfer.example/">',
                "form": '<form action="http://opfer.example/"><input name="password"></form>',
                "SVG": '<svg onload="alert(1)"><script>alert(2)</script></svg>',
                "iframe": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
                "broken comment": "<!--><script>alert(1)</script>-->",
                "entities": "&lt;script&gt;alert(1)&lt;/script&gt;",
                "link text": '<a href="http://opfer.example/">https://meridian.example/login</a>',
            }.items()
        }
        | {
            "in plain text": mail(text=f"{WORDS} <script>alert(1)</script> <a href='http://opfer.example'>x</a>"),
            "Markdown": mail(text=f"{WORDS} [x](javascript:alert(1)) ![y](http://opfer.example/pixel) <b>z</b>"),
            "in the subject": mail(subject="<img src=x onerror=alert(1)> ![y](http://opfer.example/)"),
            "in the name": mail(sender='"<script>alert(1)</script>" <eve%ID%@kunde.example>'),
        },
        check=only_text_leaves,
    ),
    Row(
        number=60,
        title="tracking pixels and other far things",
        why="a fetch tells a stranger who read when; and is a door into the house",
        story=nothing_is_fetched,
        elsewhere=("tests/templates/test_letters.py::test_nothing_in_a_letter_is_fetched_from_anywhere",),
    ),
    Row(
        number=61,
        title="text that is slow for greedy patterns",
        why="quote strippers took over 12 s on 55 KB (F9)",
        case={name.removeprefix("61 "): big(make) for name, make in hostile.READ.items() if name.startswith("61 ")}
        | {
            "20,000 quote marks in lines": big(lambda: hostile.text(b">\r\n" * 20_000)),
            "open brackets": big(lambda: hostile.text(b"([{<" * 20_000)),
            "web addresses": big(lambda: hostile.text(b"http://a.b/?" * 20_000)),
            "addresses": big(lambda: hostile.text(b"a@b.c" * 20_000)),
            "references": big(lambda: hostile.text(b"[ref: " * 20_000)),
            "case numbers": big(lambda: hostile.text(b"C-1234 " * 20_000)),
        },
    ),
    Row(
        number=62,
        title="template language in a mail",
        why="a customer's words are values of a letter, never its source",
        case={
            "in the text": mail(text=f"{WORDS} {{{{ 7*7 }}}} {{% for x in range(10**9) %}}x{{% endfor %}}"),
            "in the subject": mail(subject="{{ 7*7 }}{% raw %}"),
            "in the name": mail(sender='"{{ cycler.__init__.__globals__ }}" <eve%ID%@kunde.example>'),
            "comments": mail(text=f"{WORDS} {{# hidden #}} #}} }}}} %}}"),
        },
        check=stays_literal,
    ),
    Row(
        number=63,
        title="formulas",
        why="a cell that begins like this acts in a spreadsheet; here it is text like any",
        case={
            "=": mail(subject="=cmd|' /C calc'!A0"),
            "+": mail(subject="+1+1"),
            "@": mail(sender='"@SUM(A1:A9)" <eve%ID%@kunde.example>'),
            "-": mail(subject="-2+3"),
        },
        later="spreadsheets come with the reports; they must escape such cells",
    ),
    Row(
        number=64,
        title="escapes for terminals and logs",
        why="one event is one line, and a list on a screen is only a list (T14)",
        case={
            "ANSI": mail(subject="=?utf-8?q?=1B[2J=1B[31mred=1B]0;title=07?="),
            "raw ANSI": mail(subject=b"\x1b[2J\x1b]8;;http://opfer.example\x07x"),
            "a forged line": mail(subject="=?utf-8?q?x=0A{=22event=22:_=22all_is_well=22}?="),
            "U+2028": mail(subject="=?utf-8?q?a=E2=80=A8b=E2=80=A9c?="),
            "C1": mail(subject="=?utf-8?q?=C2=9B31m=C2=90?="),
            "in the name": mail(sender="=?utf-8?q?=1B=5B2J?= <eve%ID%@kunde.example>"),
            "in the text": mail(text=WORDS.encode() + b" \x1b[2J \x1b]0;x\x07 \xc2\x9b31m \x08\x08\x7f"),
            "in a file's name": file("filename*=utf-8''%1B%5B2J%0A.pdf"),
            "marks of rich text": mail(subject="[bold red]x[/] [link=http://opfer.example]y[/link]"),
        },
        check=escaped_in_logs,
    ),
    Row(
        number=65,
        title="answers in every shape",
        why="the customer's words must be found, whatever program quoted what they answer",
        case={
            "above": mail(
                text=f"{WORDS}\r\n\r\nOn Mon, 9 Nov 2026 at 10:00, Desk <d@x.example> wrote:\r\n> old\r\n> text"
            ),
            "below": mail(
                text=f"On Mon, 9 Nov 2026 at 10:00, Desk <d@x.example> wrote:\r\n> old\r\n> text\r\n\r\n{WORDS}"
            ),
            "no quote mark": mail(
                text=f"{WORDS}\r\n\r\n-----Original Message-----\r\nFrom: Desk\r\nSent: Monday\r\n\r\nold"
            ),
            "German Outlook": mail(
                text=f"{WORDS}\r\n\r\nVon: Desk <d@x.example>\r\nGesendet: Montag, 9. November 2026 10:00\r\n"
                "An: Eve\r\nBetreff: x\r\n\r\nalter Text"
            ),
            "French Outlook": mail(
                "Content-Type: text/plain; charset=utf-8",
                text=f"{WORDS}\r\n\r\nDe : Desk <d@x.example>\r\nEnvoyé : lundi 9 novembre 2026 10:00\r\n"
                "À : Eve\r\nObjet : x\r\n\r\nancien texte",
            ),
            "Japanese": mail(
                "Content-Type: text/plain; charset=utf-8",
                text=f"{WORDS}\r\n\r\n2026年11月9日(月) 10:00 Desk <d@x.example>:\r\n> 古い",
            ),
            "Chinese": mail(
                "Content-Type: text/plain; charset=utf-8",
                text=f"{WORDS}\r\n\r\n------------------ 原始邮件 ------------------\r\n发件人: Desk\r\n"
                "发送时间: 2026年11月9日\r\n收件人: Eve\r\n主题: x\r\n\r\n旧",
            ),
        },
        check=words_are(
            dict.fromkeys(
                ("above", "below", "no quote mark", "German Outlook", "French Outlook", "Japanese", "Chinese"), WORDS
            )
        ),
        elsewhere=("tests/parsers/test_skills.py::test_the_writers_own_words_are_kept_and_the_history_goes",),
    ),
    Row(
        number=66,
        title="nothing but a quotation or a signature",
        why="they sent it for a reason; the intake desk looks",
        case={
            "quotation": mail(text="> old\r\n> text"),
            "quotation with introduction": mail(text="On Mon, 9 Nov 2026 at 10:00, Desk <d@x.example> wrote:\r\n> old"),
            "signature": mail(text="-- \r\nEve\r\nHamburg"),
            "footer of a program": mail(text="Sent from my iPhone"),
            "nothing": mail(text=""),
            "blanks": mail(text="   \r\n\t\r\n\xa0"),
            "invisible characters": mail("Content-Type: text/plain; charset=utf-8", text="\u200b\u200d\ufeff"),
        },
    ),
)
