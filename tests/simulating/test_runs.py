"""A simulated desk does what a desk does: same rules, same order, nothing but the clock and the post are not real."""

import mailbox
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases import events as e
from cases.case import Case, fold
from cases.deadlines import Deadline, owed
from cases.decide import on_tick
from cases.numbers import number_of
from cases.people import Absence
from cases.policy import Policy
from cases.trouble import NeedsHuman
from cases.words import ROLL_UP, Grade
from daemon.simulating import desk
from daemon.simulating.acts import Staff, ToldAct, read_acts
from daemon.simulating.post import read_post
from daemon.simulating.record import End, Fate
from daemon.simulating.summary import messages_of, summary_of
from tests.e2e.mail import bounce
from tests.simulating.past import ANA, ANA_WRITES, END, FIRST, at, put, run_over, settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One complaint, on a Monday morning in Germany."""
    put(tmp_path / "mail", "one", "2026-11-23 09:00", message_id=FIRST)
    return tmp_path / "mail"


def test_a_case_that_nobody_works_runs_into_its_limits_each_in_its_moment(folder: Path) -> None:
    """Every ladder letter leaves when its row says, none before; what comes at night waits for the morning."""
    seen = run_over(folder)
    policy = settings().policy
    (events,) = seen.events.values()
    breached = {event.stage: event.at for event in events if isinstance(event, e.LimitBreached)}
    assert {breach.stage: breach.at for breach in seen.story.breaches} == breached
    assert {"accept", "investigate", "resolve"} <= breached.keys()
    for event in events:
        if isinstance(event, e.LimitBreached):
            assert event.at == event.due
    for letter in seen.story.letters:
        if letter.letter in {"reminder", "escalation"}:
            person = policy.directory.people[letter.reader]
            assert policy.calendars[person.calendar or policy.head_office].is_open(letter.at)


def test_the_record_of_a_run_folds_to_the_case_it_ended_with(folder: Path) -> None:
    put(folder, "two", "2026-11-24 10:00", references=[FIRST], text="Still nothing. I have lost 3000 EUR by now.")
    seen = run_over(folder, staff="mixed")
    for number, story in seen.run.stories.items():
        assert fold(None, seen.events[number]) == story.case
        running = {clock.stage: clock.due for clock in owed(story.case, settings().policy)}
        assert {stage: span.due for stage, span in story.running.items()} == running


def test_events_come_in_the_order_of_the_clock(folder: Path) -> None:
    put(folder, "two", "2026-11-23 08:00", sender="bo@other.example", subject="Broken lamp")
    seen = run_over(folder, staff="late")
    for events in seen.events.values():
        assert sorted(event.at for event in events) == [event.at for event in events]
    assert ["bo@other.example", ANA] == [story.case.customer for story in seen.run.stories.values()]


def test_an_answer_of_the_customer_joins_the_case_and_a_colleagues_mail_acts(folder: Path) -> None:
    opened = run_over(folder)
    put(folder, "two", "2026-11-23 12:00", references=[FIRST], text="The order number is 48213, again.")
    put(
        folder,
        "three",
        "2026-11-24 10:00",
        sender=opened.head.address,
        subject=f"Re: [{opened.story.number}] Assignment",
        text=f"accept\n\n[ref:t{'a' * 35}]",
    )
    seen = run_over(folder)
    assert opened.head.id == seen.story.case.handler
    assert {"FollowUpAdded", "AssignmentAccepted"} <= set(seen.kinds())


def test_a_colleagues_mail_without_a_token_is_refused_as_ever(folder: Path) -> None:
    opened = run_over(folder)
    subject = f"Re: [{opened.story.number}]"
    put(folder, "two", "2026-11-24 10:00", sender=opened.head.address, subject=subject, text="accept")
    seen = run_over(folder)
    assert not seen.story.case.handler
    assert [("refused", "accept: no token")] == [(one.what, one.because) for one in seen.run.oddities]


def test_replies_find_their_case_when_numbers_go_on_from_a_given_one(folder: Path) -> None:
    """The mail of a desk that had 7 cases before carries the number of its eighth."""
    put(folder, "two", "2026-11-23 12:00", subject=f"Re: [{number_of(7)}] Order 48213", text="Any news?")
    assert 2 == len(run_over(folder).run.stories)
    assert "FollowUpAdded" in run_over(folder, first=7).kinds()


def test_told_acts_are_carried_out_by_the_rules_of_mail_and_refused_by_them(folder: Path) -> None:
    head = run_over(folder).head.id
    rows = (
        ("2026-11-23 11:00", head, "accept"),
        ("2026-11-24 11:00", head, "investigated: it lay in the depot"),
        ("2026-11-24 12:00", "meyer", "resolve: nobody asked me"),
        ("2026-11-24 12:30", "nobody-here", "accept"),
        ("2026-11-24 13:00", head, "I dance through the office."),
    )
    seen = run_over(folder, acts=[ToldAct(at=at(when), case=ANA, by=by, do=do) for when, by, do in rows])
    assert head == seen.story.case.handler
    ended = {span.stage: (span.how, span.ended) for span in seen.story.spans}
    assert (End.DONE, at("2026-11-24 11:00")) == ended["investigate"]
    assert ["resolve: no right", "nobody-here is in no directory", "no command"] == [
        one.because for one in seen.run.oddities
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("acts.toml", "[[act]]\nat = 2026-11-23T10:00:00Z\ncase = 1\nby = 'x'", "exactly the keys"),
        ("acts.toml", "[[act]]\nat = 2026-11-23T10:00:00\ncase = 1\nby = 'x'\ndo = 'accept'", "has no zone"),
        ("acts.jsonl", '{"at": "soon", "case": 1, "by": "x", "do": "accept"}', "is no moment"),
        ("acts.jsonl", '{"at": "2026-11-23T10:00Z", "case": 1.5, "by": "x", "do": "accept"}', "case number"),
        ("acts.jsonl", "accept", "neither TOML"),
    ],
)
def test_a_file_of_acts_that_says_too_little_is_refused_with_the_place(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(NeedsHuman, match=said):
        read_acts(tmp_path / name)


def test_prompt_colleagues_miss_no_limit_of_theirs_and_late_ones_miss_them(folder: Path) -> None:
    prompt, late = run_over(folder, staff="50"), run_over(folder, staff="late")
    assert [] == [span.stage for span in prompt.story.spans if span.is_late(END)]
    assert "ResultTold" in prompt.kinds()
    missed = {span.stage for span in late.story.spans if span.is_late(END)}
    assert {"investigate", "resolve"} <= missed


def test_the_same_seed_is_the_same_run_and_another_one_is_not(folder: Path) -> None:
    first, again, other = (run_over(folder, staff="mixed", seed=seed).events for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_who_is_prompt_by_no_known_manner_is_refused() -> None:
    with pytest.raises(NeedsHuman, match="prompt, mixed, late"):
        Staff.of("lazy", 1)


def test_a_reminder_of_what_was_done_overnight_does_not_leave(tmp_path: Path) -> None:
    """Written at night in Shanghai, needless in the morning: the desk looks again before it sends."""
    folder = tmp_path / "mail"
    put(folder, "one", "2026-11-23 15:00", text="The machine of order 48213 is broken. This is unacceptable. Germany.")
    seen = run_over(folder)
    letters = (one for one in seen.story.letters if one.letter == "reminder" and one.stage == "investigate")
    waited = next(one for one in letters if one.at > one.written_at)
    act = ToldAct(at=waited.at - timedelta(minutes=1), case=1, by=waited.reader, do="investigated: seen")
    again = run_over(folder, acts=[act])
    (same,) = [one for one in again.story.letters if (one.written_at, one.stage) == (waited.written_at, waited.stage)]
    assert (Fate.SENT, Fate.WITHHELD, "done meanwhile") == (waited.fate, same.fate, same.because)


def test_a_ceiling_holds_answers_and_lets_them_go_when_its_window_has_passed(folder: Path) -> None:
    for n in range(8):
        put(folder, f"more{n}", f"2026-11-23 09:{10 + n}", text=f"{ANA_WRITES} Order {50000 + n}", subject=f"Order {n}")
    seen = run_over(folder)
    held = [letter for story in seen.run.stories.values() for letter in story.letters if letter.at > letter.written_at]
    answers = [letter for letter in held if letter.reader == "customer"]
    assert answers
    assert all(letter.fate is Fate.SENT or letter.because for letter in answers)


def test_what_the_mail_has_besides_complaints_is_told(folder: Path) -> None:
    put(folder, "robot", "2026-11-23 10:00", sender="away@x.example", headers={"Auto-Submitted": "auto-replied"})
    put(folder, "own", "2026-11-23 10:30", sender="complaints@meridian.example", text="Your case")
    put(folder, "old", "2026-10-01 10:00", sender="early@x.example")
    (folder / "dateless.eml").write_bytes(b"From: x@y.example\r\nSubject: when?\r\n\r\nNow.\r\n")
    seen = run_over(folder, begin=at("2026-11-01 00:00"))
    assert {"noted": 2} == Counter(one.what for one in seen.run.oddities)
    assert (("dateless.eml",), 1, 3) == (seen.run.undated, seen.run.outside, seen.run.messages)


def test_the_moment_is_when_our_server_got_it_whatever_the_writer_claims(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(
        b"Received: from a by mx.meridian.example; Mon, 23 Nov 2026 11:00:00 +0100\r\n"
        b"Received: from b by a; Mon, 23 Nov 2026 01:00:00 +0100\r\nDate: Fri, 1 Jan 1999 00:00:00 +0000\r\n\r\nx"
    )
    (tmp_path / "two.eml").write_bytes(b"Date: Mon, 23 Nov 2026 09:30:00 +0000\r\n\r\nx")
    post = read_post(tmp_path, settings().accounts)
    assert [("two.eml", at("2026-11-23 09:30")), ("one.eml", at("2026-11-23 10:00"))] == [
        (piece.name, piece.at) for piece in post.pieces
    ]


def test_an_mbox_is_the_same_as_its_messages_and_addresses_tell_the_account(tmp_path: Path, folder: Path) -> None:
    put(
        folder,
        "two",
        "2026-11-25 09:00",
        to="Authorities <authorities+x@meridian.example>",
        sender="office@gov.example",
    )
    box = mailbox.mbox(tmp_path / "all.mbox")
    for path in sorted(folder.glob("*.eml"), reverse=True):
        box.add(path.read_bytes())
    box.close()
    boxed = run_over(tmp_path / "all.mbox")
    assert run_over(folder).events == boxed.events
    assert ["complaints", "regulators"] == [story.case.account for story in boxed.run.stories.values()]


def test_a_folder_without_mail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="no mail"):
        read_post(tmp_path, settings().accounts)


def test_letters_and_late_clocks_are_counted_by_who_read_and_owed(folder: Path) -> None:
    seen = run_over(folder)
    summary = summary_of(seen.run)
    sent = Counter(letter.reader for letter in messages_of(seen.story.letters))
    names = {person.id: person.name for person in settings().policy.directory.people.values()}
    assert {names.get(reader, "customers"): count for reader, count in sent.items()} == {
        one.reader: one.letters for one in summary.readers
    }
    shares = {one.stage: one.share for one in summary.stages}
    assert (1.0, 0.0) == (shares["acknowledge"], shares["investigate"])


def test_a_confirmed_grade_is_the_one_that_was_found(tmp_path: Path) -> None:
    put(tmp_path / "mail", "one", "2026-11-23 09:00", text=f"{ANA_WRITES} My lawyer will sue you over 90000 EUR.")
    case = run_over(tmp_path / "mail", staff="50").story.case
    assert (Grade.MAJOR, False) == (case.grade, case.provisional)


def test_only_what_is_due_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is asked for by a clock and takes a step of a ladder; none is for nothing."""
    looks: list[int] = []

    def counted(case: Case, policy: Policy, now: datetime, clocks: tuple[Deadline, ...]) -> tuple[e.Event, ...]:
        events = on_tick(case, policy, now, clocks)
        looks.append(len(events))
        return events

    monkeypatch.setattr(desk, "on_tick", counted)
    run_over(folder)
    assert len(looks) > 5
    assert 0 not in looks


def test_short_ways_lead_where_the_long_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only goes on record, and looks that only climb a ladder, are decided in a shorter way: with the same end."""
    folder = tmp_path / "mail"
    for n in range(3):
        put(folder, f"{n}", f"2026-11-23 14:0{n}", sender=f"c{n}@d{n}.example", message_id=f"<{n}@d{n}.example>")
    put(folder, "again", "2026-11-24 10:00", sender="c1@d1.example", references=["<1@d1.example>"], text="And now?")
    short = run_over(folder, staff="late", end=END + timedelta(days=150))
    for way in ("_is_quiet", "_only_climbs"):
        monkeypatch.setattr(desk.SimulatedDesk, way, lambda _self, _event: False)
    long = run_over(folder, staff="late", end=END + timedelta(days=150))
    kinds = Counter(event.kind for events in short.events.values() for event in events)
    assert min(kinds["LetterWithheld"], kinds["Escalated"], kinds["CaseArchived"]) > 0
    assert long.events == short.events
    assert long.run == short.run


def test_what_waits_for_one_reader_is_one_message_and_each_case_learns_of_it(tmp_path: Path) -> None:
    """Three machines are broken in Germany; in Shanghai it is night."""
    folder = tmp_path / "mail"
    for n in range(3):
        text = f"The machine of order 4821{n} is broken. This is unacceptable. Germany."
        put(folder, f"{n}", f"2026-11-23 14:0{n}", sender=f"c{n}@d{n}.example", text=text, subject=f"Machine {n}")
    seen = run_over(folder)
    letters = [letter for story in seen.run.stories.values() for letter in story.letters]
    digests = Counter(letter.within for letter in letters if letter.fate is Fate.SENT and letter.within.startswith(":"))
    assert digests
    assert max(digests.values()) > 2
    assert len(digests) == sum(one.letter == "digest" for one in messages_of(letters))
    told = {event.within for events in seen.events.values() for event in events if isinstance(event, e.LetterSent)}
    assert digests.keys() == told - {""}


def test_what_waits_for_somebody_away_goes_to_who_stands_in(folder: Path) -> None:
    opened = run_over(folder)
    directory = settings().policy.directory
    absence = Absence(start=at("2026-11-23 10:00"), end=at("2026-12-30 00:00"))
    away = replace(opened.head, absences=(absence,), deputy="he")
    people = {**directory.people, away.id: away}
    by_address = {**directory.by_address, **{one.casefold(): away for one in away.addresses}}
    policy = replace(settings().policy, directory=replace(directory, people=people, by_address=by_address))
    seen = run_over(folder, by=replace(settings(), policy=policy))
    late = [one for one in seen.story.letters if one.at > absence.start and one.fate is Fate.SENT]
    assert late
    assert away.id not in {letter.reader for letter in late}
    assert "he" in {letter.reader for letter in late}


def test_what_was_closed_is_told_together_in_the_next_month_and_then_archived(tmp_path: Path) -> None:
    """M19, by the same rows as in the daemon: one letter to the head of the centre, one to head office."""
    mild = "I wish to make a complaint. The {} is defective, please replace it. Hamburg, Germany."
    put(tmp_path / "mail", "one", "2026-11-02 09:00", text=mild.format("kettle"), subject="Complaint")
    put(
        tmp_path / "mail", "two", "2026-11-03 09:00", sender="bo@other.example", text=mild.format("fan"), subject="Lamp"
    )
    seen = run_over(tmp_path / "mail", staff="prompt")
    assert {Grade.GENERAL} == {story.case.grade for story in seen.run.stories.values()}
    told = [letter for letter in messages_of(seen.run.letters) if letter.letter == ROLL_UP]
    assert {("he", at("2026-12-01 01:00")), ("weber", at("2026-12-01 08:00"))} == {(one.reader, one.at) for one in told}
    assert 2 == len(told)  # both cases in one letter
    for events in seen.events.values():
        assert [at("2026-12-01 01:00")] == [event.at for event in events if event.kind == "CaseArchived"]


def test_what_was_promised_is_assumed_to_be_kept_on_the_way_to_its_date(folder: Path) -> None:
    put(
        folder, "one", "2026-11-23 09:00", text="My complaint: the product of order 48213 is defective.", subject="Lamp"
    )
    (events,) = run_over(folder, staff="50").events.values()
    first = next(event.at for event in events if event.kind == "ProgressTold")
    assert first >= at("2026-11-24 08:00")


def test_a_bounce_is_booked_on_the_last_letter_to_the_address_that_failed(folder: Path) -> None:
    """The clock that the acknowledgement had stopped runs again; of a stranger's address nothing is booked."""
    for name, address in (("two", ANA), ("three", "nobody@nowhere.example")):
        raw = bounce("complaints@meridian.example", address)
        for written in (b"Mon, 9 Nov", b"Mon, 09 Nov"):
            raw = raw.replace(written, b"Mon, 23 Nov")
        (folder / name).write_bytes(raw)
    seen = run_over(folder)
    (lost,) = [event for event in seen.events[seen.story.number] if isinstance(event, e.LetterBounced)]
    assert ("acknowledgement", ANA) == (lost.letter, lost.to)
    assert [("bounce", "three")] == [(one.what, one.name) for one in seen.run.oddities]
    assert "acknowledge" in seen.story.running
