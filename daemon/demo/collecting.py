"""Collects the album: everything the store, the servers and the story know once the week is over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.utils import parseaddr

from cases.case import Case
from cases.deadlines import owed
from cases.events import LetterBounced, LetterWithheld
from cases.letters import LADDER_LETTERS, OBSOLETE
from cases.message import IncomingMessage
from cases.people import Person
from cases.policy import Policy
from cases.trouble import NeedsHuman
from daemon.demo import wording
from daemon.demo.album import Album, ShownCase, ShownDeadline, ShownLetter, ShownPost
from daemon.demo.director import Arrival, Director, Sent
from daemon.demo.timeline import Teller
from parsers import parse_message
from store.values import Outcome

_HEADERS = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "Auto-Submitted", "Content-Language",
)  # fmt: skip
_MOST_TEXT = 4_000  # characters of a message that the page shows


@dataclass(frozen=True, slots=True)
class _Reasons:
    noted: Mapping[int, str]
    quarantined: Mapping[int, str]

    def of(self, raw_id: int) -> str:
        return self.noted.get(raw_id) or self.quarantined.get(raw_id) or ""


def collect(director: Director) -> Album:
    """The album, without its checks."""
    store, settings = director.house.store, director.house.settings
    policy = settings.policy
    keys = {number: key for key, number in reversed(director.numbers().items())}
    happened = [record.event for row in store.cases(None, 1000) for record in store.events(row.number)]
    returned = {event.within or event.key for event in happened if isinstance(event, LetterBounced)}
    found = [case for row in store.cases(None, 1000) if (case := store.load(row.number))]
    names = {case.number: case.customer_name or case.customer for case in found}
    letters = tuple(_letter(place, sent, policy, names) for place, sent in enumerate(director.sent, 1))
    letters = tuple(replace(letter, returned=letter.key in returned) for letter in letters)
    reasons = _Reasons(
        {row.raw_id: row.because for row in store.noted(1000)},
        {row.raw_id: row.reason for row in store.quarantined(open_only=False)},
    )
    post = tuple(_post(place, arrival, director, reasons) for place, arrival in enumerate(director.arrivals, 1))
    teller = Teller(
        policy=policy,
        letters={letter.key: letter.id for letter in letters}
        | {one.row.key: place for place, sent in enumerate(director.sent, 1) for one in director.within(sent)},
        readers={letter.key: letter.reader for letter in letters},
        post={arrival.raw_id: one.id for arrival, one in reversed(list(zip(director.arrivals, post, strict=True)))},
        writers={arrival.raw_id: arrival.scene.writer for arrival in director.arrivals},
    )
    cases = sorted(found, key=lambda case: case.opened_at)
    outside = [one for one in post if not one.is_ours]
    return Album(
        organisation=policy.organisation.name,
        begin=min(one.at for one in post),
        end=director.clock.now(),
        cases=tuple(_case(case, keys.get(case.number, ""), director, teller, letters) for case in cases),
        letters=letters,
        post=post,
        languages=tuple(dict.fromkeys(one.language for one in outside if one.language)),
        charsets=tuple(dict.fromkeys(one.charset for one in outside if one.charset not in {"", "none"})),
        old=director.old,
        held_back=sum(isinstance(event, LetterWithheld) and event.because == OBSOLETE for event in happened),
    )


def _letter(place: int, sent: Sent, policy: Policy, names: Mapping[str, str]) -> ShownLetter:
    letter, row = sent.letter, sent.row
    person = policy.directory.person_at(row.recipient)
    parts = letter.message.walk()
    return ShownLetter(
        id=place,
        key=row.key,
        at=sent.taken.at,
        number=row.number,
        kind=row.letter,
        reader=person.name if person else names.get(row.number, row.recipient),
        address=row.recipient,
        is_customer=person is None,
        role=_role(person, policy) if person else "customer",
        sender=letter.header("From").replace('"', ""),
        subject=letter.header("Subject"),
        html=letter.part("html"),
        text=letter.part("plain"),
        locale=letter.header("Content-Language"),
        headers=tuple((name, letter.header(name)) for name in _HEADERS if letter.header(name)),
        files=tuple(str(part.get_filename()) for part in parts if part.get_filename()),
        tries=row.tries,
    )


def _role(person: Person, policy: Policy) -> str:
    """What a colleague is: the department or centre they lead, else their roles."""
    directory = policy.directory
    local = [
        f"{directory.departments[department].name}, {centre.name}"
        for centre in directory.centres.values()
        for department, head in centre.departments.items()
        if head == person.id
    ]
    led = [one.name for one in directory.departments.values() if one.head == person.id]
    centres = [one.name for one in directory.centres.values() if one.head == person.id]
    return ", ".join(dict.fromkeys([*person.roles, *led, *local, *centres]))


def _post(place: int, arrival: Arrival, director: Director, reasons: _Reasons) -> ShownPost:
    stored = director.house.store.raw(arrival.raw_id)
    read = _read(arrival, director)
    head = message_from_bytes(arrival.delivery.raw)
    draft_address = parseaddr(str(head.get("From", "")))[1]
    return ShownPost(
        id=place,
        key=arrival.scene.key,
        at=arrival.scene.at,
        writer=arrival.scene.writer,
        address=read.sender.address if read and read.sender else draft_address,
        subject=read.subject if read else "",
        program=str(head.get("X-Mailer") or head.get("User-Agent") or ""),
        charset=arrival.scene.charset,
        language=read.language if read and not read.automatic and not read.spam else "",
        size=len(arrival.delivery.raw),
        text=(read.new_text or read.text).strip()[:_MOST_TEXT] if read else "",
        about=arrival.scene.about,
        outcome=str(stored.outcome or ""),
        because=reasons.of(arrival.raw_id) if stored.outcome in {Outcome.NOTED, Outcome.QUARANTINED} else "",
        number=stored.number,
        files=tuple(f"{file.name} ({wording.size(file.size)})" for file in read.attachments) if read else (),
        is_ours=arrival.scene.is_ours,
    )


def _read(arrival: Arrival, director: Director) -> IncomingMessage | None:
    """What the desk understood; None for what nobody could read."""
    try:
        return parse_message(arrival.delivery.raw, director.house.settings.account(arrival.delivery.account).reading)
    except NeedsHuman:
        return None


def _case(case: Case, key: str, director: Director, teller: Teller, letters: Iterable[ShownLetter]) -> ShownCase:
    policy, now = director.house.settings.policy, director.clock.now()
    events = [record.event for record in director.house.store.events(case.number) if record.event]
    centre = policy.directory.centres.get(case.centre)
    mine = [letter for letter in letters if letter.number == case.number]
    return ShownCase(
        number=case.number,
        key=key,
        customer=case.customer_name or case.customer,
        address=case.customer,
        proof=f"{case.proof.name.lower()} ({case.proof_because})",
        language=case.language,
        country=case.country,
        subject=case.subject,
        status=str(case.status),
        grade=str(case.grade),
        provisional=case.provisional,
        category=wording.category(case.category),
        centre=centre.name if centre else case.centre,
        departments=tuple(teller.departments([one]) for one in case.departments),
        handler=teller.name(case.handler) if case.handler else "",
        received_at=case.received_at,
        deadlines=tuple(
            ShownDeadline(
                stage=wording.stage(one.stage),
                due=one.due,
                target=str(one.target),
                owner=one.owner,
                clause=wording.clause(one.clause),
                is_late=one.due < now,
            )
            for one in owed(case, policy)
        ),
        timeline=teller.tell(events),
        letters=len(mine),
        reminders=sum(letter.kind == LADDER_LETTERS["Reminded"] for letter in mine),
        escalations=sum(letter.kind == LADDER_LETTERS["Escalated"] for letter in mine),
    )
