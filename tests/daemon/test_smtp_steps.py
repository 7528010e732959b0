"""Every refusal and every silence at every step of the SMTP dialogue: what becomes of the letter (threats T23)."""

from dataclasses import replace

import pytest

from daemon.accounts import Tls
from tests.daemon.test_smtp import deliver, kinds, letter, sender
from tests.servers.smtp import CLOSE, HANG, Fault, SmtpServer, Step
from tests.servers.tls import Authority

LATER, CLOSING, NEVER, SILENT, GONE = "451 4.3.0 later", "421 4.3.2 closing", "554 5.7.1 never", HANG, CLOSE
HOW = {"4xx": LATER, "421": CLOSING, "5xx": NEVER, "silence": SILENT, "hang-up": GONE}
# What becomes of the letter; before MAIL the server has said nothing about it, so that try does not count.
BEFORE = dict.fromkeys(HOW, "not tried")
DURING = {"4xx": "Retry", "421": "Retry", "5xx": "Failed", "silence": "Retry", "hang-up": "Retry"}
AFTER = DURING | {"silence": "Uncertain", "hang-up": "Uncertain"}
OUTCOMES = {
    Step.CONNECT: BEFORE,
    Step.EHLO: BEFORE,
    Step.STARTTLS: BEFORE,
    Step.AUTH: BEFORE,
    Step.MAIL: DURING,
    Step.RCPT: DURING,
    Step.DATA: DURING,
    Step.DOT: AFTER,
}


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "together"])
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("step", OUTCOMES)
def test_trouble_at_any_step_has_one_honest_outcome_and_no_letter_is_lost_or_doubled(
    authority: Authority, step: Step, how: str, extensions: tuple[str, ...]
) -> None:
    """Then the server behaves, and what may be tried again leaves."""
    with (
        SmtpServer(
            context=authority.server_context(), credentials=("desk", "canary"), extensions=extensions
        ) as server,
        sender(
            server,
            host="localhost", tls=Tls.STARTTLS, ca_file=authority.ca_file, user="desk", secret=lambda: "canary",
            deadline=0.5, connect_timeout=0.5, reply_timeout=0.5,
        ) as out,
    ):  # fmt: skip
        server.play(Fault(step, HOW[how]))
        assert [OUTCOMES[step][how]] == kinds(deliver(out, letter()))
        assert () == server.messages
        if step in {Step.CONNECT, Step.EHLO, Step.STARTTLS}:
            assert [] == [line for _, line in server.commands if line.startswith(("AUTH", "MAIL"))]
        server.play()
        patient = replace(out._account, deadline=15.0, connect_timeout=15.0, reply_timeout=15.0)  # noqa: SLF001
        out._account = patient  # noqa: SLF001 (the machine may be busy, and the fault is over)
        if (step, how) != (Step.AUTH, "5xx"):  # a refused sign-in is left alone for ten minutes
            assert ["Sent"] == kinds(deliver(out, letter()))
            assert 1 == len(server.messages)


@pytest.mark.parametrize("extensions", [(), ("SIZE 52428800",), ("8BITMIME",), ("SIZE 0", "8BITMIME")])
def test_a_server_that_names_few_extensions_gets_the_letter_in_its_way(extensions: tuple[str, ...]) -> None:
    """Without SIZE, 8BITMIME or AUTH in its answer to EHLO; only what it names is asked for (RFC 5321 section 2.2)."""
    with SmtpServer(extensions=extensions) as server, sender(server) as out:
        assert ["Sent"] == kinds(deliver(out, letter()))
        (mail,) = [line for _, line in server.commands if line.startswith("MAIL")]
    assert any(one.startswith("SIZE") for one in extensions) == ("SIZE=" in mail)
    assert ("8BITMIME" in extensions) >= ("BODY=8BITMIME" in mail)


def test_a_server_without_sign_in_gets_no_password() -> None:
    with SmtpServer() as server, sender(server, user="desk", secret=lambda: "canary") as out:
        assert ["not tried"] == kinds(deliver(out, letter()))
    assert [] == [line for _, line in server.commands if "canary" in line or line.startswith(("AUTH", "MAIL"))]
