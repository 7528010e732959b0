"""Customers' mail for benchmarks, from a seed: what a complaint desk gets on a bad day, with the truth about it."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

FIRST = datetime(2025, 3, 3, 8, tzinfo=UTC)
DESK = "complaints@shop.example"
SERVER = "mail.shop.example"
COMPLAINTS = (
    ("en", "utf-8", "My order {n} arrived broken. This is unacceptable, I demand a refund of 250 EUR."),
    (
        "de",
        "iso-8859-1",
        "Meine Bestellung {n} kam beschädigt an. Ich bin sehr enttäuscht und verlange mein Geld zurück.",
    ),
    ("fr", "utf-8", "Ma commande {n} est arrivée cassée. C'est inadmissible, je demande un remboursement de 80 €."),
    ("es", "iso-8859-15", "Mi pedido {n} llegó roto. Es inaceptable, exijo la devolución del dinero."),
    ("zh", "gb18030", "我的订单{n}收到时已经损坏，非常不满意，我要求退款500元并尽快答复。"),
    ("ja", "iso-2022-jp", "注文{n}の商品が壊れて届きました。非常に不満です。返金を求めます。"),
    ("ru", "koi8-r", "Мой заказ {n} пришёл сломанным. Это недопустимо, я требую вернуть деньги."),
    ("ar", "windows-1256", "وصل طلبي {n} مكسورا. هذا غير مقبول وأطالب باسترداد المبلغ."),
)
REPLIES = ("Any news about my order? I am still waiting.", "Please answer, it has been two weeks now.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Raw messages in the order of their arrival; `cases`: how many of them are new complaints."""

    mails: tuple[bytes, ...]
    cases: int

    @property
    def size(self) -> int:
        """Bytes altogether."""
        return sum(map(len, self.mails))


def make(
    count: int, seed: int = 1, part: str = "", *, every: timedelta = timedelta(minutes=1), pictures: bool = True
) -> Corpus:
    """Of each 100: 56 complaints, 39 replies, 3 absence notes, 2 newsletters; 18 with a picture of 10 to 500 kB.

    `part` sets the customers of one corpus apart from those of another; `every` is how far messages are apart.
    """
    chance = random.Random(seed)
    mail = partial(_mail, every=every, pictures=pictures)
    mails: list[bytes] = []
    known: list[tuple[str, str]] = []
    for n in range(count):
        draw = chance.random()
        if draw < 0.39 and known:
            customer, message_id = chance.choice(known)
            mails.append(mail(chance, customer, n, "Re: my order", chance.choice(REPLIES), references=message_id))
        elif 0.39 <= draw < 0.42:
            note = "I am out of the office until Monday."
            mails.append(mail(chance, f"away{part}{n}@customer.example", n, "Out of office", note, robot=True))
        elif 0.42 <= draw < 0.44:
            news = "Our new catalogue is here."
            mails.append(mail(chance, f"news{part}{n}@customer.example", n, "Catalogue", news, robot=True))
        else:
            # Each at a domain of their own: answers to one domain have a ceiling.
            customer, message_id = f"c{part}@d{n}.customer.example", f"<{part}{n}@customer.example>"
            known.append((customer, message_id))
            _, charset, text = chance.choice(COMPLAINTS)
            words = text.format(n=chance.randrange(10_000, 99_999))
            mails.append(mail(chance, customer, n, "My order", words, charset=charset, message_id=message_id))
    return Corpus(mails=tuple(mails), cases=len(known))


def _mail(  # noqa: PLR0913 (all of it ends up in the bytes)
    chance: random.Random,
    customer: str,
    n: int,
    subject: str,
    text: str,
    *,
    charset: str = "utf-8",
    message_id: str = "",
    references: str = "",
    robot: bool = False,
    every: timedelta,
    pictures: bool,
) -> bytes:
    when = format_datetime(FIRST + every * n)
    message = EmailMessage(policy=SMTP)
    domain = customer.rpartition("@")[2]
    message["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from={domain}"
    message["Received"] = f"from {domain} by {SERVER}; {when}"
    message["From"], message["To"], message["Subject"], message["Date"] = customer, DESK, subject, when
    message["Message-ID"] = message_id or f"<{chance.getrandbits(64):x}@customer.example>"
    if references:
        message["References"] = references
    if robot:
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(text + "\n\nKind regards\nA customer\n", charset=charset)
    if not robot and chance.random() < 0.5:
        message.add_alternative(f"<html><body><p>{text}</p><p>Kind regards</p></body></html>", subtype="html")
    if not robot and chance.random() < 0.18 and pictures:
        picture = b"\x89PNG\r\n\x1a\n" + chance.randbytes(chance.randrange(10_000, 500_000))
        message.add_attachment(picture, maintype="image", subtype="png", filename="photo.png")
    return message.as_bytes()
