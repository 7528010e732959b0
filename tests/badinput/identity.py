"""Group E: hostile identity and commands."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes

from cases.events import AssignmentAccepted, CommandRefused, CommandsAnswered
from cases.message import Proof
from store.values import OutboxRow
from tests.badinput.desk import ANA, HEAD, OTHER_HEAD, BadDesk, Handled, good_mail, whole
from tests.badinput.mail import CANARY, SERVER, VICTIM, WORDS, mail
from tests.badinput.row import Row

OURS = f"Authentication-Results: {SERVER};"
PASS = "dmarc=pass header.from=meridian.example"
HOP = "Received: from client.evil.example by mx.evil.example; Mon, 9 Nov 2026 09:00:00 +0000"


def accept(*top: str, below: tuple[str, ...] = (), proof: str = "") -> Callable[[BadDesk], bytes]:
    """The department head's own answer `accept`, with header fields above and below what our server wrote."""
    return lambda desk: "".join(f"{one}\r\n" for one in top).encode() + desk.answer(HEAD, "accept", *below, proof=proof)


def commanded(text: str, **more: str) -> Callable[[BadDesk], bytes]:
    """A proven answer of the department head with this text on top."""
    return lambda desk: desk.answer(HEAD, text, **more)  # type: ignore[arg-type]


def nobody_accepted(handled: Handled) -> None:
    """No command had any effect, and each refusal was answered once, to the listed address."""
    events = handled.desk.events()
    assert "" == handled.desk.ana.handler
    assert [] == [event for event in events if isinstance(event, AssignmentAccepted)]
    answered = [event.raw for event in events if isinstance(event, CommandsAnswered)]
    assert sorted(set(answered)) == sorted(answered)
    letters = [row.recipient for row in handled.desk.letters() if row.letter == "command-answer"]
    assert {HEAD, OTHER_HEAD} >= set(letters)
    assert len(answered) == len(letters)


def no_words_of_theirs(handled: Handled) -> None:
    """Nothing of the forger's words is repeated even to the colleague whom they play."""
    nobody_accepted(handled)
    for row in handled.desk.letters():
        if row.letter == "command-answer":
            assert CANARY not in whole(message_from_bytes(row.raw)).lower()


def nobody_joined(handled: Handled) -> None:
    """The case has the participants it had."""
    assert [ANA] == [participant.address for participant in handled.desk.ana.participants]
    for variant in handled.of("case"):
        assert variant.case
        assert 1 == len(variant.case.participants), variant.name


def linked_for_staff(handled: Handled) -> None:
    """Naming a case grants nothing: a case of their own, with a hint that only staff see."""
    nobody_joined(handled)
    for variant in handled.of("case"):
        assert variant.case
        assert (handled.desk.ana.number,) == variant.case.links, variant.name


def told_nothing(handled: Handled) -> None:
    """No customer ever reads what a stranger wrote to their reply address."""
    nobody_joined(handled)
    for row in handled.desk.to_outside():
        if row.recipient == ANA:
            assert CANARY not in whole(message_from_bytes(row.raw)).lower()


def unproven(handled: Handled) -> None:
    """Nothing that came with the message proved its sender."""
    nobody_accepted(handled)
    for variant in handled.of("case"):
        assert variant.case
        assert Proof.UNPROVEN is variant.case.proof, variant.name


def an_old_letter(desk: BadDesk) -> None:
    """A signed answer from the archive, sent once more after its token has run out; and one that was sent before."""
    raw = desk.answer(HEAD, "accept").replace(b"%ID%", b"first")
    desk.receive(raw)
    handler = desk.ana.handler
    assert handler
    again = b"Received: from x by mx.evil.example; Mon, 9 Nov 2026 10:00:00 +0000\r\n" + raw
    desk.receive(again)
    assert 1 == len([event for event in desk.events() if isinstance(event, AssignmentAccepted)])
    desk.clock.advance(timedelta(days=401))
    (late,) = desk.put([desk.answer(HEAD, "resolve: done").replace(b"%ID%", b"late")])
    desk.house.intake.run()
    refused = [event for event in desk.events() if isinstance(event, CommandRefused) and event.raw == late]
    assert ["no token"] == [event.because for event in refused]


def the_same_command_again(desk: BadDesk) -> None:
    """Twice in one mail, in two mails, and the same mail twice: one effect."""
    raw = desk.answer(HEAD, "accept\r\naccept").replace(b"%ID%", b"double")
    desk.receive(raw, raw)
    desk.receive(desk.answer(HEAD, "accept").replace(b"%ID%", b"again"))
    events = desk.events()
    assert 1 == len([event for event in events if isinstance(event, AssignmentAccepted)])
    refused = [event.because for event in events if isinstance(event, CommandRefused)]
    assert ["already accepted"] * 2 == refused


def one_mail_by_two_roads(desk: BadDesk) -> None:
    """To two polled accounts: one case, one answer, whichever comes first."""
    one = good_mail("bo").replace(b"To: complaints@", b"To: complaints@meridian.example, authorities@")
    other = f"Received: from relay.example by {SERVER}; Mon, 9 Nov 2026 09:29:30 +0000\r\n".encode() + one
    desk.receive(one)
    desk.receive(other, account="regulators")
    assert 2 == len(desk.house.store.cases(None, 10))
    assert 1 == len([row for row in desk.to_outside() if row.recipient == "bo@kunde.example"])
    # A stranger who knows the id gets a case of their own and is told nothing of this one.
    desk.receive(mail(message_id="<bo@kunde.example>", sender="eve@opfer-freund.example"), account="regulators")
    assert 3 == len(desk.house.store.cases(None, 10))


def a_hundred_forged_mails(desk: BadDesk) -> None:
    """One victim reads one letter a day; a hundred victims cost at most sixty letters an hour (T7)."""
    forged = [
        mail(sender="vic@forged.example", text=f"{WORDS} {n}", message_id=f"<{n}@forged.example>") for n in range(25)
    ]
    desk.receive(*forged)
    assert 1 == len(_queued(desk, "vic@forged.example"))
    spread = [
        mail(sender=f"vic@forged{n}.example", text=f"{WORDS} {n}", message_id=f"<v{n}@x.example>") for n in range(100)
    ]
    desk.receive(*spread)
    letters = _queued(desk, "vic@")
    assert 60 == len(letters)
    assert 126 == len(desk.house.store.cases(None, 1000))
    for row in letters:
        assert CANARY not in whole(message_from_bytes(row.raw)).lower()
    desk.clock.advance(timedelta(hours=1, seconds=1))
    desk.house.outbox.release()
    assert 60 < len(_queued(desk, "vic@")) <= 120


def _queued(desk: BadDesk, start: str) -> list[OutboxRow]:
    return [row for row in desk.to_outside() if row.recipient.startswith(start) and row.state == "queued"]


def customer_says(text: str) -> Callable[[BadDesk], bytes]:
    """Ana answers the letter she got."""
    return lambda desk: desk.answer(ANA, text)


def registered(sender: str) -> Callable[[BadDesk], bytes]:
    """A service asks whoever reads Ana's reply address to confirm it."""
    text = f"Your code is 123-456 {CANARY}"
    return lambda desk: mail(sender=sender, subject="Confirm your address", text=text, to=desk.token_of(ANA))


ROWS = (
    Row(
        number=89,
        title="forged Authentication-Results",
        why="only the topmost one of our own server counts, above the first line that another server wrote",
        refused={
            "unproven: below a foreign hop": accept(HOP, below=(f"{OURS} {PASS}",)),
            "unproven: above, of another server": accept(f"Authentication-Results: mx.evil.example; {PASS}"),
            "unproven: our id in a comment": accept(f"Authentication-Results: (x {SERVER};) mx.evil.example; {PASS}"),
            "unproven: our id in quotes": accept(f'Authentication-Results: "{SERVER}"; {PASS}'),
            "unproven: our id with a tail": accept(f"Authentication-Results: {SERVER}.evil.example; {PASS}"),
            "unproven: two of ours, the topmost says fail": accept(
                f"{OURS} dmarc=fail header.from=meridian.example", below=(f"{OURS} {PASS}",)
            ),
            "unproven: pass inside a comment": accept(f"{OURS} dmarc=fail (dmarc=pass header.from=meridian.example)"),
            "unproven: pass of another domain": accept(f"{OURS} dmarc=pass header.from=evil.example"),
            "unproven: signed by another domain": accept(f"{OURS} dkim=pass header.d=evil.example"),
            "unproven: signed by a suffix": accept(f"{OURS} dkim=pass header.d=example"),
            "unproven: SPF only": accept(f"{OURS} spf=pass smtp.mailfrom=meridian.example"),
            "unproven: nothing at all": accept(),
            "unproven: none": accept(f"{OURS} none"),
            "unproven: another colleague signed in": accept(f"{OURS} auth=pass smtp.auth=zhao.min@meridian.example"),
        },
        check=nobody_accepted,
        elsewhere=("tests/parsers/test_skills.py::test_authentication_results_are_tokens_not_substrings",),
    ),
    Row(
        number=90,
        title="an ARC chain of a stranger",
        why="a sealer vouches for what it saw, and we know none of them",
        refused={
            "unproven: sealed": accept(
                HOP,
                below=(
                    f"ARC-Authentication-Results: i=1; {SERVER}; {PASS}",
                    "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=x; b=AAAA",
                    "ARC-Message-Signature: i=1; a=rsa-sha256; d=evil.example; s=x; b=AAAA",
                ),
            ),
            "unproven: ARC passed, DMARC failed": accept(f"{OURS} arc=pass; dmarc=fail header.from=meridian.example"),
        },
        case={
            "customer": mail(
                f"ARC-Authentication-Results: i=1; {SERVER}; dmarc=pass header.from=kunde.example",
                "ARC-Seal: i=1; cv=none; d=evil.example; b=AAAA",
            )
        },
        check=unproven,
    ),
    Row(
        number=91,
        title="a signed mail replayed",
        why="a signature holds for ever, a token until its day, and each message once",
        story=an_old_letter,
    ),
    Row(
        number=92,
        title="a smuggled second mail",
        why="what hid behind a false end of another mail was never judged by our server, so nobody has proven it",
        refused={
            "unproven: no line of our server": lambda desk: desk.answer(HEAD, "accept", proof="").replace(
                b"Received:", b"X-R:"
            ),
            "unproven: theirs only": lambda desk: (HOP + "\r\n").encode() + desk.answer(HEAD, "accept", proof=""),
        },
        case={
            "after LF . CR LF": mail(
                text=f"{WORDS}\n.\r\nMAIL FROM:<x@meridian.example>\r\nDATA\r\nFrom: {HEAD}\r\n\r\naccept"
            ),
            "after CR . CR": mail(text=f"{WORDS}\r.\rMAIL FROM:<x@meridian.example>\r\nFrom: {HEAD}\r\n\r\naccept"),
            "a dot alone": mail(text=f"{WORDS}\r\n.\r\nFrom: {HEAD}\r\n\r\naccept"),
        },
        check=nobody_accepted,
        elsewhere=("tests/daemon/test_envelope.py::test_the_content_cannot_end_the_message_and_arrives_as_it_was",),
    ),
    Row(
        number=93,
        title="a colleague's address, the right token, no proof",
        why="a leaked letter is not enough: the sender must be proven (invariant 6)",
        refused={
            "unproven: DMARC fail": lambda desk: desk.answer(HEAD, f"resolve: {CANARY}", proof="dmarc=fail"),
            "unproven: unknown words": lambda desk: desk.answer(HEAD, f"{CANARY}: x", proof="dmarc=fail"),
            "unproven: help": lambda desk: desk.answer(HEAD, "help", proof="dmarc=none"),
        },
        check=no_words_of_theirs,
        elsewhere=("tests/e2e/test_proof.py::test_a_staff_address_without_proof_has_no_power",),
    ),
    Row(
        number=94,
        title="a colleague without a right on this case",
        why="all is genuine, but it is another department's case",
        refused={
            "no token: another colleague's letter": lambda desk: desk.answer(OTHER_HEAD, "accept", letter_to=HEAD),
            "no token: the customer's letter": lambda desk: desk.answer(OTHER_HEAD, "accept", letter_to=ANA),
            "no right: a triage answer of a department": commanded("spam"),
        },
        check=nobody_accepted,
        elsewhere=(
            "tests/e2e/test_proof.py::test_a_head_of_another_department_cannot_act_on_the_case",
            "tests/cases/test_rights.py::test_of_sixteen_combinations_one_may_act",
        ),
    ),
    Row(
        number=95,
        title="a customer who commands",
        why="the words of a customer are words",
        joined={text: customer_says(text) for text in ("CLOSE #1", "resolve: give me everything", "accept")},
        check=nobody_accepted,
    ),
    Row(
        number=96,
        title="a customer's token in a stranger's hands",
        why="a note for staff; the customer never reads it and the stranger never hears of it",
        beside={
            "answer": lambda desk: desk.answer("eve@opfer.example", f"I am interested as well {CANARY}", letter_to=ANA),
            "only the address": lambda desk: mail(to=desk.token_of(ANA), sender="eve@opfer.example"),
            "only the Message-ID": lambda desk: mail(
                f"References: {desk.letter_to(ANA)['Message-ID']}", sender="eve@opfer.example"
            ),
            "only the line in the text": lambda desk: mail(
                sender="eve@opfer.example",
                text=f"{WORDS}\r\n[ref:{desk.token_of(ANA).partition('+')[2].partition('@')[0]}]",
            ),
        },
        check=told_nothing,
    ),
    Row(
        number=97,
        title="a case number in a stranger's subject",
        why="a number is printed on every letter; it is a hint, not a key",
        case={
            "subject": lambda desk: mail(subject=f"Re: [{desk.ana.number}] {CANARY}"),
            "text": lambda desk: mail(text=f"{WORDS} {desk.ana.number}"),
            "their Message-ID": lambda _: mail("References: <ana@kunde.example>"),
        },
        check=linked_for_staff,
    ),
    Row(
        number=98,
        title="the same command again",
        why="mail programs send twice and people press twice: one effect",
        story=the_same_command_again,
        elsewhere=("tests/e2e/test_proof.py::test_the_same_command_again_has_one_effect",),
    ),
    Row(
        number=99,
        title="words that are no command",
        why="refused with one answer that says what may be written; case, width and odd blanks do not matter",
        refused={
            "unknown: misspelt": commanded("acept"),
            "unknown: another language": commanded("akzeptieren"),
            "unknown: with text": commanded("fix: it"),
            "unknown: a shell": commanded("rm -rf: /"),
            "no right: full width": commanded("ｓｐａｍ"),
            "no right: capitals and a no-break space": commanded("OUT\u00a0OF\u00a0SCOPE"),
            "no right: a thousand": commanded("spam\r\n" * 1000),
        },
        check=nobody_accepted,
        elsewhere=("tests/cases/test_commands.py::test_a_thousand_commands_are_cut_and_the_colleague_hears_of_it",),
    ),
    Row(
        number=100,
        title="commands where nobody typed them",
        why="only the first lines that a person wrote in plain text count",
        refused={
            "html only": lambda desk: desk.answer(
                HEAD, "", "MIME-Version: 1.0", "Content-Type: text/html", body=b"<p>accept</p>\r\n"
            ),
        },
        beside={
            "in the signature": commanded("Please wait until Thursday, I look into it.\r\n-- \r\naccept"),
            "below a sentence": commanded("I will look into it on Thursday, please be patient.\r\n\r\naccept"),
            "in the quotation": commanded("I will look into it on Thursday, please be patient.\r\n\r\n> accept"),
            "in an attachment": lambda desk: desk.answer(
                HEAD,
                "",
                "MIME-Version: 1.0",
                'Content-Type: multipart/mixed; boundary="b"',
                body=b"--b\r\nContent-Type: text/plain\r\n\r\nSee the file please, it says all there is to say.\r\n"
                b'--b\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\naccept\r\n--b--\r\n',
            ),
            "in a forwarded message": lambda desk: desk.answer(
                HEAD,
                "",
                "MIME-Version: 1.0",
                'Content-Type: multipart/mixed; boundary="b"',
                body=b"--b\r\nContent-Type: text/plain\r\n\r\nSee below please, it says all there is to say.\r\n"
                b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\naccept\r\n--b--\r\n",
            ),
            "by a robot": lambda desk: desk.answer(HEAD, "accept", "Auto-Submitted: auto-replied"),
        },
        check=nobody_accepted,
    ),
    Row(
        number=101,
        title="odd answers to a survey",
        why="nobody has asked yet, so a number is a customer's word on their case",
        joined={text: customer_says(text) for text in ("5/5!!", "-1", "٥", "10/5", "five", "5\r\n4\r\n3")},
        beside={"from another address": lambda desk: desk.answer("eve@opfer.example", "5", letter_to=ANA)},
        later="surveys come with work by reply; then the first valid answer of the right address counts",
    ),
    Row(
        number=102,
        title="verification mails to a reply address",
        why="who registers elsewhere with our address must never read what comes back (T5)",
        beside={
            sender: registered(sender)
            for sender in (
                "no-reply@slack.example",
                "noreply@github.example",
                "no-reply@accounts.google.example",
                "feedback@opfer.example",
            )
        },
        check=told_nothing,
        elsewhere=(
            "tests/e2e/test_proof.py::test_a_customers_token_in_a_strangers_hands_is_a_note_and_nothing_leaves",
        ),
    ),
    Row(
        number=103,
        title="strangers in Cc",
        why="a copy makes nobody a participant, and letters go to one reader (T6)",
        case={
            "one": mail(f"Cc: {VICTIM}"),
            "200": mail("Cc: " + ",\r\n ".join(f"v{n}@opfer.example" for n in range(200))),
            "Bcc and Resent": mail(f"Bcc: {VICTIM}", f"Resent-To: {VICTIM}", f"Resent-Cc: {VICTIM}"),
            "a colleague": mail(f"Cc: {HEAD}"),
        },
        joined={"a participant copies somebody in": lambda desk: desk.answer(ANA, "See below.", f"Cc: {VICTIM}")},
        check=nobody_joined,
        elsewhere=("tests/e2e/test_proof.py::test_a_copy_makes_nobody_a_participant",),
    ),
    Row(
        number=104,
        title="one mail to two polled accounts",
        why="other bytes, the same letter: known by its id, sender and words",
        story=one_mail_by_two_roads,
        elsewhere=("tests/e2e/test_acknowledge.py::test_one_mail_to_two_polled_addresses_is_one_case",),
    ),
    Row(
        number=105,
        title="`delete all my data` by a forged sender",
        why="nothing is erased or told by mail; until such requests have a way, it is a message like any",
        case={
            "erase": mail(subject="GDPR", text=f"Delete all data you hold about me, article 17. {CANARY}"),
            "tell": mail(subject="GDPR", text=f"Send me all data you hold about me, article 15. {CANARY}"),
        },
        check=nobody_joined,
        later="erasure and export come later; such a request must then be a task for staff without any answer",
    ),
    Row(
        number=106,
        title="a flood of forged senders",
        why="each victim reads at most one letter a day without a word of the forger, all together sixty an hour",
        story=a_hundred_forged_mails,
        elsewhere=("tests/e2e/test_acknowledge.py::test_twelve_forged_mails_bring_their_victim_one_letter",),
    ),
)
