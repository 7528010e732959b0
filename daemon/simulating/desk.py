"""The desk on a virtual clock: one heap of what is due next, one way for everything that is decided.

What the daemon does between mail server and database happens here in memory, with the same pure core: `known_of`,
`place_of`, `reception_of`, `on_message`, `on_command`, `on_tick`, `on_delivery`, `conclude`, `owed`. Letters leave at
once, or when their reader's working time begins; every one arrives.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from cases import events as e
from cases.arrival import Arrival
from cases.case import EXTENSION_LETTER, QUESTION_LETTER, Case, fold
from cases.commands import parse_commands
from cases.concluding import conclude, echoes
from cases.deadlines import Deadline, climbed, owed, remember, unmoved
from cases.decide import on_command, on_delivery, on_message, on_tick
from cases.groups import heard
from cases.identity import fingerprint
from cases.letters import Letter, is_silent, told
from cases.message import IncomingMessage
from cases.opening import note_of
from cases.placing import Fresh, KnownMessage, Place, place_of
from cases.policy import Policy
from cases.reception import Reception, reception_of
from cases.recounting import on_calendar
from cases.tokens import IssuedToken
from daemon.intake import AccountFacts
from daemon.knowing import background_of, known_of
from daemon.simulating.acts import Staff, ToldAct, Ways, acted
from daemon.simulating.agenda import Agenda, Turn
from daemon.simulating.announced import changes_between
from daemon.simulating.book import MemoryBook
from daemon.simulating.letterbox import Letterbox, Settled
from daemon.simulating.post import Piece
from daemon.simulating.quarterly import Quarterly
from daemon.simulating.record import Oddity, Run, Story
from daemon.simulating.tallies import Watch
from daemon.simulating.writing import Pen
from daemon.workers import Parsed, Read

_AT_HAND = 5_000  # cases whose clocks are kept
_BEAT = timedelta(seconds=30)  # how often a daemon would look at what stays due
_THEREAFTER = timedelta(minutes=5)  # a colleague goes on from one stage to the next
_ONLY_LEAVE = (e.LetterQueued, e.LetterSent, e.LetterWithheld)
_OF_DATES = frozenset({QUESTION_LETTER, EXTENSION_LETTER})  # letters with which told dates wait or move
Sink = Callable[[str, Sequence[e.Event]], None]  # case number, what happened to it, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Whose desk it is."""

    policy: Policy
    later: tuple[tuple[datetime, Policy], ...] = ()  # the same with calendars as they are known from these moments on
    accounts: Mapping[str, AccountFacts]
    addresses: frozenset[str]  # of the desk itself, case-folded
    staff: Staff | None = None
    acts: tuple[ToldAct, ...] = ()
    first: int = 0  # index of the first case's number
    pen: Pen | None = None  # writes the letters that leave


@dataclass(slots=True, kw_only=True)
class SimulatedDesk:
    """One run. Give it what arrives in order with `take_in`, then `finish`."""

    world: World
    run: Run
    sink: Sink = lambda _number, _events: None
    on_progress: Callable[[datetime], None] = lambda _at: None
    policy: Policy = field(init=False)
    book: MemoryBook = field(init=False)
    _agenda: Agenda = field(init=False)
    _looks: dict[str, datetime | None] = field(default_factory=dict)
    _clocks: dict[str, tuple[Deadline, ...]] = field(default_factory=dict)
    # Of each case, by stage and round: when it is assumed to be done.
    _planned: defaultdict[str, dict[tuple[str, datetime], datetime]] = field(default_factory=lambda: defaultdict(dict))
    _nobodys: set[str] = field(default_factory=set)  # stages that no command completes
    _telling: frozenset[str] = frozenset()  # kinds of events that start or end clocks, or complete a record
    _ways: Ways = field(init=False)
    _letters: Letterbox = field(init=False)
    _watch: Watch = field(init=False)
    _quarterly: Quarterly = field(init=False)

    def __post_init__(self) -> None:
        """Opens an empty book."""
        remember(_AT_HAND)
        self.policy = self.world.policy
        self.book = MemoryBook(self.world.first)
        self._ways = Ways(self.world.policy)
        self._agenda = Agenda(end=self.run.end, on_progress=self.on_progress)
        self._letters = Letterbox(
            policy=self.world.policy, book=self.book, agenda=self._agenda, conclude=self._conclude, pen=self.world.pen
        )
        clocks = (kind for row in self.policy.stages for kind in (*row.starts, *row.done, *row.moot))
        items = (kind for row in self.policy.checklist for kind in (row.due, *row.met_by))
        self._telling = frozenset((*clocks, *items))
        self._watch = Watch(policy=self.policy, run=self.run, agenda=self._agenda, sink=self.sink)
        self._watch.begin(self.run.begin)
        self._quarterly = Quarterly(
            policy=self.policy,
            run=self.run,
            agenda=self._agenda,
            tallies=self._watch.tallies,
            cases=self.book.cases,
        )
        self._quarterly.begin(self.run.begin)
        for moment, policy in self.world.later:
            self._agenda.plan(moment, Turn.CALENDAR, partial(self._count_anew, policy))
        for act in self.world.acts:
            self._agenda.plan(act.at, Turn.ACT, partial(self._act, act))

    def take_in(self, piece: Piece, parsed: Parsed) -> None:
        """A message of the past arrives; everything that was due before happens first."""
        self._agenda.until(piece.at)
        self.run.messages += 1
        if isinstance(parsed, Read):
            self._read(piece, parsed.message)
        else:
            self._odd("quarantined", piece, parsed.reason.strip().rpartition("\n")[2])

    def finish(self) -> Run:
        """Lets the rest of the time pass."""
        self._agenda.until(self.run.end)
        return self.run

    def _look(self, number: str, now: datetime) -> None:
        if self._looks.get(number) != now:
            return  # its clocks have moved since
        case = self.book.cases[number]
        events = on_tick(case, self.policy, now, self._clocks[number])
        if not (events and all(map(self._only_climbs, events)) and self._climb(case, events, now)):
            self._conclude(case, events, now)

    def _only_climbs(self, event: e.Event) -> bool:
        return isinstance(event, e.LadderStepTaken) and event.kind not in self._telling

    def _climb(self, before: Case, events: tuple[e.Event, ...], now: datetime) -> bool:
        """Most looks find a step that somebody is told of together with others.

        Nothing but that step's clock may be another one then, and nothing else follows: what `_conclude` would find,
        in a third of its time. False, and nothing was done, when a letter leaves alone.
        """
        case = fold(before, events)
        letters = told(case, events, self.policy, now)
        if not all(letter.gathers and not letter.hold for letter in letters):
            return False
        self.book.keep(case)
        self._hear(case.number, events)
        story = self.run.stories[case.number]
        for letter in letters:
            if self.book.is_new_letter(letter.key):
                self._letters.post(story, Settled(letter=letter, held=""), case, now)
        self._record(story, case, events)
        stages = [event.stage for event in events if isinstance(event, e.LadderStepTaken)]
        self._look_next(case.number, climbed(before, case, stages, self.policy), now, happened=True)
        return True

    def _count_anew(self, policy: Policy, now: datetime) -> None:
        """Days were announced: what runs moves, and says why, as `daemon.recounting` has it."""
        changes = changes_between(self.policy, policy)
        self.policy = self._letters.policy = self._watch.policy = self._quarterly.policy = policy
        self._ways = Ways(policy)
        if self.world.pen:
            self.world.pen.follow(policy)
        for number, before in [*self._clocks.items()]:
            case, clocks = self.book.cases[number], owed(self.book.cases[number], policy)
            if before == clocks:
                self._clocks[number] = clocks
            elif events := on_calendar(case, before, changes, policy, now):
                self._conclude(case, events, now)
            else:  # no limit has moved, but when somebody is reminded of one
                self._look_next(number, clocks, now, happened=False)
                self.run.stories[number].watch(case, clocks, policy, now)

    # mail

    def _read(self, piece: Piece, message: IncomingMessage) -> None:
        now, mark = piece.at, fingerprint(message)
        known = known_of(message, self.book, {})
        place = place_of(message, mark, known, now)
        sender = message.sender.address if message.sender else ""
        person = self.policy.directory.person_at(sender) if sender else None
        door, because = reception_of(message, person, place)
        if message.own_marks or sender.casefold() in self.world.addresses:
            door, because = Reception.NOTED, "our own letter"
        number = self._through(door, because, piece, self._arrival(piece, message), place)
        self.book.remember(
            message.message_id, KnownMessage(raw_id=piece.raw, sender=sender, fingerprint=mark, number=number)
        )

    def _arrival(self, piece: Piece, message: IncomingMessage) -> Arrival:
        facts = self.world.accounts.get(piece.account) or AccountFacts()
        return Arrival(
            raw=piece.raw,
            message=message,
            received_at=piece.at,
            account=piece.account,
            channel=facts.channel,
            desk=facts.desk,
            centre=facts.centre,
            language=facts.language,
        )

    def _through(self, door: Reception, because: str, piece: Piece, arrival: Arrival, place: Place) -> str:
        """Takes the door; returns the number of the case the message belongs to, if any."""
        number, now = "" if isinstance(place, Fresh) else place.number, piece.at
        case = self.book.cases.get(number)
        match door:
            case Reception.BOUNCE:
                return self._bounced(arrival.message, piece)
            case Reception.NOTED:
                self._odd("noted", piece, because)
                if case:
                    self._conclude(case, (note_of(arrival, because, now),), now, arrival)
                return number
            case Reception.STAFF:
                number = number or (place.links[0] if isinstance(place, Fresh) else "")
                self._command(self.book.cases[number], arrival, piece)
                return number
            case Reception.CASE:
                if case is None:
                    number = self.book.next_number()
                    arrival = replace(arrival, number=number)
                if case is None or arrival.message.facts:
                    arrival = replace(arrival, background=background_of(arrival.message, self.book, case))
                self._conclude(case, on_message(case, arrival, place, self.policy, now), now, arrival)
                return number

    def _bounced(self, message: IncomingMessage, piece: Piece) -> str:
        """Its letter left from another record, so it is booked on what went last to the address that failed."""
        failed = [one for one in (message.bounce.recipients if message.bounce else ()) if one.permanent]
        found = [(one, ref) for one in failed for ref in self._letters.last_to(one.address)]
        if not found:
            self._odd("bounce", piece, "not booked: no letter went to an address that failed for good")
            return ""
        for one, ref in found:
            because = one.diagnostic or one.status
            self._conclude(self.book.cases[ref.number], on_delivery(ref, e.LetterBounced, because, piece.at), piece.at)
        return found[0][1].number

    def _command(self, case: Case, arrival: Arrival, piece: Piece) -> None:
        """A colleague's mail. Its token came with a letter of another record, so that it has one must suffice."""
        message = arrival.message
        token = None
        if message.sender and message.tokens:
            token = IssuedToken(
                id="", number=case.number, address=message.sender.address, purpose="staff", expires_at=self.run.end
            )
        commands = parse_commands(message.new_text, self.policy.commands)
        events = on_command(case, commands, arrival, token, self.policy, piece.at)
        for event in events:
            if isinstance(event, e.CommandRefused):
                self._odd("refused", piece, f"{event.command}: {event.because}")
        self._conclude(case, events, piece.at, arrival)

    def _odd(self, what: str, piece: Piece, because: str) -> None:
        self.run.oddities.append(Oddity(what=what, name=piece.name, at=piece.at, because=because))

    # colleagues

    def _act(self, act: ToldAct, now: datetime) -> None:
        case, person = self._case_of(act.case), self.policy.directory.people.get(act.by)
        person = person or self.policy.directory.person_at(act.by)
        if case is None or person is None:
            because = f"there is no case {act.case} by then" if case is None else f"{act.by} is in no directory"
        else:
            events, because = acted(case, act.do, person, self.policy, now)
            if events:
                self._conclude(case, events, now)
        if because:
            self.run.oddities.append(Oddity(what="refused", name=f"{act.by}: {act.do}", at=now, because=because))

    def _case_of(self, name: str | int) -> Case | None:
        opened = self.book.opened
        if isinstance(name, int):
            return self.book.cases[opened[name - 1]] if 0 < name <= len(opened) else None
        if "@" not in name:
            return self.book.cases.get(name)
        of_customer = (self.book.cases[number] for number in reversed(opened))
        return next((case for case in of_customer if case.has_participant(name)), None)

    def _do(self, number: str, clock: Deadline, now: datetime) -> None:
        case, story = self.book.cases[number], self.run.stories[number]
        running = story.running.get(clock.stage)
        if running is None or running.round != clock.round:
            return  # done, moot or begun anew meanwhile
        if first := self._before(number, clock.stage, now):
            self._agenda.plan(first + _THEREAFTER, Turn.STAGE, partial(self._do, number, clock))
        elif events := self._ways.done(case, clock.stage, now):
            self._conclude(case, events, now)
        else:
            self._nobodys.add(clock.stage)

    def _before(self, number: str, stage: str, now: datetime) -> datetime | None:
        """When that is done which this stage would make needless: nobody resolves what they have not looked into."""
        row = self.policy.stage(stage)
        found = []
        for other, span in self.run.stories[number].running.items():
            below = self.policy.stage(other)
            if row and below and other != stage and below.done and not set(below.moot).isdisjoint(row.done):
                planned = self._planned[number].get((other, span.round))
                if planned and planned >= now and other not in self._nobodys:
                    found.append(planned)
        return max(found, default=None)

    # what follows

    def _conclude(
        self, before: Case | None, events: tuple[e.Event, ...], now: datetime, by: Arrival | None = None
    ) -> None:
        if before is not None and all(map(self._is_quiet, events)):
            self._note(before, events)
            return

        def settle(letter: Letter, case: Case, _so_far: tuple[e.Event, ...]) -> tuple[Settled, e.LetterEvent | None]:
            return self._letters.settle(letter, case, now)

        first = conclude(before, events, self.policy, now, settle)
        happened, made = first.events, [one for one in first.made if self.book.is_new_letter(one.letter.key)]
        sent = tuple(
            event for one in made if one.leaves(now) for event in on_delivery(one.letter.ref, e.LetterSent, "", now)
        )
        story, case = self._kept(first.case, by), first.case
        if sent:
            if any(one.letter.stops for one in made):
                # A clock that a letter stops in the very moment of its start was kept all the same.
                story.watch(case, owed(case, self.policy), self.policy, now)
            if all(map(self._is_quiet, sent)):
                case, happened = fold(case, sent), (*happened, *sent)
            else:
                second = conclude(case, sent, self.policy, now, settle)
                case, happened = second.case, (*happened, *second.events)
                made += [one for one in second.made if self.book.is_new_letter(one.letter.key)]
            self.book.keep(case)
        self._hear(case.number, happened)
        for one in made:
            self._letters.post(story, one, case, now)
        self._follow(story, case, happened, now)
        for number, event in echoes(before, first.decided, self.policy, self.book.suspected_with):
            other = self.book.cases.get(number)
            if other and (answer := heard(other, case, event, self.policy, now)):
                self._conclude(other, answer, now)

    def _note(self, before: Case, events: tuple[e.Event, ...]) -> None:
        """What only goes on record: `conclude` would find that nothing follows from it."""
        case = fold(before, events)
        unmoved(before, case)
        self.book.keep(case)
        self._hear(case.number, events)
        self._record(self.run.stories[case.number], case, events)

    def _hear(self, number: str, events: tuple[e.Event, ...]) -> None:
        if self.world.pen:
            self.world.pen.hear(number, events)

    def _record(self, story: Story, case: Case, events: tuple[e.Event, ...]) -> None:
        story.follow(case, events)
        self.run.events += len(events)
        for event in events:
            if isinstance(event, e.LimitBreached):
                self._watch.tallies.miss(case, event.due)
        self.sink(case.number, events)

    def _kept(self, case: Case, by: Arrival | None) -> Story:
        self.book.keep(case, by.message.message_id if by else "")
        story = self.run.stories.get(case.number)
        if story is None:
            story = self.run.stories[case.number] = Story(raw=by.raw if by else 0, number=case.number, case=case)
        return story

    def _follow(self, story: Story, case: Case, events: tuple[e.Event, ...], now: datetime) -> None:
        """Keeps what happened, and plans when anybody must look again."""
        self._record(story, case, events)
        self._watch.tallies.count(case)
        if case.number in self._clocks and all(map(self._moves_no_clock, events)):
            return
        clocks = owed(case, self.policy)
        if self._look_next(case.number, clocks, now, happened=bool(events)):
            story.watch(case, clocks, self.policy, now)
            if self.world.staff:
                self._assume(self.world.staff, story, case, clocks, now)

    def _look_next(self, number: str, clocks: tuple[Deadline, ...], now: datetime, *, happened: bool) -> bool:
        """Plans the next look at these clocks. False when they are the ones that are known, and nothing is due."""
        look = min([clock.next_look for clock in clocks if clock.next_look], default=None)
        if clocks is self._clocks.get(number) and (look is None or look > now):
            return False
        self._clocks[number] = clocks
        if look is not None and look <= now:
            look = now if happened else now + _BEAT  # what stays due all the same is looked at with every beat
        if look != self._looks.get(number):
            self._looks[number] = look
            if look is not None:
                self._agenda.plan(look, Turn.LOOK, partial(self._look, number))
        return True

    def _moves_no_clock(self, event: e.Event) -> bool:
        """Most letters only leave: nothing starts or ends with that, so no clock needs to be derived anew."""
        if not isinstance(event, _ONLY_LEAVE) or event.stops or event.letter in _OF_DATES:
            return False
        return event.kind not in self._telling

    def _is_quiet(self, event: e.Event) -> bool:
        """Whether nothing at all follows from the event but that it happened."""
        return self._moves_no_clock(event) and is_silent(event, self.policy)

    def _assume(self, staff: Staff, story: Story, case: Case, clocks: tuple[Deadline, ...], now: datetime) -> None:
        if not clocks:
            self._planned.pop(case.number, None)  # what begins anew has other rounds
            return
        planned = self._planned[case.number]
        for clock in clocks:
            mark = (clock.stage, clock.round)
            if mark not in planned and (row := self.policy.stage(clock.stage)):
                when = planned[mark] = staff.when(case, story.raw, clock, row, self.policy, now)
                self._agenda.plan(when, Turn.STAGE, partial(self._do, case.number, clock))
