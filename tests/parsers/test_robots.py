"""Robots are known by headers, by wording in many languages, and people who speak of robots stay people."""

from email.message import EmailMessage

import pytest

from cases.message import Automatic
from parsers import classify_automatic, parse_message
from parsers.subjects import is_generic, read_subject

AUTO, BOUNCE, LIST = Automatic.AUTO_REPLY, Automatic.BOUNCE, Automatic.LIST
RECEIPT, FEEDBACK, CHALLENGE = Automatic.RECEIPT, Automatic.FEEDBACK, Automatic.CHALLENGE


def mail(subject: str, text: str, **headers: str) -> bytes:
    """A message of Anna; underscores in header names stand for dashes."""
    message = EmailMessage()
    message["From"] = headers.pop("From", "Anna Berg <anna@firm.example>")
    message["To"] = "desk@shop.example"
    message["Subject"] = subject
    message["Message-ID"] = "<a1@firm.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def kind(subject: str, text: str, **headers: str) -> Automatic | None:
    return classify_automatic(mail(subject, text, **headers))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply: Your case", "I will be back on Monday."),
        ("Re: invoice", "I no longer work at Acme Ltd. Please direct your enquiry to accounts@acme.example."),
        ("Ihre E-Mail", "Ich befinde mich im Urlaub und bin am 20.7. wieder für Sie da. In dringenden Fällen: 110."),
        ("RE: reclamație", "Vă mulțumesc pentru mesaj. Mă aflu în concediu până în 15 august."),
        ("Ответ", "Меня не будет в офисе с 1 по 10 марта. Отвечу на ваше письмо по возвращении."),
        ("回覆: 客訴", "感謝您的來信。本人於8月1日至8月10日休假，如有急事請洽同事。"),
        ("RE: 불만", "메일 주셔서 감사합니다. 저는 8월 20일까지 휴가 중으로 메일 확인이 어렵습니다."),
        ("RE: zalba", "Hvala na mejlu. Na odmoru sam do 10. avgusta. Za hitne stvari obratite se kolegi Petru."),
        ("Out of Office", "Hello,\n\nI am out of the office until 5 May. For urgent matters call Bob."),
        ("Abwesenheitsnotiz: Ihr Anliegen", "Ich bin bis zum 5. Mai nicht im Büro."),
        ("Réponse automatique : votre dossier", "Je suis absente jusqu'au 5 mai."),
        ("Respuesta automática: su caso", "Estaré fuera de la oficina hasta el 5 de mayo."),
        ("Resposta automática: o seu caso", "Estou de férias até 5 de maio."),
        ("Risposta automatica: pratica", "Sono fuori ufficio fino al 5 maggio."),
        ("Automatisch antwoord: uw zaak", "Ik ben afwezig tot en met 5 mei."),
        ("Autosvar: ditt ärende", "Jag är på semester och är tillbaka den 5 maj."),
        ("Automatisk svar: din sag", "Jeg er på ferie."),
        ("Automaattinen vastaus: asia", "Olen lomalla 5.5. saakka."),
        ("Automatyczna odpowiedź: sprawa", "Jestem na urlopie do 5 maja."),
        ("Automatická odpověď: případ", "Jsem mimo kancelář."),
        ("Automatikus válasz: ügy", "Szabadságon vagyok május 5-ig."),
        ("Răspuns automat: caz", "Sunt în concediu până pe 5 mai."),
        ("Автоответ: обращение", "Я в отпуске до 5 мая."),
        ("Автоматична відповідь: справа", "Я у відпустці до 5 травня."),
        ("Αυτόματη απάντηση: υπόθεση", "Απουσιάζω μέχρι τις 5 Μαΐου."),
        ("Otomatik yanıt: talep", "5 Mayıs tarihine kadar izindeyim."),
        ("رد تلقائي: طلبك", "أنا في إجازة حتى ٥ مايو."),
        ("תשובה אוטומטית: פנייה", "אני בחופשה עד 5 במאי."),
        ("自动回复: 您的案件", "我正在休假,5月5日返回。"),
        ("自動回覆：案件", "本人休假至5月5日。"),
        ("自動応答: お問い合わせ", "5月5日まで不在にしております。"),
        ("부재중: 문의", "5월 5일까지 휴가 중입니다."),
        ("การตอบกลับอัตโนมัติ: เรื่อง", "ลาพักร้อนถึงวันที่ 5"),
        ("Trả lời tự động: hồ sơ", "Tôi đang nghỉ phép đến ngày 5."),
        ("Balasan otomatis: kasus", "Saya sedang cuti sampai tanggal 5."),
    ],
)
def test_notes_of_absence_are_known_by_their_subject(subject: str, text: str) -> None:
    assert kind(subject, text) is AUTO


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\n\nI am currently out of the office with limited access to email. I will be back on 5 May.\n\nAnna",
        "Guten Tag,\n\nich bin bis zum 5. Mai nicht im Büro. In dringenden Fällen wenden Sie sich an meine Vertretung.",
        "Bonjour,\n\nJe suis en congé jusqu'au 5 mai. En cas d'urgence, veuillez contacter ma collègue.",
        "Hola:\n\nEstoy de vacaciones. Para asuntos urgentes puede contactar con mi compañero.",
        "Olá,\n\nEstou de férias e estarei de volta no dia 5. Casos urgentes: contactar a recepção.",
        "Buongiorno,\n\nsono in ferie, rientrerò il 5 maggio. Per urgenze contattare il centralino.",
        "Goedendag,\n\nIk ben met vakantie en ben op 5 mei weer op kantoor.",
        "Hej,\n\nJag är på semester. Vid brådskande ärenden, kontakta växeln.",
        "Dzień dobry,\n\njestem na urlopie. Wracam 5 maja. W pilnych sprawach proszę o kontakt z biurem.",
        "Dobrý den,\n\njsem na dovolené, vrátím se 5. května.",
        "Здравствуйте!\n\nЯ нахожусь в отпуске до 5 мая. По срочным вопросам обращайтесь к коллегам.",
        "Merhaba,\n\nYıllık izindeyim. Acil durumlar için santrali arayabilirsiniz.",
        "مرحبا\n\nأنا خارج المكتب. سأعود يوم الأحد.",
        "您好!\n\n我正在休假,如有急事请联系我的同事。",
        "お世話になっております。\n\n5月5日まで不在にしております。お急ぎの方は代表番号までご連絡ください。",
        "안녕하세요.\n\n휴가 중입니다. 급한 용무는 대표 번호로 연락 바랍니다.",
        "Thank you, I am out of the office and will return on 3 March with limited access to email.",
        "I'm taking some time off until Tuesday. For anything urgent, ask Sam.",
        "Vielen Dank für Ihre Nachricht. Ich bin leider nicht im Hause und habe keinen Zugriff auf meine E-Mails.",
        "Jag är tjänstledig till och med maj och läser inte mina mejl.",
        "Jeg er bortreist til 5. mai. Kontakt Kari ved spørsmål.",
        "Gli uffici resteranno chiusi per ferie fino al 22 agosto.",
        "お世話になります。現在不在にしております。3月4日に出社いたします。",
        "Momenteel ben ik met vakantie; na mijn vakantie lees ik uw bericht. Geen toegang tot mail.",
    ],
)
def test_an_answer_that_only_speaks_of_absence_is_a_robot(text: str) -> None:
    assert kind("Re: Your case", text, In_Reply_To="<l1@shop.example>") is AUTO


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: your case", "I was out of the office when your letter came, so I answer only now. The pump still leaks."),
        (
            "Out of office hours nobody answers",
            "I called three times when you were out of the office. Nobody came back.",
        ),
        ("Re: Automatic reply: my complaint", "This automatic reply does not help me. Please send the money."),
        ("Complaint", 'I only got "I am out of the office until Monday, please contact Bob". Is that service?'),
        ("Complaint", "The pump broke in May. I will be away next week; please call before. I will be back on 9 May."),
        ("Fwd: Automatic reply: order", "See below what I got.\n\nI am out of the office until Monday. Contact Bob."),
        ("Re: your case", "Thank you for your email. Please send me the replacement as soon as possible."),
        ("Absence of any answer", "Nobody has answered for three weeks."),
        ("Ihre automatische Antwort", "Ich war im Urlaub und habe Ihre automatische Antwort erst heute gesehen."),
        ("Beschwerde", "Ich war nicht im Büro, als der Fahrer kam. Das Paket ist weg."),
        ("Urlaub verdorben", "Wir waren im Urlaub und das Hotel war geschlossen."),
        ("Vacaciones arruinadas", "Estuve de vacaciones y el hotel estaba cerrado. Quiero mi dinero."),
        ("休假期间收到坏的包裹", "我上周休假的时候收到了坏的包裹,请退款。"),
        (
            "Delivery failed",
            "My parcel could not be delivered because your driver did not find the address. Order 550.",
        ),
        ("Undeliverable parcel", "Your courier says the parcel was undeliverable. My address a@b.example is right."),
        (
            "Fwd: Undelivered Mail Returned to Sender",
            "Your mailbox rejects my mails!\n\nReason: 550 5.1.1 user unknown",
        ),
        ("Re: [Ticket#2026020210000017] pump", "Thank you for your message. The pump still leaks. Case number: 17."),
        ("Read: my complaint from May", "Nobody has read it."),
        ("Please confirm your delivery date", "I ordered at https://shop.example and need the date."),
        (
            "Unsubscribe me",
            "I want to unsubscribe from your newsletter. You are receiving this email because I am angry.",
        ),
        ("Thank you for contacting me", "You promised to call back within 24 hours. Nobody did. Why?"),
        ("Re: Complaint", "Thank you for your email. I am on holiday until Friday and the lamp is still broken."),
        ("AW: Fall 7", "Danke für Ihre Nachricht. Ich bin im Urlaub, bitte das Gerät nach dem 5. Mai abholen."),
        ("RE: cas", "Merci pour votre message. Je suis en congés jusqu'au 5 mai, le colis est introuvable."),
        ("Gracias por su correo", "Estaré fuera de la ciudad hasta el lunes. Exijo el reembolso."),
        ("SV: sak", "Tack för ert mejl. Jag är bortrest till måndag. Jag vill ha pengarna tillbaka."),
        ("RE: случай", "Спасибо за письмо. Я в отпуске до 5 мая, но телевизор не работает, верните деньги."),
        ("YNT: talep", "Mesajınız için teşekkürler. Tatildeyim ama ürün hâlâ bozuk, para iademi istiyorum."),
        ("回复: 投诉", "感谢您的来信。我正在出差，请在周五前退款，产品一直没有修好。"),
        ("Re: Fall 12", "Außer Ihrer automatischen Antwort habe ich nichts gehört. Das ist jetzt drei Wochen her."),
        ("Re: dossier 12", "Je n'ai reçu qu'une réponse automatique, et personne ne m'a rappelé depuis."),
        ("Re: caso 12", "Recibí la respuesta automática el día 3, pero nadie me ha llamado todavía."),
        ("Re: caso 12", "Já recebi três vezes a resposta automática, e a máquina continua avariada."),
        ("Re: případ 12", "Dostala jsem jen automatickou odpověď, od té doby ticho."),
        ("回复: 投诉12", "只收到自动回复,已经两个星期没有人联系我了。"),
        ("回覆: 投訴12", "每次都是自動回覆，請問到底有沒有人在看信？"),
        ("Re: お問い合わせ12", "自動返信は届きましたが、その後一か月お返事がありません。"),
        ("Re: お問い合わせ12", "自動返信メールしか来ません。担当の方はいつご連絡くださるのでしょうか。"),
        ("Re: 접수 12", "자동 회신만 받았습니다. 언제 담당자가 연락을 주나요?"),
        ("Re: ご返信", "メールありがとうございます。来週は出張で不在ですので、今週中に返金してください。"),
    ],
)
def test_people_who_speak_of_robots_are_people(subject: str, text: str) -> None:
    assert kind(subject, text) is None


@pytest.mark.parametrize(
    ("subject", "text", "headers"),
    [
        (
            "[Ticket#2026020210000017] Your request",
            "We have received your request. A ticket has been created. Please do not reply to this email.",
            {},
        ),
        ("Request received: pump", "Your request (48213) has been received and will be reviewed by our team.", {}),
        ("Ihre Anfrage [#4711-22]", "Wir haben Ihre Anfrage erhalten und melden uns schnellstmöglich.", {}),
        ("Votre demande n° 48213", "Nous avons bien reçu votre demande. Ne répondez pas à ce message.", {}),
        ("Ваше обращение", "Ваше обращение зарегистрировано под номером 48213. Не отвечайте на это письмо.", {}),
        ("Re: pump", "This is an automated message. We will get back to you within 24 hours.", {}),
        ("Re: Pumpe", "Dies ist eine automatisch erzeugte Antwort. Ihre Nachricht ist eingegangen.", {}),
        ("回复: 水泵", "这是来自邮箱的自动回复邮件。您好,您的邮件已收到,我会尽快回复。", {}),
        ("Re: Deres sak", "Saken er registrert. Denne e-posten er sendt automatisk.", {}),
        ("回复: 水泵", "您的问题已受理,工单号 48213。(系统邮件,请勿直接回复)", {}),
        (
            "お問い合わせを受け付けました",
            "自動返信メールが届かない場合は迷惑メールをご確認ください。受付番号: 48213。",
            {},
        ),
        ("お問い合わせを受け付けました", "このメールは自動送信です。受付番号: 48213。折り返しご連絡いたします。", {}),
        (
            "Thank you for your e-mail",
            "Thank you for your e-mail. I reply as soon as possible.",
            {"Precedence": "bulk"},
        ),
        ("pump", "Hello", {"Auto_Submitted": "auto-replied"}),
        ("pump", "Hello", {"X_Autoreply": "yes"}),
        ("pump", "Hello", {"X_Mailer": "Zendesk Mailer"}),
        ("pump", "Hello", {"From": "Shop <no-reply@firm.example>"}),
        ("pump", "Hello", {"X_RT_Loop_Prevention": "firm"}),
    ],
)
def test_acknowledgements_and_marks_are_automatic_replies(subject: str, text: str, headers: dict[str, str]) -> None:
    assert kind(subject, text, **headers) is AUTO


@pytest.mark.parametrize(
    ("sender", "subject", "text", "recipient"),
    [
        (
            "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Delivery Status Notification (Failure)",
            "Delivery to the following recipient failed:\n\n     bob@lost.example\n\n550 5.1.1 no such user",
            ("bob@lost.example", "failed", "5.1.1"),
        ),
        (
            "System Administrator <postmaster@lost.example>",
            "Unzustellbar: Ihr Anliegen",
            "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n  bob@lost.example\n  #5.1.1",
            ("bob@lost.example", "failed", "5.1.1"),
        ),
        (
            "PostMaster <postmaster@qq.example>",
            "系统退信/Systems bounce",
            "您的邮件无法送达。收件人: bob@lost.example 退信原因: 收件人邮件地址不存在 550 user not found",
            ("bob@lost.example", "failed", "5.0.0"),
        ),
        (
            "MAILER-DAEMON@docomo.example",
            "Mail System Error - Returned Mail",
            "次のあて先へのメッセージはエラーのため送信できませんでした。\nbob@lost.example\n550 Unknown user",
            ("bob@lost.example", "failed", "5.0.0"),
        ),
        (
            "mailer-daemon@yandex.example",
            "Недоставленное сообщение",
            "Сообщение не может быть доставлено: bob@lost.example\n550 5.7.1 No such user!",
            ("bob@lost.example", "failed", "5.7.1"),
        ),
        (
            "Postmaster <postmaster@lost.example>",
            "Warning: could not send message for past 4 hours",
            "Your message to bob@lost.example has been delayed. We will continue to try.",
            ("bob@lost.example", "delayed", ""),
        ),
        (
            "Postmaster@notes.example",
            "DELIVERY FAILURE: User bob not listed in public Name & Address Book",
            "Your message could not be delivered to:\n  bob@lost.example",
            ("bob@lost.example", "failed", ""),
        ),
    ],
)
def test_bounces_in_prose_say_who_was_not_reached(
    sender: str, subject: str, text: str, recipient: tuple[str, str, str]
) -> None:
    message = parse_message(mail(subject, text, From=sender))
    assert message.automatic is BOUNCE
    assert message.bounce is not None
    assert [recipient] == [(one.address, one.action, one.status) for one in message.bounce.recipients]


@pytest.mark.parametrize(
    ("subject", "text", "headers", "expected"),
    [
        ("Undeliverable: x", "could not be delivered to bob@lost.example", {"Return_Path": "<>"}, BOUNCE),
        ("Gelesen: Ihr Anliegen", "Ihre Nachricht wurde am 5. Mai gelesen.", {}, RECEIPT),
        ("Read: your case", "Your message\n  To: Anna\nwas read on Monday, 5 May.", {}, RECEIPT),
        ("已读: 案件", "您的邮件已被阅读。", {}, RECEIPT),
        ("complaint about message from 192.0.2.1", "spam", {"X_HmXmrOriginalRecipient": "<a@b.example>"}, FEEDBACK),
        (
            "Re: pump",
            "This account is protected by Boxbe. Click the following link to be on the guest list: https://boxbe.example",
            {},
            CHALLENGE,
        ),
        (
            "Bitte bestätigen Sie Ihre Nachricht",
            "Ihre Nachricht wird erst zugestellt, wenn Sie bestätigen: https://x.example",
            {},
            CHALLENGE,
        ),
        (
            "Подтвердите отправку",
            "Чтобы ваше письмо было доставлено, перейдите по ссылке https://x.example: что вы не робот",
            {},
            CHALLENGE,
        ),
        ("News", "text", {"List_Id": "<a.b.example>"}, LIST),
        ("News", "text", {"Precedence": "bulk"}, LIST),
        ("Sale!", "Buy. To unsubscribe click here.", {"From": "newsletter@firm.example"}, LIST),
        ("pump", "text", {"Auto_Submitted": "no"}, None),
    ],
)
def test_other_robots(subject: str, text: str, headers: dict[str, str], expected: Automatic | None) -> None:
    assert expected == kind(subject, text, **headers)


@pytest.mark.parametrize(
    ("subject", "base", "replies", "forwards"),
    [
        ("Re: AW: Sv: Pump", "pump", 3, 0),
        ("RE[2]: Re^3: Re(4): Pump", "pump", 3, 0),
        ("回复：答复: 水泵", "水泵", 2, 0),
        ("转发: 水泵", "水泵", 0, 1),
        ("Antw: Odp: YNT: RIF: RES: Vá: ΑΠ: תגובה: Відп: Отв: رد: Pump", "pump", 11, 0),
        ("[desk] Re: [list] Fwd: Pump (fwd)", "pump", 1, 2),
        ("WG: TR: RV: ENC: I: Doorst: VB: PD: Pump", "pump", 0, 8),
        ("Order: broken", "order: broken", 0, 0),
        ("Re:", "", 1, 0),
        ("[#4711]", "[#4711]", 0, 0),
    ],
)
def test_subjects_lose_what_clients_put_before_them(subject: str, base: str, replies: int, forwards: int) -> None:
    found = read_subject(subject)
    assert (base, replies, forwards) == (found.base, found.replies, found.forwards)


def test_subjects_that_say_nothing_are_known() -> None:
    assert ["Complaint!", "投诉", "", "?"] == [
        one for one in ("Complaint!", "投诉", "", "?") if is_generic(one.lower())
    ]
    assert not is_generic("pump 4711 leaks")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Your complaint C-1", "Our workshop is shut for stock-taking and will be closed from 3 to 7 March."),
        ("Re: Your complaint C-1", "This mailbox is no longer monitored. Please write to desk@firm.example."),
        ("Re: Your complaint C-1", "I work on Mondays and Thursdays."),
        ("AW: Ihre Beschwerde C-1", "Unsere Werkstatt bleibt vom 5. bis 9. Mai geschlossen. Notfälle: 0170 5550100."),
        (
            "AW: Ihre Beschwerde C-1",
            "Frau Lind ist nicht mehr bei uns tätig. Bitte schreiben Sie an team@werk.example.",
        ),
        ("Re: Votre réclamation C-1", "L'atelier sera fermé du 3 au 7 mars. Contactez le 01 55 50 10 00 si besoin."),
        ("Re: Su reclamación C-1", "Por inventario estaremos cerrados del 3 al 7 de marzo. Gracias por su mensaje."),
        ("Re: Sua reclamação C-1", "Deixei a empresa em 1 de maio. Fale com contato@loja.example."),
        ("R: Il Suo reclamo C-1", "Il laboratorio rimarrà chiuso dal 3 al 7 marzo. Per urgenze: 02 5550100."),
        ("Re: Uw klacht C-1", "Ik werk op dinsdag en vrijdag."),
        ("Odp: Reklamacja C-1", "Warsztat nieczynny do 7 marca. Zapraszamy ponownie 8 marca."),
        ("Re: Претензия C-1", "Уволился 1 мая. Пишите на sklad@firma.example."),
        ("回复：投诉 C-1", "我司5月1日至5日放假，6日恢复正常。急事请致电 010-5555010。"),
        ("Re: お問い合わせ C-1", "棚卸しのため3月3日から7日まで休業いたします。お急ぎの方は担当までご連絡ください。"),
        ("رد: شكوى C-1", "لم أعد أعمل في المصنع. يرجى التواصل مع sales@factory.example"),
        ("How did we do?", "Hello, your request 12345 has been closed. How satisfied are you, from 1 to 5?"),
        ("¿Cómo le atendimos?", "Su caso 12345 fue resuelto. Ayúdenos a mejorar con esta encuesta."),
    ],
)
def test_a_short_note_that_nobody_is_there_and_a_survey_are_robots(subject: str, text: str) -> None:
    assert AUTO is kind(subject, text)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Re: Your complaint C-1",
            "I no longer work for them but the kettle was mine. Please send it to my new address.",
        ),
        ("closed again", "Drove an hour and your shop was closed from noon. The website says 6 pm."),
        ("Re: Your complaint C-1", "Sorry for the late answer, I was on sick leave. The receipt is attached."),
        ("AW: Ihre Beschwerde C-1", "Wir sind bis Freitag im Urlaub, bitte erst danach liefern."),
        ("AW: Ihre Beschwerde C-1", "Sie schreiben „Ihre Nachricht ist eingegangen, wir melden uns“, das war im Mai."),
        ("Re: Votre réclamation C-1", "Je pars en vacances samedi, merci de ne livrer qu'après le 12."),
        ("Re: Su reclamación C-1", "Perdonen la tardanza, he estado de viaje. Adjunto la factura que pedían."),
        ("Re: Претензия C-1", "Был в командировке, поэтому пишу сейчас. Чек прилагаю."),
        ("Вопрос", "Добрый день! У меня вопрос: обращение 123 закрыто, а насос так и течёт."),
        ("回复：投诉 C-1", "抱歉，之前在出差。发票附上，请尽快处理。"),
        ("Re: お問い合わせ C-1", "出張しておりましたので返信が遅れました。領収書を添付します。"),
        ("شكوى", "استلمنا ثماني مضخات وثلاث منها معطلة. نطلب استبدالها في أقرب وقت."),
        ("Fridge", "We have received the fridge and it hums. Please send somebody within 2 working days."),
        (
            "closed",
            "Your store in Main Street has been closed for two weeks, since 3/5. Contact 0171 5550101 very soon.",
        ),
        (
            "Leiter",
            "Bin im Krankenhaus wegen Ihrer Leiter, krankgeschrieben bis 3. Mai. Anwalt: kanzlei@recht.example.",
        ),
        ("magasin", "Le magasin est fermé du 3 au 9 mai sans prévenir. Rappelez au 06 55 50 10 10 dès que possible."),
        ("survey", "Your survey asked how satisfied I was. My case has been closed although the pump still drips."),
        ("AW: C-1", "Wir haben vom 3. bis 7. Mai geschlossen, Lieferung bitte am 8."),
        ("回复：C-1", "我方5月1日至5日放假，请6日送货。"),
        ("Re: C-1", "Note: rang the quality department, Ms Zhao is on sick leave until Monday."),
        ("回复：C-1", "备注：质量部王女士本周休病假，由代理人处理。"),
        ("Re: Şikayetiniz C-1", "İzindeydim, geç yazdığım için kusura bakmayın. Fatura ekte."),
    ],
)
def test_people_who_were_away_and_have_a_matter_stay_people(subject: str, text: str) -> None:
    assert kind(subject, text) is None


@pytest.mark.parametrize("text", ["Inquiry", "complaint", "accept", "CLOSE #1", "Our hotline is 0800 123."])
def test_a_word_of_a_colleague_above_a_quotation_is_no_note(text: str) -> None:
    assert kind("Re: [C-2718-2819] Is this a complaint? A question", f"{text}\n\nOn Monday the desk wrote:") is None
