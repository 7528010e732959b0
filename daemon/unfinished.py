"""What trouble with the database kept from the record while letters were handed over, until it is on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from daemon.envelope import Result, Retry, Uncertain


@dataclass(slots=True)
class Unfinished:
    """Claims that were cut short, and what is known of their letters; for the one thread that sends."""

    claims: list[str] = field(default_factory=list)
    _dotted: int = 0  # the last letter that came to its final dot
    _fates: dict[int, Result] = field(default_factory=dict)  # what servers said and is not on record

    @contextmanager
    def until_recorded(self, claim: str) -> Iterator[None]:
        """Inside the block a claim is worked off; whatever ends the block early leaves it unfinished."""
        self.claims.append(claim)
        yield
        self.claims.remove(claim)

    @contextmanager
    def fate(self, outbox_id: int, result: Result) -> Iterator[None]:
        """Inside the block this is recorded."""
        self._fates[outbox_id] = result
        yield
        del self._fates[outbox_id]

    def dot(self, outbox_id: int) -> None:
        """The letter is about to get its final dot."""
        self._dotted = outbox_id

    def take(self) -> tuple[str, ...]:
        """The claims, whoever asks is to finish them."""
        claims = tuple(self.claims)
        self.claims.clear()
        return claims

    def fate_of(self, outbox_id: int) -> Result:
        """What is to be recorded of the first letter of a claim whose fate is not on record."""
        if known := self._fates.get(outbox_id):
            return known
        if outbox_id == self._dotted:
            return Uncertain(because="its sending was cut short after the final dot")
        return Retry(because="its sending was cut short before the final dot")
