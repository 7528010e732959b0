"""Group D: loops, automatic mail, bounces."""

from collections.abc import Callable

from cases.events import AssignmentAccepted, CommandRefused, CommandsAnswered, LetterBounced, NoteAdded
from tests.badinput.desk import ANA, HEAD, BadDesk, Handled
from tests.badinput.mail import CANARY, DESK, TEXT_PART, VICTIM, WORDS, mail, multipart, report, status
from tests.badinput.row import Raw, Row

AWAY = {
    "English": ("Out of Office: your letter", "I am out of the office until Monday."),
    "English, automatic": ("Automatic reply: your letter", "Thank you."),
    "German": ("Abwesenheitsnotiz: Ihr Schreiben", "Ich bin im Urlaub und erst wieder am Montag da."),
    "German, automatic": ("Automatische Antwort: Ihr Schreiben", "Danke."),
    "French": ("Réponse automatique : votre lettre", "Je suis absent du bureau."),
    "Spanish": ("Respuesta automática: su carta", "Estoy de vacaciones."),
    "Italian": ("Risposta automatica: la sua lettera", "Sono assente."),
    "Portuguese": ("Resposta automática: a sua carta", "Estou de férias."),
    "Dutch": ("Automatisch antwoord: uw brief", "Ik ben niet op kantoor."),
    "Polish": ("Automatyczna odpowiedź: list", "Jestem na urlopie."),
    "Russian": ("Автоответ: ваше письмо", "Я в отпуске, вернусь в понедельник."),
    "Turkish": ("Otomatik Yanıt: mektubunuz", "İzindeyim."),
    "Chinese": ("自动回复: 您的来信", "我正在休假。"),
    "Japanese": ("自動応答: お手紙", "休暇をいただいております。"),
    "Korean": ("자동 회신: 편지", "휴가 중입니다."),
    "Arabic": ("رد تلقائي: رسالتكم", "أنا خارج المكتب"),
}
UTF8 = "Content-Type: text/plain; charset=utf-8"
ROBOT_HEADERS = (
    "X-Autoreply: yes",
    "X-Autorespond: x",
    "X-FC-MachineGenerated: true",
    "X-Loop: x",
    "X-Cron-Env: <A=b>",
)
LISTS = (
    "List-Id: <lamps.shop.example>",
    "List-Unsubscribe: <mailto:leave@shop.example>",
    "List-Post: <mailto:lamps@shop.example>",
    "Mailing-List: list lamps@shop.example",
    "X-Mailing-List: <lamps@shop.example>",
)


def each(*fields: str) -> dict[str, Raw]:
    """A complaint with each of the header fields."""
    return {field: mail(field) for field in fields}


def bounced(handled: Handled) -> list[LetterBounced]:
    return [event for event in handled.desk.events() if isinstance(event, LetterBounced)]


def nothing_changed(handled: Handled) -> None:
    """No letter counts as lost."""
    assert [] == bounced(handled)


def failures_are_booked(handled: Handled) -> None:
    """What failed for good is booked once; a delay, a success and a second report about the same letter are notes."""
    by = {variant.name: f"message:{variant.stored.raw_id}" for variant in handled.variants}
    notes = {event.by for event in handled.desk.events() if isinstance(event, NoteAdded)}
    assert {by[name] for name in ("delayed", "relayed", "expanded", "several recipients")} == notes
    assert [(ANA, "bounced")] == [(event.to, handled.desk.state_of(event.key)) for event in bounced(handled)]


def no_command(handled: Handled) -> None:
    """Whatever stands in what came back, nobody commanded anything."""
    kinds = {type(event) for event in handled.desk.events()}
    assert kinds.isdisjoint({CommandRefused, CommandsAnswered, AssignmentAccepted})


def own_letter(address: str, top: bytes = b"") -> Callable[[BadDesk], bytes]:
    """A letter of ours as its reader's server sends it back whole."""
    return lambda desk: top + desk.letter_to(address).as_bytes().replace(b"\n", b"\r\n")


def returned(*parts: str, failed: str = ANA, to: str = ANA, **more: str) -> Callable[[BadDesk], bytes]:
    """A report to the bounce address of the letter to `to`."""
    return lambda desk: report(desk.bounce_address(to), status(failed), *parts, **more)


def prose(text: str, subject: str, sender: str, *headers: str) -> Callable[[BadDesk], bytes]:
    """A bounce in words only, as it comes to the bounce address."""
    return lambda desk: mail(
        *headers, subject=subject, sender=sender, to=desk.bounce_address(ANA), text=text, top=["Return-Path: <>"]
    )


def with_head(desk: BadDesk) -> str:
    """The header block of the letter to Ana, as a relay returns it."""
    letter = desk.letter_to(ANA)
    head = "\r\n".join(f"{name}: {letter[name]}".replace("\n", "\r\n") for name in ("From", "To", "Message-ID"))
    return f"Content-Type: text/rfc822-headers\r\n\r\n{head}\r\n"


def a_peer_that_answers(desk: BadDesk) -> None:
    """A helpdesk that answers everything with a new number: five answers a day, then silence that staff hear of."""
    peer = "support@peer.example"
    for n in range(12):
        desk.receive(
            mail(
                sender=peer,
                subject=f"Ticket {n} was opened",
                text=f"{WORDS} {n}",
                message_id=f"<{n}@peer.example>",
                proof="dmarc=pass header.from=peer.example",
            )
        )
    rows = [row for row in desk.to_outside() if row.recipient == peer]
    assert (5, 7) == (
        len([row for row in rows if row.state == "queued"]),
        len([row for row in rows if row.state == "held"]),
    )
    assert 13 == len(desk.house.store.cases(None, 100))
    assert any("held" in row.raw.decode() or row.letter == "desk-notice" for row in desk.letters())


def a_ring_of_plus_addresses(desk: BadDesk) -> None:
    """New plus address, new subject, new id each time: it is one address, and above its ceiling nothing leaves."""
    desk.receive(
        *(
            mail(
                sender=f"bot+{n}@peer.example",
                subject=f"Re: {n}",
                text=f"{WORDS} {n}",
                message_id=f"<{n}@peer.example>",
                proof="dmarc=pass header.from=peer.example",
            )
            for n in range(130)
        )
    )
    rows = [row for row in desk.to_outside() if row.recipient.endswith("@peer.example")]
    assert 5 == len([row for row in rows if row.state == "queued"])
    assert 125 == len([row for row in rows if row.state == "held"])


def a_ring_of_names(desk: BadDesk) -> None:
    """A new name each time, which only their domain has in common."""
    desk.receive(
        *(
            mail(
                sender=f"bot{n}@names.example",
                subject=f"Re: {n}",
                text=f"{WORDS} {n}",
                message_id=f"<{n}@names.example>",
                proof="dmarc=pass header.from=names.example",
            )
            for n in range(130)
        )
    )
    rows = [row for row in desk.to_outside() if row.recipient.endswith("@names.example")]
    assert 100 == len([row for row in rows if row.state == "queued"])
    assert 30 == len([row for row in rows if row.state == "held"])


def rings(desk: BadDesk) -> None:
    """Of plus addresses, and of names."""
    a_ring_of_plus_addresses(desk)
    a_ring_of_names(desk)


def swapped(address: str) -> str:
    """The address with one character of its token changed."""
    return address[:30] + ("a" if address[30] != "a" else "b") + address[31:]


def receipt(to: str, field: str) -> bytes:
    """A read receipt (RFC 8098) as mail programs write it."""
    part = f"Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; {ANA}\r\n{field}\r\n"
    return report(
        to,
        part + "Disposition: manual-action/MDN-sent-manually; displayed\r\n",
        kind="disposition-notification",
        sender=ANA,
        subject=f"Read: your letter {CANARY}",
    )


ROWS = (
    Row(
        number=67,
        title="Auto-Submitted",
        why="RFC 3834: whatever is not `no` was not written by a person",
        noted=each(
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated",
            "AUTO-SUBMITTED: AUTO-REPLIED (x)",
            "Auto-Submitted: (no) auto-notified; x=y",
        ),
        case=each("Auto-Submitted: no", "Auto-Submitted: no ; x", "Auto-Submitted:", "Auto-Submitted: NO (a comment)"),
    ),
    Row(
        number=68,
        title="out of office without any mark",
        why="known by the beginning of its subject, in the words of many mail programs",
        noted={name: mail(UTF8, subject=subject, text=text) for name, (subject, text) in AWAY.items()},
        case={
            "about opening hours": mail(subject="Out of office hours nobody answers!", text=WORDS),
            "answers one": mail(subject="Re: Automatic reply: your letter", text=WORDS),
            "an absence that is the complaint": mail(UTF8, subject="Absence de réponse", text=WORDS),
        },
    ),
    Row(
        number=69,
        title="X-Auto-Response-Suppress",
        why="who asks for no automatic answer gets none",
        noted=each(
            "X-Auto-Response-Suppress: All",
            "X-Auto-Response-Suppress: DR",
            "X-Auto-Response-Suppress: OOF, AutoReply",
            "x-auto-response-suppress: rn;nrn",
        ),
        case=each("X-Auto-Response-Suppress: None"),
    ),
    Row(
        number=70,
        title="Precedence",
        why="old, and still what lists and robots write, also in a second field",
        noted=each(
            "Precedence: bulk", "Precedence: list", "Precedence: junk", "Precedence: auto_reply", "PRECEDENCE: Bulk"
        )
        | {"in the second field": mail("Precedence: normal", "Precedence: bulk")},
        case=each("Precedence: first-class"),
    ),
    Row(
        number=71,
        title="mailing lists",
        why="an answer would go to all its readers",
        noted=each(*LISTS)
        | {
            sender: mail(sender=sender)
            for sender in ("owner-lamps@shop.example", "lamps-request@shop.example", "lamps-bounces@shop.example")
        }
        | {"Sender of a list": mail("Sender: owner-lamps@shop.example")},
    ),
    Row(
        number=72,
        title="marks of robots",
        why="each is written by some program only",
        noted=each(*ROBOT_HEADERS),
        case=each("X-Autoreply: no", "X-Mailer: x", "X-Auto: 1"),
    ),
    Row(
        number=73,
        title="null sender without any other mark",
        why="RFC 5321: nobody is to be told about this message",
        noted={
            "alone": mail(top=["Return-Path: <>"]),
            "with blanks": mail(top=["Return-Path:  < > "]),
            "empty": mail(top=["Return-Path:"]),
        },
    ),
    Row(
        number=74,
        title="addresses that nobody reads",
        why="an answer would bounce or be answered by a robot",
        noted={
            sender: mail(sender=f"{sender}@shop.example")
            for sender in (
                "mailer-daemon",
                "noreply",
                "no-reply",
                "do-not-reply",
                "donotreply",
                "NoReply+7",
                "no_reply",
            )
        }
        | {"postmaster": mail(sender="postmaster@shop.example")},
        bounce={},
    ),
    Row(
        number=75,
        title="from ourselves",
        why="our own address, an alias, a plus address or another polled account: a circle or a forger",
        noted={
            sender: mail(sender=sender, proof=proof)
            for sender, proof in (
                (DESK, ""),
                ("beschwerde@meridian.example", ""),
                ("complaints+x@meridian.example", ""),
                ("COMPLAINTS@Meridian.example", ""),
                ("authorities@meridian.example", "dmarc=pass header.from=meridian.example"),
            )
        },
        elsewhere=("tests/e2e/test_proof.py::test_our_own_address_as_sender_is_a_robot",),
    ),
    Row(
        number=76,
        title="our own letter comes back whole",
        why="a forwarding rule in a circle; it is linked to its case and answered by nobody",
        beside={
            "to the customer": own_letter(ANA),
            "to a colleague": own_letter(HEAD),
            "with new headers on top": own_letter(ANA, b"Return-Path: <forward@kunde.example>\r\n"),
        },
    ),
    Row(
        number=77,
        title="a forged mark of ours",
        why="a stranger who could hide mail behind it would hide their victim's (T9)",
        case={
            "made up": mail("X-Ombud-Mark: " + "0" * 64),
            "of another letter": lambda desk: mail(f"X-Ombud-Mark: {desk.letter_to(ANA)['X-Ombud-Mark']}"),
            "not ASCII": mail("X-Ombud-Mark: ✓".encode()),
            "not ASCII, encoded": mail("X-Ombud-Mark: =?utf-8?q?=E2=9C=93?="),
        },
    ),
    Row(
        number=78,
        title="delivery reports",
        why="a failure is booked on its letter, whose clock opens again; the rest is a note",
        bounce={
            "failed": returned(),
            "delayed": lambda desk: report(desk.bounce_address(ANA), status(ANA, "delayed", "4.4.1")),
            "relayed": lambda desk: report(desk.bounce_address(ANA), status(ANA, "relayed", "2.0.0")),
            "expanded": lambda desk: report(desk.bounce_address(ANA), status(ANA, "expanded", "2.0.0")),
            "several recipients": lambda desk: report(
                desk.bounce_address(ANA),
                status(VICTIM) + "\r\n" + status(ANA).partition("\r\n\r\n")[2].partition("\r\n\r\n")[2],
            ),
        },
        check=failures_are_booked,
    ),
    Row(
        number=79,
        title="delivery reports in the styles of many programs",
        why="known by the token of their address or of the returned Message-ID, not by their words",
        bounce={
            "headers only": lambda desk: report(DESK, status(ANA), with_head(desk)),
            "whole message": lambda desk: report(
                DESK, status(ANA), with_head(desk).replace("text/rfc822-headers", "message/rfc822") + "\r\nold text"
            ),
            "German": returned(subject="Unzustellbar: Ihr Schreiben", sender="postmaster@relay.example"),
            "French": returned(subject="Non remis : lettre", sender="postmaster@relay.example"),
            "Chinese": returned(subject="=?utf-8?b?57O757uf6YCA5L+h?=", sender="postmaster@relay.example"),
            "qmail": prose(
                f"Hi. This is the qmail-send program at relay.example.\r\nI'm afraid I wasn't able to deliver your "
                f"message to the following addresses.\r\n\r\n<{ANA}>:\r\nSorry, no mailbox here by that name. (#5.1.1)",
                "failure notice",
                "MAILER-DAEMON@relay.example",
            ),
            "Exim": prose(
                f"This message was created automatically by mail delivery software.\r\n\r\n  {ANA}\r\n  550 unknown",
                "Mail delivery failed: returning message to sender",
                "Mail Delivery System <Mailer-Daemon@relay.example>",
                f"X-Failed-Recipients: {ANA}",
            ),
            "Exchange": prose(
                f"Your message did not reach some of the intended recipients.\r\n\r\n{ANA} on 09/11/2026 10:00\r\n"
                "The e-mail account does not exist. <relay.example #5.1.1>",
                "Undeliverable: your letter",
                "System Administrator <postmaster@relay.example>",
            ),
            "Gmail": prose(
                f"** Address not found **\r\n\r\nYour message wasn't delivered to {ANA}: no such address.",
                "Delivery Status Notification (Failure)",
                "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
                f"X-Failed-Recipients: {ANA}",
            ),
            "Notes": prose(
                f"Your message was not delivered to:\r\n\r\n{ANA}\r\n\r\nbecause:\r\n\r\nUser not listed in directory",
                "DELIVERY FAILURE: User not listed in directory",
                "Postmaster <postmaster@relay.example>",
            ),
        },
    ),
    Row(
        number=80,
        title="a forged delivery report",
        why="else a stranger could make us believe that a letter was lost",
        noted={
            "no token": report(DESK, status(ANA)),
            "token of another reader": returned(to=HEAD),
            "token cut": lambda desk: report(
                desk.bounce_address(ANA).replace("@", "x@")[:30] + "@meridian.example", status(ANA)
            ),
            "token changed": lambda desk: report(swapped(desk.bounce_address(ANA)), status(ANA)),
            "token of another domain": lambda desk: report(
                desk.bounce_address(ANA).partition("@")[0] + "@opfer.example", status(ANA)
            ),
        },
        check=nothing_changed,
        elsewhere=("tests/e2e/test_smtp_faults.py::test_a_forged_report_changes_nothing",),
    ),
    Row(
        number=81,
        title="a report about a letter we never sent",
        why="somebody forged our address elsewhere; answering would make two robots",
        noted={
            "backscatter": report(DESK, status(VICTIM)),
            "with headers": report(
                DESK, status(VICTIM), "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <x@y.example>\r\n"
            ),
            "in words": mail(
                subject="failure notice",
                sender="MAILER-DAEMON@relay.example",
                text=f"<{VICTIM}>: gone",
                top=["Return-Path: <>"],
            ),
        },
        check=nothing_changed,
    ),
    Row(
        number=82,
        title="read receipts",
        why="an event for staff, known by the letter that was read; never a new case, never an answer",
        beside={
            "by the Message-ID in it": lambda desk: receipt(
                DESK, f"Original-Message-ID: {desk.letter_to(ANA)['Message-ID']}"
            ),
            "by the token of its address": lambda desk: receipt(desk.token_of(ANA), "X: y"),
        },
        noted={"of a letter that is not ours": receipt(DESK, "Original-Message-ID: <x@y.example>")},
        check=nothing_changed,
    ),
    Row(
        number=83,
        title="feedback reports",
        why="a reader pressed `junk`: noted on the case it is about, answered by nobody",
        beside={
            "with the letter": lambda desk: report(
                DESK,
                "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n",
                with_head(desk).replace("text/rfc822-headers", "message/rfc822") + "\r\nold text",
                kind="feedback-report",
                sender="fbl@isp.example",
                subject="complaint about message",
            )
        },
        noted={
            "without it": report(
                DESK,
                "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n",
                kind="feedback-report",
                sender="fbl@isp.example",
                subject="complaint about message",
            )
        },
        check=nothing_changed,
    ),
    Row(
        number=84,
        title="a report that quotes a command",
        why="a robot commands nothing, whatever text comes back with it (T4)",
        bounce={
            "in the returned text": lambda desk: report(
                desk.bounce_address(HEAD),
                status(HEAD),
                "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\naccept\r\n",
            ),
            "in its own words": lambda desk: report(
                desk.bounce_address(HEAD), status(HEAD), headers=["X-Text: accept"]
            ).replace(b"I could not deliver it.", b"accept"),
        },
        beside={
            "an absence note to a colleague's letter": lambda desk: desk.answer(
                HEAD, "accept", "Auto-Submitted: auto-replied"
            )
        },
        check=no_command,
    ),
    Row(
        number=85,
        title="a peer's helpdesk that confirms everything",
        why="two polite programs write to each other for ever; answers are counted per address",
        story=a_peer_that_answers,
        elsewhere=("tests/e2e/test_acknowledge.py::test_a_robot_that_answers_every_letter_is_answered_less_and_less",),
    ),
    Row(
        number=86,
        title="ping-pong with ever new addresses",
        why="what stands behind a plus sign is nobody new, and what changes its name keeps its domain",
        story=rings,
    ),
    Row(
        number=87,
        title="challenge and response",
        why="we prove nothing to a robot, and open no links",
        joined={"a customer who quotes our letter": lambda desk: desk.answer(ANA, "And where is it now?")},
        noted={
            "click to verify": mail(
                subject="Please confirm your message",
                text="To deliver your message, please click the link below to verify your address:\r\nhttps://challenge.example/x",
            ),
            "human": mail(
                subject="Re: your letter",
                text="Prove your message was sent by a human and complete this verification: http://challenge.example/x",
            ),
            "known service": mail(
                sender="x@boxbe.com", subject="Verify your message", text="One-time verification: https://boxbe.com/x"
            ),
        },
    ),
    Row(
        number=88,
        title="a list that our address was subscribed to",
        why="somebody's joke; nobody on the list wrote to us",
        noted={
            "a discussion": mail(*LISTS[:2], "Precedence: list", sender="bo@kunde.example"),
            "a digest": multipart(
                TEXT_PART, "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny", kind="digest", headers=LISTS
            ),
            "welcome": mail(sender="lamps-request@shop.example", subject="Welcome to lamps"),
        },
    ),
)
