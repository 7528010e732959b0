"""Which messages are under way, on record before they are begun: whoever comes after us must know what we died of.

Only a death counts. What ends otherwise in the middle of a message (a database that is locked, a machine that is short
of something, workers that cannot be started) is excused: the attempt is taken back, and nothing is ever set aside for
it. But what was under way then is tried in ever smaller company all the same, and after all others, so that nothing
that brings the trouble along can hold up what is honest.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from cases.trouble import Trouble
from store.desk import Store
from store.trouble import Unavailable
from store.values import PendingRaw

BATCH = 50  # messages that are handled together
# Each death of the daemon halves the company in which a message is handled; after so many it is alone.
HALVINGS = BATCH.bit_length() - 1


@dataclass(slots=True, kw_only=True)
class Attempts:
    """The attempts at each message of one intake.

    `most`: so many deaths of the daemon with a message alone, and it is given up. A daemon that dies in company says
    little about anyone in it, for most such deaths are the machine's doing.
    """

    store: Store
    most: int
    _under_way: set[int] = field(default_factory=set)
    _owed: set[int] = field(default_factory=set)  # counted and excused, but the database could not take it back yet
    _excused: Counter[int] = field(default_factory=Counter)  # how often, since the start

    def begin(self, group: Sequence[PendingRaw]) -> None:
        """These are under way from now on, durably."""
        tried = [raw.raw_id for raw in group if not self.is_given_up(raw)]
        with self.store.unit("attempts"):
            self.store.count_attempts([raw_id for raw_id in tried if raw_id not in self._owed])
        self._owed.difference_update(tried)
        self._under_way.update(tried)

    def settled(self, group: Iterable[PendingRaw]) -> None:
        """What was to be done about these is on record."""
        for raw in group:
            self._under_way.discard(raw.raw_id)
            self._excused.pop(raw.raw_id, None)

    def excuse(self, trouble: Trouble | None = None) -> tuple[int, ...]:
        """What is under way is left for another time; if for a trouble, in smaller company. Returns which it is."""
        ids = tuple(sorted(self._under_way))
        self._under_way.clear()
        if not ids:
            return ids
        if trouble:
            self._excused.update(ids)
        # A database that is itself in the way would only keep us waiting once more.
        if isinstance(trouble, Unavailable) or not self._spared(ids):
            self._owed.update(ids)
        return ids

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Inside the block something else is done: what goes wrong there is the doing of nothing that is under way."""
        try:
            yield
        except BaseException:
            self.excuse()
            raise

    def end(self) -> None:
        """Nothing is under way any more; what was and is not excused stays counted."""
        self._under_way.clear()

    def known(self, raws: Iterable[PendingRaw]) -> list[PendingRaw]:
        """The same messages with no other attempts than those that ended in a death."""
        return [replace(raw, attempts=raw.attempts - 1) if raw.raw_id in self._owed else raw for raw in raws]

    def is_given_up(self, raw: PendingRaw) -> bool:
        """Whether the daemon died of it often enough."""
        return raw.attempts >= self.most + HALVINGS

    def is_suspect(self, raw: PendingRaw) -> bool:
        """Whether it was under way when something went wrong; then nothing else shall be."""
        return self._rank(raw) > 0

    def is_followed(self, raw_id: int) -> bool:
        """Whether trouble met it alone again and again since the start of the daemon: all others come first."""
        return self._excused[raw_id] >= self.most + HALVINGS

    def how_often_excused(self, raw_id: int) -> int:
        """Since the start of the daemon."""
        return self._excused[raw_id]

    def apart(self, batch: Sequence[PendingRaw]) -> Iterator[Sequence[PendingRaw]]:
        """Messages never tried before together, then every other one in ever smaller company of its like."""
        for rank in sorted({self._rank(raw) for raw in batch}):
            alike = [raw for raw in batch if self._rank(raw) == rank]
            size = max(BATCH >> rank, 1)
            yield from (alike[start : start + size] for start in range(0, len(alike), size))

    def _spared(self, ids: Sequence[int]) -> bool:
        try:
            self.store.spare_attempts(ids)
        except Trouble:
            return False
        return True

    def _rank(self, raw: PendingRaw) -> int:
        return raw.attempts + self._excused[raw.raw_id]
