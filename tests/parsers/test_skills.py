"""The single skills, each by a table."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cases.message import Automatic, Proof, Strength
from cases.reading import Authentication, AuthenticationProfile, Lexicon, Phrase, Reading
from cases.trouble import NeedsHuman
from config.settings import load
from parsers import (
    attachment_content,
    classify_automatic,
    detect_language,
    find_amounts,
    find_phones,
    find_waybills,
    parse_headers,
    parse_message,
    strip_reply,
    strip_reply_html,
)
from parsers.addresses import parse_addresses
from parsers.attachments import label
from parsers.authentication import parse_results
from parsers.charset import decode
from parsers.complaint import judge
from parsers.flowed import unflow
from parsers.ids import address_tokens, body_tokens, case_numbers, id_tokens, parse_message_id
from parsers.lexicon import Matcher, find_words, matcher_of
from parsers.numbers import find_numbers
from parsers.words import header_text, parameters
from tests.parsers.lexicons import shipped

TOKEN = "tabcdefgh2345672abcdefgh2345672abcde"


@pytest.mark.parametrize(
    ("written", "address", "name", "is_clean"),
    [
        ("a@x.example", "a@x.example", "", True),
        ("Anna <A@X.Example>", "A@x.example", "Anna", True),
        ('"Berg, Anna" <a@x.example>', "a@x.example", "Berg, Anna", True),
        ('"a@y.example" <a@x.example>', "a@x.example", "a@y.example", True),
        ("a@x.example <a@x.example>", "a@x.example", "a@x.example", True),
        ("a@x.example (Anna)", "a@x.example", "Anna", True),
        ("=?utf-8?q?M=C3=BCller=2C_evil=40y?= <a@x.example>", "a@x.example", "Müller, evil@y", True),
        ("Anna <a@müller.example>", "a@xn--mller-kva.example", "Anna", True),
        ("b@y.example <a@x.example>", "a@x.example", "b@y.example", False),
        ("<b@y.example> a@x.example", "b@y.example", "", False),
        ("a@b@x.example", "a@b@x.example", "", False),
        ("a@x.example.", "a@x.example", "", False),
        ("<@y.example:a@x.example>", "a@x.example", "", False),
        ("a@[192.0.2.1]", "a@[192.0.2.1]", "", False),
        ("Anna a@x.example", "a@x.example", "Anna", False),
        ("<a@x.example", "a@x.example", "", False),
        ("<a@x.example><b@x.example>", "a@x.example", "", False),
    ],
)
def test_an_address_is_read_by_one_strict_grammar(written: str, address: str, name: str, is_clean: bool) -> None:
    found = parse_addresses(written.encode())
    assert (address, is_clean) == (found[0].address, not found[0].doubt)
    assert name == found[0].name


def test_lists_and_groups_give_their_members() -> None:
    found = parse_addresses(b'"x, y" <a@x.example>, Team: b@x.example, C <c@x.example>; undisclosed-recipients:;')
    assert ["a@x.example", "b@x.example", "c@x.example"] == [one.address for one in found if one.address]


@pytest.mark.parametrize(
    ("written", "server", "verdicts"),
    [
        ("mx.example; dmarc=pass header.from=a.example", "mx.example", ["dmarc=pass"]),
        ("mx.example 1; spf=pass smtp.mailfrom=a@a.example; dkim=fail", "mx.example", ["spf=pass", "dkim=fail"]),
        (
            "spf=pass (x) smtp.mailfrom=a; dkim=none;dmarc=pass header.from=a",
            "",
            ["spf=pass", "dkim=none", "dmarc=pass"],
        ),
        ("(mx.example;) evil.example; dmarc=pass", "evil.example", ["dmarc=pass"]),
        ("mx.example; spf=fail (dmarc=pass (nested) dkim=pass) ; none", "mx.example", ["spf=fail"]),
        ('mx.example; dkim=none reason="; dmarc=pass"', "mx.example", ["dkim=none"]),
        ('mx.example; "dmarc"=pass', "mx.example", []),
        ("mx.example; none", "mx.example", []),
        ("mx.example; (unclosed dmarc=pass", "mx.example", []),
    ],
)
def test_authentication_results_are_tokens_not_substrings(written: str, server: str, verdicts: list[str]) -> None:
    found = parse_results(written)
    assert (server, verdicts) == (found[0], [f"{one.method}={one.verdict}" for one in found[1]])


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Thanks.\n\nOn Mon, 2 Feb 2026 at 10:00 Desk <d@x.example> wrote:\n\n> hello\n> there", "Thanks."),
        ("Danke.\n\nAm 02.02.2026 um 10:00 schrieb Desk <d@x.example>:\n> hallo", "Danke."),
        ("Merci.\n\nLe lun. 2 févr. 2026 à 10:00, Desk\n<d@x.example> a écrit :\n\n> bonjour", "Merci."),
        ('谢谢\n\n在 2026-02-02 10:00:00，"客服" <d@x.example> 写道：\n\n>您好', "谢谢"),
        ("よろしく\n\n2026年2月2日(月) 10:00 Desk <d@x.example>:\n\n> こんにちは", "よろしく"),
        ("Merci.\nLe lun. 2 févr. 2026 à 10:00, Desk\n<d@x.example> a écrit :\n> bonjour", "Merci."),
        ("2 broken.\nOn 2 Feb 2026 at 10:00 Desk <d@x.example> wrote:\n\nold text", "2 broken."),
        ("Спасибо\n\nпн, 2 февр. 2026 г. в 10:00, Desk <d@x.example>:\n\n> привет", "Спасибо"),
        ("شكرا\n\nفي الاثنين، 2 فبراير 2026 في 10:00 كتب Desk <d@x.example>:\n\n> مرحبا", "شكرا"),
        ("Ok\n\n-----Ursprüngliche Nachricht-----\nVon: d@x.example\nGesendet: heute\nBetreff: x\n\nalt", "Ok"),
        (
            "Ok\n\n________________________________\nFrom: D <d@x.example>\nSent: Monday\nTo: me\nSubject: x\n\nold",
            "Ok",
        ),
        (
            '好的\n\n\n------------------ 原始邮件 ------------------\n发件人: "客服";\n发送时间: 今天\n主题: x\n\n旧',
            "好的",
        ),
        ("Yes\n\n##- Please type your reply above this line -##\nold text", "Yes"),
        ("Yes\n\n> ##- Bitte oberhalb antworten -##\n> old text", "Yes"),
        ("Yes\n\nOn Mon, Feb 2, 2026 at 10:00 AM Desk <d@x.example> wrote:\n\n##- above -##\nold", "Yes"),
        ("Broken.\n\nSent from my iPhone", "Broken."),
        ("Kaputt.\n\nVon meinem iPhone gesendet\n\nAm 02.02.2026 um 10:00 schrieb D <d@x.example>:\n> alt", "Kaputt."),
        ("坏了\n\n发自我的 iPhone", "坏了"),
        ("Broken.\n-- \nAnna\nBoss of all", "Broken."),
        (
            "From: the start it was broken.\nTo: be honest, I am sad.",
            "From: the start it was broken.\nTo: be honest, I am sad.",
        ),
        ("I wrote to you on 2 Feb: nothing came.\nBad.", "I wrote to you on 2 Feb: nothing came.\nBad."),
        ("He wrote:\nyou are wrong", "He wrote:\nyou are wrong"),
        ("a\n--\n" + "b\n" * 40, ("a\n--\n" + "b\n" * 40).strip()),
        ("> all marked", "> all marked"),
    ],
)
def test_the_writers_own_words_are_kept_and_the_history_goes(text: str, own: str) -> None:
    assert own == strip_reply(text)


@pytest.mark.parametrize(
    ("html", "own"),
    [
        ('<p>New</p><blockquote type="cite">old</blockquote>', "New"),
        ('<div>New</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From</div><div>old</div>', "New"),
        ('<div>New</div><div class="yahoo_quoted">old</div>', "New"),
        ("<p>New</p><blockquote>my own indented list</blockquote>", "New\n\nmy own indented list"),
        ('<blockquote type="cite">old</blockquote>answer below', "answer below"),
        ("", ""),
        ("no tags &amp; more", "no tags & more"),
    ],
)
def test_history_marked_in_html_goes(html: str, own: str) -> None:
    assert own.split() == strip_reply_html(html).split()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mein Paket ist beschädigt und niemand antwortet.", "de"),
        ("我已经等了三个星期,没有收到答复。", "zh-Hans"),
        ("我已經等了三個星期,沒有收到回覆。", "zh-Hant"),
        ("注文した商品がまだ届いていません。", "ja"),
        ("아직 답변을 받지 못했습니다.", "ko"),
        ("Я чекаю на вашу відповідь", "uk"),
        ("Я жду вашего ответа уже месяц", "ru"),
        ("החשבונית כוללת חיוב כפול", "he"),
        ("iPhone 15 Pro Max 壊れています、返金してください", "ja"),
        ("The parcel of http://пример.example never arrived at all", "en"),
        ("12345 !!! ???", ""),
        ("", ""),
    ],
)
def test_language_is_that_of_the_words(text: str, language: str) -> None:
    assert language == detect_language(text)


@pytest.mark.parametrize(
    ("text", "country", "amounts"),
    [
        ("I lost 1.500,00 € and US$2,300.50", None, [("1500.00", "EUR"), ("2300.50", "USD")]),
        ("损失12万元,另付￥300", "CN", [("120000", "CNY"), ("300", "CNY")]),
        ("Rp 5.000.000 dan R$ 10,50", None, [("5000000", "IDR"), ("10.50", "BRL")]),
        ("2 lakh rupees is not Rs. 1,00,000", None, [("200000", "INR"), ("100000", "INR")]),
        ("١٢٠٠ ريال", None, [("1200", "SAR")]),
        ("$20", "AU", [("20", "AUD")]),
        ("order 12345 from 2026-02-02, 3 pieces", None, []),
        ("1 234,50 zł oraz 3 500 Kč", None, [("1234.50", "PLN"), ("3500", "CZK")]),
        ("5000円と3万円", None, [("5000", "JPY"), ("30000", "JPY")]),
        ("10k EUR", None, [("10000", "EUR")]),
    ],
)
def test_amounts_need_a_currency_beside_the_number(
    text: str, country: str | None, amounts: list[tuple[str, str]]
) -> None:
    expected = [(Decimal(value), currency) for value, currency in amounts]
    assert expected == [(one.value, one.currency) for one in find_amounts(text, country)]


@pytest.mark.parametrize(
    ("text", "country", "phones"),
    [
        ("Tel. +49 30 901820", None, ["+4930901820"]),
        ("call 0044 20 7946 0018 now", None, ["+442079460018"]),
        ("电话 13800138000", "CN", ["+8613800138000"]),
        ("Tel. 030 901820", "DE", ["+4930901820"]),
        ("order 030 901820", "DE", []),
        ("Tel. +00 1234567", None, []),
        ("invoice 2026-02-02 123456789", "DE", []),
    ],
)
def test_phones_are_international_or_labelled(text: str, country: str | None, phones: list[str]) -> None:
    assert phones == [one.e164 for one in find_phones(text, country)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my order 4711-88 is late", [("order_number", "4711-88")]),
        ("Bestellnummer: DE-2024/5567.", [("order_number", "DE-2024/5567")]),
        ("我的订单88231到货", [("order_number", "88231")]),
        ("Sipariş no: 12345", [("order_number", "12345")]),
        ("12345 numaralı siparişim kırık", [("order_number", "12345")]),
        ("contract no. C-2024-77", [("contract", "C-2024-77")]),
        ("运单号:SF1234567890123", [("waybill", "SF1234567890123")]),
        ("parcel RR123456785DE", [("waybill", "RR123456785DE")]),
        ("in order to receive 3 pieces on 12.5.2026", []),
        ("tracking 1Z999AA10123456784", [("waybill", "1Z999AA10123456784")]),
    ],
)
def test_numbers_are_known_by_the_word_before_them(text: str, found: list[tuple[str, str]]) -> None:
    assert found == [(one.kind, one.value) for one in find_numbers(text)]


def test_waybills_without_label_need_a_right_check_digit() -> None:
    assert ["RR123456785DE"] == [one.value for one in find_waybills("see RR123456785DE and RR123456784DE")]


def test_tokens_are_found_in_addresses_ids_and_text() -> None:
    own = ("desk@firm.example",)
    addresses = [f"desk+{TOKEN}@firm.example", f"desk+b-{TOKEN}@firm.example", f"{TOKEN}@firm.example"]
    assert [TOKEN] * 3 == address_tokens(addresses, own)
    assert [] == address_tokens([f"desk+{TOKEN}@other.example", f"desk+{TOKEN}x@firm.example"], own)
    assert [TOKEN] == id_tokens([f"<{TOKEN}.17@firm.example>", f"<x{TOKEN}@firm.example>"])
    assert [TOKEN] == body_tokens(f"> some text\n> [ref:{TOKEN}]\n[ref:{TOKEN[:-1]}]")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Re: [C-4829-1372] hello", ("C-4829-1372",)),
        ("c 4829 1372", ("C-4829-1372",)),
        ("Ｃ－４８２９－１３７２", ("C-4829-1372",)),
        ("C–4829–1372–0042", ("C-4829-1372-0042",)),
        ("ABC-4829-1372 and C-482-1375", ()),
        ("C-4829-13725", ()),
    ],
)
def test_case_numbers_are_read_as_people_write_them(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers == case_numbers(text)


@pytest.mark.parametrize(
    ("written", "found"),
    [("<a@b>", "<a@b>"), ("a@b", "<a@b>"), ("<", ""), ("", ""), ("<a b@c>", ""), ("x <a@b> y <c@d>", "<a@b>")],
)
def test_a_message_id_is_one_token_in_brackets(written: str, found: str) -> None:
    assert found == parse_message_id(written)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"=?utf-8?q?caf=C3=A9?= =?utf-8?q?_noir?=", "café noir"),
        (b"=?utf-8?b?5oqV6K+?= =?utf-8?b?iQ==?=", "投诉"),  # cut inside a character, as some clients do
        (b"=?gb2312?B?zbbL3w==?=", "投诉"),
        (b"=?ISO-8859-1*de?q?sch=F6n?=", "schön"),
        (b"=?utf-8?q?with space?=", "with space"),
        (b"=?nonsense?q?abc?=", "abc"),
        (b"=?utf-8?B?aGVsbG8", "hello"),
        (b'"=?utf-8?q?quoted?="', '"quoted"'),
        (b"a\r\n =?utf-8?q?b?=\r\n c", "a b c"),
        (b"plain \xc3\xa9", "plain é"),
        (b"=?utf-8?q?a=0D=0Ab=00?=", "a b"),
    ],
)
def test_encoded_words_are_read_as_clients_write_them(written: bytes, text: str) -> None:
    assert text == header_text(written)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b'attachment; filename="a.pdf"', "a.pdf"),
        (b"attachment; filename*=utf-8''%e5%8f%91.pdf", "发.pdf"),
        (b"attachment; filename*0*=utf-8''%e5%8f; filename*1*=%91; filename*2=.pdf", "发.pdf"),
        (b'attachment; filename="=?utf-8?q?=E5=8F=91=2Epdf?="', "发.pdf"),
        (b"attachment; filename=a b.pdf", "a b.pdf"),
        (b'attachment; filename="a\\"b.pdf"', 'a"b.pdf'),
        (b'attachment; filename="unclosed.pdf', "unclosed.pdf"),
    ],
)
def test_parameters_are_read_as_clients_write_them(written: bytes, name: str) -> None:
    assert name == parameters(written)["filename"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\con", "_con"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("", "attachment.pdf"),
        ("...", "attachment.pdf"),
        ("x" * 4000 + ".pdf", "x" * 116 + ".pdf"),
        ("a\x00b<c>.pdf", "a b_c_.pdf"),
    ],
)
def test_attachment_names_become_harmless_labels(name: str, shown: str) -> None:
    assert shown == label(name, "application/pdf")


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("投诉：镕".encode("gb18030"), "gb2312", "投诉：镕"),
        ("我的订单已经损坏，请退款".encode("gbk"), "", "我的订单已经损坏，请退款"),
        ("我的訂單已經損壞，請退款給我".encode("big5"), "", "我的訂單已經損壞，請退款給我"),
        ("注文した商品が壊れています".encode("cp932"), "", "注文した商品が壊れています"),
        ("Товар пришёл сломанным".encode("koi8-r"), "x-unknown", "Товар пришёл сломанным"),
        ("Товар пришёл сломанным".encode("cp1251"), "", "Товар пришёл сломанным"),
        ("상품이 파손되어 도착했습니다".encode("euc-kr"), "us-ascii", "상품이 파손되어 도착했습니다"),
        ("schön".encode("cp1252"), "iso-8859-1", "schön"),
        ("schön".encode(), "iso-8859-1", "schön"),
        ("½ “quote”".encode("cp1252"), "iso-8859-1", "½ “quote”"),
        ("①株式会社".encode("iso2022_jp_3"), "iso-2022-jp", "①株式会社"),
        (b"abc", "zlib", "abc"),
        (b"6162", "hex", "6162"),
    ],
)
def test_text_is_read_whatever_its_label_says(data: bytes, declared: str, text: str) -> None:
    assert text == decode(data, declared)[0]


def test_flowed_text_keeps_quote_depth_and_signature() -> None:
    assert "> a b\nc d\n-- \nme" == unflow("> a \n> b\nc \nd\n-- \nme")


ROWS = Lexicon(
    complaint=(
        Phrase(text="broken*", language="en", rule="damage", weight=1.5),
        Phrase(text="never again", language="en", rule="anger", weight=1.0),
        Phrase(text="kaputt*", language="de", rule="damage", weight=1.5),
        Phrase(text="坏了", language="zh", rule="damage", weight=1.5),
        Phrase(text="أطلب استرداد", language="ar", rule="refund", weight=1.0),
        Phrase(text="thank you", language="en", rule="praise", weight=-2.0),
    ),
)


def test_a_lexicon_comes_to_a_worker_as_it_left() -> None:
    changed = replace(ROWS, alarm=0.3, signals=ROWS.complaint[1:3])
    assert changed == pickle.loads(pickle.dumps(changed))  # noqa: S301  # our own


def test_rows_of_a_language_stay_in_their_order_whatever_came_before() -> None:
    lexicon = replace(ROWS, categories=ROWS.complaint)
    text = "broken, kaputt, never again"
    fresh = [matcher_of(replace(lexicon), one).find(text) for one in ("de", "fr", "")]
    shared = [matcher_of(lexicon, one).find(text) for one in ("", "fr", "de")]
    assert fresh == shared[::-1]
    assert [0, 2, 0, 2, 0, 2] == [hit.table for hit in shared[0]]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("It is Brokenness. NEVER, again!", ["broken*", "never again"]),
        ("unbroken neverage", []),
        ("这个坏了", ["坏了"]),
        ("وأَطلُبُ إسترداد", ["أطلب استرداد"]),
    ],
)
def test_phrases_are_found_on_word_borders_whatever_case_or_marks(text: str, phrases: list[str]) -> None:
    assert phrases == [hit.phrase.text for hit in Matcher.of_tables([ROWS.complaint]).find(text)]


@pytest.mark.parametrize(
    ("text", "language", "strength"),
    [
        ("broken, never again", "en", Strength.STRONG),
        ("broken", "en", Strength.WEAK),
        ("broken, never again, thank you", "en", Strength.WEAK),
        ("kaputt", "fr", Strength.NONE),
        ("kaputt", "", Strength.WEAK),
        ("broken", "de", Strength.WEAK),
        ("hello", "en", Strength.NONE),
    ],
)
def test_weights_add_up_and_rows_of_other_languages_do_not_count(text: str, language: str, strength: Strength) -> None:
    assert strength == judge(find_words("", text, ROWS), language, ROWS).complaint


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thank you so much, the new lamp is perfect and your driver was very friendly."),
        ("en", "Could you tell me your opening hours on Sunday?"),
        ("en", "Our spring newsletter: 20% off all shoes this week. Unsubscribe here."),
        ("de", "Vielen Dank für die schnelle Hilfe, wir sind sehr zufrieden und empfehlen Sie weiter."),
        ("fr", "Merci beaucoup pour votre aide, je suis très satisfaite."),
        ("es", "Muchas gracias, estoy muy satisfecho con la compra."),
        ("zh-Hans", "谢谢你们,东西收到了,非常满意,五星好评!"),
        ("ja", "営業時間を教えてください。"),
        ("ru", "Здравствуйте, хотел бы узнать часы работы вашего магазина."),
    ],
)
def test_praise_questions_and_newsletters_are_not_strong(language: str, text: str) -> None:
    lexicon = shipped()
    assert Strength.NONE == judge(find_words("", text, lexicon), language, lexicon).complaint


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("My lamp arrived broken and I want a refund.", 1),
        (
            "The parcel is late, the courier lost it in transit. Also the invoice charges me twice, please correct it.",
            2,
        ),
    ],
)
def test_only_what_is_spoken_of_at_length_is_a_second_concern(text: str, categories: int) -> None:
    """One word of another field must not send a plain complaint to head office as "several departments" (M15.4)."""
    lexicon = shipped()
    assert categories == len(judge(find_words("", text, lexicon), "en", lexicon).categories)


@pytest.mark.parametrize(
    ("language", "text", "signal", "is_alarm"),
    [
        ("en", "We will not go to court about a lamp.", "lawyer", False),
        ("en", "I don’t need a lawyer for this.", "lawyer", False),
        ("en", "There is no data breach here.", "data_leak", False),
        ("en", "It is not urgent at all.", "urgent", False),
        ("en", "If you do not answer, I will go to court.", "lawyer", True),
        ("en", "I will not hesitate to go to court.", "lawyer", True),
        ("en", "You did not pay and my lawyer will write to you.", "lawyer", True),
        ("en", "This is not only my view, my lawyer agrees.", "lawyer", True),
        ("en", "No answer. Court is next.", "lawyer", True),
        ("en", "I have no other option than court.", "lawyer", True),
        ("en", "It has not been delivered, still waiting.", "delay", True),
        ("de", "Wir gehen nicht zum Anwalt.", "lawyer", False),
        ("de", "Wir brauchen keinen Anwalt.", "lawyer", False),
        ("de", "Sie antworten nicht, jetzt gehe ich zum Anwalt.", "lawyer", True),
        ("de", "Ich werde nicht zögern und den Anwalt rufen.", "lawyer", True),
        ("fr", "Nous n'irons pas voir un avocat.", "lawyer", False),
        ("fr", "Je n'hésiterai pas à prendre un avocat.", "lawyer", True),
        ("es", "No necesito un abogado.", "lawyer", False),
        ("es", "No han contestado y mi abogado les escribirá.", "lawyer", True),
        ("ru", "Я не пойду к адвокату.", "lawyer", False),
        ("zh-Hans", "我不会找律师。", "lawyer", False),
        ("zh-Hans", "我不得不找律师。", "lawyer", True),
        ("zh-Hans", "你们没有回复,我要找律师。", "lawyer", True),
        ("en", "We have not gone to court yet.", "lawyer", True),
        ("en", "We have no intention whatsoever of taking this matter to court.", "lawyer", False),
        ("en", "You did not answer our lawyer.", "lawyer", True),
        ("en", "We do not want to go to court, unless you force us.", "lawyer", True),
        ("en", "No lawyer or journalist has to know.", "press", False),
        ("en", "Luckily nobody was injured.", "injury", False),
        ("de", "Einen Anwalt brauchen wir nicht.", "lawyer", False),
        ("de", "Mein Anwalt versteht das nicht.", "lawyer", True),
        ("fr", "Nous n'irons pas en justice.", "lawyer", False),
        ("fr", "Si vous ne répondez pas, nous irons en justice.", "lawyer", True),
        ("ja", "裁判にはしません。", "lawyer", False),
        ("ja", "回答がなければ裁判にします。", "lawyer", True),
        ("ja", "訴訟を起こすかもしれません。", "lawyer", True),
        ("ja", "裁判も辞しません。", "lawyer", True),
        ("ko", "소송까지 할 생각은 없습니다.", "lawyer", False),
        ("ko", "환불하지 않으면 소송하겠습니다.", "lawyer", True),
        ("tr", "Dava açmayacağız.", "lawyer", False),
        ("tr", "Cevap vermezseniz dava açacağız.", "lawyer", True),
        ("tr", "Dava açmaktan çekinmeyeceğiz.", "lawyer", True),
        ("hi", "हम अदालत नहीं जाएंगे।", "lawyer", False),
        ("hi", "मेरे वकील को जवाब नहीं मिला।", "lawyer", True),
        ("fi", "En aio viedä asiaa oikeuteen.", "lawyer", False),
        ("fi", "Ellette vastaa, viemme asian oikeuteen.", "lawyer", True),
        ("fa", "قصد شکایت به دادگاه ندارم.", "lawyer", False),
        ("sv", "Till domstol går vi inte.", "lawyer", False),
        ("cs", "K soudu kvůli tomu nepůjdu.", "lawyer", False),
        ("hu", "Nem fogok bíróságra menni.", "lawyer", False),
        ("th", "ไม่ได้จะฟ้องร้อง", "lawyer", False),
        ("th", "ถ้าไม่คืนเงินจะฟ้องศาล", "lawyer", True),
    ],
)
def test_an_alarm_that_is_denied_is_none(language: str, text: str, signal: str, is_alarm: bool) -> None:
    """When unsure it stays: one too many costs a look."""
    lexicon = shipped()
    told = judge(find_words("", text, lexicon), language, lexicon).signals
    assert is_alarm is (signal in {one.name for one in told})


@pytest.mark.parametrize(
    ("language", "text", "signals"),
    [
        ("en", "This is illegal and a breach of contract.", {"breach_of_law", "contract_deviation"}),
        ("en", "You sent our trade secrets to a rival.", {"trade_secret"}),
        ("en", "This is not illegal, only annoying.", set()),
        ("en", "Our contract no. C-2024-77 covers the delivery of lamps.", set()),
        ("de", "Das ist rechtswidrig und entspricht nicht dem Vertrag.", {"breach_of_law", "contract_deviation"}),
        ("fr", "Vous avez transmis nos secrets d'affaires, c'est illégal.", {"breach_of_law", "trade_secret"}),
        ("es", "Hay un incumplimiento del contrato.", {"contract_deviation"}),
        ("pt", "Isso é quebra de contrato e contra a lei.", {"breach_of_law", "contract_deviation"}),
        ("it", "È una violazione del contratto.", {"contract_deviation"}),
        ("ru", "Это нарушение договора и нарушение закона.", {"breach_of_law", "contract_deviation"}),
        ("pl", "To jest niezgodne z umową.", {"contract_deviation"}),
        ("tr", "Bu sözleşmeye aykırıdır, ticari sırlarımız paylaşıldı.", {"contract_deviation", "trade_secret"}),
        ("ar", "هذا مخالف للقانون وخرق للعقد.", {"breach_of_law", "contract_deviation"}),
        ("ja", "これは違法で、契約違反です。", {"breach_of_law", "contract_deviation"}),
        ("ko", "이것은 계약 위반이며 불법입니다.", {"breach_of_law", "contract_deviation"}),
        ("zh-Hans", "你们违约了,还泄露商业秘密,这是违法的。", {"breach_of_law", "contract_deviation", "trade_secret"}),
        ("zh-Hans", "这并不违法。", {"breach_of_law"}),  # denied in a way the table does not know: a person looks
        ("vi", "Đây là vi phạm hợp đồng.", {"contract_deviation"}),
        ("id", "Ini melanggar hukum.", {"breach_of_law"}),
    ],
)
def test_alarms_about_law_secrets_and_contracts(language: str, text: str, signals: set[str]) -> None:
    lexicon = shipped()
    wanted = {"breach_of_law", "contract_deviation", "trade_secret"}
    told = {one.name for one in judge(find_words("", text, lexicon), language, lexicon).signals}
    assert signals == told & wanted


@pytest.mark.parametrize(
    "text",
    ["My parcel was never delivered. I complain!", "I complain about the rude clerk."],
)
def test_who_says_outright_that_they_complain_is_heard_as_the_desk_is_shipped(text: str) -> None:
    reading = Reading(lexicon=load(None, now=datetime(2026, 11, 9, tzinfo=UTC), environment={}).lexicon)
    raw = f"From: a@x.example\r\nSubject: Order 3\r\nMessage-ID: <1@x.example>\r\n\r\n{text}\r\n".encode()
    assert Strength.STRONG is parse_message(raw, reading).complaint


@pytest.mark.parametrize("kind", ["complaint", "signals", "categories"])
def test_word_tables_have_every_rule_in_every_language(kind: str) -> None:
    by_language: dict[str, set[str]] = {}
    for row in getattr(shipped(), kind):
        if row.weight:
            by_language.setdefault(row.language, set()).add(row.rule)
    rules = set().union(*by_language.values())
    full = {row.language for row in shipped().complaint}
    assert 40 == len(full)
    assert {} == {language: rules - by_language[language] for language in full if by_language[language] != rules}


@pytest.mark.parametrize(
    ("language", "text", "signals"),
    [
        ("et", "Homme räägime sellest ajakirjanikuga ja kaebame tarbijakaitsele.", {"press", "regulator"}),
        ("lv", "Rīt ejam pie advokāta un Patērētāju tiesību aizsardzības centrā.", {"lawyer", "regulator"}),
        ("lt", "Kreipsimės į advokatą, žurnalistams jau parašėme.", {"lawyer", "press"}),
        ("is", "Við höfum talað við lögmann og Neytendastofu.", {"lawyer", "regulator"}),
        ("sl", "Obrnili se bomo na odvetnika in tržni inšpektorat.", {"lawyer", "regulator"}),
        ("ca", "Hem parlat amb un advocat i amb l'Agència Catalana de Consum.", {"lawyer", "regulator"}),
        ("et", "Täname kiire tarne eest, lamp on väga ilus.", set()),
        ("lv", "Paldies, viss atnāca laikā un lampa ir skaista.", set()),
        ("lt", "Ačiū, viskas gerai, lempa labai graži.", set()),
        ("is", "Takk fyrir, lampinn er mjög fallegur.", set()),
        ("sl", "Hvala, svetilka je zelo lepa.", set()),
        ("ca", "Gràcies, el llum és molt bonic.", set()),
    ],
)
def test_six_smaller_languages_have_their_alarms(language: str, text: str, signals: set[str]) -> None:
    assert signals == {one.name for one in judge(find_words("", text, shipped()), language, shipped()).signals}


MAIL = b"From: a@x.example\r\nTo: desk@firm.example\r\nSubject: broken\r\nMessage-ID: <1@x.example>\r\n"


def test_headers_alone_give_a_message_that_says_so() -> None:
    message = parse_headers(MAIL + b"Auto-Submitted: auto-replied\r\n\r\n", 50_000_000, "f" * 64)
    assert (True, 50_000_000, "f" * 64) == (message.headers_only, message.size, message.sha256)
    assert ("a@x.example", "broken", Automatic.AUTO_REPLY) == (
        message.sender.address if message.sender else "",
        message.subject,
        message.automatic,
    )
    with pytest.raises(NeedsHuman, match="empty"):
        parse_headers(b"\r\n\r\n", 1, "0" * 64)


def test_without_a_profile_nobody_is_proven() -> None:
    raw = b"Authentication-Results: mx.firm.example; dmarc=pass header.from=x.example\r\n" + MAIL + b"\r\nhi\r\n"
    assert Proof.UNPROVEN == parse_message(raw, Reading()).proof


def test_a_mark_that_cannot_be_ours_is_no_mark() -> None:
    """Ours is hexadecimal; anything else would only upset who compares it."""
    marks = "X-Ombud-Mark: ✓\r\nX-Ombud-Mark: =?utf-8?q?=E2=9C=93?=\r\nX-Ombud-Mark: 00ff\r\n".encode()
    assert ("00ff",) == parse_message(marks + MAIL + b"\r\nhi\r\n").own_marks


def test_a_name_in_broken_base64_is_still_somebodys() -> None:
    """The standard library raises an error of its own for it, which is no ValueError."""
    raw = MAIL.replace(b"From: a@x.example", b"From: =?utf-8?b?abcde?= <a@x.example>") + b"\r\nhi\r\n"
    message = parse_message(raw)
    assert ("a@x.example", "") == (message.sender.address if message.sender else "", message.sender_doubt)


INSIDE = "Received: from AM0.eurprd01.prod.outlook.com by DB9.eurprd01.prod.outlook.com; Mon, 2 Feb 2026 10:00:02 +0000"
OUTSIDE = "Received: from evil.example by mx.evil.example; Mon, 2 Feb 2026 10:00:01 +0000"
SAYS = "X-MS-Exchange-Organization-AuthAs:"


@pytest.mark.parametrize(
    ("fields", "domains", "proof"),
    [
        ([INSIDE, INSIDE, f"{SAYS} Internal"], ("x.example",), Proof.PROVEN),
        ([INSIDE, f"{SAYS} Anonymous"], ("x.example",), Proof.UNPROVEN),
        ([INSIDE, f"{SAYS} Anonymous", f"{SAYS} Internal"], ("x.example",), Proof.UNPROVEN),
        ([INSIDE, OUTSIDE, f"{SAYS} Internal"], ("x.example",), Proof.UNPROVEN),
        ([f"{SAYS} Internal"], ("x.example",), Proof.UNPROVEN),
        ([INSIDE, f"{SAYS} Internal"], ("firm.example",), Proof.UNPROVEN),
        ([INSIDE, f"{SAYS} Internal"], (), Proof.UNPROVEN),
        ([INSIDE, "X-MS-Exchange-CrossTenant-AuthAs: Internal"], ("x.example",), Proof.UNPROVEN),
        ([INSIDE, "Authentication-Results: dmarc=fail", f"{SAYS} Internal"], ("x.example",), Proof.UNPROVEN),
    ],
)
def test_colleagues_of_one_microsoft_tenant_are_proven_where_the_admin_says_so(
    fields: list[str], domains: tuple[str, ...], proof: Proof
) -> None:
    trusted = Authentication(profile=AuthenticationProfile.M365, internal_domains=domains)
    raw = "".join(f"{field}\r\n" for field in fields).encode() + MAIL + b"\r\nhi\r\n"
    assert proof is parse_message(raw, Reading(authentication=trusted)).proof
    generic = Authentication(
        profile=AuthenticationProfile.GENERIC, server_id="mx.firm.example", internal_domains=domains
    )
    assert Proof.UNPROVEN is parse_message(raw, Reading(authentication=generic)).proof


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (
            "It is broken.\n\nThis e-mail may be confidential. If not the intended\nrecipient delete it.",
            "It is broken.",
        ),
        (
            "Kaputt!\n_______\nDiese E-Mail ist vertraulich, Empfänger.\n\nThis email is private, recipient delete it.",
            "Kaputt!",
        ),
        ("东西坏了。\n\n本邮件含有保密信息,仅限收件人使用。如误收请删除。", "东西坏了。"),
        # A customer may write about the same things, and what stands above it stays.
        ("This e-mail of yours went to my ex-wife.\n\nDelete my data.", None),
        ("This message is my complaint.", None),
        ("This e-mail is confidential, the intended recipient is your director.", None),
        ("This e-mail is confidential, the recipient must delete it.\n\nThe lamp is broken.", None),
    ],
)
def test_a_disclaimer_at_the_end_is_nobodys_words(text: str, own: str | None) -> None:
    assert (own or text) == strip_reply(text)


def test_a_disclaimer_raises_no_alarm() -> None:
    notice = "This e-mail contains confidential information; if you received it in error any use is illegal, delete it."
    message = parse_message(MAIL + f"\r\nMy lamp is broken.\r\n\r\n{notice}\r\n".encode(), Reading(lexicon=shipped()))
    assert [] == [one.name for one in message.signals]


def test_single_faces_agree_with_the_whole() -> None:
    raw = MAIL + b"List-Id: <l.x.example>\r\n\r\nhi\r\n"
    assert Automatic.LIST == classify_automatic(raw)
    assert attachment_content(raw, "0" * 64) is None


@pytest.mark.parametrize("raw", [b"", b"\0" * 99, b"no header at all", b"Subject: x\r\n\r\nnobody wrote this"])
def test_what_cannot_be_read_was_written_by_no_robot(raw: bytes) -> None:
    assert classify_automatic(raw) is None
