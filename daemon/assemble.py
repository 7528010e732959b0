"""Puts the house together: settings in, everything that works out."""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, partial
from pathlib import Path

from cases.trouble import NeedsHuman, TryLater
from config.secret import create_key
from config.values import Account, LetterMode, Settings
from daemon.almanac import recall_prayers
from daemon.bounces import Bounces
from daemon.ceilings import Ceilings
from daemon.clock import Clock
from daemon.compose import Composer, Desk, Keys
from daemon.conclude import Concluder
from daemon.doors import Doors, doors_of
from daemon.evidence import Evidence
from daemon.fates import Fates
from daemon.finaldot import Notes
from daemon.gathering import Gathering
from daemon.guard import Guard
from daemon.inbox import connect
from daemon.intake import AccountFacts, Intake
from daemon.jumps import Jumps
from daemon.notices import DeskNotices
from daemon.outbox import Outbox, Outlet
from daemon.polling import Poll
from daemon.press import Press
from daemon.recounting import Changes, Recounting
from daemon.returned import Returned
from daemon.reviewing import Reviews
from daemon.room import Room
from daemon.shortage import in_passing
from daemon.smtp import Sender
from daemon.suppression import Suppression
from daemon.ticks import Ticks
from daemon.unfinished import Unfinished
from daemon.worker import Limits
from daemon.workers import Parsers
from store.desk import Store
from store.facts import RESTORED
from templates.render import Renderer

log = logging.getLogger("ombud")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All working parts over one store; replaced as a whole on reload, except for store and parser workers."""

    settings: Settings
    store: Store
    clock: Clock
    parsers: Parsers
    polls: tuple[Poll, ...]
    intake: Intake
    outbox: Outbox
    ticks: Ticks
    press: Press
    doors: Mapping[str, Doors]  # by account
    recounting: Recounting

    def close(self) -> None:
        """Ends connections and the worker that presses letters; from the thread that sends."""
        self.outbox.close()
        self.press.close()


def open_store(settings: Settings) -> Store:
    """The database of the settings, made if there never was one. Raises NeedsHuman with the next step."""
    url = settings.database.reveal()
    return Store.create(url) if Store.is_new(url) else Store.open(url)


def keys_of(settings: Settings, store: Store | None = None) -> Keys:
    """The keys that make and check reply tokens. A missing key file is made, unless letters in `store` need it.

    Raises NeedsHuman when a key is gone although letters were signed with it: with a fresh one no reply to them would
    be recognised, and nobody would notice.
    """
    found = {}
    for key in settings.token_keys:
        secret = key.secret
        if secret is None and store and store.was_signed_with(key.id):
            log.error("token key is gone", extra={"key": key.id, "file": str(key.file)})
            raise NeedsHuman(
                f"the token key {key.file} is gone although letters were signed with it; restore it from its backup. "
                f"If there is none, make one with: (umask 077; openssl rand -hex 32 > {key.file}); no reply to an "
                "earlier letter can then be a command, and customers' replies find their cases by other signs only"
            )
        if secret is None and key.file:
            secret = create_key(key.file)
            log.warning("token key made", extra={"key": key.id, "file": str(key.file)})
        if secret is None:
            raise NeedsHuman(f"token key {key.id!r} has neither a secret nor a file to make one in")
        found[key.id] = secret.reveal().encode()
    return Keys(by_id=found)


def parsers_of(settings: Settings) -> Parsers:
    """The pool of parser workers, with the limits of the settings."""
    count = settings.workers.count or len(os.sched_getaffinity(0))
    # Where nobody says how many, one core is left to the daemon: a worker that starts takes as long as reading 200
    # messages. But one message that keeps a worker busy must not keep all others waiting.
    reserve = 0 if settings.workers.count or count < 2 else 1
    return Parsers(settings.accounts[0].reading, workers=count, in_reserve=reserve, limits=limits_of(settings))


def limits_of(settings: Settings) -> Limits:
    """What a worker may cost."""
    workers = settings.workers
    return Limits(memory=workers.memory, cpu_seconds=workers.cpu_seconds, wall_seconds=float(workers.wall_seconds))


def concluder_of(settings: Settings, store: Store, keys: Keys) -> Concluder:
    """The one way to the record. Raises NeedsHuman when a template of the admin is broken."""
    policy = settings.policy
    renderer = Renderer(settings.templates_dir)
    return Concluder(
        store=store,
        composer=Composer(desks=desks_of(settings), keys=keys, policy=policy, is_restored=_is_restored(store)),
        press=Press(renderer.render, settings.templates_dir, limits_of(settings)),
        ceilings=Ceilings(store=store, policy=policy),
        policy=policy,
        files_for=Evidence(store=store).files_for,
        changes=Changes(store, policy),
    )


def _is_restored(store: Store) -> Callable[[], bool]:
    """Asked for each letter only where letters waited at the start: a database is never restored under a daemon."""
    if not store.fact(RESTORED):
        return lambda: False
    return lambda: bool(store.fact(RESTORED))


def notes_of(settings: Settings, store: Store) -> Notes:
    """Where the daemon notes final dots: beside the SQLite file, else where the service manager or the key says."""
    given = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]  # systemd.exec(5), StateDirectory=
    key = next((key.file.parent for key in settings.token_keys if key.file), None)
    return Notes(folder=store.home or (Path(given) if given else key), database=store.name)


def deciding_outbox(settings: Settings, store: Store, clock: Clock) -> Outbox:
    """An outbox for a person at the command line: it decides about letters and sends none."""
    concluder = concluder_of(settings, store, keys_of(settings, store))
    return Outbox(
        store=store,
        fates=Fates(store=store, concluder=concluder),
        ceilings=concluder.ceilings,
        policy=settings.policy,
        outlets=(),
        notes=notes_of(settings, store),
        clock=clock,
    )


def suppression_of(settings: Settings, store: Store) -> Suppression:
    """The list of addresses that get no letters, for a person at the command line."""
    keys = keys_of(settings, store)
    return _suppression(settings, store, concluder_of(settings, store, keys), keys)


def _suppression(settings: Settings, store: Store, concluder: Concluder, keys: Keys) -> Suppression:
    returned = Returned(store=store, keys=keys)
    fates = Fates(store=store, concluder=concluder)
    return Suppression(store=store, fates=fates, returned=returned, policy=settings.policy)


def build(  # noqa: PLR0913 (what the parts are made of)
    settings: Settings,
    store: Store,
    parsers: Parsers,
    clock: Clock,
    guard: Guard,
    *,
    since: date | None = None,
    on_progress: Callable[[str, int], None] = lambda _what, _count: None,
    before: House | None = None,
) -> House:
    """Everything, ready to work; `before` is what this one replaces. Raises NeedsHuman: broken templates or keys."""
    policy, keys = settings.policy, keys_of(settings, store)
    recall_prayers(store, policy)
    notes = notes_of(settings, store)
    concluder = concluder_of(settings, store, keys)
    views = {account.name: parsers.reading_as(account.reading) for account in settings.accounts}
    # A message of an account that is no longer configured is still read, as the first account's server would have it.
    default = parsers.reading_as(settings.accounts[0].reading)
    doors = {account.name: _remembering(doors_of(account, clock), store) for account in settings.accounts}
    outbox = Outbox(
        store=store,
        fates=Fates(store=store, concluder=concluder),
        ceilings=concluder.ceilings,
        policy=policy,
        outlets=tuple(_outlet(account, doors[account.name], notes, clock) for account in settings.accounts),
        notes=notes,
        clock=clock,
        unfinished=before.outbox.unfinished if before else Unfinished(),
    )
    room = Room(settings.disk, store, clock)
    return House(
        settings=settings,
        store=store,
        clock=clock,
        parsers=parsers,
        polls=tuple(
            _poll(account, doors[account.name], store, clock, since, on_progress, room) for account in settings.accounts
        ),
        press=concluder.press,
        intake=Intake(
            store=store,
            readers=lambda account: views.get(account, default),
            concluder=concluder,
            bounces=Bounces(
                store=store,
                concluder=concluder,
                fates=outbox.fates,
                returned=Returned(store=store, keys=keys),
                policy=policy,
            ),
            suppression=_suppression(settings, store, concluder, keys),
            policy=policy,
            keys=keys,
            accounts={account.name: _facts(account) for account in settings.accounts},
            clock=clock,
            guard=guard,
            most_attempts=settings.workers.attempts,
            on_progress=lambda count: on_progress("decided", count),
        ),
        outbox=outbox,
        ticks=Ticks(
            store=store,
            concluder=concluder,
            notices=DeskNotices(
                store=store,
                composer=concluder.composer,
                press=concluder.press,
                policy=policy,
                clock=clock,
                doors=doors,
            ),
            policy=policy,
            clock=clock,
            guard=in_passing(guard),
            jumps=before.ticks.jumps if before else Jumps(clock),
            gathering=Gathering(store=store, concluder=concluder, policy=policy, clock=clock, guard=in_passing(guard)),
            reviews=Reviews(
                store=store,
                composer=concluder.composer,
                press=concluder.press,
                policy=policy,
                clock=clock,
                guard=in_passing(guard),
                label=_labels(settings),
            ),
            after_jump=outbox.correct_times,
        ),
        doors=doors,
        recounting=Recounting(
            store=store,
            changes=concluder.changes,
            conclude=concluder.conclude,
            policy=policy,
            clock=clock,
            guard=in_passing(guard),
            warnings=settings.calendar_warnings,
            sweeps=2 if before else 1,
        ),
    )


def _labels(settings: Settings) -> Callable[[str, str, str], str]:
    """The words of a language, from the templates; those are read when somebody asks."""
    renderer = cache(lambda: Renderer(settings.templates_dir))
    return lambda language, names, name: renderer().label(language, names, name)


def _remembering(doors: Doors, store: Store) -> Doors:
    """Refused sign-ins are counted over restarts; a reload begins anew, for it follows a correction."""

    def remember(name: str, text: str) -> None:
        with suppress(TryLater):  # a database in trouble is told elsewhere; the count of this run stands anyway
            store.record_fact(name, text)

    for name, tries in doors.tries.items():
        tries.remember = partial(remember, name)
    return doors


def recall_refusals(house: House, *, paused: bool) -> None:
    """What earlier runs were refused; `paused` when the start is a timer's and no person's."""
    for doors in house.doors.values():
        for name, tries in doors.tries.items():
            tries.recall(house.store.fact(name), paused=paused)


def desks_of(settings: Settings) -> dict[str, Desk]:
    """The sending side of each account."""
    return {
        account.name: Desk(
            account=account.name,
            address=account.address,
            name=account.display_name or settings.policy.organisation.name,
            reply_token=str(account.reply_token),
            letters=f"redirect:{account.redirect_to}"
            if account.letters is LetterMode.REDIRECT
            else str(account.letters),
        )
        for account in settings.accounts
    }


def _facts(account: Account) -> AccountFacts:
    return AccountFacts(
        channel=account.channel,
        desk=account.address,
        centre=account.centre,
        language=account.language,
    )


def _poll(  # noqa: PLR0913, PLR0917 (what the parts are made of)
    account: Account,
    doors: Doors,
    store: Store,
    clock: Clock,
    since: date | None,
    on_progress: Callable[[str, int], None],
    room: Room,
) -> Poll:
    return Poll(
        account=doors.imap,
        store=store,
        clock=clock,
        connect=connect,
        has_room=room.is_enough,
        since=_midnight(since or account.from_date),
        on_progress=lambda count: on_progress("fetched", count),
    )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _outlet(account: Account, doors: Doors, notes: Notes, clock: Clock) -> Outlet:
    return Outlet(
        account=account.name,
        sender=Sender(doors.smtp, clock),
        note=notes.begin(),
        max_per_minute=account.max_per_minute,
        max_per_day=account.max_per_day,
    )
