"""The campaign: deliver, start, kill, start again, until everything is worked off; then the account."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from importlib.resources import files
from pathlib import Path
from typing import Any

from cases.reading import Reading
from daemon.clock import VirtualClock
from daemon.workers import Parsers
from tests.campaign.corpus import ANSWERING, Kind, Planned, Writer, plan
from tests.campaign.kills import DUE, NEEDS_NEW, SENDING, Kill, kills
from tests.campaign.program import STARTED, Program, Running, Stuck
from tests.campaign.sink import Sink, Taken
from tests.e2e.desk import TestDesk, lines
from tests.e2e.mail import read
from tests.e2e.opened import OpenDesk
from tests.servers.dovecot import Dovecot, ImapAccount
from tests.servers.smtp import SmtpServer

PATIENCE = 12.0  # seconds for a named moment to come by
BACKLOG = 40  # messages in the INBOX; with many more a short life has time for nothing but one great batch
IDLE = 1.5  # seconds without a letter after which there is probably nothing to do
MORE = 500  # messages for one whole pass
LIFE = 60.0  # seconds in which a start must succeed
STAFF = "@meridian.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message that was put into the INBOX."""

    planned: Planned
    sha256: str


@dataclass(slots=True, kw_only=True)
class Diary:
    """What the driver did and saw."""

    delivered: list[Delivered] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)  # the point did not come by; killed at some moment instead
    doubted: set[str] = field(default_factory=set)  # keys of letters that had come to their final dot at a kill
    baseless: list[str] = field(default_factory=list)  # such letters after a kill where none can have
    reloads: int = 0  # lives that were told to read their settings again
    real_starts: list[float] = field(default_factory=list)  # seconds from exec to the first poll
    forked_starts: list[float] = field(default_factory=list)
    refused_starts: list[str] = field(default_factory=list)
    unanswerable: tuple[Planned, ...] = ()  # the letter that they were to answer never came
    twins: int = 0  # letters that the server took twice
    seconds: float = 0.0


Told = Callable[[Diary], object]


@dataclass(slots=True, kw_only=True)
class Campaign:
    """One campaign over one account and one database; `folder` is empty and stays for a look afterwards."""

    folder: Path
    dovecot: Dovecot
    database_url: str
    mails: int
    kills: int
    seed: int
    each: int | None = None  # how many kills at each named moment; else half of all are shared among them
    on_progress: Told = lambda _diary: None
    diary: Diary = field(default_factory=Diary)
    planned: tuple[Planned, ...] = ()
    taken: tuple[Taken, ...] = ()  # every letter the sink took, in the end
    account: ImapAccount = field(init=False)
    _letters: dict[str, Taken] = field(default_factory=dict)  # the first letter to each address outside
    _orders: list[Taken] = field(default_factory=list)  # letters to colleagues that nobody has answered
    _waiting: list[Planned] = field(default_factory=list)
    _uid: int = 0
    _sending: str = ""  # the kill before this life was certainly at this point of sending

    def run(self) -> OpenDesk:
        """All of it; returns the desk, open, with nothing left to do. Close it after the checks."""
        begun = time.monotonic()
        now = datetime.now(UTC)
        self.planned = plan(self.seed, self.mails)
        account = self.account = self.dovecot.new_account()
        with Sink(folder=self.folder) as sink:
            desk = self._desk(account, sink)
            desk.run()  # the first contact is with an empty folder
            writer = Writer(self.seed, self.planned, now)
            with Program(folder=self.folder, config=desk.config) as program:
                self._fight(program, sink, account, writer)
            self._work_off(desk)
            office = self._settle(desk, sink, writer)
            self.diary.seconds = time.monotonic() - begun
            self.diary.twins = sum(n > 1 for n in Counter(taken.message_id for taken in sink.taken).values())
            self.taken = tuple(sink.taken)
        return office

    def _desk(self, account: ImapAccount, sink: Sink) -> TestDesk:
        policy = self.folder / "policy"
        policy.mkdir()
        ceilings = files("config").joinpath("ceilings.toml").read_text(encoding="utf-8")
        high = "\n".join("count = 1000000" if line.startswith("count") else line for line in ceilings.splitlines())
        (policy / "ceilings.toml").write_text(high, encoding="utf-8")
        desk = TestDesk(
            folder=self.folder,
            imap=account,
            smtp=SmtpServer(port=sink.port),  # only its port is asked for
            database_url=self.database_url,
            replace={
                '# policy_dir = "policy"': 'policy_dir = "policy"',
                "max_per_minute = 5000": "max_per_minute = 1000000",
                "max_per_day = 100000": "max_per_day = 1000000000",
            },
        )
        desk.write_config()
        return desk

    # delivering

    def _fight(self, program: Program, sink: Sink, account: ImapAccount, writer: Writer) -> None:
        self._waiting = list(self.planned)
        schedule = kills(self.seed, self.kills, mails=self.mails, each=self.each)
        with account.connect("INBOX") as client:
            for kill in schedule:
                self._learn(sink)
                if kill.moment == DUE:
                    self._bring_forward(kill.turn)
                room = BACKLOG - client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"]
                share, there = self.mails * (kill.index + 1) // len(schedule), len(self.diary.delivered)
                needed = kill.turn if kill.moment in NEEDS_NEW else 0
                self._deliver(client, writer, sink, max(min(share, there + room), there + needed))
                self._live(program, sink, kill)
                self.on_progress(self.diary)
            before = len(self._waiting) + 1
            while before > len(self._waiting) > 0:  # a letter that never comes shows in the account
                before = len(self._waiting)
                if not program.start("run", "--once", forked=True).ended(300):
                    raise Stuck("a pass does not end")
                self._learn(sink)
                self._deliver(client, writer, sink, len(self.diary.delivered) + MORE)

    def _bring_forward(self, count: int) -> None:
        """Complaints that are so old that something is due at once come first now."""
        old = [one for one in self._waiting if one.kind is Kind.OLD][:count]
        self._waiting = [*old, *(one for one in self._waiting if one not in old)]

    def _deliver(self, client: Any, writer: Writer, sink: Sink, until: int) -> None:
        """Puts in what is next; the hash is of what the server says it holds, for it may tidy up line ends and NULs."""
        later: list[Planned] = []
        put: list[Planned] = []
        for n, one in enumerate(self._waiting):
            if len(self.diary.delivered) + len(put) >= until:
                later += self._waiting[n:]
                break
            letter = self._letter(one, sink)
            if letter is None and one.kind in ANSWERING | {Kind.COMMAND}:
                later.append(one)
                continue
            client.append("INBOX", writer.write(one, letter), (), writer.received_at(one))
            put.append(one)
        self._waiting = later
        client.noop()
        uids = sorted(uid for uid in client.search(["UID", f"{self._uid + 1}:*"]) if uid > self._uid)
        found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
        self._uid = max(uids, default=self._uid)
        for one, uid in zip(put, uids, strict=True):
            self.diary.delivered.append(
                Delivered(planned=one, sha256=hashlib.sha256(found[uid][b"BODY[]"]).hexdigest())
            )

    def _letter(self, one: Planned, sink: Sink) -> Message | None:
        """Our letter that this message answers, if it has come by now."""
        if one.kind in ANSWERING:
            taken = self._letters.get(self.planned[one.of].sender)
        elif one.kind is Kind.COMMAND and self._orders:
            taken = self._orders.pop(0)
        else:
            taken = None
        if taken is None:
            return None
        letter = read(sink.content(taken))
        letter["X-Campaign-Sender"], letter["X-Campaign-Recipient"] = taken.sender, taken.recipients[0]
        return letter

    def _learn(self, sink: Sink) -> None:
        for taken in sink.news():
            (to,) = taken.recipients
            if not to.endswith(STAFF):
                self._letters.setdefault(to, taken)
            elif len(self._orders) < 100 and read(sink.content(taken))["Reply-To"]:
                self._orders.append(taken)

    # killing

    def _live(self, program: Program, sink: Sink, kill: Kill) -> None:
        """One life, from its start to its kill."""
        armed = {"OMBUD_CRASH_AT": kill.point} if kill.point else {}
        # The daemon looks at the clocks every half minute; one pass looks at them after all that is new.
        arguments = ["run", "--once"] if kill.moment == DUE else ["run"]
        killed_there = self.diary.killed[kill.name]
        life = program.start(*arguments, forked=kill.forked, **armed)
        try:
            if kill.moment == DUE:
                self._await_end(life, kill)
            else:
                self._watch(life, sink, kill)
        finally:
            life.kill()
        self._read_log(life)
        if STARTED in life.said() or kill.moment == DUE:
            there = kill.moment in SENDING and self.diary.killed[kill.name] > killed_there
            self._sending = kill.point if there else ""

    def _watch(self, life: Running, sink: Sink, kill: Kill) -> None:
        sent = sink.size()
        if not life.wait_to_say(STARTED, LIFE):
            if life.status == -9 and kill.point:
                self.diary.killed[kill.name] += 1
                return
            self.diary.refused_starts.append(life.said()[-300:].decode(errors="replace"))
            return
        if kill.reloads:
            life.hang_up()
            self.diary.reloads += 1
        if kill.point:
            if life.ended(PATIENCE):
                self._say_dead(life, kill)
            else:
                self.diary.missed[kill.name] += 1
            return
        if not kill.from_start:
            until = time.monotonic() + IDLE
            while sink.size() == sent and time.monotonic() < until and not life.ended():
                time.sleep(0.002)
        if life.ended(kill.after):
            self._say_dead(life, kill)
        else:
            self.diary.killed[kill.name] += 1

    def _await_end(self, life: Running, kill: Kill) -> None:
        """One pass, which ends by itself if its point does not come by."""
        if not life.ended(LIFE) or life.status in {0, 3}:
            self.diary.missed[kill.name] += 1
        else:
            self._say_dead(life, kill)

    def _say_dead(self, life: Running, kill: Kill) -> None:
        if life.status != -9:
            raise Stuck(f"the program ended by itself with {life.status} at {kill}: {life.said()[-3000:].decode()}")
        self.diary.killed[kill.name] += 1

    def _read_log(self, life: Running) -> None:
        said = life.said().decode(errors="replace")
        complete = said[: said.rfind("\n") + 1]
        doubts = [line["key"] for line in lines(complete, "letter in doubt")]
        self.diary.doubted |= set(doubts)
        if self._sending:
            self.diary.baseless += [f"{key} is in doubt after a kill at {self._sending}" for key in doubts]
        for line in lines(complete, "first poll")[:1]:
            # Both clocks are this machine's; a life's birth is known on the one that never jumps.
            ago = (datetime.now(UTC) - datetime.fromisoformat(line["at"])).total_seconds()
            taken = time.monotonic() - life.born - ago
            (self.diary.forked_starts if life.forked else self.diary.real_starts).append(taken)

    # the end

    def _work_off(self, desk: TestDesk) -> None:
        for _ in range(5):
            status, _out = desk.call("run", "--once")
            if status == 0:
                break
        self.diary.doubted |= {line["key"] for line in lines(desk.log(), "letter in doubt")}

    def _settle(self, desk: TestDesk, sink: Sink, writer: Writer) -> OpenDesk:
        """What waits for another try gets it: minutes pass, on the clock of this process."""
        clock = VirtualClock(datetime.now(UTC))
        office = OpenDesk(desk=desk, clock=clock, parsers=Parsers(Reading(), workers=1))
        for minutes in (0, 3, 10, 1, 1):
            clock.advance(timedelta(minutes=minutes))
            office.beat()
            self._learn(sink)
            with desk.imap.connect("INBOX") as client:
                self._deliver(client, writer, sink, self.mails)
        office.beat()
        self._learn(sink)
        self.diary.unanswerable = tuple(self._waiting)
        return office
