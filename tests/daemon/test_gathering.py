"""Reminders and escalations for one reader become one letter in the reader's morning (policy §7)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from cases import events as e
from cases.commands import parse_commands
from cases.decide import on_command
from cases.gathering import put_off
from cases.message import BounceReport, FailedRecipient
from cases.people import Absence
from cases.policy import Policy
from cases.tokens import id_of, is_valid
from cases.words import DIGEST, Grade
from daemon.bounces import Bounces
from daemon.clock import VirtualClock
from daemon.digests import digest
from daemon.envelope import Retry
from daemon.returned import Returned
from daemon.smtp import Failed, Sent
from store.values import NOWHERE, NewDelivery
from tests.cases.mail import MONDAY, arrival, message
from tests.cases.world import MORNINGS, PEOPLE, POLICY, at, directory
from tests.daemon.ticking import KEYS, Office, away, links_of

HEAD = "quinn"  # of quality, who owes the investigation
NIGHT = at("2026-03-05 22:00")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(url=f"sqlite:///{tmp_path}/desk.sqlite3", folder=tmp_path, clock=VirtualClock(MONDAY))
    yield made
    made.store.close()


def three_cases(office: Office) -> list[str]:
    """Received at 16:00, 16:10 and 16:20, so that their steps fall due one after the other."""
    found = []
    for minutes in (0, 10, 20):
        office.go_to(at("2026-03-02 16:00") + timedelta(minutes=minutes))
        found.append(office.open().number)
    return found


def to(office: Office, person: str) -> list[str]:
    """The kinds of ladder letters this reader got."""
    return [row.letter for row in office.ladder() if row.key.split(":")[3] == person]


def overnight(office: Office) -> list[str]:
    """Three cases whose department is late since the evening, seen again next morning."""
    numbers = three_cases(office)
    before = len(office.ladder())
    office.go_to(at("2026-03-05 19:00"))
    office.go_to(at("2026-03-06 03:00"))
    assert before == len(office.ladder())
    office.go_to(at("2026-03-06 09:00"))
    return numbers


class TestOneLetter:
    def test_what_fell_due_over_night_is_one_letter_the_most_urgent_first(self, office: Office) -> None:
        numbers = overnight(office)
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        assert DIGEST == digest.letter
        assert numbers == list(dict.fromkeys(re.findall(r"C-\d{4}-\d{4}", office.text(digest))))

    def test_the_record_of_each_case_says_in_which_letter_its_step_was_told(self, office: Office) -> None:
        numbers = overnight(office)
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        for number in numbers:
            told = [x for x in office.events(number) if isinstance(x, e.LetterSent) and x.within == digest.key]
            assert f"{number}:escalation:investigate/breach" in {x.key.rpartition("/")[0] for x in told}

    def test_a_single_one_is_the_letter_it_always_was(self, office: Office) -> None:
        office.open()
        office.go_to(at("2026-03-05 10:01"))
        (letter,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        assert "escalation" == letter.letter
        assert "Broken machine" in office.text(letter)

    def test_at_the_same_moment_of_the_day_they_are_one_as_well(self, office: Office) -> None:
        office.open()
        office.open()
        office.go_to(at("2026-03-05 10:01"))
        assert [DIGEST] == to(office, HEAD)

    def test_too_many_for_one_letter_are_several_letters(self, office: Office) -> None:
        for _ in range(5):
            office.open()
        office.restart(_with_most(2))
        office.go_to(at("2026-03-05 10:01"))
        assert [DIGEST, DIGEST, "escalation"] == sorted(to(office, HEAD))
        events = [x for number in _numbers(office) for x in office.events(number)]
        told = [x.key for x in events if isinstance(x, e.LetterSent) and ":investigate/" in x.key]
        assert 5 == len(told) == len(set(told))

    def test_one_that_cannot_be_written_keeps_no_other_back_and_nothing_is_told_twice(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Several letters are recorded together, but not when one of them is broken."""
        for _ in range(5):
            office.open()
        broken = _numbers(office)[2]

        def writes_not(cases: object, shown: Sequence[str], *rest: Any) -> Any:
            if any(key.startswith(broken) for key in shown):
                raise ValueError("no template for this")
            return digest(cases, shown, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr("daemon.gathering.digest", writes_not)
        office.restart(_with_most(2))
        office.go_to(at("2026-03-05 10:01"))
        office.go_to(at("2026-03-05 10:03"))
        assert {DIGEST: 1, "escalation": 3} == Counter(to(office, HEAD))
        events = [x for number in _numbers(office) for x in office.events(number)]
        told = [x.key for x in events if isinstance(x, e.LetterSent) and ":investigate/" in x.key]
        assert 5 == len(told) == len(set(told))


class TestMornings:
    """With the rules by which few letters are written: what is not urgent waits, what is urgent comes together."""

    def test_reminders_of_a_day_are_one_letter_the_next_morning(self, office: Office) -> None:
        """Half of three days from Monday's afternoon is Wednesday morning and later; Thursday 16:00 is far enough."""
        office.restart(mornings())
        numbers = three_cases(office)
        office.go_to(at("2026-03-03 12:00"))
        before = to(office, HEAD)
        office.go_to(at("2026-03-04 18:30"))
        assert before == to(office, HEAD)
        office.go_to(at("2026-03-05 09:00"))
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD][len(before) :]
        assert numbers == list(dict.fromkeys(re.findall(r"C-\d{4}-\d{4}", office.text(digest))))

    def test_what_one_letter_of_the_morning_cannot_hold_comes_in_another_at_once(self, office: Office) -> None:
        """Letters are spaced by an hour, but not those that are one letter in all but its length."""
        office.restart(replace(mornings(), letters=replace(POLICY.letters, digest_most=2)))
        three_cases(office)
        office.go_to(at("2026-03-04 18:30"))
        before = len(to(office, HEAD))
        office.go_to(at("2026-03-05 09:00"))
        assert [DIGEST, "reminder"] == to(office, HEAD)[before:]

    def test_what_is_urgent_leaves_at_once_and_what_follows_within_the_hour_is_one_letter(self, office: Office) -> None:
        """Limits at 16:00, 16:10 and 16:20: the first is told then, the others together an hour later."""
        office.restart(mornings())
        three_cases(office)
        office.go_to(at("2026-03-05 12:00"))
        before = len(to(office, HEAD))
        found: list[tuple[int, str]] = []
        for minute in range(122):
            office.go_to(at("2026-03-05 15:59") + timedelta(minutes=minute))
            while len(found) < len(to(office, HEAD)) - before:
                found.append((minute, to(office, HEAD)[before + len(found)]))
        assert [(1, "escalation"), (61, DIGEST)] == found

    def test_a_letter_that_came_back_delays_no_other(self, office: Office) -> None:
        office.restart(mornings())
        three_cases(office)
        office.post.result = lambda: Failed(because="550 no such user")
        office.go_to(at("2026-03-05 16:00"))
        office.post.result = lambda: Sent(reply="250 ok")
        office.go_to(at("2026-03-05 16:10"))
        office.go_to(at("2026-03-05 16:11"))
        assert any(":investigate/breach" in row.key for row in office.ladder() if row.key.split(":")[3] == HEAD)

    def test_a_clock_that_was_ahead_silences_nobody(self, office: Office) -> None:
        office.restart(mornings())
        numbers = three_cases(office)
        office.go_to(at("2026-03-05 16:00"))
        office.clock.set(at("2026-03-05 12:00"))
        late = office.policy.directory.people[HEAD]
        office.restart()
        assert put_off(late, at("2026-03-05 16:00"), office.policy, office.clock.now()) is None
        assert len(numbers) == len(set(numbers))

    def test_management_hears_of_old_cases_once_a_week(self, office: Office) -> None:
        office.restart(mornings())
        three_cases(office)
        day = at("2026-03-30 08:00")
        office.go_to(day)
        before = len(to(office, "maria"))
        for hours in range(0, 24 * 21, 4):
            office.go_to(day + timedelta(hours=hours))
        rows = [row for row in office.ladder() if row.key.split(":")[3] == "maria"][before:]
        # The Monday of Easter is free.
        assert {"Mon 12", "Tue 12"} == {f"{row.created_at.astimezone(ZoneInfo('Europe/Berlin')):%a %H}" for row in rows}
        assert 3 >= len(rows)


class TestAnswers:
    def test_every_link_acts_on_its_own_case(self, office: Office) -> None:
        numbers = overnight(office)
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        found = links_of(office.store.outgoing_bytes(digest.id))
        for number in numbers:
            (link,) = [link for link in found if number in unquote(link) and "body=调查结果" in unquote(link)]
            address, body = re.fullmatch(r"mailto:([^?]+)\?.*body=(.*)", link).groups()  # type: ignore[union-attr]
            token = re.search(r"\+([^@]+)@", address)[1]  # type: ignore[index]
            assert f"[ref:{token}]" in unquote(body)
            text = unquote(body).replace("调查结果: ", "调查结果: The feeder was loose.")
            assert "InvestigationReported" in self.command(office, number, token, text)

    def test_an_answer_to_the_letter_as_a_whole_is_asked_which_case_it_means(self, office: Office) -> None:
        (number, *_) = overnight(office)
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        token = re.search(r"<(t[a-z2-7]+)\.", digest.message_id)[1]  # type: ignore[index]
        assert ["CommandRefused", "CommandsAnswered"] == self.command(office, number, token, "accept")
        refused = [x for x in office.events(number) if isinstance(x, e.CommandRefused)]
        assert ["which case"] == [x.because for x in refused]

    def command(self, office: Office, number: str, token: str, text: str) -> list[str]:
        (issued,) = office.store.tokens([str(id_of(token))])
        now, case = office.clock.now(), office.case(number)
        assert is_valid(token, issued, KEYS.by_id, now)
        assert number == issued.number
        person = POLICY.directory.people[HEAD]
        come = arrival(message(person.address, text), now, 900, number=number)
        events = on_command(case, parse_commands(text, POLICY.commands), come, issued, POLICY, now)
        office.happen(number, *events)
        return [event.kind for event in events]


class TestFates:
    def test_a_bounce_is_booked_on_each_case_and_the_reader_is_tried_elsewhere(self, office: Office) -> None:
        numbers = overnight(office)
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        fates = office.outbox.fates
        bounces = Bounces(store=office.store, concluder=office.concluder, fates=fates, policy=office.policy,
                          returned=Returned(store=office.store, keys=KEYS))  # fmt: skip
        raw = NewDelivery(account="desk", folder="INBOX", uidvalidity=1, uid=1, raw=b"x", received_at=MONDAY)
        raw_id = office.store.record_deliveries([raw])[0].raw_id
        token = digest.envelope_from.partition("+b-")[2].partition("@")[0]
        report = message("mailer@mx.example", tokens=(token,), bounce=_refused(digest.recipient))
        with office.store.unit():
            bounces.book(raw_id, report, office.clock.now())
        for number in numbers:
            lost = [x for x in office.events(number) if isinstance(x, e.LetterBounced)]
            assert [(digest.key, digest.recipient)] == [(x.within, x.to) for x in lost]
        office.beat()
        again = office.ladder()[-1]
        assert (DIGEST, "q.quality@mobile.example") == (again.letter, again.recipient)

    def test_one_that_no_server_takes_fails_for_each_case(self, office: Office) -> None:
        numbers = three_cases(office)
        office.post.result = lambda: Retry(because="450 later")
        office.go_to(at("2026-03-05 19:00"))
        for day in range(6, 20):
            office.go_to(at(f"2026-03-{day:02} 09:01"))
        for number in numbers:
            failed = {x.within for x in office.events(number) if isinstance(x, e.LetterFailed) and x.within}
            assert failed, number


class TestTruth:
    def test_what_was_done_over_night_is_not_told_and_the_record_says_so(self, office: Office) -> None:
        numbers = three_cases(office)
        office.go_to(NIGHT)
        done = numbers[0]
        office.happen(done, e.InvestigationReported(at=NIGHT, by=f"person:{HEAD}", text="The feeder."))
        office.go_to(at("2026-03-06 09:00"))
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        assert numbers[1:] == list(dict.fromkeys(re.findall(r"C-\d{4}-\d{4}", office.text(digest))))
        withheld = [x for x in office.events(done) if isinstance(x, e.LetterWithheld)]
        assert ["done meanwhile"] == [x.because for x in withheld]
        assert [NOWHERE] == [x.within for x in office.store.waiting_of_case(done)]

    def test_nor_what_was_done_while_the_letter_waited_for_a_server(self, office: Office) -> None:
        """The rest of the letter is written anew."""
        numbers = three_cases(office)
        office.go_to(NIGHT)
        office.go_to(at("2026-03-06 09:00"), send=False)
        now = office.clock.now()
        office.happen(numbers[0], e.InvestigationReported(at=now, by=f"person:{HEAD}", text="The feeder."))
        office.outbox.drain()
        assert [] == [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        office.beat()
        (digest,) = [row for row in office.ladder() if row.key.split(":")[3] == HEAD]
        assert numbers[1:] == list(dict.fromkeys(re.findall(r"C-\d{4}-\d{4}", office.text(digest))))

    def test_a_server_that_is_back_at_night_delivers_in_the_morning(self, office: Office) -> None:
        three_cases(office)
        office.go_to(at("2026-03-05 17:55"), send=False)
        office.clock.set(NIGHT)
        office.outbox.drain()
        assert [] == to(office, HEAD)
        office.go_to(at("2026-03-06 09:00"))
        assert [] != to(office, HEAD)


class TestReaders:
    def test_a_confirmed_major_case_is_told_at_once_and_alone(self, office: Office) -> None:
        three_cases(office)
        major = office.open().number
        office.go_to(at("2026-03-04 21:00"))
        graded = e.Graded(at=office.clock.now(), by="person:ida", rule="staff", grade=Grade.MAJOR)
        office.happen(major, graded)
        office.go_to(at("2026-03-04 22:01"))  # an hour to contain it
        told = [row for row in office.ladder() if row.number == major and ":contain/" in row.key]
        assert {"carla", "hanna"} >= {row.key.split(":")[3] for row in told} != set()
        assert DIGEST not in {row.letter for row in office.ladder()}

    def test_who_holds_several_roles_gets_one_letter_about_a_step(self, office: Office) -> None:
        """The head of the centre is head office as well: after an outage one letter, about the highest step."""
        policy = _with_roles("carla", "hq")
        office.restart(away(policy, "hanna", Absence(start=MONDAY, end=MONDAY + timedelta(days=90))))
        office.open()
        office.go_to(at("2026-03-10 12:00"))
        letters = [x for number in _numbers(office) for x in office.store.waiting_of_case(number)]
        mine = [x.key for x in letters if x.person == "carla" and ":investigate/" in x.key]
        assert ["escalate-hq"] == [key.split("/")[1] for key in mine]

    def test_an_absence_that_begins_in_the_morning_counts_for_a_letter_of_the_night(self, office: Office) -> None:
        """Dora reads for Quinn, who is away from the next day on."""
        off = Absence(start=at("2026-03-06 00:00"), end=at("2026-04-01 00:00"))
        office.restart(away(POLICY, HEAD, off))
        three_cases(office)
        office.go_to(at("2026-03-05 19:00"))
        office.go_to(at("2026-03-06 09:00"))
        assert ([], [DIGEST]) == (to(office, HEAD), to(office, "dora"))

    def test_who_falls_ill_over_night_is_not_written_to_and_the_deputy_is(self, office: Office) -> None:
        numbers = three_cases(office)
        office.go_to(NIGHT)
        off = Absence(start=at("2026-03-06 00:00"), end=at("2026-04-01 00:00"))
        office.restart(away(POLICY, HEAD, off))
        office.go_to(at("2026-03-06 09:00"))
        office.beat()
        assert ([], [DIGEST]) == (to(office, HEAD), to(office, "dora"))
        for number in numbers:
            (passed,) = [x for x in office.events(number) if isinstance(x, e.LetterWithheld)]
            assert "away; passed on to dora" == passed.because

    def test_an_outage_of_ten_days_is_one_letter_a_reader(self, office: Office) -> None:
        three_cases(office)
        office.go_to(at("2026-03-16 10:00"))
        readers = [row.key.split(":")[3] for row in office.ladder()]
        assert len(readers) == len(set(readers)) > 3
        office.restart()
        office.beat()
        assert readers == [row.key.split(":")[3] for row in office.ladder()]


def _numbers(office: Office) -> list[str]:
    return [row.number for row in office.store.cases()]


def _with_most(most: int) -> Policy:
    return replace(POLICY, letters=replace(POLICY.letters, digest_most=most))


def mornings() -> Policy:
    return replace(POLICY, telling=MORNINGS)


def _with_roles(person: str, *roles: str) -> Policy:
    people = tuple(replace(one, roles=roles) if one.id == person else one for one in PEOPLE)
    return replace(POLICY, directory=directory(people))


def _refused(recipient: str) -> BounceReport:
    one = FailedRecipient(address=recipient, action="failed", status="5.1.1", diagnostic="no such user")
    return BounceReport(recipients=(one,))
