"""What must have happened by the end of the week, each by its name; the demo fails when one of them did not."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from cases import events as e
from cases.case import Case
from cases.words import Status
from daemon.demo import wording
from daemon.demo.album import Album, Check, ShownLetter
from daemon.demo.director import Arrival, Director
from store.values import OutboxState, Outcome

FEWEST = {"languages": 8, "charsets": 6, "reminders": 20, "escalations": 10, "complaints": 20}
_ACKNOWLEDGEMENTS = frozenset({"acknowledgement", "acknowledgement-bare", "triage-acknowledgement"})
_CUSTOMER_LETTERS = _ACKNOWLEDGEMENTS | {"appeal", "progress", "proposal", "result", "satisfaction"}
_SAID = "secret number"  # words of the unproven sender that no letter to them may repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The week as it was, for those who check it."""

    director: Director
    album: Album
    cases: Mapping[str, Case]  # by number
    events: Mapping[str, tuple[e.Event, ...]]  # by number
    numbers: Mapping[str, str]  # by scene


def check(director: Director, album: Album) -> tuple[Check, ...]:
    """Every expectation with whether it holds."""
    store = director.house.store
    events = {
        one.number: tuple(record.event for record in store.events(one.number) if record.event) for one in album.cases
    }
    cases = {number: case for number in events if (case := store.load(number))}
    week = Week(director=director, album=album, cases=cases, events=events, numbers=director.numbers())
    return tuple(replace(found, group=name) for name, group in _GROUPS for found in group(week))


def _story(week: Week) -> Iterator[Check]:
    """Each message of the story became what it had to."""
    missed = week.director.missed
    yield Check(name="every scene of the story took place", holds=not missed, detail=", ".join(missed))
    for arrival in week.director.arrivals:
        wanted = arrival.scene.expect
        if not wanted:
            continue
        wrong = [problem for question in _QUESTIONS for problem in question(week, arrival, wanted)]
        became = _BECOMES.get(wanted.get("becomes", ""), "became what it had to")
        name = f"{arrival.scene.writer}, {wording.moment(arrival.scene.at)}: {became}"
        yield Check(name=name, holds=not wrong, detail="; ".join(wrong))


def _outcome(week: Week, arrival: Arrival, wanted: Mapping[str, str]) -> Iterator[str]:
    stored = week.director.house.store.raw(arrival.raw_id)
    kinds = {"noted": Outcome.NOTED, "quarantined": Outcome.QUARANTINED, "bounce": Outcome.BOUNCE}
    if stored.outcome is not kinds.get(wanted.get("becomes", ""), Outcome.CASE):
        yield f"became {stored.outcome}"
    if "case" in wanted and stored.number != week.numbers.get(wanted["case"]):
        yield f"went to {stored.number or 'no case'}"
    shown = next((one for one in week.album.post if one.key == arrival.scene.key), None)
    if "because" in wanted and (shown is None or wanted["because"] not in shown.because):
        yield f"noted because {shown.because if shown else '?'}"


def _case_facts(week: Week, arrival: Arrival, wanted: Mapping[str, str]) -> Iterator[str]:
    case = week.cases.get(week.numbers.get(arrival.scene.key, ""))
    if case is None:
        return
    first = next((event for event in week.events[case.number] if isinstance(event, e.CaseOpened)), None)
    if wanted.get("becomes") == "triage" and (first is None or not first.triage):
        yield "was not asked about"
    if wanted.get("becomes") == "case" and "letter" in wanted and first and first.triage:
        yield "went to triage"
    graded = [str(event.grade) for event in week.events[case.number] if isinstance(event, e.Graded)]
    if "grade" in wanted and wanted["grade"] not in graded[:1]:
        yield f"was graded {graded[:1]}"
    if "centre" in wanted and wanted["centre"] != case.centre:
        yield f"went to centre {case.centre}"


def _acknowledgement(week: Week, arrival: Arrival, wanted: Mapping[str, str]) -> Iterator[str]:
    letters = [
        letter
        for letter in _letters(week, arrival.scene.key)
        if letter.is_customer and letter.kind in _ACKNOWLEDGEMENTS
    ]
    if "letter" in wanted and [letter.kind for letter in letters[:1]] != [wanted["letter"]]:
        yield f"was answered with {letters[0].kind if letters else 'nothing'}"
    if "locale" in wanted and letters and letters[0].locale != wanted["locale"]:
        yield f"was answered in {letters[0].locale}"


def _consequences(week: Week, arrival: Arrival, wanted: Mapping[str, str]) -> Iterator[str]:
    stored = week.director.house.store.raw(arrival.raw_id)
    events = week.events.get(stored.number, ())
    mine = [event for event in events if event.at == arrival.scene.at]
    if "done" in wanted and wanted["done"] not in {event.kind for event in mine}:
        yield f"no {wanted['done']}, but {', '.join(dict.fromkeys(event.kind for event in mine))}"
    if "refused" in wanted:
        refused = [event.because for event in mine if isinstance(event, e.CommandRefused)]
        if refused != [wanted["refused"]]:
            yield f"refused: {refused}"


_QUESTIONS: tuple[Callable[[Week, Arrival, Mapping[str, str]], Iterable[str]], ...] = (
    _outcome,
    _case_facts,
    _acknowledgement,
    _consequences,
)
_BECOMES = {
    "case": "reached its case",
    "triage": "was first asked about",
    "noted": "was noted, and nobody answered",
    "quarantined": "was set aside for a person",
    "note": "joined its case",
    "bounce": "was booked on the letter it gave back",
}


def _whole(week: Week) -> Iterator[Check]:
    """Nothing is lost, nothing is doubled."""
    store, album = week.director.house.store, week.album
    pending = store.pending(10)
    yield Check(name="every message has its one outcome", holds=not pending, detail=f"{len(pending)} are waiting")
    report = store.verify_chain()
    yield Check(name="the record is unbroken", holds=report.ok, detail=f"{report.events} events {report.because}")
    happened = (event for story in week.events.values() for event in story)
    returned = Counter(event.key for event in happened if isinstance(event, e.LetterDeferred))
    # One that a full account sent back for now leaves again.
    departures = Counter(letter.key for letter in album.letters)
    twins = [key for key, count in departures.items() if count > 1 + returned[key]]
    yield Check(name="no letter left twice", holds=not twins, detail=", ".join(twins))
    left = [row for state in _BAD_STATES for row in store.outbox(state, 100)]
    yield Check(
        name="no letter failed, hangs or waits for nothing",
        holds=not left,
        detail=", ".join(f"{row.letter} to {row.recipient}: {row.state}" for row in left),
    )
    folders = Counter[str]()
    for account in week.director.house.settings.accounts:
        folders.update(week.director.servers.folders(account.imap.user))
    stays = {name: count for name, count in folders.items() if count}
    wanted = stays.get("INBOX", 0) == week.director.old and not stays.get("Junk") and stays.get("Quarantine") == 2
    yield Check(
        name="every message was moved to where it belongs",
        holds=wanted,
        detail=", ".join(f"{count} in {name}" for name, count in stays.items()),
    )
    dozen = len([case for case in album.cases if case.status != "triage"])
    yield Check(name="the complaints became cases", holds=dozen >= FEWEST["complaints"], detail=f"{dozen} cases")


_BAD_STATES = (OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.HELD, OutboxState.RETRY, OutboxState.SENDING)


def _promises(week: Week) -> Iterator[Check]:
    """What customers may rely on."""
    late = [
        case.customer
        for case in week.cases.values()
        for sent in [_first(week, case.number, e.LetterSent, "acknowledge")]
        if sent is None or sent.at - case.received_at > timedelta(hours=1)
    ]
    yield Check(name="every complaint was acknowledged within the hour", holds=not late, detail=", ".join(late))
    album = week.album
    for what, found in (("languages", album.languages), ("charsets", album.charsets)):
        yield Check(
            name=f"at least {FEWEST[what]} {what} were understood",
            holds=len(found) >= FEWEST[what],
            detail=f"{len(found)}: {', '.join(found)}",
        )
    wrong = [letter.address for letter in album.letters if letter.is_customer and letter.kind not in _CUSTOMER_LETTERS]
    yield Check(name="no customer got a letter meant for colleagues", holds=not wrong, detail=", ".join(wrong))
    to_robots = [letter.address for letter in album.letters if "retail-weekly" in letter.address or not letter.address]
    yield Check(name="no robot was answered", holds=not to_robots, detail=", ".join(to_robots))
    bare = [letter for letter in _letters(week, "unproven") if letter.is_customer]
    quiet = bool(bare) and not any(_SAID in letter.html + letter.text + letter.subject for letter in bare)
    yield Check(name="the unproven sender got none of their own words back", holds=quiet)
    once = [letter for letter in _letters(week, "emily") if letter.kind in _ACKNOWLEDGEMENTS]
    yield Check(
        name="a follow-up is not acknowledged again",
        holds=len(once) == 1,
        detail=wording.number(len(once), "acknowledgement"),
    )
    twice = [letter for letter in _letters(week, "twice") if letter.kind in _ACKNOWLEDGEMENTS]
    yield Check(
        name="one mail to two addresses is one case",
        holds=len(twice) == 1,
        detail=wording.number(len(twice), "acknowledgement"),
    )
    away = [letter for letter in album.letters if letter.address in week.director.servers.sent_away]
    yield Check(name="a letter that was sent away the first time got through", holds=any(x.tries > 1 for x in away))
    remote = [letter.key for letter in album.letters if "mail-tracking" in letter.html]
    yield Check(name="nothing of a customer's HTML left the house", holds=not remote, detail=", ".join(remote))


def _clocks(week: Week) -> Iterator[Check]:
    """Reminders and escalations fall due, are sent, and stop when the work is done."""
    album = week.album
    for kind, what in (("reminder", "reminders"), ("escalation", "escalations")):
        found = album.count(kind)
        yield Check(name=f"{what} were sent", holds=found >= FEWEST[what], detail=str(found))
    alarms = [event for events in week.events.values() for event in events if isinstance(event, e.LadderStepTaken)]
    heard = {event.who for event in alarms if isinstance(event, e.Escalated)}
    yield Check(
        name="the chain was climbed up to management", holds={"centre head", "hq", "management"} <= heard,
        detail=", ".join(sorted(heard)),
    )  # fmt: skip
    case = week.cases.get(week.numbers.get("adler", ""))
    accepted = case and any(isinstance(event, e.AssignmentAccepted) for event in week.events[case.number])
    breached = case and [x for x in week.events[case.number] if isinstance(x, e.LimitBreached) and x.stage == "accept"]
    yield Check(name="“accept” by mail stopped the clock of the assignment", holds=bool(accepted) and not breached)
    result = [letter for letter in _letters(week, "adler") if letter.is_customer and letter.kind == "result"]
    yield Check(name="the customer was told the result", holds=len(result) == 1)
    reopened = case is not None and case.status is Status.OPEN and "CaseReopened" in case.moments
    yield Check(name="a customer who does not agree reopens the case", holds=reopened)
    bounced = week.events.get(week.numbers.get("javier", ""), ())
    again = any(isinstance(event, e.LimitBreached) and event.stage == "acknowledge" for event in bounced)
    yield Check(name="a bounced acknowledgement opened its clock again", holds=again)
    told = [letter for letter in album.letters if letter.kind == "desk-notice" and "intake desk" in letter.role]
    yield Check(name="the intake desk heard of every trouble", holds=bool(told) and not _untold(week))
    boss = [
        letter for letter in _letters(week, "kanzlei") if letter.kind == "command-answer" and "Xu Fang" in letter.reader
    ]
    yield Check(name="the real managing director heard of the forged command", holds=len(boss) == 1)


def _untold(week: Week) -> int:
    return len(week.director.house.store.untold_troubles())


_GROUPS: tuple[tuple[str, Callable[[Week], Iterable[Check]]], ...] = (
    ("What customers may rely on", _promises),
    ("Clocks, people and proofs", _clocks),
    ("Nothing lost, nothing doubled", _whole),
    ("The story, message by message", _story),
)


def _letters(week: Week, key: str) -> list[ShownLetter]:
    """The letters about the case of a scene, oldest first."""
    number = week.numbers.get(key)
    return [letter for letter in week.album.letters if number and letter.number == number]


def _first(week: Week, number: str, kind: type[e.LetterSent], stops: str) -> e.LetterSent | None:
    return next((event for event in week.events[number] if isinstance(event, kind) and event.stops == stops), None)


def summary(album: Album) -> str:
    """The week in one plain sentence or two."""
    outside = [one for one in album.post if not one.is_ours]
    noted = sum(one.outcome == "noted" for one in outside)
    aside = sum(one.outcome == "quarantined" for one in outside)
    return (
        f"{len(outside)} messages came in from outside, in {len(album.languages)} languages and "
        f"{len(album.charsets)} character sets: {wording.number(len(album.cases), 'case')}, {noted} noted, "
        f"{aside} set aside for a person. "
        f"{wording.number(len(album.letters), 'letter')} left, among them {album.count('reminder')} reminders, "
        f"{album.count('escalation')} escalations and {album.count('digest')} that told several of them at once; "
        f"{album.held_back} were no longer needed when their turn came."
    )
