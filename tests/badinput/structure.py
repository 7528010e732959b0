"""Group A: structure and size."""

from collections.abc import Callable

from tests.badinput.desk import BadDesk, Handled
from tests.badinput.mail import CANARY, DESK, EVE, WORDS, mail, multipart, typed
from tests.badinput.row import Raw, Row
from tests.parsers import hostile


def big(make: Callable[[], bytes]) -> Raw:
    """A large message, made when its turn comes, from a sender of its own."""
    return lambda _: (
        make().replace(b"eve@example.net", EVE.encode()).replace(b"<1@example.net>", b"<%ID%@kunde.example>")
    )


def has_defect(handled: Handled, words: str) -> None:
    """What is odd about the messages is known."""
    for variant in handled.variants:
        (parsed,) = handled.desk.parsers.parse_many([(1, variant.raw, False, len(variant.raw))])
        message = getattr(parsed[1], "message", None)
        assert message is not None
        assert any(words in defect for defect in message.defects), (variant.name, message.defects)


def words_are_kept(handled: Handled) -> None:
    """What the customer wrote is what staff get to read."""
    for variant in handled.of("case"):
        opened = handled.desk.events(variant.stored.number)[0]
        assert CANARY in getattr(opened, "words", "").lower(), variant.name


def size_cap(desk: BadDesk) -> None:
    """Only the header block of a message of 40 MB was fetched."""
    head = mail(text="").replace(b"%ID%", b"large")
    desk.put([head], headers_only=True, size=40_000_000)
    before = len(desk.to_outside())
    desk.work()
    (noted,) = [row for row in desk.house.store.noted(10) if row.raw_id]
    assert "cannot be read: over the size cap" == noted.because
    assert before == len(desk.to_outside())
    notice = [row for row in desk.letters() if row.letter == "desk-notice"]
    assert notice


def lying_size(desk: BadDesk) -> None:
    """The server said 1 KB; what came is what counts."""
    (raw_id,) = desk.put([mail().replace(b"%ID%", b"liar")], size=1024)
    desk.work()
    assert "case" == desk.house.store.raw(raw_id).outcome


def _late_header(end: bytes) -> bytes:
    return mail().replace(b"\r\n\r\n", end, 1)


def _boundary(value: bytes, inner: bytes = b"x", outer: bytes = b"") -> bytes:
    """A multipart whose boundary is `value`, around a multipart whose boundary is `inner`."""
    mark = outer or value
    body = (
        b"--" + mark + b'\r\nContent-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n--' + inner
        + b"\r\nContent-Type: text/plain\r\n\r\n" + WORDS.encode() + b"\r\n--" + inner + b"--\r\n--" + mark + b"--"
    )  # fmt: skip
    return typed(b'multipart/mixed; boundary="' + value + b'"', body)


ROWS = (
    Row(
        number=1,
        title="empty message",
        why="nobody can be answered, but the mail server holds something: a person looks",
        quarantined={"no byte": b"", "one blank": b" ", "one line end": b"\r\n", "tabs": b"\t\t\t\r\n"},
    ),
    Row(
        number=2,
        title="only NULs",
        why="a full disk of a mail server leaves such files",
        quarantined={"one": b"\0", "5,000": b"\0" * 5000, "with line ends": b"\0\r\n" * 200},
    ),
    Row(
        number=3,
        title="10,000 line ends",
        why="no header and no text, whatever the length",
        quarantined={"CR LF": b"\r\n" * 10_000, "LF": b"\n" * 10_000, "CR": b"\r" * 10_000},
    ),
    Row(
        number=4,
        title="line ends of carriage returns only",
        why="old programs write so; the words can be read and are the customer's",
        case={
            "everywhere": mail().replace(b"\r\n", b"\r"),
            "in the header only": mail().partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\r") + b"\r\r" + WORDS.encode(),
        },
        check=words_are_kept,
    ),
    Row(
        number=5,
        title="line feeds only, or mixed line ends",
        why="what a careless gateway leaves is still a letter",
        case={
            "LF": mail().replace(b"\r\n", b"\n"),
            "LF in the header": mail().replace(b"\r\n", b"\n", 4),
            "LF in the text": mail(text=f"one\ntwo\n{WORDS}\nthree"),
            "LF CR": mail(text=f"one\n\rtwo\n\r{WORDS}"),
        },
        check=words_are_kept,
    ),
    Row(
        number=6,
        title="no empty line between header and body",
        why="the text begins where no header field can be read any more",
        case={
            "words at once": _late_header(b"\r\n"),
            "after LF": _late_header(b"\n"),
        },
        check=lambda handled: has_defect(handled, "no empty line"),
    ),
    Row(
        number=7,
        title="header only",
        why="the subject may be the complaint",
        case={
            "no empty line": mail(subject=f"{WORDS}").partition(b"\r\n\r\n")[0],
            "nothing after it": mail(subject=f"{WORDS}").partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
            "cut in a field": mail(subject=f"{WORDS}").partition(b"\r\n\r\n")[0] + b"\r\nX-Cut",
        },
    ),
    Row(
        number=8,
        title="an mbox line first",
        why="exported and re-delivered mail has it; it is no sender",
        case={
            "From_": b"From vera@opfer.example Mon Nov  9 09:28:00 2026\r\n" + mail(),
            ">From_": b">From vera@opfer.example Mon Nov  9 09:28:00 2026\r\n" + mail(),
            "From_ between the fields": mail(top=["X-First: 1", "From vera@opfer.example Mon Nov  9 09:28:00 2026"]),
        },
        check=words_are_kept,
    ),
    Row(
        number=9,
        title="multipart without a boundary",
        why="the whole body is the text then",
        case={
            "none": typed("multipart/mixed", WORDS),
            "empty": typed("multipart/mixed; boundary=", WORDS),
            "empty in quotes": typed('multipart/mixed; boundary=""', WORDS),
            "alternative": typed("multipart/alternative", WORDS),
        },
        check=words_are_kept,
    ),
    Row(
        number=10,
        title="a boundary that is never closed, or never used",
        why="cut on its way; what came is kept",
        case={
            "never closed": multipart(f"Content-Type: text/plain\r\n\r\n{WORDS}").removesuffix(b"--b--\r\n"),
            "closed early": multipart(f"\r\n{WORDS}", "\r\nrest").replace(b"rest\r\n", b"rest\r\n--b--\r\nmore\r\n"),
            "never used": typed('multipart/mixed; boundary="b"', WORDS),
        },
    ),
    Row(
        number=11,
        title="odd boundaries",
        why="two readers may see two messages; ours sees one, or a person looks",
        case={
            "2 KB": _boundary(b"z" * 2048),
            "same inside and outside": _boundary(b"b", b"b"),
            "outer is the start of the inner": _boundary(b"b", b"bb"),
            "inner is the start of the outer": _boundary(b"bb", b"b"),
            "another one than announced": _boundary(b"b", outer=b"c"),
            "with a blank at its end": _boundary(b"b "),
            "with pattern characters": _boundary(b"(.*)+$[", b"^.*"),
        },
    ),
    Row(
        number=12,
        title="parts nested 100 deep",
        why="the most that an honest forward of a forward may have",
        case={
            "100": big(lambda: hostile.nested(100)),
            "99": big(lambda: hostile.nested(99)),
            "20, never closed": big(lambda: hostile.nested(20, closed=False)),
        },
    ),
    Row(
        number=13,
        title="parts nested deeper",
        why="it would exhaust the reader's stack (F2)",
        quarantined={
            "101": big(lambda: hostile.nested(101)),
            "500": big(lambda: hostile.nested(500)),
            "5,000": big(lambda: hostile.nested(5000)),
            "500, never closed": big(lambda: hostile.nested(500, closed=False)),
        },
    ),
    Row(
        number=14,
        title="a thousand messages inside each other",
        why="the same by message/rfc822",
        quarantined={
            "1,000": big(lambda: hostile.nested_messages(1000)),
            "150": big(lambda: hostile.nested_messages(150)),
        },
    ),
    Row(
        number=15,
        title="10,001 parts and more",
        why="each costs an object in every reader",
        quarantined={
            "10,001": big(lambda: hostile.parts(10_001)),
            "100,000": big(lambda: hostile.parts(100_000)),
        },
    ),
    Row(
        number=16,
        title="one header field of a megabyte",
        why="header readers need time by the square of it (F1)",
        quarantined={
            "words": big(hostile.one_megabyte_subject),
            "no blanks": big(hostile.one_megabyte_subject_unbroken),
            "folded": lambda _: mail("X-Long:" + "\r\n " + "\r\n ".join(["word " * 12] * 20_000)),
            "a From": lambda _: mail(sender='"' + "x" * 1_000_000 + f'" <{EVE}>'),
        },
    ),
    Row(
        number=17,
        title="100,000 header fields",
        why="no honest message has more than a thousand",
        quarantined={
            "all different": big(hostile.hundred_thousand_headers),
            "all the same": lambda _: mail(*["X: y"] * 100_000),
        },
    ),
    Row(
        number=18,
        title="5,000 Received fields",
        why="it goes round in circles; more than 50 hops are a loop",
        noted={
            "5,000": big(hostile.five_thousand_hops),
            "51": lambda _: mail(*["Received: from a.example by b.example; Mon, 9 Nov 2026 09:00:00 +0000"] * 50),
        },
        case={"50": lambda _: mail(*["Received: from a.example by b.example; Mon, 9 Nov 2026 09:00:00 +0000"] * 49)},
    ),
    Row(
        number=19,
        title="20,000 parameters",
        why="RFC 2231 continuations cost 19 s in the standard library (F1)",
        quarantined={
            "of the message": big(hostile.twenty_thousand_continuations),
            "of a part": big(hostile.continuations_in_a_part),
        },
    ),
    Row(
        number=20,
        title="50,000 encoded words",
        why="3 GB of memory in the standard library (F1)",
        quarantined={"50,000": big(hostile.fifty_thousand_encoded_words)},
        case={"4,500": big(hostile.encoded_words_below_the_cap)},
    ),
    Row(
        number=21,
        title="20,000 references",
        why="a long discussion is no crime; the first and the last fifty are enough to place it",
        case={"20,000": big(hostile.twenty_thousand_references)},
        elsewhere=("tests/parsers/test_hostile.py::test_of_many_references_the_first_and_last_fifty_are_kept",),
    ),
    Row(
        number=22,
        title="To with 50,000 addresses",
        why="33 s and 456 MB in the standard library (F1); nobody writes to so many honestly",
        quarantined={
            "To": big(hostile.fifty_thousand_recipients),
            "Cc": lambda _: mail("Cc: " + ",\r\n ".join(f"a{n}@opfer.example" for n in range(50_000))),
        },
    ),
    Row(
        number=23,
        title="10,000 brackets in an address",
        why="readers that descend into comments fall into them",
        quarantined={
            "comments": big(hostile.ten_thousand_comments),
            "angles": big(hostile.five_thousand_brackets),
            "in To": lambda _: mail(to="(" * 10_000 + DESK),
        },
    ),
    Row(
        number=24,
        title="a message over the size cap",
        why="only its header is fetched, the message stays on the server, the intake desk is told",
        story=size_cap,
        elsewhere=(
            "tests/daemon/test_inbox.py::test_over_the_size_cap_only_headers_come",
            "tests/e2e/test_imap_faults.py::test_a_message_over_the_size_cap_is_never_fetched_whole_nor_deleted",
        ),
    ),
    Row(
        number=25,
        title="a server that lies about the size",
        why="a byte more than the cap is never read, and what came counts, not what was said",
        story=lying_size,
        elsewhere=(
            "tests/daemon/test_fetching.py::test_each_message_is_reported_once_and_never_with_bytes_that_are_not_its_own",
        ),
    ),
    Row(
        number=26,
        title="a piece of a message, or a pointer to one",
        why="nothing is put together and nothing is fetched; the intake desk hears of it",
        noted={
            "message/partial 1": typed('message/partial; id="x"; number=1; total=3', f"Subject: inner\r\n\r\n{WORDS}"),
            "message/partial 2": typed('message/partial; id="x"; number=2; total=3', WORDS),
            "message/external-body": typed(
                'message/external-body; access-type=URL; URL="http://opfer.example/"', "Content-Type: text/plain\r\n"
            ),
        },
        case={
            "with words of their own": multipart(
                f"Content-Type: text/plain\r\n\r\n{WORDS}",
                'Content-Type: message/external-body; access-type=anon-ftp; site="opfer.example"; name="x"\r\n\r\n'
                "Content-Type: image/png\r\n",
            )
        },
        check=lambda handled: told(handled, "cannot be read"),
    ),
)


def told(handled: Handled, words: str) -> None:
    """The intake desk was written to about the noted messages."""
    notices = [row.raw.decode() for row in handled.desk.letters() if row.letter == "desk-notice"]
    assert notices
    for variant in handled.of("noted"):
        because = [row.because for row in handled.desk.house.store.noted(100) if row.raw_id == variant.stored.raw_id]
        assert words in because[0], variant.name
