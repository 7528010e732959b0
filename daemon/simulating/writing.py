"""The letters of a simulation as their readers would get them, one file each; no token in them is good for anything."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cases import events as e
from cases.case import Case
from cases.letters import Letter
from cases.policy import Policy
from cases.trouble import NeedsHuman
from cases.views import view_of
from daemon.compose import Composed, Composer, Desk, Keys
from daemon.digests import digest, letter_of_digest
from daemon.pressing import Render, press


@dataclass(slots=True, kw_only=True)
class Pen:
    """Writes letters into a folder, in their order: `0001-20260302T0900-acknowledgement-customer.eml`."""

    folder: Path
    desks: Mapping[str, Desk]
    policy: Policy
    render: Render
    written: int = 0
    _composer: Composer = field(init=False)
    _history: defaultdict[str, list[e.Event]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Makes the folder. Raises NeedsHuman when that cannot be."""
        self._composer = Composer(desks=self.desks, keys=Keys(by_id={"a": secrets.token_bytes(32)}), policy=self.policy)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NeedsHuman(f"cannot write into {self.folder}: {error.strerror}; name another folder") from error

    def follow(self, policy: Policy) -> None:
        """Calendars have changed."""
        self.policy, self._composer = policy, replace(self._composer, policy=policy)

    def hear(self, number: str, events: Iterable[e.Event]) -> None:
        """What letters about the case may tell of."""
        self._history[number] += events

    def write(self, letter: Letter, case: Case, now: datetime) -> None:
        """A letter leaves."""
        now_or_then = replace(letter, not_before=now)
        view = view_of(now_or_then, case, self.policy, now, self._history[case.number])
        self._keep(self._composer.compose(now_or_then, case, view, now), letter, now)

    def write_together(self, cases: Mapping[str, Case], shown: Sequence[str], first: Letter, now: datetime) -> None:
        """A digest leaves; `first` is one of those it tells."""
        person = self.policy.directory.people[first.person]
        letter = letter_of_digest("", person, first.to, self.policy, now)
        composed, _ = digest(cases, shown, letter, self._composer, self.policy)
        self._keep(composed, letter, now)

    def _keep(self, composed: Composed, letter: Letter, now: datetime) -> None:
        raw = press(self.render, composed.order).raw
        self.written += 1
        reader = letter.person or "customer"
        name = f"{self.written:04}-{now.astimezone(UTC):%Y%m%dT%H%M}-{letter.letter}-{reader}.eml"
        try:
            (self.folder / name).write_bytes(raw)
        except OSError as error:
            raise NeedsHuman(f"cannot write {self.folder / name}: {error.strerror}") from error
