"""What reaches an SMTP server as a command or as content is exactly what was meant."""

import re

from hypothesis import given
from hypothesis import strategies as st

from daemon.envelope import Unsendable, encoded_address, on_the_wire

NASTY = st.text(st.sampled_from(list('ab.@<>"\\ ,;:()[]\r\n\0ü用\ud800-+')), max_size=20)


@given(NASTY | st.text(max_size=30))
def test_an_address_is_one_word_of_a_command_or_refused(address: str) -> None:
    try:
        encoded = encoded_address(address)
    except Unsendable:
        return
    outside_quotes = re.sub(rb'^"(?:[^"\\]|\\.)*"', b"", encoded)
    assert not re.search(rb"[\x00-\x20\x7f<>\"]", outside_quotes)
    assert not re.search(rb"[\x00-\x1f\x7f]", encoded)
    assert 1 == outside_quotes.count(b"@")


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
