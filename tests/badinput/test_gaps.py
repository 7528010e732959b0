"""What the threat document demands and ombud does not do yet. Each test turns red on the day it does."""

import pytest

from tests.badinput.desk import ANA, BadDesk, good_mail
from tests.badinput.mail import DESK, report
from tests.badinput.robots import with_head


@pytest.mark.xfail(strict=True, reason="no list of addresses that get no answers any more; staff only see the note")
def test_after_a_feedback_report_its_reader_gets_no_more_answers(desk: BadDesk) -> None:
    """Input 83: who pressed `junk` on an answer of ours is not answered by a machine again."""
    abuse = "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n"
    letter = with_head(desk).replace("text/rfc822-headers", "message/rfc822")
    desk.receive(report(DESK, abuse, letter, kind="feedback-report", sender="fbl@isp.example"))
    before = len(desk.to_outside())
    desk.receive(
        good_mail("ana").replace(b"Message-ID: <ana@", b"Message-ID: <two@").replace(b"order 48213", b"order 48214")
    )
    assert {ANA} == {row.recipient for row in desk.to_outside()[:before]}
    assert [] == [row.recipient for row in desk.to_outside()[before:] if row.state == "queued"]
