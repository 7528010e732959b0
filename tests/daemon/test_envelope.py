"""What reaches an SMTP server as a command or as content is exactly what was meant."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daemon.envelope import Unsendable, encoded_address, on_the_wire

# Also letters of which compatibility makes "<", ">", "@", ".", a blank, and others that vanish (RFC 3491, nameprep).
NASTY = st.text(st.sampled_from(list('ab.@<>"\\ ,;:()[]\r\n\0ü用\ud800-+＜﹥＠．¨℀\u00ad\u200c\u0085')), max_size=20)
LIKELY = st.builds("{}@{}".format, NASTY, NASTY) | st.builds("{}a@b{}.de".format, NASTY, NASTY)
CARRIED = {
    "ana@kunde.example": b"ana@kunde.example",
    '"ana b"@kunde.example': b'"ana b"@kunde.example',
    "ana@käse.example": b"ana@xn--kse-qla.example",
    "姓@käse.example": "姓@xn--kse-qla.example".encode(),
}


@given(NASTY | LIKELY | st.text(max_size=30))
@example("a@b﹥c.de")
@example("a@b＠c.de")
@example("a@b¨c.de")
def test_an_address_is_one_word_of_a_command_or_refused(address: str) -> None:
    try:
        encoded = encoded_address(address)
    except Unsendable:
        return
    outside_quotes = re.sub(rb'^"(?:[^"\\]|\\.)*"', b"", encoded)
    assert not re.search(rb"[\x00-\x20\x7f<>\"]", outside_quotes)
    assert not re.search(rb"[\x00-\x1f\x7f]", encoded)
    assert 1 == outside_quotes.count(b"@")


@pytest.mark.parametrize("address", CARRIED)
def test_an_honest_address_is_carried_with_the_name_of_its_domain_as_the_dns_knows_it(address: str) -> None:
    assert CARRIED[address] == encoded_address(address)


@pytest.mark.parametrize("sign", list('<>@ \t\r\n\0\x7f"'))
def test_a_sign_that_would_end_or_change_the_command_is_refused_in_a_domain_and_bare_before_it(sign: str) -> None:
    for address in (f"ana@b{sign}c.de", f"ana@{sign}", f"a{sign}b@c.de", f"{sign}@c.de"):
        with pytest.raises(Unsendable, match="no address"):
            encoded_address(address)


@given(st.binary(max_size=200) | st.text(st.sampled_from("a.\r\n"), max_size=40).map(str.encode))
def test_the_content_cannot_end_the_message_and_arrives_as_it_was(raw: bytes) -> None:
    wire = on_the_wire(raw)
    lines = wire.split(b"\r\n")
    assert b"" == lines.pop()  # the final dot gets a line of its own
    assert b"." not in lines
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    undone = b"".join(line.removeprefix(b".") + b"\r\n" for line in lines)
    meant = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    assert (meant if meant.endswith(b"\r\n") else meant + b"\r\n") == undone
