"""Odd mails as real clients and gateways write them, each with the facts it was built from.

`odd_mails(seed)` combines texts of many languages with ways to break charsets, headers, parameters and structure. Truth
is known by construction: every mail is made from its facts, never read to find them.
"""

import base64
import binascii
import hashlib
import quopri
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote

# language, name, subject, sentences, file name, codecs that real senders use for it
TEXTS = (
    (
        "en",
        "Anna Berg",
        "Broken kettle",
        "The kettle arrived broken and nobody answers my calls.",
        "receipt.pdf",
        ("cp1252",),
    ),
    (
        "de",
        "Jürgen Groß",
        "Beschwerde über Lieferung",
        "Die Maschine ist beschädigt, das ist für uns ärgerlich.",
        "Rechnung für März.pdf",
        ("cp1252", "iso8859-15"),
    ),
    (
        "fr",
        "Hélène Lefèvre",
        "Réclamation après livraison",
        "Le colis a été livré cassé, j’attends toujours une réponse à ce problème.",
        "reçu d'été.pdf",
        ("cp1252",),
    ),
    (
        "es",
        "José Muñoz",
        "Reclamación urgente",
        "La lavadora llegó dañada y ningún técnico contestó mañana ni después.",
        "factura número 7.pdf",
        ("cp1252",),
    ),
    (
        "pl",
        "Łukasz Wójcik",
        "Reklamacja zamówienia",
        "Pralka została dostarczona z opóźnieniem i jest uszkodzona, proszę o zwrot pieniędzy.",
        "zdjęcie pęknięcia.jpg",
        ("cp1250", "iso8859-2"),
    ),
    (
        "cs",
        "Tomáš Dvořák",
        "Stížnost na opožděné dodání",
        "Pračka přišla poškozená a nikdo neodpovídá, žádám vrácení peněz.",
        "účtenka č. 5.pdf",
        ("cp1250", "iso8859-2"),
    ),
    (
        "tr",
        "Ayşe Yılmaz",
        "Şikayet: bozuk çamaşır makinesi",
        "Geçen hafta aldığım çamaşır makinesi kırık geldi, paramı geri istiyorum.",
        "fiş görüntüsü.jpg",
        ("cp1254",),
    ),
    (
        "ru",
        "Иван Петров",
        "Жалоба на доставку",
        "Посылка пришла разбитой, и никто не отвечает на мои звонки.",
        "чек на возврат.pdf",
        ("koi8-r", "cp1251"),
    ),
    (
        "uk",
        "Олексій Шевченко",
        "Скарга на доставку посилки",
        "Пральна машина досі не доставлена, поверніть мої гроші.",
        "чек на повернення.pdf",
        ("cp1251", "koi8-u"),
    ),
    (
        "el",
        "Γιώργος Παπαδόπουλος",
        "Παράπονο για την παράδοση",
        "Το πλυντήριο ήρθε σπασμένο και κανείς δεν απαντάει στο τηλέφωνο.",
        "απόδειξη αγοράς.pdf",
        ("cp1253",),
    ),
    (
        "he",
        "משה כהן",
        "תלונה על משלוח שבור",
        "מכונת הכביסה הגיעה שבורה ואף אחד לא עונה לטלפון.",
        "קבלה של החנות.pdf",
        ("cp1255",),
    ),
    (
        "ar",
        "محمد العلي",
        "شكوى بشأن التوصيل",
        "وصلت الغسالة مكسورة ولم يرد أحد على اتصالاتي حتى الآن.",
        "صورة الفاتورة.pdf",
        ("cp1256",),
    ),
    ("th", "สมชาย ใจดี", "ร้องเรียนเรื่องการจัดส่ง", "เครื่องซักผ้าที่ส่งมาเสียหายและไม่มีใครรับสายเลย", "ใบเสร็จรับเงิน.pdf", ("cp874",)),
    (
        "zh-Hans",
        "王小明",
        "关于订单的投诉",
        "我上周购买的洗衣机到货时已经损坏，客服一直没有回复，请尽快退款。",
        "发票扫描件.pdf",
        ("gb18030",),
    ),
    (
        "zh-Hant",
        "陳怡君",
        "關於訂單的投訴",
        "我上週購買的洗衣機到貨時已經損壞，客服一直沒有回覆，請盡快退款。",
        "發票掃描檔.pdf",
        ("big5",),
    ),
    (
        "ja",
        "山田太郎",
        "注文した商品についての苦情",
        "先週購入した洗濯機が壊れた状態で届きました。早急に返金してください。",
        "領収書のコピー.pdf",
        ("cp932", "euc_jp", "iso2022_jp"),
    ),
    (
        "ko",
        "김민수",
        "주문 상품 파손에 대한 불만",
        "지난주에 구입한 세탁기가 파손된 상태로 도착했습니다. 빨리 환불해 주세요.",
        "영수증 사본.pdf",
        ("cp949",),
    ),
)
WRONG = ("", "us-ascii", "x-unknown", "unknown-8bit", "utf-8", "default_charset")
NAMES_OF = {
    "cp1252": ("iso-8859-1", "windows-1252", "latin1"),
    "iso8859-15": ("iso-8859-15",),
    "cp1250": ("windows-1250", "iso-8859-2"),
    "iso8859-2": ("iso-8859-2",),
    "cp1254": ("iso-8859-9", "windows-1254"),
    "koi8-r": ("koi8-r", "KOI8-R"),
    "cp1251": ("windows-1251", "cp1251"),
    "koi8-u": ("koi8-u",),
    "cp1253": ("windows-1253", "iso-8859-7"),
    "cp1255": ("windows-1255", "iso-8859-8-i"),
    "cp1256": ("windows-1256",),
    "cp874": ("tis-620", "windows-874"),
    "gb18030": ("gb2312", "GBK", "x-gbk", "gb18030"),
    "big5": ("big5", "Big5", "x-big5"),
    "cp932": ("shift_jis", "windows-31j", "x-sjis"),
    "euc_jp": ("euc-jp", "x-euc-jp"),
    "iso2022_jp": ("iso-2022-jp", "ISO-2022-JP"),
    "cp949": ("ks_c_5601-1987", "euc-kr", "ks_c_5601"),
}
PHOTO = bytes(range(256)) * 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The facts a mail was built from; `files` are (name, type, content)."""

    name: str
    subject: str
    text: str
    filename: str
    codecs: tuple[str, ...]
    address: str = "anna.berg@example.org"
    to: tuple[str, ...] = ("desk@firm.example",)
    cc: tuple[str, ...] = ()
    date: datetime | None = datetime(2026, 2, 2, 9, 59, 58, tzinfo=UTC)
    message_id: str = "<odd.1@example.org>"
    references: tuple[str, ...] = ()
    files: tuple[tuple[str, str, bytes], ...] = ()
    lacks: str = ""  # must not stand in the text


@dataclass(slots=True)
class Draft:
    """A mail being built: raw header lines by name in order, and the raw body."""

    truth: Truth
    rng: random.Random
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes = b""

    def raw(self) -> bytes:
        return b"".join(k.encode() + b": " + v + b"\r\n" for k, v in self.headers.items()) + b"\r\n" + self.body


Oddity = Callable[[Draft], None]


def word(text: str, charset: str, codec: str, kind: str = "B") -> bytes:
    data = text.encode(codec)
    if kind.upper() == "B":
        payload = base64.b64encode(data)
    else:
        payload = b"".join(
            bytes((c,)) if chr(c).isalnum() and c < 128 else b"_" if c == 32 else b"=%02X" % c for c in data
        )
    return b"=?" + charset.encode() + b"?" + kind.encode() + b"?" + payload + b"?="


def plain(draft: Draft) -> None:
    """A sound mail to start from."""
    t = draft.truth
    draft.headers = {
        "From": word(t.name, "utf-8", "utf-8") + b" <" + t.address.encode() + b">",
        "To": b"Service <desk@firm.example>",
        "Subject": word(t.subject, "utf-8", "utf-8"),
        "Date": b"Mon, 2 Feb 2026 10:59:58 +0100",
        "Message-ID": t.message_id.encode(),
        "MIME-Version": b"1.0",
        "Content-Type": b"text/plain; charset=utf-8",
        "Content-Transfer-Encoding": b"8bit",
    }
    draft.body = t.text.encode() + b"\r\n"


def codec_for(draft: Draft) -> str:
    return draft.rng.choice(draft.truth.codecs)


def declared(draft: Draft, codec: str) -> str:
    return draft.rng.choice(NAMES_OF[codec])


# ── charsets of the body ─────────────────────────────────────────────────────────────────────────────────────────────


def body_undeclared(draft: Draft) -> None:
    codec = codec_for(draft)
    charset = draft.rng.choice(WRONG)
    draft.headers["Content-Type"] = b"text/plain" + (b"; charset=" + charset.encode() if charset else b"")
    draft.body = draft.truth.text.encode(codec) + b"\r\n"


def body_declared(draft: Draft) -> None:
    codec = codec_for(draft)
    draft.headers["Content-Type"] = f'text/plain; charset="{declared(draft, codec)}"'.encode()
    draft.body = draft.truth.text.encode(codec) + b"\r\n"


def body_utf8_mislabelled(draft: Draft) -> None:
    draft.headers["Content-Type"] = f"text/plain; charset={declared(draft, codec_for(draft))}".encode()


def body_latin_for_all(draft: Draft) -> None:
    """Old Western programs label everything iso-8859-1."""
    draft.headers["Content-Type"] = b"text/plain; charset=iso-8859-1"
    draft.body = draft.truth.text.encode(codec_for(draft)) + b"\r\n"


def body_bom(draft: Draft) -> None:
    codec, mark = draft.rng.choice((("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")))
    charset = draft.rng.choice((codec[:6].rstrip("-"), "utf-16" if codec != "utf-8" else "utf-8", "us-ascii"))
    draft.headers["Content-Type"] = f"text/plain; charset={charset}".encode()
    draft.headers["Content-Transfer-Encoding"] = b"base64"
    draft.body = base64.encodebytes(mark + draft.truth.text.encode(codec))


def body_qp(draft: Draft) -> None:
    codec = codec_for(draft)
    draft.headers["Content-Type"] = f"text/plain; charset={declared(draft, codec)}".encode()
    spelled = draft.rng.choice((b"quoted-printable", b"Quoted-Printable ", b'"quoted-printable"', b"quoted_printable"))
    draft.headers["Content-Transfer-Encoding"] = spelled
    encoded = quopri.encodestring(draft.truth.text.encode(codec)).replace(b"\n", b"\r\n")
    if draft.rng.random() < 0.5:
        encoded = encoded.replace(b"=\r\n", b"= \r\n")  # blanks added on the way
    draft.body = encoded + b"\r\n"


def body_base64(draft: Draft) -> None:
    codec = codec_for(draft)
    draft.headers["Content-Type"] = f"text/plain; charset={declared(draft, codec)}".encode()
    draft.headers["Content-Transfer-Encoding"] = draft.rng.choice((b"base64", b"BASE64", b"base-64", b"base64 (x)"))
    data = base64.b64encode(draft.truth.text.encode(codec))
    kind = draft.rng.randrange(4)
    if kind == 0:
        data = data.rstrip(b"=")
    elif kind == 1:
        data = b"\r\n".join(data[n : n + 7] for n in range(0, len(data), 7))
    elif kind == 2:
        data = b" " + data.replace(b"A", b"A ", 1) + b"\r\n\r\n"
    draft.body = data + b"\r\n"


def html_meta(draft: Draft) -> None:
    codec = codec_for(draft)
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared(draft, codec)}">'
    page = f"<html><head>{meta}</head><body><p>{draft.truth.text}</p></body></html>"
    draft.headers["Content-Type"] = b"text/html"
    draft.body = page.encode(codec)


def html_entities(draft: Draft) -> None:
    coded = "".join(f"&#{ord(c)};" if ord(c) > 126 else c for c in draft.truth.text)
    draft.headers["Content-Type"] = b"text/html; charset=us-ascii"
    draft.body = f'<div dir="ltr">{coded}</div>'.encode()


def html_as_plain(draft: Draft) -> None:
    draft.body = f"<html><body><div>{draft.truth.text}</div></body></html>".encode()


def flowed(draft: Draft) -> None:
    words = draft.truth.text.split(" ")
    if len(words) < 4:
        draft.headers["Content-Type"] = b"text/plain; charset=utf-8; format=flowed; delsp=yes"
        half = len(draft.truth.text) // 2
        draft.body = f"{draft.truth.text[:half]} \r\n{draft.truth.text[half:]}\r\n".encode()
        return
    draft.headers["Content-Type"] = b"text/plain; charset=utf-8; format=flowed"
    draft.body = (" ".join(words[:3]) + " \r\n" + " ".join(words[3:]) + "\r\n").encode()


# ── header text ──────────────────────────────────────────────────────────────────────────────────────────────────────


def subject_raw(draft: Draft) -> None:
    codec = codec_for(draft)
    draft.headers["Subject"] = draft.truth.subject.encode("utf-8" if codec == "iso2022_jp" else codec)
    if draft.rng.random() < 0.7 and codec != "iso2022_jp":  # as the body
        draft.headers["Content-Type"] = f"text/plain; charset={declared(draft, codec)}".encode()
        draft.body = draft.truth.text.encode(codec) + b"\r\n"


def from_raw(draft: Draft) -> None:
    codec = codec_for(draft)
    codec = "utf-8" if codec == "iso2022_jp" else codec
    draft.headers["From"] = b'"' + draft.truth.name.encode(codec) + b'" <' + draft.truth.address.encode() + b">"
    if codec != "utf-8":
        draft.headers["Content-Type"] = f"text/plain; charset={declared(draft, codec)}".encode()
        draft.body = draft.truth.text.encode(codec) + b"\r\n"


def subject_split(draft: Draft) -> None:
    """Cut inside a character, words touching, several lines."""
    codec = draft.rng.choice(("utf-8", codec_for(draft)))
    codec = "utf-8" if codec == "iso2022_jp" else codec
    charset = "UTF-8" if codec == "utf-8" else declared(draft, codec)
    data = draft.truth.subject.encode(codec)
    size = draft.rng.choice((5, 7, 11))
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    joiner = draft.rng.choice((b" ", b"\r\n ", b"\r\n\t", b""))
    made = [
        b"=?" + charset.encode() + b"?" + draft.rng.choice((b"B", b"b")) + b"?" + base64.b64encode(p) + b"?="
        for p in pieces
    ]
    draft.headers["Subject"] = joiner.join(made)


def subject_q(draft: Draft) -> None:
    codec = codec_for(draft)
    codec = "utf-8" if codec == "iso2022_jp" else codec
    charset = "utf-8" if codec == "utf-8" else declared(draft, codec)
    draft.headers["Subject"] = word(draft.truth.subject, charset, codec, draft.rng.choice("qQ"))


def subject_q_blanks(draft: Draft) -> None:
    """Blanks inside a word, as several newsletters and forms write it."""
    draft.headers["Subject"] = word(draft.truth.subject, "utf-8", "utf-8", "Q").replace(b"_", b" ")


def subject_unpadded(draft: Draft) -> None:
    made = word(draft.truth.subject, "utf-8", "utf-8")
    draft.headers["Subject"] = made.replace(b"=?=", b"?=").replace(b"=?=", b"?=")


def subject_in_quotes(draft: Draft) -> None:
    draft.truth = replace(draft.truth, subject=f'"{draft.truth.subject}"')
    draft.headers["Subject"] = b'"' + word(draft.truth.subject.strip('"'), "utf-8", "utf-8") + b'"'


def subject_wrong_label(draft: Draft) -> None:
    draft.headers["Subject"] = word(
        draft.truth.subject, draft.rng.choice(("gb2312", "iso-8859-1", "us-ascii", "big5")), "utf-8"
    )


def subject_language_tag(draft: Draft) -> None:
    draft.headers["Subject"] = word(draft.truth.subject, "utf-8*en", "utf-8", "q")


def subject_escape_codes(draft: Draft) -> None:
    """Japanese programs put the 7-bit codes into the header as they are."""
    if "iso2022_jp" in draft.truth.codecs:
        draft.headers["Subject"] = draft.truth.subject.encode("iso2022_jp")
        draft.headers["Content-Type"] = b"text/plain"
        draft.body = draft.truth.text.encode("iso2022_jp")


def subject_question(draft: Draft) -> None:
    draft.truth = replace(draft.truth, subject=f"{draft.truth.subject}??")
    draft.headers["Subject"] = word(draft.truth.subject, "utf-8", "utf-8", "q").replace(b"=3F", b"?")


# ── addresses, dates, ids ────────────────────────────────────────────────────────────────────────────────────────────


def from_quoted_word(draft: Draft) -> None:
    t = draft.truth
    draft.headers["From"] = b'"' + word(t.name, "UTF-8", "utf-8") + b'" <' + t.address.encode() + b">"


def from_touching(draft: Draft) -> None:
    t = draft.truth
    draft.headers["From"] = word(t.name, "utf-8", "utf-8", "q") + b"<" + t.address.encode() + b">"


def from_whole_word(draft: Draft) -> None:
    t = draft.truth
    draft.headers["From"] = word(f'"{t.name}" <{t.address}>', "utf-8", "utf-8")


def from_comma(draft: Draft) -> None:
    first, _, last = draft.truth.name.partition(" ")
    if last:
        draft.truth = replace(draft.truth, name=f"{last}, {first}")
    draft.headers["From"] = draft.truth.name.encode() + f" <{draft.truth.address}>".encode()


def from_comment(draft: Draft) -> None:
    t = draft.truth
    draft.headers["From"] = t.address.encode() + b" (" + word(t.name, "utf-8", "utf-8", "q") + b")"


def from_bare(draft: Draft) -> None:
    draft.truth = replace(draft.truth, name="")
    bare = draft.truth.address
    draft.headers["From"] = draft.rng.choice((bare, f"<{bare}>", f"'{bare}'", f" <{bare}> ", f'"" <{bare}>')).encode()


def from_folded(draft: Draft) -> None:
    t = draft.truth
    draft.headers["From"] = b"\r\n\t" + word(t.name, "utf-8", "utf-8") + b"\r\n <" + t.address.encode() + b">"


def many_recipients(draft: Draft) -> None:
    draft.truth = replace(
        draft.truth, to=("desk@firm.example", "b@x.example", "c@x.example"), cc=("d@x.example", "e@x.example")
    )
    draft.headers["To"] = draft.rng.choice(
        (
            b"Desk <desk@firm.example>;b@x.example; C <c@x.example>;",
            b'"Desk, Service" <desk@firm.example>,\r\n b@x.example,\r\n\t=?utf-8?q?C=2C_Z?= <c@x.example>',
            b"Team: desk@firm.example, b@x.example, <c@x.example>;",
        )
    )
    draft.headers["Cc"] = b"'d@x.example' <d@x.example>, \"E's\" <e@x.example>"


def no_recipients(draft: Draft) -> None:
    draft.truth = replace(draft.truth, to=())
    draft.headers["To"] = draft.rng.choice((b"undisclosed-recipients:;", b"Undisclosed recipients:;", b""))


DATES = (
    "Mon, 02 Feb 2026 09:59:58 GMT",
    "2 Feb 2026 10:59:58 +0100",
    "Mon, 2 Feb 26 10:59:58 +0100",
    "2026-02-02 10:59:58 +0100",
    "2026-02-02T09:59:58Z",
    "2026-02-02T10:59:58.250+01:00",
    "Mon, 2 Feb 2026 10:59:58 +0100 (CET)",
    "Mon,2 Feb 2026 10:59:58 +0100",
    "Mon Feb  2 09:59:58 2026",
    "Mo, 02 Feb 2026 10:59:58 +0100",
    "lun., 2 févr. 2026 10:59:58 +0100",
    "пн, 2 фев 2026 12:59:58 +0300",
    "2026年2月2日 17:59:58 +0800",
    "Mon, 2 Feb 2026 09:59:58 AM +0000",
    "Mon, 2 Feb 2026 09:59:58",
    "Mon, 02 Feb 2026 17:59:58 GMT+8",
    "Mon, 2 Feb 2026 10:59:58 CET",
    "Mon, 2 Feb 2026 04:59:58 EST",
    "Mon, 2 Feb 2026 10.59.58 +0100",
    "Mon, 2 Feb 2026 10:59:58 +01:00",
)


def date_odd(draft: Draft) -> None:
    draft.headers["Date"] = draft.rng.choice(DATES).encode()


def date_none(draft: Draft) -> None:
    draft.truth = replace(draft.truth, date=None)
    value = draft.rng.choice((b"", b"today", b"Mon, 99 Feb 2026 10:00:00 +0000", b"0000-00-00 00:00:00"))
    draft.headers["Date"] = value
    if not value:
        del draft.headers["Date"]


def ids_odd(draft: Draft) -> None:
    draft.truth = replace(draft.truth, references=("<r.1@firm.example>", "<r.2@firm.example>"))
    draft.headers["References"] = draft.rng.choice(
        (
            b"<r.1@firm.example><r.2@firm.example>",
            b"<r.1@firm.example>\r\n\t<r.2@firm.example>",
            b"<r.1@firm.example>,<r.2@firm.example>",
            b"r.1@firm.example r.2@firm.example",
        )
    )
    draft.headers["Message-ID"] = draft.rng.choice(
        (b"<odd.1@example.org>", b"odd.1@example.org", b"\r\n <odd.1@example.org>", b"<odd.1@example.org> (x)")
    )


def headers_doubled(draft: Draft) -> None:
    draft.headers["subject"] = b"another one"
    draft.headers["MESSAGE-ID"] = b"<another@example.org>"


def header_spaces(draft: Draft) -> None:
    draft.headers = {f"{name} " if name in ("Subject", "To") else name: value for name, value in draft.headers.items()}


# ── attachments and structure ────────────────────────────────────────────────────────────────────────────────────────


def _mixed(draft: Draft, *parts: bytes, kind: str = "mixed", first: bytes | None = None, more: str = "") -> None:
    text = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + draft.truth.text.encode()
    )
    every = (text if first is None else first, *parts)
    draft.headers["Content-Type"] = f'multipart/{kind}; boundary="=_b;1"{more}'.encode()
    draft.headers.pop("Content-Transfer-Encoding", None)
    draft.body = b"".join(b"--=_b;1\r\n" + part + b"\r\n" for part in every) + b"--=_b;1--\r\n"


def _file(headers: bytes, content: bytes = PHOTO) -> bytes:
    return (
        headers + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")
    )


def _with_file(draft: Draft, kind: str = "application/pdf") -> None:
    draft.truth = replace(draft.truth, files=((draft.truth.filename, kind, PHOTO),))


def filename_2231(draft: Draft) -> None:
    _with_file(draft)
    codec = draft.rng.choice(("utf-8", codec_for(draft)))
    codec = "utf-8" if codec == "iso2022_jp" else codec
    charset = "utf-8" if codec == "utf-8" else declared(draft, codec)
    coded = quote(draft.truth.filename.encode(codec), safe="")
    name = f"filename*={charset}''{coded}"
    if draft.rng.random() < 0.5:
        name = f'filename="fallback.pdf"; {name}'
    _mixed(draft, _file(f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {name}".encode()))


def filename_continued(draft: Draft) -> None:
    _with_file(draft)
    coded = quote(draft.truth.filename, safe="")
    cuts = sorted(draft.rng.sample(range(0, len(coded) + 1, 3 if "%" in coded else 1), 2)) if len(coded) > 9 else [2, 4]
    pieces = [coded[: cuts[0]], coded[cuts[0] : cuts[1]], coded[cuts[1] :]]
    rows = [f"filename*{n}*={'utf-8' + chr(39) * 2 if n == 0 else ''}{piece}" for n, piece in enumerate(pieces)]
    if draft.rng.random() < 0.5:
        rows.reverse()
    _mixed(
        draft,
        _file(
            ("Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n " + ";\r\n ".join(rows)).encode()
        ),
    )


def filename_2047(draft: Draft) -> None:
    _with_file(draft)
    codec = draft.rng.choice(("utf-8", codec_for(draft)))
    codec = "utf-8" if codec == "iso2022_jp" else codec
    charset = "utf-8" if codec == "utf-8" else declared(draft, codec)
    made = word(draft.truth.filename, charset, codec, draft.rng.choice("BQ"))
    if draft.rng.random() < 0.5:
        made = b'"' + made + b'"'
    place = draft.rng.choice(
        (
            b"Content-Type: application/pdf; name=%s\r\nContent-Disposition: attachment",
            b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=%s",
        )
    )
    _mixed(draft, _file(place.replace(b"%s", made)))


def filename_raw(draft: Draft) -> None:
    _with_file(draft)
    codec = codec_for(draft)
    codec = "utf-8" if codec == "iso2022_jp" else codec
    name = draft.truth.filename.encode(codec)
    first = (
        b"Content-Type: text/plain; charset="
        + (declared(draft, codec) if codec != "utf-8" else "utf-8").encode()
        + b"\r\n\r\n"
        + draft.truth.text.encode(codec)
    )
    _mixed(
        draft,
        _file(
            b'Content-Type: application/pdf; name="'
            + name
            + b'"\r\nContent-Disposition: attachment; filename="'
            + name
            + b'"'
        ),
        first=first,
    )


def filename_percent(draft: Draft) -> None:
    _with_file(draft)
    coded = quote(draft.truth.filename, safe=" ")
    if coded.isascii() and "%" not in coded:
        coded = draft.truth.filename
    _mixed(
        draft, _file(f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{coded}"'.encode())
    )


def uuencoded(draft: Draft) -> None:
    draft.truth = replace(draft.truth, files=(("photo.jpg", "application/octet-stream", PHOTO),), lacks="begin 644")
    lines = [binascii.b2a_uu(PHOTO[n : n + 45]) for n in range(0, len(PHOTO), 45)]
    draft.body += b"\r\nbegin 644 photo.jpg\r\n" + b"".join(lines).replace(b"\n", b"\r\n") + b"`\r\nend\r\n"


def _tnef(text: str, name: str, content: bytes) -> bytes:
    def attribute(level: int, number: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    def prop(kind: int, number: int, value: bytes) -> bytes:
        return struct.pack("<HHII", kind, number, 1, len(value)) + value + b"\0" * (-len(value) % 4)

    body = prop(0x001F, 0x1000, text.encode("utf-16-le") + b"\0\0")
    title = prop(0x001F, 0x3707, name.encode("utf-16-le") + b"\0\0")
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x069007, struct.pack("<II", 1252, 0))
        + attribute(1, 0x069003, struct.pack("<I", 1) + body)
        + attribute(2, 0x069002, b"\1\0" + b"\0" * 12)
        + attribute(2, 0x018010, b"PHOTO~1.JPG\0")
        + attribute(2, 0x06800F, content)
        + attribute(2, 0x069005, struct.pack("<I", 1) + title)
    )


def winmail(draft: Draft) -> None:
    t = draft.truth
    content = _tnef(t.text, t.filename, PHOTO)
    draft.truth = replace(
        t, files=(("winmail.dat", "application/ms-tnef", content), (t.filename, "application/octet-stream", PHOTO))
    )
    part = _file(
        b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Disposition: attachment',
        content,
    )
    _mixed(draft, part, first=b"Content-Type: text/plain\r\n\r\n" if draft.rng.random() < 0.5 else None)


def nested(draft: Draft) -> None:
    inner = b"From: other@x.example\r\nSubject: inner\r\n\r\nSomebody else wrote this.\r\n"
    draft.truth = replace(draft.truth, lacks="Somebody else")
    _mixed(draft, b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inner)


def alternative_empty_text(draft: Draft) -> None:
    page = f"<div>{draft.truth.text}</div>".encode()
    _mixed(
        draft,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page,
        kind="alternative",
        first=b"Content-Type: text/plain\r\n\r\n \r\n",
    )


def related_without_type(draft: Draft) -> None:
    page = f'<p>{draft.truth.text}<img src="cid:a@x"></p>'.encode()
    draft.truth = replace(draft.truth, files=(("image001.png", "image/png", PHOTO),))
    image = _file(b'Content-Type: image/png; name="image001.png"\r\nContent-ID: <a@x>')
    _mixed(draft, image, kind="related", first=b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page)


def apple_mixed(draft: Draft) -> None:
    t = draft.truth
    half = len(t.text) // 2
    draft.truth = replace(
        t, text=f"{t.text[:half].rstrip()}\n{t.text[half:].lstrip()}", files=(("IMG_1.jpg", "image/jpeg", PHOTO),)
    )
    texts = [
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + one.strip().encode()
        for one in (t.text[:half], t.text[half:])
    ]
    image = _file(b"Content-Type: image/jpeg; name=IMG_1.jpg\r\nContent-Disposition: inline; filename=IMG_1.jpg")
    _mixed(draft, image, texts[1], first=texts[0])


def signed(draft: Draft) -> None:
    draft.truth = replace(draft.truth, files=(("smime.p7s", "application/pkcs7-signature", b"0\x80\x06"),))
    part = _file(
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Disposition: attachment',
        b"0\x80\x06",
    )
    _mixed(draft, part, kind="signed", more='; protocol="application/pkcs7-signature"; micalg=sha-256')


def _der(tag: int, *values: bytes) -> bytes:
    content = b"".join(values)
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes((tag,)) + length + content


def opaque(draft: Draft) -> None:
    inner = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + draft.truth.text.encode()
    )
    data, signed_data = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    enclosed = _der(0x30, data, _der(0xA0, _der(0x04, inner)))
    content = _der(0x30, signed_data, _der(0xA0, _der(0x30, b"\x02\x01\x01", _der(0x31), enclosed, _der(0x31))))
    draft.truth = replace(draft.truth, files=(("smime.p7m", "application/pkcs7-mime", content),))
    draft.headers["Content-Type"] = b'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'
    draft.headers["Content-Transfer-Encoding"] = b"base64"
    draft.headers["Content-Disposition"] = b'attachment; filename="smime.p7m"'
    draft.body = base64.encodebytes(content)


def octet_stream_txt(draft: Draft) -> None:
    draft.truth = replace(
        draft.truth, files=(("notes.txt", "application/octet-stream", b"my notes\r\n"),), lacks="my notes"
    )
    _mixed(draft, _file(b'Content-Type: application/octet-stream; name="notes.txt"', b"my notes\r\n"))


def boundary_lost(draft: Draft) -> None:
    kind = draft.rng.randrange(3)
    _mixed(
        draft,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<b>" + draft.truth.text.encode() + b"</b>",
        kind="alternative",
    )
    if kind == 0:
        draft.headers["Content-Type"] = b"multipart/alternative"
    elif kind == 1:
        draft.headers["Content-Type"] = b'multipart/alternative; boundary="another"'
    else:
        draft.body = draft.body.removesuffix(b"--=_b;1--\r\n")


def fold_lost(draft: Draft) -> None:
    _mixed(draft, _file(b"Content-Type: application/pdf; name=a.pdf"))
    draft.truth = replace(draft.truth, files=(("a.pdf", "application/pdf", PHOTO),))
    draft.headers["Content-Type"] = b'multipart/mixed;\r\nboundary="=_b;1"'


def bare_line_ends(draft: Draft) -> None:
    draft.headers = {name: value.replace(b"\r\n", b"\n") for name, value in draft.headers.items()}


def pieced_base64(draft: Draft) -> None:
    """A footer that a list put below base64, or pieces that were encoded one by one."""
    draft.headers["Content-Transfer-Encoding"] = b"base64"
    data = draft.truth.text.encode()
    cut = len(data) // 2 // 3 * 3 + 1
    draft.body = base64.b64encode(data[:cut]) + b"\r\n" + base64.b64encode(data[cut:]) + b"\r\n"


def never_encoded(draft: Draft) -> None:
    """A program named an encoding and used none."""
    draft.headers["Content-Transfer-Encoding"] = b"base64"


def odd_start(draft: Draft) -> None:
    """A mark of the byte order, or blanks, before the first field."""
    first = draft.rng.choice(("\ufeffReceived", " Received", "\ufeff\tReceived"))
    draft.headers = {first: b"from a.example by b.example; Mon, 2 Feb 2026 10:00:00 +0100", **draft.headers}


def letters_as_controls(draft: Draft) -> None:
    """Windows-1252 that a program took for Latin-1 and wrote as UTF-8."""
    draft.body = "\x80 5 \x96 \x93".encode() + draft.body.rstrip() + "\x94\r\n".encode()
    draft.truth = replace(draft.truth, text=f"€ 5 – “{draft.truth.text}”")


ODDITIES: tuple[Oddity, ...] = (
    never_encoded,
    odd_start,
    letters_as_controls,
    body_undeclared,
    body_undeclared,
    body_undeclared,
    body_declared,
    body_declared,
    body_utf8_mislabelled,
    body_latin_for_all,
    body_bom,
    body_qp,
    body_base64,
    html_meta,
    html_entities,
    html_as_plain,
    flowed,
    subject_raw,
    subject_raw,
    from_raw,
    from_raw,
    subject_split,
    subject_split,
    subject_q,
    subject_q_blanks,
    subject_unpadded,
    subject_in_quotes,
    subject_wrong_label,
    subject_language_tag,
    subject_escape_codes,
    subject_question,
    from_quoted_word,
    from_touching,
    from_whole_word,
    from_comma,
    from_comment,
    from_bare,
    from_folded,
    many_recipients,
    no_recipients,
    date_odd,
    date_odd,
    date_none,
    ids_odd,
    headers_doubled,
    header_spaces,
    filename_2231,
    filename_2231,
    filename_continued,
    filename_2047,
    filename_2047,
    filename_raw,
    filename_raw,
    filename_percent,
    uuencoded,
    winmail,
    nested,
    alternative_empty_text,
    related_without_type,
    apple_mixed,
    signed,
    opaque,
    octet_stream_txt,
    boundary_lost,
    fold_lost,
    bare_line_ends,
    pieced_base64,
)


def odd_mails(seed: int = 1, most: int = 0) -> Iterator[tuple[str, bytes, Truth]]:
    """One mail for each oddity and text (or `most` of them, drawn by the seed): a name, its bytes, its truth."""
    rng = random.Random(seed)
    pairs = [(number, text) for number in range(len(ODDITIES)) for text in TEXTS]
    if most:
        pairs = rng.sample(pairs, most)
    for number, (language, name, subject, text, filename, codecs) in pairs:
        truth = Truth(name=name, subject=subject, text=text, filename=filename, codecs=codecs)
        draft = Draft(truth=truth, rng=rng)
        plain(draft)
        ODDITIES[number](draft)
        raw = draft.raw()
        raw = raw.replace(b"\r\n", b"\n") if ODDITIES[number] is bare_line_ends else raw
        yield f"{ODDITIES[number].__name__} {language} {number}", raw, draft.truth


def expected(truth: Truth) -> dict[str, object]:
    """The facts as comparable values."""
    return {
        "from": truth.address,
        "name": truth.name,
        "to": truth.to,
        "cc": truth.cc,
        "subject": truth.subject,
        "date": truth.date,
        "message_id": truth.message_id,
        "references": truth.references,
        "text": " ".join(truth.text.split()),
        "files": sorted((name, kind, len(data), hashlib.sha256(data).hexdigest()) for name, kind, data in truth.files),
    }


__all__ = ["Truth", "expected", "odd_mails"]
