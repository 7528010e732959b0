"""Group B: headers."""

from email import message_from_bytes

from tests.badinput.desk import ANA, BadDesk, Handled, subject_of, whole
from tests.badinput.mail import CANARY, EVE, VICTIM, WORDS, mail
from tests.badinput.row import Row
from tests.badinput.structure import told


def sender_is_plain(handled: Handled) -> None:
    """The customer is known by their address alone, and letters go to nothing else."""
    for variant in handled.of("case"):
        assert variant.case
        assert variant.case.customer.endswith("@kunde.example"), variant.name
        for row in handled.desk.house.store.outbox_of_case(variant.stored.number):
            letter = message_from_bytes(row.raw)
            assert "opfer.example" not in f"{letter['To']} {letter['From']} {letter['Reply-To']}"


def punycode_is_shown(handled: Handled) -> None:
    """What imitates a known name is shown in the letters that give it away."""
    rows = {row.raw_id: row for row in handled.desk.house.store.noted(100)}
    for variant in handled.of("noted"):
        assert "@xn--" in rows[variant.stored.raw_id].sender, variant.name
        assert rows[variant.stored.raw_id].sender.isascii()


def no_header_is_born(handled: Handled) -> None:
    """What a subject smuggles stays text of one line."""
    for variant in handled.of("case"):
        assert variant.case
        assert variant.case.subject.isprintable()
        for row in handled.desk.house.store.outbox_of_case(variant.stored.number):
            letter = message_from_bytes(row.raw)
            assert None is letter["Bcc"] is letter["X-Evil"]
            assert "\n" not in subject_of(letter)


def same_id_other_words(desk: BadDesk) -> None:
    """The id is the sender's claim: nothing is dropped and nobody gets into another's case by it."""
    same = {"message_id": "<same@kunde.example>", "sender": "same@kunde.example"}
    first, second = desk.receive(mail(**same), mail(**same, text="And the second parcel is lost as well!"))
    store = desk.house.store
    assert store.raw(first).number == store.raw(second).number != desk.ana.number
    answers = [row for row in desk.to_outside() if row.recipient == "same@kunde.example"]
    assert 1 == len(answers)
    (third,) = desk.receive(mail(message_id="<same@kunde.example>", sender="other@kunde.example"))
    assert store.raw(third).number not in {store.raw(first).number, desk.ana.number}
    (fourth,) = desk.receive(mail(message_id="<ana@kunde.example>", sender="mallory@kunde.example"))
    assert desk.ana.number != store.raw(fourth).number
    assert [ANA] == [participant.address for participant in desk.ana.participants]


def same_bytes_twice(desk: BadDesk) -> None:
    """Two UIDs, two accounts, two polls: one message, one case, one answer."""
    raw = mail().replace(b"%ID%", b"twin")
    ids = {*desk.receive(raw, raw), *desk.receive(raw), *desk.receive(raw, account="regulators")}
    assert 1 == len(ids)
    assert 2 == len(desk.house.store.cases(None, 100))
    assert 1 == len([row for row in desk.to_outside() if row.recipient == "evetwin@kunde.example"])
    assert 5 == desk.house.store.stats()["deliveries"]


def dated_by_the_server(handled: Handled) -> None:
    """The clock of a case starts with the server's date, whatever the sender says."""
    for variant in handled.of("case"):
        assert variant.case
        assert variant.stored.received_at == variant.case.received_at, variant.name


def only_to_the_writer(handled: Handled) -> None:
    """Answers go to the address in From, never where a header sends them."""
    outside = {row.recipient for row in handled.desk.to_outside()} - {ANA, "next@kunde.example"}
    assert {variant.case.customer for variant in handled.of("case") if variant.case} == outside


def answered_like_anybody(handled: Handled) -> None:
    """Nothing that pretends to be ours keeps a stranger from their case and their answer."""
    only_to_the_writer(handled)
    for variant in handled.of("case"):
        assert variant.case
        assert "X-Ombud-Intended-For" not in whole(handled.desk.letter_to(variant.case.customer, variant.stored.number))


ROWS = (
    Row(
        number=27,
        title="no From",
        why="nobody to answer and nobody to book it on: a person looks",
        quarantined={
            "none": mail(sender=None),
            "empty": mail(sender=""),
            "blanks": mail(sender="   \t "),
            "Sender instead": mail(f"Sender: {VICTIM}", sender=None),
        },
        noted={"none, with the null sender": mail(sender=None, top=["Return-Path: <>"])},
    ),
    Row(
        number=28,
        title='From: "',
        why="an IndexError in two libraries (F3)",
        quarantined={
            "one quote": mail(sender='"'),
            "two quotes": mail(sender='""'),
            "angles": mail(sender="<>"),
            "commas": mail(sender=",,,"),
            "a bracket": mail(sender="("),
            "only a NUL": mail(sender=b"\0"),
        },
    ),
    Row(
        number=29,
        title="two From fields",
        why="which of them a mail program shows differs, so neither is believed; a person hears of it",
        noted={
            "two senders": mail(f"From: {VICTIM}"),
            "the same twice": mail(f"From: {EVE}"),
            "second in other case": mail(f"FROM: {VICTIM}"),
            "three": mail(f"From: {VICTIM}", "From: x@opfer.example"),
            "second far below": mail("X-Pad: " + "x" * 500, f"From: {VICTIM}"),
        },
        check=lambda handled: told(handled, "sender in doubt"),
    ),
    Row(
        number=30,
        title="From with two addresses",
        why="allowed by RFC 5322, used by nobody honest",
        noted={
            "two": mail(sender=f"{EVE}, {VICTIM}"),
            "two with names": mail(sender=f"Eve <{EVE}>, Vera <{VICTIM}>"),
            "by semicolon": mail(sender=f"{EVE}; {VICTIM}"),
            "second after a group": mail(sender=f"friends: {EVE};, {VICTIM}"),
        },
        check=lambda handled: told(handled, "sender in doubt"),
    ),
    Row(
        number=31,
        title="an address that readers read differently",
        why="thirteen of twenty-two such forms name one person here and another there (F4)",
        noted={
            "address in the name's place": mail(sender=f"{VICTIM} <{EVE}>"),
            "text behind the angles": mail(sender=f"<{VICTIM}>{EVE}"),
            "two @": mail(sender="a@b@kunde.example"),
            "dot at the end": mail(sender="eve@kunde.example."),
            "source route": mail(sender=f"<@relay.example:{EVE}>"),
            "NUL in the address": mail(sender=b"eve\0@kunde.example"),
            "encoded word as address": mail(sender="=?utf-8?q?eve=40kunde=2Eexample?="),
            "encoded word in angles": mail(sender="Eve <=?utf-8?q?vera=40opfer=2Eexample?=>"),
            "unclosed angle": mail(sender=f"Eve <{EVE}"),
            "two pairs of angles": mail(sender=f"<{VICTIM}> <{EVE}>"),
            "comment in the middle": mail(sender="eve(x)@(y)kunde.example <vera@opfer.example>"),
            "quoted local part with @": mail(sender='"vera@opfer.example"@kunde.example'),
            "line break in it": mail(sender="eve@kunde.\r\n example"),
            "no dot, no domain": mail(sender="root"),
            "an IP address": mail(sender="eve@[127.0.0.1]"),
        },
    ),
    Row(
        number=32,
        title="a blank before the colon",
        why="old programs wrote so (RFC 822); it is the same field",
        case={
            "From :": mail(f"From : {EVE}", sender=None),
            "From with tabs": mail(f"From\t\t: {EVE}", sender=None),
            "Subject :": mail(f"Subject : {WORDS}", subject=None),
        },
        check=sender_is_plain,
    ),
    Row(
        number=33,
        title="a display name that pretends",
        why="a name is text of the sender: never an address, never a reason to trust",
        case={
            "a colleague's address": mail(sender=f'"marco.rossi@meridian.example" <{EVE}>'),
            "the desk itself": mail(sender=f'"Meridian Reach complaint desk" <{EVE}>'),
            "our address, encoded": mail(sender=f"=?utf-8?q?complaints=40meridian=2Eexample?= <{EVE}>"),
            "a recipient, encoded": mail(sender=f"=?utf-8?q?x=2C_vera=40opfer=2Eexample=2C?= <{EVE}>"),
            "turned around": mail(sender=f"=?utf-8?b?4oCubW9jLnJlcGZvQGFyZXY=?= <{EVE}>"),
            "line breaks": mail(sender=f"=?utf-8?q?x=0D=0ABcc=3A_vera=40opfer=2Eexample?= <{EVE}>"),
            "4 KB": mail(sender=f'"{"x" * 4000}" <{EVE}>'),
            "a template": mail(sender=f'"{{{{ 7*7 }}}}{{% for x in y %}}" <{EVE}>'),
        },
        check=sender_is_plain,
    ),
    Row(
        number=34,
        title="a domain of look-alike letters",
        why="mixed scripts are a disguise and shown as what they are; an honest name in one script is not",
        noted={
            "one Cyrillic letter": mail(sender="eve@m\u0435ridian.example"),
            "the same in punycode": mail(sender=b"eve@" + "m\u0435ridian".encode("idna") + b".example"),
            "all look-alikes": mail(sender="eve@\u0441\u043e\u0440\u0435.example"),
            "Greek among Latin": mail(sender="eve@g\u03bf\u03bfgle.example"),
            "punycode that is none": mail(sender="eve@xn--99999999.example"),
        },
        case={"an honest umlaut": mail(sender="eve%ID%@m\u00fcller-kunde.example")},
        check=punycode_is_shown,
    ),
    Row(
        number=35,
        title="a group in From",
        why="nobody in particular; in To it is only a blind copy",
        noted={
            "empty group": mail(sender="undisclosed-recipients:;"),
            "named and empty": mail(sender='"All of us": ;'),
        },
        case={"To is an empty group": mail(to="undisclosed-recipients:;")},
    ),
    Row(
        number=36,
        title="Message-ID missing, broken or twice",
        why="our own id is the key; theirs is a claim and never copied into a letter to somebody unproven",
        case={
            "missing": mail(message_id=None),
            "empty": mail(message_id=""),
            "one angle": mail(message_id="<"),
            "no angles": mail(message_id="%ID%.plain@kunde.example"),
            "10 KB": mail(message_id=f"<{'x' * 10_000}%ID%@kunde.example>"),
            "twice": mail("Message-ID: <%ID%.second@kunde.example>"),
            "line breaks in it": mail(message_id="<%ID%.a\r\n Bcc: vera@opfer.example\r\n @kunde.example>"),
            "bare line feed in it": mail(message_id="<%ID%.a\nBcc: vera@opfer.example>"),
            "NUL in it": mail(message_id="<%ID%\0@kunde.example>"),
            "a template": mail(message_id="<{{7*7}}%ID%@kunde.example>"),
            "words for SQL and IMAP": mail(message_id="<%ID%')\"};DROP-TABLE/**/raw--@kunde.example>"),
        },
        check=no_header_is_born,
    ),
    Row(
        number=37,
        title="the same Message-ID with other bytes",
        why="helpdesks that drop the second one lose mail (T9)",
        story=same_id_other_words,
        elsewhere=(
            "tests/e2e/test_acknowledge.py::test_the_same_message_id_with_other_words_is_another_message",
            "tests/cases/test_placing.py::test_a_stranger_gets_no_further_with_a_second_message_of_the_same_id",
        ),
    ),
    Row(
        number=38,
        title="the same bytes delivered twice",
        why="a server that crashed, a rule that copies: one message",
        story=same_bytes_twice,
        elsewhere=("tests/e2e/test_acknowledge.py::test_the_same_bytes_twice_are_one_case_and_one_answer",),
    ),
    Row(
        number=39,
        title="a date that is none",
        why="the server's date counts; the sender's may overflow every calendar (F3)",
        case={
            name: mail(f"Date: {value}")
            for name, value in {
                "empty": "",
                "year 0": "Mon, 1 Jan 0000 00:00:00 +0000",
                "year 99999": "Mon, 9 Nov 99999 09:28:00 +0000",
                "zone +9999": "Mon, 9 Nov 2026 09:28:00 +9999",
                "zone overflow": "Mon, 9 Nov 2026 09:28:00 +999999999999999999",
                "day 99": "Mon, 99 Foo 2026 99:99:99 +0000",
                "in 1970": "Thu, 1 Jan 1970 00:00:00 +0000",
                "next century": "Mon, 9 Nov 2126 09:28:00 +0000",
                "words": "yesterday",
                "no zone": "Mon, 9 Nov 2026 09:28:00",
                "1e309": "1e309",
                "NUL": "Mon, 9 Nov\0 2026 09:28:00 +0000",
            }.items()
        },
        check=dated_by_the_server,
    ),
    Row(
        number=40,
        title="line breaks in the subject",
        why="an encoded CR LF must not become a header field of our letter",
        case={
            "encoded CR LF": mail(subject=f"=?utf-8?q?x=0D=0ABcc:_vera=40opfer.example_{CANARY}?="),
            "encoded LF": mail(subject="=?utf-8?q?x=0AX-Evil:_1?="),
            "base64": mail(subject="=?utf-8?b?eA0KQmNjOiB2ZXJhQG9wZmVyLmV4YW1wbGUNCg0KPGh0bWw+?="),
            "bare CR": mail(subject="x\rX-Evil: 1"),
            "NEL and separators": mail(subject="=?utf-8?q?x=C2=85X-Evil:_1=E2=80=A8X-Evil:_2=E2=80=A9?="),
            "vertical tab, form feed": mail(subject="=?utf-8?q?x=0BX-Evil=0C:_1?="),
        },
        check=no_header_is_born,
    ),
    Row(
        number=41,
        title="header names that are words of a program",
        why="readers that make attributes of header names fall over them",
        case={
            name: mail(f"{name}: {VICTIM}")
            for name in (
                "headers",
                "body",
                "__class__",
                "mail",
                "message",
                "from_",
                "date_utc",
                "__init__",
                "get_payload",
            )
        },
        check=only_to_the_writer,
    ),
    Row(
        number=42,
        title="raw 8-bit, surrogates, overlong UTF-8",
        why="it must be stored in two databases and shown to people",
        case={
            "Latin in the subject": mail(subject=b"Best\xe4tigung"),
            "surrogates in the subject": mail(subject=b"x\xed\xa0\x80\xed\xb0\x80y"),
            "overlong UTF-8": mail(subject=b"x\xc0\xaf\xe0\x80\xafy"),
            "above Unicode": mail(subject=b"\xf7\xbf\xbf\xbf"),
            "name in broken base64": mail(sender="=?utf-8?b?abcde?= <eve%ID%@kunde.example>"),
            "raw name": mail(sender=b"J\xf6rg <eve%ID%@kunde.example>"),
            "surrogates in the name": mail(sender=b"\xed\xa0\x80 <eve%ID%@kunde.example>"),
            "surrogates in the text": mail(text=WORDS.encode() + b" \xed\xa0\x80 \xff\xfe \xc0\xaf"),
            "noncharacters": mail(subject="=?utf-8?q?=EF=BF=BE=EF=BF=BF?="),
        },
        check=sender_is_plain,
    ),
    Row(
        number=43,
        title="Reply-To that names a third party",
        why="else we would write to whomever a stranger likes (T7)",
        case={
            "victim": mail(f"Reply-To: {VICTIM}"),
            "victim, sender proven": mail(f"Reply-To: {VICTIM}", proof="dmarc=pass header.from=kunde.example"),
            "several": mail(f"Reply-To: {VICTIM}, x@opfer.example"),
            "Sender, Resent-From, Errors-To": mail(
                f"Sender: {VICTIM}", f"Resent-From: {VICTIM}", f"Errors-To: {VICTIM}", f"Return-Receipt-To: {VICTIM}"
            ),
            "asks for a receipt": mail(f"Disposition-Notification-To: {VICTIM}", f"X-Confirm-Reading-To: {VICTIM}"),
            "List-like address": mail(f"Mail-Followup-To: {VICTIM}", f"Mail-Reply-To: {VICTIM}"),
        },
        check=only_to_the_writer,
    ),
    Row(
        number=44,
        title="a second Return-Path",
        why="only the topmost one was written by our server",
        case={
            "null sender forged below": mail("Return-Path: <>", top=["Return-Path: <eve@kunde.example>"]),
            "victim forged below": mail(f"Return-Path: <{VICTIM}>", top=["Return-Path: <eve@kunde.example>"]),
        },
        noted={"null sender on top": mail(f"Return-Path: <{VICTIM}>", top=["Return-Path: <>"])},
    ),
    Row(
        number=45,
        title="our own control headers, forged",
        why="a loop mark is only believed when its HMAC holds, everything else is ignored",
        case={
            "mark of nothing": mail("X-Ombud-Mark: " + "a" * 64),
            "empty mark": mail("X-Ombud-Mark:"),
            "mark of another letter": lambda desk: mail(f"X-Ombud-Mark: {desk.letter_to(ANA)['X-Ombud-Mark']}"),
            "intended for": mail(f"X-Ombud-Intended-For: {VICTIM}"),
            "case": mail("X-Ombud-Case: C-0000-0000", "X-Ombud-Proof: proven"),
        },
        check=answered_like_anybody,
    ),
)
