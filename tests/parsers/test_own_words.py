"""The writer's own words in the quoting styles of mail clients and languages: what stays, what goes."""

import tomllib
from pathlib import Path

import pytest

from parsers import strip_reply, strip_reply_html
from parsers.quotes import split_reply

OWN = "Nothing has arrived."

TABLES = tomllib.loads((Path(__file__).parent / "own_words.toml").read_text(encoding="utf-8"))
LINES: dict[str, str] = {**TABLES["gmail"], **TABLES["clients"]}
BLOCKS: dict[str, list[str]] = TABLES["blocks"]
HTML: dict[str, str] = TABLES["html"]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("mark", ["> ", ""], ids=["marked", "unmarked"])
def test_an_answer_above_the_quotation_stands_alone(line: str, mark: str) -> None:
    if not mark and line.startswith("> "):
        pytest.skip("this client marks always")
    if not mark and line == LINES["an address first"]:
        pytest.skip("too little to be sure of")
    history = f"{mark}Dear Anna,\n{mark}we have received your message.\n{mark}\n{mark}The desk"
    assert OWN == strip_reply(f"{OWN}\n\n{line}\n\n{history}\n")
    assert OWN == strip_reply(f"{OWN}\n{line}\n{history}\n")


@pytest.mark.parametrize("rows", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("rule", ["", "________________________________\n", "\n-----\n"])
def test_header_blocks_end_the_answer(rows: list[str], rule: str) -> None:
    block = "\n".join(rows).format("Service Desk <desk@firm.example>")
    assert OWN == strip_reply(f"{OWN}\n\n{rule}{block}\n\nWe have received your message.")
    bold = "\n".join(f"*{row.replace(':', ':*', 1)}" for row in rows).format("Service Desk <desk@firm.example>")
    assert OWN == strip_reply(f"{OWN}\n\n{rule}{bold}\n\nWe have received your message.")


NAMED = (
    "Anna Berg wrote:",
    "* Anna Berg wrote:",
    "On Monday the desk wrote:",
    "Am Montag schrieb der Kundendienst:",
    "Le lundi, le service client a écrit :",
    "В понедельник Служба поддержки написала:",
    "Иван Петров пишет:",
    "Ahmet Yılmaz yazdı:",
    "王小明 写道：",
    "山田太郎さんは書きました:",
    "Quoting Anna Berg <anna@home.example>:",
    "Zitat von Anna Berg <anna@home.example>:",
)


@pytest.mark.parametrize("line", NAMED)
def test_a_name_alone_introduces_what_is_marked(line: str) -> None:
    history = "> We have sent the parcel.\n> It is on its way."
    assert OWN == strip_reply(f"{OWN}\n\n{line}\n{history}\n")
    assert OWN == strip_reply(f"{line}\n{history}\n\n{OWN}\n")
    unmarked = f"{OWN}\n\n{line}\n\nWe have sent the parcel."
    assert "@" in line or unmarked == strip_reply(unmarked)


@pytest.mark.parametrize("line", ["Your driver said:", "My husband wrote:", "Ваш водитель написал:", "我写道："])
def test_a_person_who_tells_what_somebody_wrote_is_heard(line: str) -> None:
    text = f"{line}\n> You get it today.\n> Or never.\n\n{OWN}"
    assert line in strip_reply(text)


@pytest.mark.parametrize("mark", ["AB> ", "    AB> ", "ИП> ", " Anna> "])
@pytest.mark.parametrize("above", ["", "[...]\n", "<snip>\n", "…\n\n"])
def test_initials_mark_what_is_quoted(mark: str, above: str) -> None:
    line = "Friday, August 30, 2026, 7:25:31 PM Anna Berg <anna@home.example> wrote:"
    history = f"{mark}We have sent it.\n{mark}It is on its way."
    assert OWN == strip_reply(f"{line}\n\n{above}{history}\n\n{OWN}")
    prompt = f"{OWN}\nThe screen shows:\nSQL> select 1\nSQL> select 2\nand then stops."
    assert prompt == strip_reply(prompt)


def test_what_a_list_puts_below_without_a_rule_goes() -> None:
    assert OWN == strip_reply(f"{OWN}\n\nhttp://lists.example/mailman/listinfo/pumps\n")
    assert OWN == strip_reply(f"{OWN}\nTo unsubscribe from this group, write to:\npumps-unsubscribe@groups.example\n")
    asked = f"{OWN}\nI cannot leave your list:\nhttps://shop.example/unsubscribe"
    assert asked == strip_reply(asked)


@pytest.mark.parametrize("closing", TABLES["below"]["closings"])
def test_closings_begin_the_signature(closing: str) -> None:
    split = split_reply(f"{OWN}\n\n{closing}\nAnna Berg\nTel. +49 30 901820")
    assert OWN == split.own
    assert "+49 30 901820" in split.signature


@pytest.mark.parametrize("footer", TABLES["below"]["footers"])
def test_footers_of_programs_go(footer: str) -> None:
    assert OWN == strip_reply(f"{OWN}\n\n{footer}")
    assert OWN == strip_reply(f"{OWN}\n\n{footer}\n\nOn Mon, Feb 2, 2026 at 10:59 AM Desk <d@x.example> wrote:\n> old")


DISCLAIMERS = (
    "Detta meddelande är konfidentiellt och avsett endast för mottagaren.",
    "Denne e-mail er fortrolig og kun beregnet til modtageren.",
    "Tämä viesti on luottamuksellinen ja tarkoitettu vain vastaanottajalle.",
    "Ez az e-mail bizalmas és kizárólag a címzettnek szól.",
    "Acest mesaj este confidențial și se adresează exclusiv destinatarului.",
    "Това съобщение е поверително и е само за получателя.",
    "Táto správa je dôverná a určená výlučne pre príjemcu.",
    "Ova poruka je povjerljiva i namijenjena isključivo primatelju.",
    "To sporočilo je zaupno in namenjeno izključno prejemniku.",
    "הודעה זו חסויה ומיועדת לנמען בלבד.",
    "این پیام محرمانه است و فقط برای گیرنده است.",
    "อีเมลฉบับนี้เป็นความลับและมีไว้สำหรับผู้รับเท่านั้น",
    "E-mel ini adalah sulit dan hanya untuk penerima.",
    "यह ईमेल गोपनीय है और केवल प्राप्तकर्ता के लिए है।",
    "Šis laiškas yra konfidencialus ir skirtas tik adresatui.",
    "Šis e-pasts ir konfidenciāls; ja saņēmāt to kļūdas dēļ, dzēsiet to.",
    "See kiri on konfidentsiaalne ja mõeldud ainult saajale.",
)


@pytest.mark.parametrize("disclaimer", DISCLAIMERS)
def test_what_companies_put_below_every_mail_goes(disclaimer: str) -> None:
    assert OWN == strip_reply(f"{OWN}\n\n{disclaimer}")
    assert disclaimer == strip_reply(disclaimer)  # nothing else stands there


PROGRAMS = (
    '----------------\nКому: desk@firm.example;\nТема: Утюг;\n03.02.2026, 12:20, "Ирина" <i@x.example>:\n\nДобрый день',
    "--\nОтправлено из Mail вторник, 3 февраля 2026г., 12:20 +03:00 от Desk d@x.example:\n\n>Здравствуйте",
    '------------------&nbsp;原始邮件&nbsp;------------------\n发件人:&nbsp;"客服"&nbsp;<d@x.example>;\n您好',
    "---- 回复的原邮件 ----\n| 发件人 | 客服<d@x.example> |\n| 发送日期 | 2026年02月03日 12:20 |\n| 主题 | 款 |\n您好",
    "---------- Původní e-mail ----------\nOd: Desk <d@x.example>\nKomu: a@y.example\nPředmět: Balík\n\nDobrý den",
    "-------- Оригинално писмо --------\nОт: Desk d@x.example\nОтносно: Колет\nДо: a@y.example\n\nЗдравейте",
    "Get BlueMail for Android\nOn Feb 3, 2026, at 12:20, Desk <d@x.example> wrote:\nHello",
)


@pytest.mark.parametrize("below", PROGRAMS, ids=["Yandex", "Mail.ru", "QQ", "NetEase", "Seznam", "Abv", "BlueMail"])
def test_what_programs_put_below_an_answer_goes_to_its_last_dash(below: str) -> None:
    assert OWN == strip_reply(f"{OWN}\n\n{below}\n")


def test_a_table_is_no_quotation() -> None:
    table = "| Order | 4711 |\n| Price | 20 |"
    assert f"{OWN}\n\n{table}\n\nSee above." == strip_reply(f"{OWN}\n\n{table}\n\nSee above.")


KEPT = {
    "a sentence that begins like a footer": "Sent from my desk, is much easier than my mobile phone.",
    "thanks": f"{OWN}\n\nThanks,\nAnna",
    "a question below the closing": f"{OWN}\nBest regards\nAnna\nWhen will it come?",
    "a postscript": f"{OWN}\n\nRegards\nAnna\n\nP.S. The box was wet.",
    "a number below the closing": f"{OWN}\n\nMit freundlichen Grüßen\nAnna Berg\nBestellnummer: DE-2024/5567",
    "a closing inside a sentence": "Give my regards to the driver who broke it.\nHe knows.",
    "a list with dashes": "Missing:\n- the lamp\n- the cable",
    "what somebody wrote": "On 3 March your agent wrote:\nWe will refund you.\nNothing happened since.",
    "a story with a date and a colon": "On 3 March 2026 your agent wrote:\nwe pay. You did not.",
    "header words in prose": "From: the beginning it was broken.\nTo: be honest, I am sad.",
    "a rule in the middle": f"First part.\n--\n{'second part ' * 10}\n" + "more\n" * 20 + "end.",
    "a price list": "Total: 20 EUR\nDate: tomorrow\nSubject: to change",
    "a name behind a dash": f"{OWN}\n\n-Anna Berg",
    "one word": "Best",
    "only a closing": "Regards,\nAnna",
    "dates in a list": "Calls:\n2026-02-02 10:00\n2026-02-03 11:00\nNobody answered.",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_words_of_the_writer_are_never_lost(text: str) -> None:
    assert text.strip() == strip_reply(text)


def test_answers_between_quoted_lines_stay_with_their_questions() -> None:
    asked = "On Mon, 2 Feb 2026 at 10:59 Desk <d@x.example> wrote:\n> Which order?"
    text = f"Hello,\n\n{asked}\n\nNumber 4711.\n\n> What do you want?\n\nMy money."
    assert text == strip_reply(f"{text}\n\n> The desk\n> of the firm\n")
    one = "Hello,\n\nDesk wrote on 2 Feb 2026:\n> Which order?\n\nNumber 4711."
    assert one == strip_reply(one)


def test_an_answer_below_the_quotation_stands_alone() -> None:
    quoted = "On Mon, 2 Feb 2026 at 10:59 Desk <d@x.example> wrote:\n> Which order?\n> The desk\n"
    assert OWN == strip_reply(f"{quoted}\n{OWN}\n-- \nAnna")


@pytest.mark.parametrize(
    "line",
    [
        "{}--- On Mon, Feb 2, 2026 at 10:59 AM, desk@firm.example wrote:",
        "{} On Mon, 2 Feb 2026 at 10:59 Desk <desk@firm.example> wrote:",
        "{} Am 02.02.2026 um 10:59 schrieb Desk <desk@firm.example>:",
        "{} Le lun. 2 févr. 2026 à 10:59, Desk <desk@firm.example> a écrit :",
        "{}\nOn 2 Feb 2026, at 10:59, Service Desk <\n416ffd3258d4d2fa4c85cfa4c@mail.firm.example>\nwrote:",
        "{}\n2026/2/2 Service Desk <desk@firm.example>",
    ],
)
def test_words_on_the_line_of_the_introduction_stay(line: str) -> None:
    assert OWN == strip_reply(f"{line.format(OWN)}\n\n> We have received\n> your message.\n")


def test_a_mail_between_two_words_of_the_writer_goes() -> None:
    quoted = "On Mon, 2 Feb 2026 at 10:59 Desk <d@x.example> wrote:\n\n> We will answer.\n>\n> The desk"
    assert f"{OWN}\n\nRegards, Anna" == strip_reply(f"{OWN}\n\n{quoted}\n\nRegards, Anna\n")
    assert OWN == strip_reply(f"{OWN}\n\n{quoted}\n\nSent from my iPhone\n")
    apple = "> Begin forwarded message:\n>\n> From: Desk <d@x.example>\n> Subject: x\n>\n> We will answer."
    assert f"{OWN}\n\nWhat now?" == strip_reply(f"{OWN}\n\n{apple}\n\nWhat now?")
    folded = "> See (https://firm.example/help/\nticket?id=3dd518)\n>\n (https://firm.example/)\n> The desk"
    assert OWN == strip_reply(f"{OWN}\n\n{quoted}\n{folded}\n")


@pytest.mark.parametrize(
    "line", ["Début du message réexpédié :", "İletilen ileti:", "-------- Mesaj înaintat --------"]
)
def test_forwards_of_clients_in_other_languages_end_the_answer(line: str) -> None:
    head = "De: Desk <d@x.example>\nDate: 2 Feb 2026 10:59\nObjet: x"
    assert OWN * 20 == strip_reply(f"{OWN * 20}\n\n{line}\n\n{head}\n\nOld words.")


def test_a_forwarded_message_is_evidence() -> None:
    head = "---------- Forwarded message ---------\nFrom: Shop <s@x.example>\nDate: Mon, 2 Feb 2026"
    forward = f"{head}\nSubject: Order\n\nWe never refund."
    assert forward == strip_reply(forward)
    assert f"FYI, see below.\n\n{forward}" == strip_reply(f"FYI, see below.\n\n{forward}")
    assert OWN == strip_reply(f"{OWN * 20}\n\n{forward}")[: len(OWN)]
    assert "never refund" not in strip_reply(f"{OWN * 20}\n\n{forward}")


def test_windows_line_ends_and_clear_signed_text_are_read() -> None:
    assert OWN == strip_reply(f"{OWN}\r\n\r\nOn Mon, Feb 2, 2026 at 10:59 AM D <d@x.example> wrote:\r\n> old\r\n")
    armour = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{OWN}\n"
    armour += "-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n"
    assert OWN == strip_reply(armour)


@pytest.mark.parametrize("html", HTML.values(), ids=HTML)
def test_history_in_html_goes_whatever_client_marked_it(html: str) -> None:
    assert OWN == strip_reply_html(f"<html><body>{html.replace('OWN', OWN)}</body></html>")


def test_answers_between_quotations_of_html_stay_together() -> None:
    html = (
        "<p>Hello</p><blockquote type=cite>Which order?</blockquote><p>Number 4711.</p>"
        "<blockquote type=cite>What do you want?</blockquote><p>My money.</p>"
        "<blockquote type=cite>The desk</blockquote>"
    )
    assert ["Hello", "> Which order?", "Number 4711.", "> What do you want?", "My money."] == [
        line for line in strip_reply_html(html).split("\n") if line.strip()
    ]


def test_a_rule_of_html_ends_the_line_above_it() -> None:
    head = "<b>From: </b>d@x.example<br><b>To: </b>a@x.example<br><b>Sent: </b>Monday, 2 Feb 2026<br><b>Subject: </b>x"
    assert OWN == strip_reply_html(f"<div>{OWN}<hr>{head}<br><p>Old words.</p></div>")


def test_a_forward_in_html_is_evidence() -> None:
    head = "---------- Forwarded message ---------<br>From: Shop &lt;s@x.example&gt;<br>Subject: Order"
    html = f'<div dir="ltr"><br></div><div class="gmail_quote">{head}<br><br>We never refund.</div>'
    assert "We never refund." in strip_reply_html(html)


def test_a_letter_inside_the_box_of_the_signature_is_kept() -> None:
    assert OWN == strip_reply_html(f'<div id="ms-outlook-mobile-signature">{OWN}</div>')


@pytest.mark.parametrize(
    "block",
    [
        "Service Desk <desk@firm.example>\n02.02.2026 10:59\n\nAn\nanna@example.org\nKopie\n\nThema\nRe: Lampe",
        "Service Desk <desk@firm.example>\n02/02/2026 10:59 AM\n\nTo\nAnna Berg <a@x.example>\ncc\n\nSubject\nRe: lamp",
        ">>> Service Desk <desk@firm.example> 2/2/2026 10:59 AM >>>",
    ],
    ids=["Lotus Notes, German", "Lotus Notes", "GroupWise"],
)
def test_blocks_without_colons_end_the_answer(block: str) -> None:
    assert OWN == strip_reply(f"{OWN}\n\n{block}\n\nWe have received your message.\nThe desk")


def test_an_introduction_of_a_client_that_puts_no_colon_goes_with_its_quotation() -> None:
    assert OWN == strip_reply(f"{OWN}\n\nAm 02.02.26 um 10:59 schrieb Service Desk\n\n> Liebe Anna,\n> danke.")
